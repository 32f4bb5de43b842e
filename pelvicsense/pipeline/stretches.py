"""What disturbed a stretch of time: turning, ends of a range, sensors that were not settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.motion import SegmentBlock, SegmentSignal
from pelvicsense.datatypes.placement import Placement
from pelvicsense.metrics.false_tilt import (
    PIECES,
    PIECES_PER_TIME_CONSTANT,
    directions,
)
from pelvicsense.numerics.flagged_runs import FlaggedRuns
from pelvicsense.numerics.running_sums import RunningSums

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
    facing, facing_rows
        Which way the pelvis faced in the last seconds, see `directions`, (2, n), and at which rows,
        (n,); each is a mean about its row, so that the newest lies a quarter of a second back.
    saturated, unsettled
        The sensors that sat at the end of their range, and that were not settled all the time.
    settled_for_s
        How long, at ``first``, the sensors had been settled that lately were not, s.
    """

    first: int
    end: int
    yaw_rate: float
    facing: FloatArray
    facing_rows: IntArray
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
    tilt_time_s
        The orientation filter's time constant of the specific force, s.
    """

    def __init__(
        self,
        rate_hz: float,
        first_index: int,
        placements: Sequence[Placement],
        tilt_time_s: float,
    ) -> None:
        self._rate_hz = rate_hz
        self._first_index = first_index
        self._piece = round(tilt_time_s / PIECES_PER_TIME_CONSTANT * rate_hz)
        self._heading = RunningSums(1, first_index)
        self._newest_heading = 0.0, 0.0  # within half a turn, and followed on
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
        heading = np.arctan2(forward[:, 1], forward[:, 0])
        before, followed = self._newest_heading
        steps = np.diff(heading, prepend=before)
        steps -= 2.0 * np.pi * np.round(steps / (2.0 * np.pi))
        steps[0] += followed
        followed_on = np.cumsum(steps)
        self._newest_heading = float(heading[-1]), float(followed_on[-1])
        return followed_on

    def drop_before(self, index: int) -> None:
        """Forget rows before a grid index, but for the headings of the turns before it."""
        self._heading.drop_before(index - (PIECES + 2) * self._piece)
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
        columns = [column.tolist() for column in (first, end, yaw_rate)]
        return [
            Stretch(
                a,
                b,
                yaw,
                facing,
                rows,
                _flagged(self._saturated, a, b),
                _flagged(self._unsettled, a, b),
                self._settled_for(a),
            )
            for a, b, yaw, facing, rows in zip(*columns, *self._facing(end), strict=True)
        ]

    def _settled_for(self, row: int) -> dict[Placement, float]:
        """Return seconds since each sensor was last unsettled, of those where it was lately."""
        rows = {placement: runs.rows_since(row) for placement, runs in self._unsettled.items()}
        seconds = {p: n / self._rate_hz for p, n in rows.items() if n is not None}
        # Older rows may or may not have been dropped: that must not show.
        return {p: settled_s for p, settled_s in seconds.items() if settled_s < _LATELY_S}

    def _facing(self, end: IntArray) -> tuple[FloatArray, IntArray]:
        """Return which way the pelvis faced before each of several rows, and at which rows."""
        # Each heading is a mean over two pieces: that leaves out most of the stride's own turning.
        middle = (end - self._piece)[:, None] - self._piece * np.arange(PIECES + 1)
        first = np.maximum(middle - self._piece, self._first_index)
        headings = self._headings(first, np.maximum(middle + self._piece, first + 1))
        return directions(headings), middle

    def _headings(self, first: IntArray, end: IntArray) -> FloatArray:
        """Return the mean heading over each of several stretches [first, end), their shape."""
        return self._heading.over_each(first, end)[..., 0] / (end - first)


def _flagged(runs: Mapping[Placement, FlaggedRuns], first: int, end: int) -> frozenset[Placement]:
    return frozenset([placement for placement, own in runs.items() if own.any(first, end)])
