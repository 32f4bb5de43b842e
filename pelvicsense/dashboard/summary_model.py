"""The summary of a session, and what changed against the last one beyond measurement error."""

from __future__ import annotations

from collections.abc import Iterator

from pelvicsense.dashboard.view_state_after import ChangeRow, SummaryRow, SummaryView
from pelvicsense.dashboard.words import known
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.change import DETECTABLE, LEAST_STRIDES, Change, change
from pelvicsense.metrics.summary import ActivitySummary, SessionSummary
from pelvicsense.runtime.notices import ACTIVITY_WORDS
from pelvicsense.sinks.live_facts import Finished

_SHOWN = (
    ("pelvic_drop_peak_deg", "pelvic drop, peak", "°"),
    ("pelvic_drop_excursion_deg", "pelvic drop, excursion", "°"),
    ("hip_adduction_peak_deg", "hip adduction, peak", "°"),
    ("thigh_rotation_excursion_deg", "thigh rotation, excursion", "°"),
    ("cadence_spm", "cadence", "steps/min"),
    ("stance_time_s", "stance time", "s"),
)
"""Metric, name, unit."""


def summary_view(finished: Finished) -> SummaryView:
    """Return the summary screen of a session that is over."""
    summary = finished.summary
    if summary is None:
        return SummaryView(
            folder=finished.folder,
            no_comparison=finished.no_comparison,
            notices=finished.notices,
        )
    changes = () if finished.before is None else tuple(_changes(finished.before, summary))
    return SummaryView(
        folder=finished.folder,
        duration_s=finished.duration_s,
        valid=summary.valid,
        invalid=summary.invalid,
        rows=tuple(row for part in summary.activities for row in _rows(part)),
        compared_with=finished.before_name if changes else "",
        no_comparison=_no_comparison(finished, changes),
        changes=changes,
        notices=finished.notices,
    )


def _no_comparison(finished: Finished, changes: tuple[ChangeRow, ...]) -> str:
    if changes or finished.before is None:
        return finished.no_comparison
    return (
        f"{finished.before_name} has no activity with {LEAST_STRIDES} valid strides of a side in "
        "common with this session"
    )


def _rows(part: ActivitySummary) -> Iterator[SummaryRow]:
    for metric, name, unit in _SHOWN:
        figures = {side: summary.figures[metric] for side, summary in part.sides.items()}
        if not any(figure.count for figure in figures.values()):
            continue
        asymmetry = part.asymmetry[metric]
        yield SummaryRow(
            activity=part.activity,
            metric=metric,
            name=name,
            unit=unit,
            mean={side: known(figure.mean) for side, figure in figures.items()},
            low={side: known(figure.low) for side, figure in figures.items()},
            high={side: known(figure.high) for side, figure in figures.items()},
            difference=known(asymmetry.difference),
            distinct=asymmetry.distinct,
        )


def _changes(before: SessionSummary, now: SessionSummary) -> Iterator[ChangeRow]:
    earlier = {part.activity: part for part in before.activities}
    for part in now.activities:
        if part.activity not in earlier or part.activity is Activity.UNKNOWN:
            continue
        for metric, name, unit in _SHOWN:
            if metric not in DETECTABLE:
                continue
            for side in Side:
                old = earlier[part.activity].sides[side].figures[metric]
                new = part.sides[side].figures[metric]
                found = change(metric, old, new)
                if found is not None:
                    where = f"{ACTIVITY_WORDS[part.activity].capitalize()}, {side}: {name}"
                    yield ChangeRow(
                        activity=part.activity,
                        side=side,
                        name=name,
                        unit=unit,
                        before=old.mean,
                        now=new.mean,
                        change=found.difference,
                        detectable=found.detectable,
                        source=found.source,
                        real=found.real,
                        words=_words(where, found, unit),
                    )


def _words(where: str, found: Change, unit: str) -> str:
    if not found.real:
        detectable = f"within measurement error (±{found.detectable:.1f}{unit})"
        return f"{where} {found.difference:+.1f}{unit}: {detectable}."
    direction = "less" if found.difference < 0.0 else "more"
    return f"{where} {abs(found.difference):.1f}{unit} {direction} than last time."
