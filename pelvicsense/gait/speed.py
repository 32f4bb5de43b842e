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

_STRIDES = 40
"""Strides that are remembered: both legs', for longer than anything asks back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedConfig:
    """Parameters of the speed estimate.

    Attributes
    ----------
    share_sigma
        Standard uncertainty as a share of the speed: people's legs and habits differ.
    hold_s
        How long after a stride its speed is believed to go on without another one, s: through a
        turn, whose steps are too unlike for the rule. Later the person stands.
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
        # First row and speed, stride by stride
        self._strides: deque[tuple[int, float]] = deque(maxlen=_STRIDES)
        self._end = first_index

    def feed(self, block: SegmentBlock) -> None:
        """Take one block of segment motion."""
        for side, inclination in self._inclination.items():
            inclination.append(flexion(block.segments[Placement.thigh(side)])[1][:, None])

    def drop_before(self, index: int) -> None:
        """Forget rows before a grid index."""
        for inclination in self._inclination.values():
            inclination.drop_before(index)

    def stride(self, side: Side, activity: Activity, first: int, end: int) -> None:
        """Learn from a straight stride of a worn thigh, grid rows [first, end)."""
        reach_m = _REACH_M.get(activity)
        if reach_m is None:
            return
        if first - self._end > self.config.hold_s * self._rate_hz:
            self._strides.append((self._end, 0.0))
        rows = self._inclination[side].rows(first, end)
        range_rad = float(rows.max() - rows.min())
        self._strides.append((first, reach_m * range_rad * self._rate_hz / (end - first)))
        self._end = end

    def speeds_mps(self, rows: IntArray) -> FloatArray:
        """Return the speed at several grid rows, (n,), up to now; 0 while standing."""
        speeds = np.zeros(len(rows))
        for first, speed_mps in self._strides:
            speeds[rows >= first] = speed_mps
        speeds[rows >= self._end + self.config.hold_s * self._rate_hz] = 0.0
        return speeds
