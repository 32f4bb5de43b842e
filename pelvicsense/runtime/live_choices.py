"""What the user of a live session chose last, and chooses now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pelvicsense.datatypes.errors import PelvicsenseError, RecordingError, error_line
from pelvicsense.datatypes.placement import Placement
from pelvicsense.feedback.programme import FeedbackConfig
from pelvicsense.recording.choices import (
    Choices,
    read_choices,
    update_choices,
    with_feedback,
    with_sensors,
)
from pelvicsense.runtime.feedback_choice import choice_of, config_of


class LiveChoices:
    """Sensors and targets of a subject; what cannot be read or written can be chosen anew.

    Parameters
    ----------
    path
        Where they lie.
    subject
        Whose targets.
    tell
        Takes what went wrong, in words.
    """

    def __init__(self, path: Path, subject: str, tell: Callable[[str], None]) -> None:
        self._path, self._subject, self._tell = path, subject, tell

    def sensors(self) -> Mapping[Placement, str]:
        """Return the address of the sensor worn at each place."""
        try:
            return read_choices(self._path).sensors
        except RecordingError as error:
            self._tell(str(error))
            return {}

    def feedback(self) -> FeedbackConfig | None:
        """Return the subject's targets; none if there are none."""
        try:
            chosen = read_choices(self._path).feedback.get(self._subject)
            return config_of(chosen) if chosen is not None else None
        except PelvicsenseError as error:
            self._tell(error_line(error))
            return None

    def remember_sensors(self, places: Mapping[Placement, str]) -> None:
        """Keep which sensor is worn where."""
        worn = dict(places)
        self._update(lambda choices: with_sensors(choices, worn))

    def remember_feedback(self, config: FeedbackConfig) -> None:
        """Keep the subject's targets."""
        chosen = choice_of(config)
        self._update(lambda choices: with_feedback(choices, self._subject, chosen))

    def _update(self, change: Callable[[Choices], Choices]) -> None:
        try:
            update_choices(change, self._path)
        except RecordingError as error:
            self._tell(str(error))
