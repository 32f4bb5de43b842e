"""What a user may do, as the windows call it. All calls return at once, from any thread."""

from __future__ import annotations

from typing import Protocol

from pelvicsense.datatypes.placement import Placement
from pelvicsense.feedback.programme import FeedbackConfig


class LiveCommands(Protocol):
    """What a live session can be told; what goes wrong shows in the next views."""

    def place(self, address: str, placement: Placement | None) -> None:
        """Say where a sensor is worn; who was there before is worn nowhere."""

    def blink(self, address: str) -> None:
        """Make a connected sensor show itself."""

    def connect(self) -> None:
        """Connect the sensors that have a placement."""

    def look_again(self) -> None:
        """Let go of connected sensors and scan anew."""

    def start(self) -> None:
        """Begin to record."""

    def stand_still(self) -> None:
        """Take the next seconds as standing still."""

    def sync_mark(self) -> None:
        """Mark a visible or audible event."""

    def note(self, text: str) -> None:
        """Write a note."""

    def pause_or_resume(self) -> None:
        """Leave the following strides out of the figures, or no longer."""

    def recalibrate(self) -> None:
        """Forget the calibration."""

    def swap_thighs(self) -> None:
        """Exchange the two thigh sensors: end this recording and go on with a new one."""

    def set_feedback(self, config: FeedbackConfig) -> None:
        """Change zones, mode and sound."""

    def zone_from_own_strides(self) -> None:
        """Set the zone of the cued metric from the strides so far."""

    def stop(self) -> None:
        """End the recording in order; the summary follows."""

    def close(self) -> None:
        """End everything in order; the window is being closed."""


class ReplayCommands(Protocol):
    """What a replay can be told."""

    def play(self) -> None:
        """Play on from where it stands; from the beginning where it stands at the end."""

    def pause(self) -> None:
        """Stand still."""

    def set_speed(self, speed: float) -> None:
        """Set the speed, 0.25…16; 1 as recorded."""

    def seek(self, t_s: float) -> None:
        """Go to a time, seconds since the first sample."""

    def close(self) -> None:
        """End everything; the window is being closed."""
