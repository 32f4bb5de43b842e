"""What a device that can be felt has to offer; none is supported yet."""

from __future__ import annotations

from typing import Protocol

from pelvicsense.feedback.programme import CadenceCue, Cue


class Haptics(Protocol):
    """A vibrating device on the body."""

    def vibrate(self, cue: Cue | CadenceCue) -> None:
        """Let a cue be felt; returns at once, and must not raise."""
