"""Walking and running speed from the swing of the thighs, to about 12 %.

Speed is stride length over stride time, and a stride is as long as the legs reach: their length
times the range of the thigh's flexion, and some more for the knee and the flight.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.motion import SegmentBlock
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.gait.signals import flexion
from pelvicsense.numerics.history import History

_REACH_M = MappingProxyType(
    {
        Activity.RUN: 2.2,
        Activity.WALK: 1.8,
        Activity.STAIRS_UP: 0.7,
        Activity.STAIRS_DOWN: 1.0,
    }
)
"""Stride length per range of flexion, m per rad. Two runners at 2.5 m/s: 2.21 and 2.10; ten
simulated people from 1.8 to 5.5 m/s: 1.9 to 2.6, walking 1.6 to 2.1. Stairs from their steps'
depth."""

_KEPT_S = 60.0
"""For how long speeds are remembered: for longer than anything asks back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedConfig:
    """Parameters of the speed estimate.

    Attributes
    ----------
    share_sigma
        Standard uncertainty as a share of the speed: people's legs and habits differ.
    hold_s
        How long after a stride its speed is believed to go on without another one, s; then the
        person has stood since.
    """

    share_sigma: float = 0.12
    hold_s: float = 4.0


class SpeedEstimate:
    """Follow the speed, stride by stride.

    Parameters
    ----------
    config, rate_hz, thighs
        Parameters, grid rate and the sides whose thigh is worn.
    first_index
        Grid row of the first block.
    """

    def __init__(
        self, config: SpeedConfig, rate_hz: float, thighs: Sequence[Side], first_index: int
    ) -> None:
        self.config = config
        self._rate_hz = rate_hz
        self._inclination = {side: History(1, first_index) for side in thighs}
        # Rows at which a speed begins, rising, and these speeds
        self._begins = deque([first_index])
        self._speeds_mps = deque([0.0])
        self._end = first_index
        self._hold = config.hold_s * rate_hz

    def feed(self, block: SegmentBlock) -> None:
        """Take one block of segment motion."""
        for side, inclination in self._inclination.items():
            inclination.append(flexion(block.segments[Placement.thigh(side)])[1][:, None])

    def drop_before(self, index: int) -> None:
        """Forget rows before a grid index."""
        for inclination in self._inclination.values():
            inclination.drop_before(index)
        oldest = index - _KEPT_S * self._rate_hz
        while len(self._begins) > 1 and self._begins[1] < oldest:
            self._begins.popleft()
            self._speeds_mps.popleft()

    def stride(self, side: Side, activity: Activity, first: int, end: int) -> None:
        """Learn from a straight stride of a worn thigh, grid rows [first, end)."""
        reach_m = _REACH_M.get(activity)
        if reach_m is None or first <= self._begins[-1]:
            return
        if first - self._end > self._hold:
            self._note(self._end, 0.0)
        rows = self._inclination[side].rows(first, end)
        range_rad = float(rows.max() - rows.min())
        self._note(first, reach_m * range_rad * self._rate_hz / (end - first))
        self._end = end

    def goes_on(self, end: int) -> None:
        """Believe the last speed up to the end of a turning stride, whose swing shows none."""
        if self._speeds_mps[-1] > 0.0 and end - self._end < self._hold:
            self._end = max(self._end, end)

    def _note(self, begin: int, speed_mps: float) -> None:
        self._begins.append(begin)
        self._speeds_mps.append(speed_mps)

    def speeds_mps(self, rows: IntArray, now: int) -> FloatArray:
        """Return the speed at several grid rows, (n,), for a stance at ``now``; 0 while standing.

        Later rows than the last stride's end have its speed, unless that is too long ago.
        """
        place = np.searchsorted(list(self._begins), rows, side="right") - 1
        speeds = np.array(self._speeds_mps)[np.maximum(place, 0)]
        if now - self._end > self._hold:
            speeds[rows >= self._end] = 0.0
        speeds[place < 0] = 0.0
        return speeds
