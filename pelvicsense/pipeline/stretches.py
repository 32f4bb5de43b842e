"""What disturbed a stretch of time: turning, ends of a range, sensors that were not settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.motion import SegmentBlock, SegmentSignal
from pelvicsense.datatypes.placement import Placement
from pelvicsense.numerics.flagged_runs import FlaggedRuns
from pelvicsense.numerics.running_sums import RunningSums

_BEND_SPAN_S = 3.0
"""Span over which a bend's yaw rate is taken: the filter's time constant."""

_LATELY_S = 5.0
"""How long it is remembered that a sensor was not settled."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The grid rows that enclose a stance or a stride, and what disturbed them.

    Attributes
    ----------
    first, end
        Grid rows [first, end).
    yaw_rate
        Of the pelvis, mean over them, rad/s.
    bend_rate
        Size of the steady yaw rate, rad/s, over the last seconds up to ``end``; 0 if it was none.
    saturated, unsettled
        The sensors that sat at the end of their range, and that were not settled all the time.
    settled_for_s
        How long, at ``first``, the sensors had been settled that lately were not, s.
    """

    first: int
    end: int
    yaw_rate: float
    bend_rate: float
    saturated: frozenset[Placement]
    unsettled: frozenset[Placement]
    settled_for_s: Mapping[Placement, float]


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
        self._heading = RunningSums(1, first_index)
        self._newest_heading = 0.0
        self._saturated = {placement: FlaggedRuns() for placement in placements}
        self._unsettled = {placement: FlaggedRuns() for placement in placements}

    def feed(self, block: SegmentBlock) -> None:
        """Take one block of segment motion."""
        self._heading.append(self._follow(block.segments[Placement.PELVIS])[:, None])
        for placement, saturated in self._saturated.items():
            signal = block.segments[placement]
            saturated.append(block.first_index, signal.saturated)
            self._unsettled[placement].append(block.first_index, ~signal.settled)

    def _follow(self, pelvis: SegmentSignal) -> FloatArray:
        """Return the pelvis' heading, (n,), rad, on and on from the last block's.

        Not the sum of its yaw rate: about a tilting axis that turns in circles even where the
        person does not.
        """
        forward = pelvis.earth_from_segment[:, :2, 0]
        heading = np.concatenate([[self._newest_heading], np.arctan2(forward[:, 1], forward[:, 0])])
        steps = np.diff(heading)
        steps -= 2.0 * np.pi * np.round(steps / (2.0 * np.pi))
        steps[0] += self._newest_heading
        followed = np.cumsum(steps)
        self._newest_heading = float(followed[-1])
        return followed

    def drop_before(self, index: int) -> None:
        """Forget rows before a grid index."""
        self._heading.drop_before(index)
        for runs in (*self._saturated.values(), *self._unsettled.values()):
            runs.drop_before(index)

    def between(self, times_s: Sequence[tuple[float, float]]) -> list[Stretch]:
        """Return the stretches from one time to another; together, as one alone costs as much."""
        if not times_s:
            return []
        start, stop = self._rate_hz * np.array(times_s).T
        first, end = np.floor(start).astype(np.int64), np.ceil(stop).astype(np.int64) + 1
        turned = self._headings(end - 1, end) - self._headings(first, first + 1)
        yaw_rate = turned * self._rate_hz / np.maximum(end - 1 - first, 1)
        columns = [column.tolist() for column in (first, end, yaw_rate, self._bend_rates(end))]
        return [
            Stretch(
                a,
                b,
                yaw,
                bend,
                _flagged(self._saturated, a, b),
                _flagged(self._unsettled, a, b),
                self._settled_for(a),
            )
            for a, b, yaw, bend in zip(*columns, strict=True)
        ]

    def _settled_for(self, row: int) -> dict[Placement, float]:
        """Return seconds since each sensor was last unsettled, of those where it was lately."""
        rows = {placement: runs.rows_since(row) for placement, runs in self._unsettled.items()}
        seconds = {p: n / self._rate_hz for p, n in rows.items() if n is not None}
        # Older rows may or may not have been dropped: that must not show.
        return {p: settled_s for p, settled_s in seconds.items() if settled_s < _LATELY_S}

    def _bend_rates(self, end: IntArray) -> FloatArray:
        """Return the rate at which the mean heading of a second changes to the next's, (j,)."""
        third = round(_BEND_SPAN_S / 3.0 * self._rate_hz)
        known = end - 3 * third >= self._heading.first_index
        borders = [np.where(known, end - k * third, end - 1) for k in (3, 2, 1, 0)]
        means = [self._headings(a, np.maximum(b, a + 1)) for a, b in pairwise(borders)]
        early, late = means[1] - means[0], means[2] - means[1]
        # Both alike: setting off, or one oblique step, is no bend.
        steady = known & (early * late > 0.0)
        slower = np.minimum(np.abs(early), np.abs(late))
        return np.where(steady, slower * self._rate_hz / third, 0.0)

    def _headings(self, first: IntArray, end: IntArray) -> FloatArray:
        """Return the mean heading over each of several stretches [first, end), (j,)."""
        return self._heading.over_each(first, end)[:, 0] / (end - first)


def _flagged(runs: Mapping[Placement, FlaggedRuns], first: int, end: int) -> frozenset[Placement]:
    return frozenset([placement for placement, own in runs.items() if own.any(first, end)])
