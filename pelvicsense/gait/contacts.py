"""Initial and final contacts from a pelvis and one or two thighs, causally.

1. Steps are noticed in the pelvis' vertical acceleration (`steps`), swings in the thighs' flexion
   rate (`swings`).
2. A step belongs to the thigh whose swing ended around it; with both thighs worn, a step that
   no swing belongs to is no contact. With one thigh worn, the other foot landed if the worn thigh
   turns from extension to flexion then.
3. Contact times are the step's anchor plus small corrections (`contact_model`); in walking and on
   stairs a step gives the initial contact of the landing foot and the final contact of the other,
   in running both contacts of the landing foot.

A decision is taken at the row at which all it uses has been seen, and uses nothing later, so that
live and batch agree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from pelvicsense.datatypes.gait import EventKind, GaitEvent
from pelvicsense.datatypes.motion import SegmentBlock
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.gait import contact_model
from pelvicsense.gait.contact_config import ContactConfig
from pelvicsense.gait.final_contacts import ExpectedFinal, FinalContacts
from pelvicsense.gait.landmarks import Landmarks
from pelvicsense.gait.signals import PelvisSignals, flexion, forward_and_vertical
from pelvicsense.gait.steps import Step, StepDetector
from pelvicsense.gait.swings import Swing, SwingDetector
from pelvicsense.numerics.history import History

_DUE = attrgetter("due")


@dataclass(slots=True, eq=False)
class _Landing:
    """A step still to be decided.

    ``first`` and ``last``: of a bout, as far as can be told yet.
    """

    step: Step
    due: int
    retried: bool = False
    first: bool = False
    last: bool = False
    thighs: tuple[Side, ...] = ()
    side: Side | None = None
    swing: Swing | None = None
    score: float = 0.0
    activity: Activity = Activity.UNKNOWN


class ContactDetector:
    """Turn blocks of segment motion into gait events.

    Parameters
    ----------
    config, rate_hz
        Parameters and grid rate.
    first_index
        Grid row of the first block.
    thighs
        Sides whose thigh is worn, one or two.
    """

    def __init__(
        self, config: ContactConfig, rate_hz: float, first_index: int, thighs: Sequence[Side]
    ) -> None:
        self.config = config
        self.rate_hz = rate_hz
        self.thighs = tuple(thighs)
        self._pairing = [limit * rate_hz for limit in config.pairing_s]
        worn = [Placement.PELVIS, *(Placement.thigh(side) for side in self.thighs)]
        self._pelvis = PelvisSignals(rate_hz, first_index, worn)
        self._steps = StepDetector(config.steps, rate_hz, first_index)
        self._smoothed = History(1, first_index - self._steps.lag)
        self._swings = {
            side: SwingDetector(config.swings, rate_hz, first_index) for side in self.thighs
        }
        self._landmarks = Landmarks(rate_hz, self._pelvis, self._swings, config.push_s)
        self._newest = first_index - 1
        self._anchors: list[Step] = []
        self._landings: list[_Landing] = []
        self._last_landing = -math.inf
        self._finals = FinalContacts(config, rate_hz, self._pelvis, self._swings, self._landmarks)

    def feed(self, block: SegmentBlock) -> list[GaitEvent]:
        """Return the events that became known in a block, in the order in which they did."""
        pelvis = block.segments[Placement.PELVIS]
        forward, vertical = forward_and_vertical(pelvis)
        self._pelvis.feed(block, forward, vertical)
        smoothed, steps = self._steps.feed(vertical)
        self._smoothed.append(smoothed[:, None])
        for side in self.thighs:
            self._swings[side].feed(*flexion(block.segments[Placement.thigh(side)]))
        for step in steps:
            self._anchors.append(step)
            self._landings.append(_Landing(step, self._due(step, self.config.early_decision_s)))
        self._newest = block.first_index + len(block) - 1
        self._finals.look(self._newest)
        events = self._decide()
        self._forget()
        return events

    def _due(self, step: Step, after_s: float) -> int:
        return max(step.known, math.ceil(step.anchor + after_s * self.rate_hz))

    def _decide(self) -> list[GaitEvent]:
        """Take all decisions whose row has come, in the order of their rows."""
        events: list[GaitEvent] = []
        while True:
            # In order of steps: a decision put off may be overtaken by two later steps at most.
            landing = min(self._landings[:4], key=_DUE, default=None)
            final_due = self._finals.due
            if landing is not None and landing.due <= min(final_due, self._newest):
                events.extend(self._land(landing))
            elif final_due <= self._newest:
                events.extend(self._finals.decide())
            else:
                return events

    # -- landing -------------------------------------------------------------------------------

    def _land(self, landing: _Landing) -> list[GaitEvent]:
        """Decide which foot landed, as early as that can be told, and later exactly when."""
        step, row = landing.step, landing.due
        self._prune(step)
        if landing.side is not None:
            return self._tell(landing)
        running = not landing.retried and self._is_running(step, row)
        doubtful = not landing.retried and not running and self._is_doubtful(step)
        landing.thighs = self._usable(step, row)
        if not doubtful and landing.thighs:
            landing.side, landing.swing, landing.score = self._landing_foot(
                step, landing.thighs, row, running
            )
        if landing.side is None:
            if running or not self._put_off(landing, doubtful):
                self._landings.remove(landing)
            return []
        activity = Activity.RUN if running else self._landing_activity(landing.swing)
        self._finals.expect(
            ExpectedFinal(
                side=landing.side if running else landing.side.other,
                step=step,
                running=running,
                activity=activity,
                swing=landing.swing,
                thighs=landing.thighs,
                # Without the pushing thigh the pelvis' landmarks must do, which come later.
                not_before=row + 1
                if running or landing.side.other in landing.thighs
                else max(row + 1, self._due(step, self.config.decision_s)),
                deadline=self._due(step, self.config.final_deadline_s),
            )
        )
        landing.activity = activity
        landing.first = self._begins_a_bout(step, row)
        self._last_landing = step.anchor
        if not running:
            landing.due = max(row, self._due(step, self.config.decision_s))
            if landing.due > row:
                return []
        return self._tell(landing)

    def _begins_a_bout(self, step: Step, row: int) -> bool:
        """Whether the person stood before a landing."""
        pause = self.config.steps.forget_s * self.rate_hz
        if step.anchor - self._last_landing < pause:
            return False
        return len(self._pelvis.settled(step.anchor - pause, row)) == 1 + len(self.thighs)

    def _tell(self, landing: _Landing) -> list[GaitEvent]:
        """Return the initial contact, or put it off once until the other thigh begins to swing.

        A thigh that does not begin to swing belongs to the last step of a bout.
        """
        row = landing.due
        waited, landing.last = landing.last, self._push_is_missing(landing, row)
        if landing.last and not waited:
            landing.due = max(row, self._due(landing.step, self.config.late_push_s))
            if landing.due > row:
                return []
        self._landings.remove(landing)
        return [self._initial(landing, row)]

    def _push_is_missing(self, landing: _Landing, row: int) -> bool:
        """Whether a walker's other thigh, if it is worn, should have begun to swing and has not."""
        assert landing.side is not None
        other, usual = landing.side.other, landing.step.usual_interval
        return (
            landing.activity is Activity.WALK
            and not self.config.slow_step_s * self.rate_hz < usual < math.inf
            and other in landing.thighs
            and self._landmarks.push(other, landing.step, row) is None
        )

    def _put_off(self, landing: _Landing, doubtful: bool) -> bool:
        """Have a step whose foot cannot be told yet decided later; return whether there is a point.

        With one thigh worn, the other foot's landing is told by that thigh's next swing, which
        upstairs begins late.
        """
        if landing.retried and len(landing.thighs) != 1:
            return False
        late = doubtful or landing.retried
        after_s = self.config.doubtful_decision_s if late else self.config.decision_s
        due = self._due(landing.step, after_s)
        if due <= landing.due:
            return False
        landing.due, landing.retried = due, True
        return True

    def _initial(self, landing: _Landing, row: int) -> GaitEvent:
        """Return the initial contact of a step whose foot is known."""
        step, side, activity = landing.step, landing.side, landing.activity
        assert side is not None
        if activity is Activity.RUN:
            at = contact_model.RUNNING_INITIAL.place(self._finals.loaded_ms)
        else:
            landmarks = self._landmarks.of_pelvis(step, row) | self._landmarks.of_thighs(
                step, landing.thighs, side, landing.swing, row
            )
            at = self._initial_model(landing).place(landmarks)
        return GaitEvent(
            kind=EventKind.INITIAL_CONTACT,
            side=side,
            t_s=step.anchor / self.rate_hz + 1e-3 * at.after_ms,
            sigma_s=1e-3 * at.sigma_ms,
            known_at_s=row / self.rate_hz,
            score=landing.score,
            activity=activity,
        )

    def _is_running(self, step: Step, row: int) -> bool:
        limits = self.config.steps
        if step.fall > limits.fall:
            return False
        smoothed = self._smoothed.rows(int(step.anchor), row - self._steps.lag + 1)
        return bool(np.max(smoothed) > limits.landing) and not self._push_follows(step, row)

    def _push_follows(self, step: Step, row: int) -> bool:
        """Whether a thigh begins to swing about a landing: runners are in the air before it."""
        low, high = (limit * self.rate_hz for limit in self.config.walking_push_s)
        return any(
            swing.begun(row) and low < swing.start - step.anchor < high
            for side in self._usable(step, row)
            for swing in self._swings[side].until(row)
        )

    def _is_doubtful(self, step: Step) -> bool:
        """Whether a step came so soon after the last that it may be the same landing."""
        return step.interval < self.config.doubtful_step * step.usual_interval < math.inf

    def _usable(self, step: Step, row: int) -> tuple[Side, ...]:
        """Return the thighs to be trusted around a step; none if the pelvis cannot be."""
        settled = self._pelvis.settled(step.anchor - 0.3 * self.rate_hz, row)
        if Placement.PELVIS not in settled:
            return ()
        return tuple(side for side in self.thighs if Placement.thigh(side) in settled)

    def _landing_foot(
        self, step: Step, thighs: tuple[Side, ...], row: int, running: bool
    ) -> tuple[Side | None, Swing | None, float]:
        """Return which foot landed, its swing (if that thigh is worn) and a score 0…1."""
        best: tuple[float, Side, Swing] | None = None
        for side in thighs:
            for swing in self._swings[side].until(row):
                if swing.taken or not swing.complete(row):
                    continue
                misfit = self._misfit(step, swing, running)
                if misfit is not None and (best is None or misfit < best[0]):
                    best = (misfit, side, swing)
        if best is not None:
            misfit, side, swing = best
            if self._another_fits_better(step, swing, misfit, row, running):
                return None, None, 0.0
            swing.taken = True
            return side, swing, max(0.0, 1.0 - misfit / (0.4 * self.rate_hz))
        if len(thighs) == 1 and self._landmarks.push(thighs[0], step, row) is not None:
            return thighs[0].other, None, 0.5
        return None, None, 0.0

    def _misfit(self, step: Step, swing: Swing, running: bool) -> float | None:
        """Return how far a step lies from where a swing lets it be expected, rows."""
        after = step.anchor - swing.end
        low, high = self._pairing
        if step.anchor <= swing.peak or not low < after < high:
            return None
        walking_s, running_s, stairs_s = self.config.expected_s
        expected_s = running_s if running else stairs_s if swing.end_angle > 0.6 else walking_s
        return abs(after - expected_s * self.rate_hz)

    def _another_fits_better(
        self, step: Step, swing: Swing, misfit: float, row: int, running: bool
    ) -> bool:
        for other in self._anchors:
            if other.known > row:
                break
            if other is step:
                continue
            other_misfit = self._misfit(other, swing, running)
            if other_misfit is not None and other_misfit < misfit:
                return True
        return False

    def _landing_activity(self, swing: Swing | None) -> Activity:
        if swing is None:
            return Activity.WALK
        middle = 0.5 * (swing.start_angle + swing.end_angle)
        climbing = (
            swing.end_angle > self.config.stairs_landing_angle
            and middle > self.config.stairs_middle_angle
        )
        return Activity.STAIRS_UP if climbing else Activity.WALK

    def _initial_model(self, landing: _Landing) -> contact_model.ContactModel:
        if landing.activity is Activity.STAIRS_UP:
            return contact_model.INITIAL_UPSTAIRS
        if landing.swing is None:
            return contact_model.INITIAL_OTHER_FOOT
        if landing.first:
            return contact_model.INITIAL_FIRST
        return contact_model.INITIAL_LAST if landing.last else contact_model.INITIAL

    # -- bookkeeping ---------------------------------------------------------------------------

    def _forget(self) -> None:
        """Keep three seconds of signals: longer than any decision looks back."""
        before = self._newest - round(3.0 * self.rate_hz)
        self._pelvis.forget(before)
        self._smoothed.drop_before(before)
        for detector in self._swings.values():
            detector.forget(before)

    def _prune(self, step: Step) -> None:
        """Drop steps and swings that no decision after a step can concern."""
        before = step.anchor - 2.0 * self.rate_hz
        while self._anchors[0].anchor < before:
            del self._anchors[0]
        for detector in self._swings.values():
            detector.prune(before)
