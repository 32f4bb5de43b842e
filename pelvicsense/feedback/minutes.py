"""The clock of a training session: minutes of gait, and which of them are told."""

from __future__ import annotations

import math

_BREAK_S = 3.0
"""A longer pause between two contacts is a break and does not count; no step is as slow."""


class GaitMinutes:
    """How long a person has been walking or running; breaks do not count.

    Parameters
    ----------
    begun_min
        Minutes to begin with.
    """

    def __init__(self, begun_min: float = 0.0) -> None:
        self._last_s: float | None = None
        self._total_s = 60.0 * begun_min

    @property
    def minutes(self) -> float:
        """Minutes so far."""
        return self._total_s / 60.0

    def step(self, t_s: float) -> bool:
        """Take the time of a contact; return whether it went on from the one before."""
        since_s = math.inf if self._last_s is None else t_s - self._last_s
        goes_on = 0.0 <= since_s <= _BREAK_S
        if goes_on:
            self._total_s += since_s
        self._last_s = t_s
        return goes_on


def is_told(minute: int, share: float) -> bool:
    """Return whether strides of a minute are told, the first being 0.

    Whole minutes are spread evenly, so that of 30 minutes a tenth is told in minutes 0, 10 and 20.
    """

    def told_before(end: int) -> int:
        return math.ceil(round(end * share, 9))  # 30 · 0.1 is 3, not a little more

    return told_before(minute + 1) > told_before(minute)


def next_change(minutes: float, share: float, end: float) -> float | None:
    """Return at which minute telling begins or ends; none if neither happens before ``end``."""
    told = is_told(int(minutes), share)
    coming = range(int(minutes) + 1, math.ceil(end))
    return next((float(m) for m in coming if is_told(m, share) is not told), None)
