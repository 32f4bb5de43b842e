"""The smoothed signals in which contacts are looked for, kept for a few seconds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.motion import SegmentBlock, SegmentSignal
from pelvicsense.datatypes.placement import Placement
from pelvicsense.numerics.filters import HannSmoother
from pelvicsense.numerics.history import History
from pelvicsense.numerics.running_sums import RunningSums

LANDMARK_SMOOTHING_S = 0.07
RUNNING_SMOOTHING_S = 0.11


def forward_and_vertical(pelvis: SegmentSignal) -> tuple[FloatArray, FloatArray]:
    """Return the pelvis' acceleration along its own heading and upward, (n,) each, m/s²."""
    anterior = pelvis.earth_from_segment[:, :, 0]
    length = np.sqrt(anterior[:, 0] * anterior[:, 0] + anterior[:, 1] * anterior[:, 1])
    # Lying face down the pelvis has no heading; such rows are far from any step.
    length = np.maximum(length, 1e-6)
    a = pelvis.acceleration
    forward = (a[:, 0] * anterior[:, 0] + a[:, 1] * anterior[:, 1]) / length
    return forward, np.ascontiguousarray(a[:, 2])


def flexion(thigh: SegmentSignal) -> tuple[FloatArray, FloatArray]:
    """Return a thigh's flexion rate, rad/s, and inclination, rad, (n,) each; flexed positive."""
    axes = thigh.earth_from_segment
    return np.ascontiguousarray(thigh.rate[:, 2]), np.arctan2(axes[:, 2, 0], axes[:, 2, 1])


class PelvisSignals:
    """Smoothed acceleration of the pelvis and the settled rows of all sensors.

    ``landmarks`` holds vertical and forward acceleration, ``running`` the vertical one smoothed
    longer; rows are addressed by the time they describe.
    """

    def __init__(self, rate_hz: float, first_index: int, placements: Sequence[Placement]) -> None:
        self._fast = HannSmoother(LANDMARK_SMOOTHING_S, rate_hz)
        self._slow = HannSmoother(RUNNING_SMOOTHING_S, rate_hz)
        self.landmark_lag = int(self._fast.lag)
        self.running_lag = int(self._slow.lag)
        self.landmarks = History(2, first_index - self.landmark_lag)
        self.running = History(1, first_index - self.running_lag)
        self._placements = tuple(placements)
        self._unsettled = RunningSums(len(self._placements), first_index)

    def feed(self, block: SegmentBlock, forward: FloatArray, vertical: FloatArray) -> None:
        """Take one block and the pelvis' accelerations in it."""
        self.landmarks.append(self._fast.feed(np.stack([vertical, forward], axis=1)))
        self.running.append(self._slow.feed(vertical[:, None]))
        lost = [~block.segments[placement].settled for placement in self._placements]
        self._unsettled.append(np.stack(lost, axis=1).astype(np.float64))

    def settled(self, first: float, end: float) -> list[Placement]:
        """Return the sensors that were settled over grid rows [first, end]."""
        low = max(int(first), self._unsettled.first_index)
        high = min(int(end) + 1, self._unsettled.end_index)
        unsettled = self._unsettled.over(low, high)
        return [p for p, rows in zip(self._placements, unsettled, strict=True) if rows == 0.0]

    def forget(self, before_row: int) -> None:
        """Drop rows before a grid row."""
        self._unsettled.drop_before(before_row)
        for history in (self.landmarks, self.running):
            history.drop_before(before_row)
