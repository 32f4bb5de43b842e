"""Feedback of a running session: decide, sound, record; a zone from the person's own strides."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from pelvicsense.datatypes.gait import StanceReport, Stride, StrideAngles
from pelvicsense.feedback.haptics import Haptics
from pelvicsense.feedback.programme import Cue, FeedbackConfig, FeedbackMode, Programme
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
        self._programme = Programme(config)
        self._record = record
        self._open_sound = open_sound
        self._haptics = haptics
        self._sound: Sound | None = None
        self._strides: deque[StrideAngles] = deque(maxlen=BASELINE_STRIDES)

    @property
    def config(self) -> FeedbackConfig:
        """Targets and mode."""
        return self._programme.config

    @property
    def wants_sound(self) -> bool:
        """Whether cues are to be heard."""
        return self.config.sound and self.config.mode is not FeedbackMode.OFF

    @property
    def sound_trouble(self) -> str:
        """Why nothing is heard; empty if it is, or need not be."""
        return self._sound.trouble if self._sound is not None and self.wants_sound else ""

    def configure(self, config: FeedbackConfig) -> None:
        """Change targets and mode; a faded programme begins anew."""
        self._programme = Programme(config)

    def open_sound(self) -> None:
        """Open the audio output if it is wanted and not open; may take a second."""
        if self.wants_sound and self._sound is None:
            self._sound = self._open_sound()

    def take(self, outputs: Sequence[Output]) -> list[Cue]:
        """Take what became known; sound and record what is to be told, and return it."""
        cues = []
        for item in outputs:
            if isinstance(item, StanceReport):
                cue = self._programme.decide(item)
                if cue is not None:
                    self._tell(cue)
                    cues.append(cue)
            elif isinstance(item, Stride) and item.valid:
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

    def _tell(self, cue: Cue) -> None:
        if self._sound is not None and self.wants_sound:
            self._sound.play(tones_of(cue.side, cue.outside_deg, self.config.tones))
        if self._haptics is not None:
            self._haptics.vibrate(cue)
        self._record(cue.words)
