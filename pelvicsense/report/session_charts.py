"""The charts of one activity in one session."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from scipy.ndimage import median_filter

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import Stride, StrideCurve
from pelvicsense.datatypes.placement import Side
from pelvicsense.metrics.summary import ActivitySummary
from pelvicsense.report.chart import (
    COLOUR,
    DASHES,
    INK,
    MARKER,
    MUTED,
    PAPER,
    as_svg,
    panels,
    style,
)
from pelvicsense.report.shown import ANGLE_METRICS, BY_KEY, CHARTED, ShownMetric
from pelvicsense.report.stance_curves import PERCENT, Angle, MeanCurve, mean_curve

_MOST_DOTS = 250
"""Strides per side that are drawn as dots; of more, every second, third, …"""

MEDIAN_STRIDES = 15
"""Strides over which the line through the dots is the median; the page says so."""

_PAUSE_S = 5.0
"""No line is drawn over a longer time without strides: what was in it is not known."""

_TRENDS: Sequence[ShownMetric] = (*CHARTED, BY_KEY["cadence_spm"])


def curve_chart(
    key: str, name: str, strides: Sequence[Stride], curves: Mapping[int, StrideCurve]
) -> Markup | None:
    """Draw mean angles over stance with a band of one standard deviation; none if none is known."""
    means = {
        (angle, side): mean_curve(strides, curves, side, angle) for angle in Angle for side in Side
    }
    if not any(means.values()):
        return None
    with style():
        figure, axes = panels(1, 3, 2.4)
        for angle, axis in zip(Angle, axes, strict=True):
            axis.axhline(0.0, color=MUTED, linewidth=0.8)
            for side in Side:
                _draw_curve(axis, means[angle, side], side)
            if not any(means[angle, side] for side in Side):
                _say_unknown(axis)
            axis.set_title(angle.capitalize())
            axis.set_xlim(0.0, 100.0)
            axis.set_xlabel("% of stance")
            axis.margins(y=0.08)
        axes[0].set_ylabel("degrees")
        words = [
            _curve_words(angle, side, mean)
            for (angle, side), mean in means.items()
            if mean is not None
        ]
        return as_svg(
            figure, key=key, title=f"{name}: angles over stance", description=" ".join(words)
        )


def _draw_curve(axis: Axes, curve: MeanCurve | None, side: Side) -> None:
    if curve is None:
        return
    axis.fill_between(
        PERCENT,
        curve.mean - curve.sd,
        curve.mean + curve.sd,
        color=COLOUR[side],
        alpha=0.18,
        linewidth=0.0,
    )
    axis.plot(PERCENT, curve.mean, color=COLOUR[side], linestyle=DASHES[side])


def _curve_words(angle: Angle, side: Side, curve: MeanCurve) -> str:
    top = int(np.argmax(curve.mean))
    return (
        f"{angle.capitalize()}, {side}, mean of {curve.count} strides: {curve.mean[0]:.1f}° at "
        f"contact, highest {curve.mean[top]:.1f}° at {top} % of stance, {curve.mean[-1]:.1f}° at "
        "its end."
    )


def distribution_chart(key: str, name: str, strides: Sequence[Stride]) -> Markup | None:
    """Draw how often each value occurred; none if none is known."""
    values = {
        (metric, side): _values(strides, side, metric)[1] for metric in CHARTED for side in Side
    }
    if not any(len(known) > 1 for known in values.values()):
        return None
    with style():
        figure, axes = panels(1, 3, 2.0)
        words = []
        for metric, axis in zip(CHARTED, axes, strict=True):
            own = {side: values[metric, side] for side in Side}
            both = np.concatenate(list(own.values()))
            if len(both) < 2:
                _say_unknown(axis)
            else:
                _histogram(axis, own, both)
                words += [_spread_words(metric, side, own[side]) for side in Side if len(own[side])]
            axis.set_title(metric.name.capitalize())
            axis.set_xlabel("degrees")
        axes[0].set_ylabel("strides")
        return as_svg(
            figure,
            key=key,
            title=f"{name}: how often each value occurred",
            description=" ".join(words),
        )


def _histogram(axis: Axes, values: Mapping[Side, FloatArray], both: FloatArray) -> None:
    edges = np.histogram_bin_edges(both, bins=min(30, max(8, round(math.sqrt(len(both)))))).tolist()
    for side, own in values.items():
        fill = side is Side.LEFT
        axis.hist(own, bins=edges, color=COLOUR[side], alpha=0.35 if fill else 0.12)
        axis.hist(
            own,
            bins=edges,
            histtype="step",
            edgecolor=COLOUR[side],
            linestyle=DASHES[side],
            linewidth=1.4,
        )
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))


def _spread_words(metric: ShownMetric, side: Side, values: FloatArray) -> str:
    low, middle, high = np.percentile(values, [5.0, 50.0, 95.0])
    return (
        f"{metric.name.capitalize()}, {side}, {len(values)} strides: median {middle:.1f}°, nine of "
        f"ten between {low:.1f}° and {high:.1f}°."
    )


def course_chart(key: str, name: str, strides: Sequence[Stride]) -> Markup | None:
    """Draw values over the time of the session; none if none is known."""
    known = {(metric, side): _values(strides, side, metric) for metric in _TRENDS for side in Side}
    if not any(len(values) > 1 for _, values in known.values()):
        return None
    longest_s = max((stride.t_end_s for stride in strides), default=0.0)
    unit, seconds = ("min", 60.0) if longest_s >= 180.0 else ("s", 1.0)
    with style():
        figure, axes = panels(len(_TRENDS), 1, 0.92 * len(_TRENDS) + 0.45)
        for metric, axis in zip(_TRENDS, axes, strict=True):
            for side in Side:
                _draw_course(axis, *known[metric, side], side, seconds)
            if not any(len(known[metric, side][1]) for side in Side):
                _say_unknown(axis)
            axis.set_title(f"{metric.name.capitalize()}, {metric.unit}")
            axis.yaxis.set_major_locator(MaxNLocator(nbins=4))
            axis.set_xlim(0.0, longest_s / seconds)
            axis.tick_params(labelbottom=axis is axes[-1])
        axes[-1].set_xlabel(f"time in the session, {unit}")
        words = [
            f"{metric.name.capitalize()}, {side}: first third {_mean(values, 0)}, last third "
            f"{_mean(values, -1)} {metric.unit}."
            for (metric, side), (_, values) in known.items()
            if len(values) >= 3
        ]
        return as_svg(
            figure, key=key, title=f"{name}: course over the session", description=" ".join(words)
        )


def _draw_course(
    axis: Axes, t_s: FloatArray, values: FloatArray, side: Side, seconds: float
) -> None:
    step = max(1, math.ceil(len(values) / _MOST_DOTS))
    axis.plot(
        t_s[::step] / seconds,
        values[::step],
        linestyle="none",
        marker=MARKER[side],
        markersize=3.2,
        markeredgewidth=0.0,
        color=COLOUR[side],
        alpha=0.4,
    )
    for stretch in np.split(np.arange(len(values)), np.flatnonzero(np.diff(t_s) > _PAUSE_S) + 1):
        if len(stretch) >= MEDIAN_STRIDES:
            smooth = median_filter(values[stretch], size=MEDIAN_STRIDES, mode="nearest")
            axis.plot(
                t_s[stretch][::step] / seconds,
                smooth[::step],
                color=COLOUR[side],
                linestyle=DASHES[side],
            )


def _mean(values: FloatArray, third: int) -> str:
    return f"{np.array_split(values, 3)[third].mean():.1f}"


def asymmetry_chart(key: str, name: str, part: ActivitySummary) -> Markup | None:
    """Draw left less right with 95 % intervals; none if no difference is known."""
    rows = [
        (metric, part.asymmetry[metric.key])
        for metric in ANGLE_METRICS
        if math.isfinite(part.asymmetry[metric.key].difference)
    ]
    if not rows:
        return None
    with style():
        figure, (axis,) = panels(1, 1, 0.2 * len(rows) + 0.8, left_in=1.85)
        axis.axvline(0.0, color=INK, linewidth=1.0)
        for y, (_, value) in enumerate(rows):
            axis.plot([value.low, value.high], [y, y], color=INK, linewidth=1.4)
            axis.plot(
                [value.difference],
                [y],
                marker="D",
                markersize=5.5,
                color=INK,
                markerfacecolor=INK if value.distinct else PAPER,
            )
        axis.set_yticks(range(len(rows)), [metric.name for metric, _ in rows])
        axis.set_ylim(len(rows) - 0.5, -0.5)
        reach = 1.08 * max(max(abs(v.low), abs(v.high)) for _, v in rows)
        axis.set_xlim(-reach, reach)
        axis.set_xlabel("left less right, degrees")
        axis.set_title("← right side larger", loc="left", fontsize=9.0, fontweight="normal")
        axis.set_title("left side larger →", loc="right", fontsize=9.0, fontweight="normal")
        words = [
            f"{metric.name.capitalize()}: {value.difference:+.1f}°, from {value.low:+.1f} to "
            f"{value.high:+.1f}°{', sides differ' if value.distinct else ''}."
            for metric, value in rows
        ]
        return as_svg(
            figure, key=key, title=f"{name}: left less right", description=" ".join(words)
        )


def _values(
    strides: Sequence[Stride], side: Side, metric: ShownMetric
) -> tuple[FloatArray, FloatArray]:
    """Return times and values of the valid strides of a side that know a metric."""
    angle = metric in ANGLE_METRICS
    pairs = [
        (s.t_contact_s, getattr(s.angles if angle else s, metric.key))
        for s in strides
        if s.valid and s.side is side
    ]
    table = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    known = table[np.isfinite(table[:, 1])]
    return known[:, 0], known[:, 1]


def _say_unknown(axis: Axes) -> None:
    axis.text(0.5, 0.5, "not known", transform=axis.transAxes, ha="center", va="center")
    axis.set_yticks([])
