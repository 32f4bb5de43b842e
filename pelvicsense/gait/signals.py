"""The smoothed signals in which contacts are looked for, kept for a few seconds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.motion import SegmentBlock, SegmentSignal
from pelvicsense.datatypes.placement import Placement
from pelvicsense.numerics.filters import HannSmoother
from pelvicsense.numerics.flagged_runs import FlaggedRuns
from pelvicsense.numerics.history import History

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
        self._unsettled = {placement: FlaggedRuns() for placement in placements}

    def feed(self, block: SegmentBlock, forward: FloatArray, vertical: FloatArray) -> None:
        """Take one block and the pelvis' accelerations in it."""
        self.landmarks.append(self._fast.feed(np.stack([vertical, forward], axis=1)))
        self.running.append(self._slow.feed(vertical[:, None]))
        for placement, unsettled in self._unsettled.items():
            unsettled.append(block.first_index, ~block.segments[placement].settled)

    def settled(self, first: float, end: float) -> list[Placement]:
        """Return the sensors that were settled over grid rows [first, end]."""
        low, high = int(first), int(end) + 1
        return [p for p, unsettled in self._unsettled.items() if not unsettled.any(low, high)]

    def forget(self, before_row: int) -> None:
        """Drop rows before a grid row."""
        for history in (self.landmarks, self.running):
            history.drop_before(before_row)
        for unsettled in self._unsettled.values():
            unsettled.drop_before(before_row)
