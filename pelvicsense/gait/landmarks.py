"""The landmarks of a step that contacts are told from; `contact_model` says what each one is.

A landmark is given only once its whole window has been seen: a batch must not know earlier than a
live run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

from pelvicsense.datatypes.placement import Side
from pelvicsense.gait.signals import PelvisSignals
from pelvicsense.gait.steps import Step
from pelvicsense.gait.swings import Swing, SwingDetector
from pelvicsense.numerics.extremum import vertex

_PELVIS_LANDMARKS = (
    # name, column (0 vertical, 1 forward), window in s, largest or least, of the slope or the value
    ("vertical_peak", 0, 0.0, 0.22, True, False),
    ("vertical_jerk", 0, -0.06, 0.18, True, True),
    ("forward_peak", 1, -0.10, 0.15, True, False),
    ("forward_drop", 1, -0.06, 0.20, False, True),
    ("forward_low", 1, 0.0, 0.23, False, False),
)


class Landmarks:
    """Read landmarks, in ms after a step's anchor and rad × 100, off the kept signals.

    Parameters
    ----------
    rate_hz
        Grid rate.
    pelvis, swings
        The signals, kept up by their owner.
    push_s
        Window of the other thigh's swing start around the anchor, s.
    """

    def __init__(
        self,
        rate_hz: float,
        pelvis: PelvisSignals,
        swings: Mapping[Side, SwingDetector],
        push_s: tuple[float, float],
    ) -> None:
        self.rate_hz = rate_hz
        self._pelvis = pelvis
        self._swings = swings
        self._push = [limit * rate_hz for limit in push_s]

    def in_push_window(self, swing: Swing, step: Step) -> bool:
        """Whether a swing begins when the foot that stood before a step may leave the ground."""
        low, high = self._push
        return low < swing.start - step.anchor < high

    def push(self, side: Side, step: Step, row: int) -> Swing | None:
        """Return the swing that a worn thigh begins around a step, as far as known."""
        for swing in self._swings[side].until(row):
            if swing.begun(row) and self.in_push_window(swing, step):
                return swing
        return None

    def of_thighs(
        self, step: Step, thighs: tuple[Side, ...], side: Side, swing: Swing | None, row: int
    ) -> dict[str, float]:
        """Return the landmarks of the landing thigh and of the other that are known at a row."""
        marks: dict[str, float] = {}
        if step.interval < math.inf:
            marks["step_time"] = self._ms(step.interval)
        if swing is not None:
            marks["swing_end"] = self._ms(swing.end - step.anchor)
            marks["swing_end_angle"] = 100.0 * swing.end_angle
        if side.other in thighs:
            push = self.push(side.other, step, row)
            if push is not None:
                marks |= self._push_landmarks(side.other, push, step, row)
        return marks

    def _push_landmarks(self, side: Side, swing: Swing, step: Step, row: int) -> dict[str, float]:
        marks = {
            "push_start": self._ms(swing.start - step.anchor),
            "push_angle": 100.0 * swing.start_angle,
        }
        rise, known = self._swings[side].rise(swing)
        if known <= row:
            marks["push_rise"] = self._ms(rise - step.anchor)
        return marks

    def of_pelvis(self, step: Step, row: int) -> dict[str, float]:
        """Return the landmarks whose whole window has been seen at an input row."""
        z = step.anchor
        history = self._pelvis.landmarks
        base = max(math.ceil(z - 0.10 * self.rate_hz), history.first_index)
        end = min(int(z + 0.23 * self.rate_hz) + 1, row - self._pelvis.landmark_lag + 1)
        # Plain floats: there are two dozen of each signal.
        signals = history.rows(base, end).T.tolist()
        jerks = [[after - before for before, after in pairwise(signal)] for signal in signals]
        marks: dict[str, float] = {}
        for name, column, low_s, high_s, largest, jerk in _PELVIS_LANDMARKS:
            first = max(math.ceil(z + low_s * self.rate_hz), base) - base
            stop = int(z + high_s * self.rate_hz) + 1 - base
            if stop > end - base:
                continue
            values = jerks[column][first : stop - 1] if jerk else signals[column][first:stop]
            at = first + vertex(values if largest else [-v for v in values]) + 0.5 * jerk
            marks[name] = self._ms(base + at - z)
        first = max(math.ceil(z - 0.08 * self.rate_hz), base) - base
        stop = int(z + 0.15 * self.rate_hz) + 1 - base
        for k, (before, after) in enumerate(pairwise(signals[0][first:stop])):
            if before <= 0.0 < after:
                share = -before / (after - before)
                marks["vertical_zero"] = self._ms(base + first + k + share - z)
                break
        return marks

    def _ms(self, rows: float) -> float:
        return 1e3 * rows / self.rate_hz
