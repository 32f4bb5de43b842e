"""What was not known, of how many strides, and why."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Side
from pelvicsense.report.shown import ANGLE_METRICS, CHARTED, ShownMetric
from pelvicsense.runtime.notices import FLAG_WORDS, why_empty

OTHER = "it cannot be told from these stances"
NO_ERROR = "nothing bounds its error"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRow:
    """A metric of a side that not every stride knows.

    Attributes
    ----------
    unknown, total
        Strides that do not know it, of how many.
    reasons
        In words, each with its number of strides, the most frequent first.
    """

    side: Side
    metric: ShownMetric
    unknown: int
    total: int
    reasons: tuple[tuple[str, int], ...]


def unknown_rows(strides: Sequence[Stride]) -> tuple[UnknownRow, ...]:
    """Return what strides of one activity do not know."""
    rows = []
    for metric in CHARTED:
        for side in Side:
            own = [stride for stride in strides if stride.side is side]
            empty = [s for s in own if math.isnan(getattr(s.angles, metric.key))]
            if empty:
                reasons = Counter(_reason(stride, metric) for stride in empty)
                rows.append(
                    UnknownRow(
                        side=side,
                        metric=metric,
                        unknown=len(empty),
                        total=len(own),
                        reasons=tuple(reasons.most_common()),
                    )
                )
    return tuple(rows)


def why_no_figure(strides: Sequence[Stride], side: Side, metric: ShownMetric) -> str:
    """Return why no valid stride of a side knows a metric, in words."""
    own = [stride for stride in strides if stride.side is side]
    if not own:
        return "no stride of this side"
    if not any(stride.valid for stride in own):
        return "no stride of this side counts"
    if metric not in ANGLE_METRICS:
        return OTHER
    empty = [s for s in own if math.isnan(getattr(s.angles, metric.key))]
    return Counter(_reason(s, metric) for s in empty).most_common(1)[0][0] if empty else NO_ERROR


def _reason(stride: Stride, metric: ShownMetric) -> str:
    return why_empty(metric.key, stride.flags) or OTHER


def flag_counts(strides: Sequence[Stride], *, valid: bool) -> tuple[tuple[str, int], ...]:
    """Return what was noted of strides that count, or of those that do not, in words."""
    counts = Counter(
        FLAG_WORDS[flag] for stride in strides if stride.valid is valid for flag in stride.flags
    )
    return tuple(counts.most_common())
