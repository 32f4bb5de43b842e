"""The charts of a subject over time."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.change import DETECTABLE, change
from pelvicsense.report.chart import COLOUR, INK, MARKER, PAPER, as_svg, panels, style
from pelvicsense.report.history import Past, PastSession, Series, series
from pelvicsense.report.shown import ShownMetric

_MANY = 60
"""Sessions from which on points are small, and their intervals a ribbon."""

_LEAST_BESIDE_DAYS = 3.0
"""That are shown before the first and after the newest session: of one day alone, no years."""


def metric_chart(
    key: str, name: str, past: Past, activity: Activity, metric: ShownMetric
) -> Markup | None:
    """Draw one metric of both sides over the sessions; none if none knows it.

    The band is what comes and goes without any change, around the first session: a point outside
    it has changed more than measurement error.
    """
    both = {side: series(past, activity, side, metric) for side in Side}
    if not any(own.points for own in both.values()):
        return None
    with style():
        figure, axes = panels(1, 2, 2.2, share_y=True)
        for axis, own in zip(axes, both.values(), strict=True):
            _draw(axis, own)
            axis.set_title(f"{own.side}: {metric.name}, {metric.unit}")
        words = [_words(own) for own in both.values() if own.points]
        return as_svg(
            figure,
            key=key,
            title=f"{name}: {metric.name} over the sessions",
            description=" ".join(words),
        )


def _draw(axis: Axes, own: Series) -> None:
    factor = own.metric.factor
    if not own.points:
        axis.text(0.5, 0.5, "not known", transform=axis.transAxes, ha="center", va="center")
        axis.set_xticks([])
        return
    first = own.points[0][1]
    limit = DETECTABLE.get(own.metric.key)
    if limit is not None:
        axis.axhspan(
            factor * first.mean - limit.least_deg,
            factor * first.mean + limit.least_deg,
            color=COLOUR[own.side],
            alpha=0.13,
            linewidth=0.0,
        )
    axis.axhline(factor * first.mean, color=COLOUR[own.side], linewidth=0.9)
    days = np.array([_day(session) for session, _ in own.points])
    _draw_points(axis, own, days)
    beside = max(_LEAST_BESIDE_DAYS, 0.05 * float(days[-1] - days[0]))
    axis.set_xlim(days[0] - beside, days[-1] + beside)
    locator = AutoDateLocator(minticks=2, maxticks=6)  # type: ignore[no-untyped-call]
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _draw_points(axis: Axes, own: Series, at: FloatArray) -> None:
    factor, colour = own.metric.factor, COLOUR[own.side]
    figures = [figure for _, figure in own.points]
    means = factor * np.array([figure.mean for figure in figures])
    half = factor * np.array([figure.high - figure.mean for figure in figures])
    many = len(figures) > _MANY
    if many:
        axis.fill_between(at, means - half, means + half, color=colour, alpha=0.3, linewidth=0.0)
    else:
        axis.errorbar(at, means, half, fmt="none", ecolor=colour, elinewidth=1.1)
        axis.plot(at, means, color=colour, linewidth=0.8, alpha=0.6)
    changes = [change(own.metric.key, figures[0], figure) for figure in figures]
    beyond = np.array([found is not None and found.real for found in changes])
    for chosen, edge, fill in ((~beyond, colour, PAPER), (beyond, INK, colour)):
        axis.plot(
            at[chosen],
            means[chosen],
            linestyle="none",
            marker=MARKER[own.side],
            markersize=2.4 if many else 5.0,
            markeredgewidth=0.5 if many else 1.0,
            color=edge,
            markerfacecolor=fill,
        )


def _day(session: PastSession) -> float:
    """Return its wall clock as it was, whatever the time zone of this computer."""
    return float(date2num(session.manifest.started_at.replace(tzinfo=None)))  # type: ignore[no-untyped-call]


def _words(own: Series) -> str:
    (oldest, first), (newest, last) = own.points[0], own.points[-1]
    text, unit = own.metric.text, own.metric.unit
    return (
        f"{own.side.capitalize()}: {text(first.mean)} {unit} on "
        f"{oldest.manifest.started_at:%Y-%m-%d}, {text(last.mean)} {unit} on "
        f"{newest.manifest.started_at:%Y-%m-%d}, {len(own.points)} sessions."
    )
