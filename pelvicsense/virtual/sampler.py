"""A device's sampling: instants by its own clock, values from what it is worn on."""

from __future__ import annotations

import math

import numpy as np

from pelvicsense.virtual.feed import Feed
from pelvicsense.virtual.gatt import Notification, SensorModel


class Sampler:
    """Takes the samples that are due, late or not, and never misses one.

    Parameters
    ----------
    model, feed
        Who samples what.
    skew_ppm
        Device seconds per true second, minus one, in millionths.
    phase
        Where between two samples the device was switched on, 0…1.
    """

    def __init__(self, model: SensorModel, feed: Feed, skew_ppm: float, phase: float) -> None:
        self._model = model
        self._feed = feed
        self._clock = 1.0 + 1e-6 * skew_ppm
        self._phase = phase
        self.boot(0.0)

    def boot(self, now_s: float) -> None:
        """Start the device's clock at zero."""
        self._booted_s = now_s
        self.skip_to(now_s)

    def skip_to(self, now_s: float) -> None:
        """Take no sample up to now."""
        self._until_s = now_s
        self._rate_hz = math.nan
        self._next = 0

    def take(self, until_s: float) -> list[Notification]:
        """Take all samples since the last call, up to a time of the loop; return what is due."""
        rate_hz = self._model.rate_hz
        if not self._model.streaming:
            self.skip_to(until_s)
            return []
        if rate_hz != self._rate_hz:  # started, or configured anew
            self._rate_hz, self._next = rate_hz, self._count(self._until_s, rate_hz)
        self._until_s = until_s
        index = np.arange(self._next, self._count(until_s, rate_hz), dtype=np.float64)
        device_s = (index + self._phase) / rate_hz
        acc, gyr = self._feed.measure(self._booted_s + device_s / self._clock, rate_hz)
        packets: list[Notification] = []
        for row, time_s in enumerate(device_s.tolist()):
            packets += self._model.sample(self._next, time_s, acc[row], gyr[row])
            self._next += 1
            if not self._model.streaming:
                break
        return packets

    def _count(self, until_s: float, rate_hz: float) -> int:
        """How many instants of sampling have passed since power-on."""
        device_s = (until_s - self._booted_s) * self._clock
        return max(0, math.floor(device_s * rate_hz - self._phase) + 1)
