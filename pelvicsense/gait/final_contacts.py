"""Final contacts: when a foot that a step has freed leaves the ground."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import fmean

from pelvicsense.datatypes.gait import EventKind, GaitEvent
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.gait import contact_model
from pelvicsense.gait.contact_config import ContactConfig
from pelvicsense.gait.contact_model import ContactTime
from pelvicsense.gait.landmarks import Landmarks
from pelvicsense.gait.signals import PelvisSignals
from pelvicsense.gait.steps import Step
from pelvicsense.gait.swings import Swing, SwingDetector


@dataclass(slots=True, kw_only=True, eq=False)
class ExpectedFinal:
    """A final contact still to come.

    Attributes
    ----------
    side, step
        The foot, and the step that frees it.
    running, activity
        What the step looked like.
    swing, thighs
        Swing of the landing thigh, if it is worn, and the thighs to be trusted.
    not_before, deadline
        Rows between which it is told; it is given up at the deadline.
    known
        Row at which all that tells it has been seen; infinite before.
    measured
        In running: when its acceleration fell through zero, and the contact after that.
    """

    side: Side
    step: Step
    running: bool
    activity: Activity
    swing: Swing | None
    thighs: tuple[Side, ...]
    not_before: int
    deadline: int
    known: float = math.inf
    measured: tuple[float, ContactTime] | None = None

    @property
    def due(self) -> float:
        """Row at which it can be told, or is given up."""
        return min(max(self.known, self.not_before), self.deadline)


class FinalContacts:
    """Tell the final contacts that are expected.

    Parameters
    ----------
    config, rate_hz
        Parameters and grid rate.
    pelvis, swings, landmarks
        The signals, kept up by their owner.
    """

    def __init__(
        self,
        config: ContactConfig,
        rate_hz: float,
        pelvis: PelvisSignals,
        swings: Mapping[Side, SwingDetector],
        landmarks: Landmarks,
    ) -> None:
        self.config = config
        self.rate_hz = rate_hz
        self._pelvis = pelvis
        self._swings = swings
        self._landmarks = landmarks
        self._expected: list[ExpectedFinal] = []
        self._loaded_ms: deque[float] = deque(maxlen=config.loaded_steps)
        self._newest = -1

    @property
    def loaded_ms(self) -> float:
        """How long the last running steps pushed the pelvis upward, ms."""
        return fmean(self._loaded_ms) if self._loaded_ms else contact_model.USUAL_LOADED_MS

    @property
    def due(self) -> float:
        """Row of the next decision; infinite if none is expected."""
        return min([final.due for final in self._expected], default=math.inf)

    def look(self, newest: int) -> None:
        """Look at what the signals show up to the newest row."""
        self._newest = newest
        for final in self._expected:
            self._look(final)

    def expect(self, final: ExpectedFinal) -> None:
        """Wait for a final contact."""
        self._look(final)
        self._expected.append(final)

    def decide(self) -> list[GaitEvent]:
        """Take the decision that is due next; return the event, if it is one."""
        final = min(self._expected, key=lambda expected: expected.due)
        self._expected.remove(final)
        return self._leave(final, int(final.due))

    def _look(self, final: ExpectedFinal) -> None:
        if final.known == math.inf:
            final.known = self._known(final)

    def _known(self, final: ExpectedFinal) -> float:
        """Return the row at which all that tells a final contact is seen; infinite before."""
        if final.running:
            crossing = self._fall_through_zero(final.step)
            if crossing is None:
                return math.inf
            return math.ceil(crossing) + self._pelvis.running_lag
        if final.side not in final.thighs:
            return final.not_before
        known = math.inf
        for swing in self._swings[final.side].until(self._newest):
            if swing.start - final.step.anchor > self.config.push_s[1] * self.rate_hz:
                break
            if self._landmarks.in_push_window(swing, final.step):
                seen = max(swing.accepted_known, self._swings[final.side].rise(swing)[1])
                if seen < swing.rejected_known:
                    known = min(known, seen)
        return known

    def _leave(self, final: ExpectedFinal, row: int) -> list[GaitEvent]:
        step, side = final.step, final.side
        if final.running:
            return self._leave_running(final, row)
        activity = final.activity
        landmarks = self._landmarks.of_thighs(step, final.thighs, side.other, final.swing, row)
        if side not in final.thighs:
            landmarks |= self._landmarks.of_pelvis(step, row)
        if side in final.thighs:
            swing = self._landmarks.push(side, step, row)
            if swing is None:
                return []
            if (
                swing.start_angle > self.config.stairs_down_push_angle
                and step.fall < self.config.stairs_down_fall
            ):
                activity = Activity.STAIRS_DOWN
        at = self._after_anchor(landmarks, activity, pushing=side in final.thighs)
        return self._event(final, (step.anchor, at), row, activity)

    def _leave_running(self, final: ExpectedFinal, row: int) -> list[GaitEvent]:
        if final.measured is None:
            crossing = self._fall_through_zero(final.step)
            if crossing is None or crossing > row:
                return []
            self._loaded_ms.append(self._ms(crossing - self._rise_through_zero(crossing)))
            final.measured = crossing, contact_model.RUNNING_FINAL.place(self.loaded_ms)
        return self._event(final, final.measured, row, Activity.RUN)

    def _event(
        self,
        final: ExpectedFinal,
        measured: tuple[float, ContactTime],
        row: int,
        activity: Activity,
    ) -> list[GaitEvent]:
        """Return the event, or put it off until it has happened and its stance can be measured."""
        landmark, at = measured
        t_s = landmark / self.rate_hz + 1e-3 * at.after_ms
        seen = math.ceil(t_s * self.rate_hz) + 1
        if seen > row:
            final.not_before = seen
            self._expected.append(final)
            return []
        return [
            GaitEvent(
                kind=EventKind.FINAL_CONTACT,
                side=final.side,
                t_s=t_s,
                sigma_s=1e-3 * at.sigma_ms,
                known_at_s=row / self.rate_hz,
                score=1.0 if final.running or final.side in final.thighs else 0.5,
                activity=activity,
            )
        ]

    def _after_anchor(
        self, landmarks: dict[str, float], activity: Activity, *, pushing: bool
    ) -> ContactTime:
        """Return when a final contact was; ``pushing``: its own thigh is worn."""
        if not pushing:
            return contact_model.FINAL_ONE_THIGH.place(landmarks)
        if activity is Activity.STAIRS_DOWN:
            return contact_model.FINAL_DOWNSTAIRS.place(landmarks)
        model = contact_model.FINAL_TWO_THIGHS
        at = model.place(landmarks)
        late = landmarks.get("push_rise", 0.0) - model.terms["push_rise"].high
        # A slow push-off beyond the fitted range moves the contact one to one.
        return replace(at, after_ms=at.after_ms + max(0.0, late))

    def _fall_through_zero(self, step: Step) -> float | None:
        first = int(step.anchor + 0.08 * self.rate_hz) + 1
        end = min(
            self._pelvis.running.end_index,
            int(step.anchor + self.config.final_deadline_s * self.rate_hz),
        )
        if end - first < 2:
            return None
        values = self._pelvis.running.rows(first, end)[:, 0].tolist()
        for k, (before, after) in enumerate(pairwise(values)):
            if before > 0.0 >= after:
                return float(first + k + before / (before - after))
        return None

    def _rise_through_zero(self, fall: float) -> float:
        """Return where the acceleration that falls through zero at a row had become positive."""
        signal = self._pelvis.running
        first = max(signal.first_index, int(fall - 0.4 * self.rate_hz))
        values = signal.rows(first, math.ceil(fall))[:, 0].tolist()
        k = next((k for k in reversed(range(len(values))) if values[k] <= 0.0), None)
        if k is None:
            return float(first)
        return float(first + k + values[k] / (values[k] - values[k + 1]))

    def _ms(self, rows: float) -> float:
        return 1e3 * rows / self.rate_hz
