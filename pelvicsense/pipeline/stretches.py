"""What disturbed a stretch of time: turning, ends of a range, sensors that were not settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.motion import SegmentBlock
from pelvicsense.datatypes.placement import Placement
from pelvicsense.numerics.running_sums import RunningSums

# Columns of the running sums: yaw rate, saturated rows, and from here on unsettled rows per sensor
_YAW, _SATURATED, _UNSETTLED = 0, 1, 2

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
    saturated
        Whether a sensor sat at the end of its range.
    unsettled
        The sensors that were not settled all the time.
    """

    first: int
    end: int
    yaw_rate: float
    bend_rate: float
    saturated: bool
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
        self._placements = tuple(placements)
        self._sums = RunningSums(2 + len(self._placements), first_index)

    def feed(self, block: SegmentBlock) -> None:
        """Take one block of segment motion."""
        signals = [block.segments[placement] for placement in self._placements]
        # The yaw rate is taken about the segment's long axis, which is near the vertical.
        yaw_rate = block.segments[Placement.PELVIS].rate[:, 1]
        saturated = np.any([signal.saturated for signal in signals], axis=0)
        unsettled = [~signal.settled for signal in signals]
        self._sums.append(np.stack([yaw_rate, saturated, *unsettled], axis=1))

    def drop_before(self, index: int) -> None:
        """Forget rows before a grid index."""
        self._sums.drop_before(index)

    def between(self, times_s: Sequence[tuple[float, float]]) -> list[Stretch]:
        """Return the stretches from one time to another; together, as one alone costs as much."""
        if not times_s:
            return []
        start, stop = self._rate_hz * np.array(times_s).T
        first, end = np.floor(start).astype(np.int64), np.ceil(stop).astype(np.int64) + 1
        sums = self._sums.over_each(first, end)
        unsettled = [
            frozenset(p for p, rows in zip(self._placements, row, strict=True) if rows)
            for row in sums[:, _UNSETTLED:].tolist()
        ]
        columns = (
            first.tolist(),
            end.tolist(),
            (sums[:, _YAW] / (end - first)).tolist(),
            self._bend_rates(end).tolist(),
            (sums[:, _SATURATED] > 0.0).tolist(),
            unsettled,
        )
        return [Stretch(*row) for row in zip(*columns, strict=True)]

    def _bend_rates(self, end: IntArray) -> FloatArray:
        half = round(0.5 * _BEND_SPAN_S * self._rate_hz)
        earliest = self._sums.first_index
        first, middle = np.maximum(end - 2 * half, earliest), np.maximum(end - half, earliest)
        early = self._sums.over_each(first, middle)[:, _YAW]
        late = self._sums.over_each(middle, end)[:, _YAW]
        # Both halves alike: setting off, or one oblique step, is no bend.
        steady = (first == end - 2 * half) & (early * late > 0.0)
        return np.where(steady, np.minimum(np.abs(early), np.abs(late)) / half, 0.0)
