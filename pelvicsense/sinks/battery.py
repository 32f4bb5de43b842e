"""How long a battery will last, from its own readings; unknown until they show a trend."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

_WINDOW_S = 3600.0
"""Readings that count: a battery's fall is straight over an hour, not over its whole charge."""

_LEAST_SPAN_S = 600.0
"""A shorter stretch shows how readings scatter rather than how the battery falls."""

_REPEAT_S = 30.0
"""The same reading again counts no sooner: who asks often learns nothing more."""

_LEAST_LEVELS = 3
"""Different readings needed: between two steps of a coarse gauge the slope is known, with one step
alone it can be anything."""

_RECHARGED_PERCENT = 10.0
"""A rise by more than this is a battery that was changed or charged; load and warmth make less."""


@dataclass(slots=True)
class BatteryTrend:
    """Readings of one battery and the straight line through them.

    Attributes
    ----------
    readings
        Seconds of host time and percent, oldest first, of the last hour.
    """

    readings: deque[tuple[float, float]] = field(default_factory=deque)

    @property
    def percent(self) -> float | None:
        """The newest reading, 0…100."""
        return self.readings[-1][1] if self.readings else None

    def add(self, t_s: float, percent: float) -> None:
        """Take a reading."""
        if self.readings:
            last_s, last_percent = self.readings[-1]
            if percent == last_percent and t_s - last_s < _REPEAT_S:
                return
            if percent > last_percent + _RECHARGED_PERCENT:
                self.readings.clear()
        self.readings.append((t_s, percent))
        while self.readings[0][0] < t_s - _WINDOW_S:
            self.readings.popleft()

    def minutes_left(self, now_s: float) -> float | None:
        """Return how long the battery lasts from ``now_s`` on; none where the trend is not known.

        The least-squares line through at least ten minutes of readings with at least three
        different values, followed down to 0 %.
        """
        if len({percent for _, percent in self.readings}) < _LEAST_LEVELS:
            return None
        t_s, percent = np.array(self.readings).T
        if t_s[-1] - t_s[0] < _LEAST_SPAN_S:
            return None
        from_mean_s = t_s - t_s.mean()
        slope = float(from_mean_s @ percent / (from_mean_s @ from_mean_s))
        if slope >= 0.0:
            return None
        empty_s = float(t_s.mean() - percent.mean() / slope)
        return max(0.0, (empty_s - now_s) / 60.0)
