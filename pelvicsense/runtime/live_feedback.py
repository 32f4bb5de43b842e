"""Feedback of a running session: decide, sound, record; a zone from the person's own strides."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from pelvicsense.datatypes.gait import StanceReport, Stride, StrideAngles
from pelvicsense.feedback.haptics import Haptics
from pelvicsense.feedback.minutes import next_change
from pelvicsense.feedback.plan import PlanStep
from pelvicsense.feedback.plan_progress import PlanProgress
from pelvicsense.feedback.programme import CadenceCue, Cue, FeedbackConfig, FeedbackMode, Programme
from pelvicsense.feedback.tones import tones_of
from pelvicsense.feedback.zone import BaselineGoal, zone_from_baseline
from pelvicsense.pipeline.pipeline import Output
from pelvicsense.sinks.sound import Sound

BASELINE_STRIDES = 100
"""Newest strides that make a baseline: beyond that many, days differ more than strides."""


class LiveFeedback:
    """Tells a person of stances as soon as they are known.

    Parameters
    ----------
    config
        Targets and mode.
    record
        Takes the words of every cue, for the recording.
    open_sound
        Opens the audio output, when it is first wanted.
    haptics
        A vibrating device, if there is one.
    """

    def __init__(
        self,
        config: FeedbackConfig,
        record: Callable[[str], None],
        open_sound: Callable[[], Sound] = Sound,
        haptics: Haptics | None = None,
    ) -> None:
        self._chosen = config
        self._step: PlanStep | None = None
        self._programme = Programme(config)
        self._record = record
        self._open_sound = open_sound
        self._haptics = haptics
        self._sound: Sound | None = None
        self._strides: deque[StrideAngles] = deque(maxlen=BASELINE_STRIDES)

    @property
    def config(self) -> FeedbackConfig:
        """Targets and mode: those of the plan that is followed, else those that were chosen."""
        return self._programme.config

    @property
    def chosen(self) -> FeedbackConfig:
        """Targets and mode without a plan."""
        return self._chosen

    @property
    def plan(self) -> PlanProgress | None:
        """How far the followed session of a plan is; none without one."""
        if self._step is None:
            return None
        minutes, session = self._programme.minutes, self._step.session
        change = next_change(minutes, session.feedback_percent / 100.0, session.minutes)
        return PlanProgress(
            step=self._step,
            minutes=minutes,
            feedback_now=self._programme.feedback_now,
            change_min=None if change is None else change - minutes,
        )

    @property
    def wants_sound(self) -> bool:
        """Whether cues are to be heard."""
        return self.config.sound and self.config.mode is not FeedbackMode.OFF

    @property
    def sound_trouble(self) -> str:
        """Why nothing is heard; empty if it is, or need not be."""
        return self._sound.trouble if self._sound is not None and self.wants_sound else ""

    def configure(self, config: FeedbackConfig) -> bool:
        """Change targets and mode; a faded programme begins anew. Return whether all was taken.

        While a plan is followed only how cues sound is changed: the plan goes on.
        """
        if self._step is None:
            self._chosen = config
            self._programme = Programme(config)
        else:
            self._chosen = _sounding_as(config, self._chosen)
            self._programme.config = _sounding_as(config, self._programme.config)
        return self.config == config

    def follow(self, step: PlanStep | None) -> None:
        """Begin a session of a plan; with none, go back to what was chosen."""
        self._step = step
        if step is None:
            self._programme = Programme(self._chosen)
        else:
            self._programme = Programme(step.configure(self._chosen), step.begun_min)

    def open_sound(self) -> None:
        """Open the audio output if it is wanted and not open; may take a second."""
        if self.wants_sound and self._sound is None:
            self._sound = self._open_sound()

    def take(self, outputs: Sequence[Output]) -> list[Cue | CadenceCue]:
        """Take what became known; sound and record what is to be told, and return it."""
        cues = []
        for item in outputs:
            if isinstance(item, StanceReport | Stride):
                cue = self._programme.decide(item)
                if cue is not None:
                    self._tell(cue)
                    cues.append(cue)
            if isinstance(item, Stride) and item.valid:
                self._strides.append(item.angles)
        return cues

    def with_own_zone(self, goal: BaselineGoal | None = None) -> FeedbackConfig:
        """Return the targets with the cued metric's zone set from the newest valid strides.

        Raises
        ------
        ConfigurationError
            If there are too few.
        """
        metric = self.config.metric
        values_deg = [metric.of(angles) for angles in self._strides]
        zone = zone_from_baseline(values_deg, goal or BaselineGoal())
        return replace(self.config, zones={**self.config.zones, metric: zone})

    def close(self) -> None:
        """Fall silent."""
        if self._sound is not None:
            self._sound.close()
            self._sound = None

    def _tell(self, cue: Cue | CadenceCue) -> None:
        if self._sound is not None and self.wants_sound:
            self._sound.play(tones_of(cue.side, self._heard_deg(cue), self.config.tones))
        if self._haptics is not None:
            self._haptics.vibrate(cue)
        self._record(cue.words)

    def _heard_deg(self, cue: Cue | CadenceCue) -> float:
        """Return how far outside a cue sounds, degrees."""
        if isinstance(cue, CadenceCue):
            return cue.outside_spm * self.config.tones.deg_per_spm
        return cue.outside_deg


def _sounding_as(config: FeedbackConfig, other: FeedbackConfig) -> FeedbackConfig:
    """Return the targets of ``other``, heard as those of ``config``."""
    return replace(other, sound=config.sound, tones=config.tones)
