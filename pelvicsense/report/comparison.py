"""Two sets of figures side by side: what differs, how surely, and what is called a change."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.change import LEAST_STRIDES, OWN_SOURCE, Change, change
from pelvicsense.metrics.summary import Figure, SessionSummary, summarise
from pelvicsense.report.shown import HEADLINES, ShownMetric

NO_LIMIT = "no limit known"
"""Nothing is published of how much a metric comes and goes."""


WITHIN_ONE = (
    "Published limits are of two days, with the sensors put on anew; within one session less may "
    "be a change already, but nobody has published how much. Its two stretches share the error of "
    "one calibration, which the intervals count for both: they are rather too wide."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One metric of one side, before and now.

    Attributes
    ----------
    side, metric
        Which.
    before, now
        The two figures.
    change
        None where either has too few strides.
    note
        What is particular about the row; mostly empty.
    """

    side: Side
    metric: ShownMetric
    before: Figure
    now: Figure
    change: Change | None
    note: str = ""

    @property
    def verdict(self) -> str:
        """What may be said of the difference, in few words."""
        if self.change is None:
            if max(self.before.count, self.now.count) == 0:
                return "not known"
            return f"fewer than {LEAST_STRIDES} strides"
        if math.isnan(self.change.detectable):
            return NO_LIMIT
        if not self.change.real:
            return "within error"
        return "less" if self.change.difference < 0.0 else "more"

    @property
    def real(self) -> bool:
        """The difference is more than measurement error."""
        return self.change is not None and self.change.real


def change_row(
    side: Side, metric: ShownMetric, before: Figure, now: Figure, note: str = ""
) -> ChangeRow:
    """Return the row of two figures."""
    return ChangeRow(
        side=side,
        metric=metric,
        before=before,
        now=now,
        change=change(metric.key, before, now),
        note=note,
    )


def compare_summaries(
    before: SessionSummary, now: SessionSummary
) -> dict[Activity, tuple[ChangeRow, ...]]:
    """Return the rows of each activity that both hold, the order that of ``before``."""
    later = {part.activity: part for part in now.activities}
    return {
        part.activity: tuple(
            change_row(
                side,
                metric,
                part.sides[side].figures[metric.key],
                later[part.activity].sides[side].figures[metric.key],
            )
            for metric in HEADLINES
            for side in Side
        )
        for part in before.activities
        if part.activity in later and part.activity is not Activity.UNKNOWN
    }


def stretch_summary(strides: Iterable[Stride], start_s: float, end_s: float) -> SessionSummary:
    """Return the figures of the strides that lie wholly in a stretch of a session."""
    return summarise([s for s in strides if start_s <= s.t_contact_s and s.t_end_s <= end_s])


FATIGUE_LEAST_S = 120.0
"""Shorter bouts tire nobody: their thirds are not compared."""


def first_and_last_third(strides: Sequence[Stride], activity: Activity) -> tuple[ChangeRow, ...]:
    """Compare the last third of an activity's time with the first; nothing if it was short."""
    own = [stride for stride in strides if stride.activity is activity]
    if not own:
        return ()
    start_s, end_s = (
        min(stride.t_contact_s for stride in own),
        max(stride.t_end_s for stride in own),
    )
    third_s = (end_s - start_s) / 3.0
    if 3.0 * third_s < FATIGUE_LEAST_S:
        return ()
    early = stretch_summary(own, start_s, start_s + third_s)
    late = stretch_summary(own, end_s - third_s, end_s)
    return compare_summaries(early, late).get(activity, ())


def sources(rows: Iterable[ChangeRow]) -> tuple[str, ...]:
    """Return from where on a change of each metric is detectable, and who found that."""
    found: dict[str, None] = {}
    for row in rows:
        if row.change is not None and row.change.source:
            limit = f"{row.metric.text(row.change.detectable)}{row.metric.unit}"
            own = f" ({row.side})" if row.change.source == OWN_SOURCE else ""
            found[f"{row.metric.name}{own}: {limit}, {row.change.source}"] = None
    return tuple(found)
