"""What disturbed a stretch of time: turning, ends of a range, sensors that were not settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.motion import SegmentBlock
from pelvicsense.datatypes.placement import Placement
from pelvicsense.numerics.flagged_runs import FlaggedRuns
from pelvicsense.numerics.running_sums import RunningSums

_BEND_SPAN_S = 3.0
"""Span over which a bend's yaw rate is averaged: the filter's time constant."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The grid rows that enclose a stance or a stride, and what disturbed them.

    Attributes
    ----------
    first, end
        Grid rows [first, end).
    yaw_rate
        Mean over them, rad/s.
    bend_rate
        Size of the steady yaw rate, rad/s, over the last seconds up to ``end``; 0 if it was none.
    saturated, unsettled
        The sensors that sat at the end of their range, and that were not settled all the time.
    """

    first: int
    end: int
    yaw_rate: float
    bend_rate: float
    saturated: frozenset[Placement]
    unsettled: frozenset[Placement]


class Stretches:
    """Keep the last seconds' disturbances, and look them up for stretches of time.

    Parameters
    ----------
    rate_hz
        Grid rate.
    first_index
        Grid row of the first block.
    placements
        The worn sensors.
    """

    def __init__(self, rate_hz: float, first_index: int, placements: Sequence[Placement]) -> None:
        self._rate_hz = rate_hz
        self._yaw = RunningSums(1, first_index)
        self._saturated = {placement: FlaggedRuns() for placement in placements}
        self._unsettled = {placement: FlaggedRuns() for placement in placements}

    def feed(self, block: SegmentBlock) -> None:
        """Take one block of segment motion."""
        # The yaw rate is taken about the segment's long axis, which is near the vertical.
        self._yaw.append(block.segments[Placement.PELVIS].rate[:, 1:2])
        for placement, saturated in self._saturated.items():
            signal = block.segments[placement]
            saturated.append(block.first_index, signal.saturated)
            self._unsettled[placement].append(block.first_index, ~signal.settled)

    def drop_before(self, index: int) -> None:
        """Forget rows before a grid index."""
        self._yaw.drop_before(index)
        for runs in (*self._saturated.values(), *self._unsettled.values()):
            runs.drop_before(index)

    def between(self, times_s: Sequence[tuple[float, float]]) -> list[Stretch]:
        """Return the stretches from one time to another; together, as one alone costs as much."""
        if not times_s:
            return []
        start, stop = self._rate_hz * np.array(times_s).T
        first, end = np.floor(start).astype(np.int64), np.ceil(stop).astype(np.int64) + 1
        yaw_rate = self._yaw.over_each(first, end)[:, 0] / (end - first)
        columns = [column.tolist() for column in (first, end, yaw_rate, self._bend_rates(end))]
        return [
            Stretch(
                a, b, yaw, bend, _flagged(self._saturated, a, b), _flagged(self._unsettled, a, b)
            )
            for a, b, yaw, bend in zip(*columns, strict=True)
        ]

    def _bend_rates(self, end: IntArray) -> FloatArray:
        half = round(0.5 * _BEND_SPAN_S * self._rate_hz)
        earliest = self._yaw.first_index
        first, middle = np.maximum(end - 2 * half, earliest), np.maximum(end - half, earliest)
        early = self._yaw.over_each(first, middle)[:, 0]
        late = self._yaw.over_each(middle, end)[:, 0]
        # Both halves alike: setting off, or one oblique step, is no bend.
        steady = (first == end - 2 * half) & (early * late > 0.0)
        return np.where(steady, np.minimum(np.abs(early), np.abs(late)) / half, 0.0)


def _flagged(runs: Mapping[Placement, FlaggedRuns], first: int, end: int) -> frozenset[Placement]:
    return frozenset([placement for placement, own in runs.items() if own.any(first, end)])
