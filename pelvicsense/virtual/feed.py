"""What worn sensors measure while the radio runs: one motion and one time for all of a person's.

The motion is prepared before the air starts, densely and without errors; each sensor then takes
its samples from it at the instants of its own clock, and adds its own errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from pelvicsense.datatypes.arrays import BoolArray, FloatArray
from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Placement
from pelvicsense.synthetic.imu import ErrorDraw, cubic
from pelvicsense.synthetic.sensors import ImuErrors

REST_S = 0.5
"""Before its start and after its end a motion rests as in its first and last half second."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What an exact sensor measures; row ``k`` is at ``start_s + k / rate_hz`` of person time.

    Attributes
    ----------
    start_s, rate_hz
        Time of the first row and rows per second; four rows or more.
    acc, gyr
        (n, 3) specific force, m/s², and angular rate, rad/s, sensor frame.
    """

    start_s: float
    rate_hz: float
    acc: FloatArray
    gyr: FloatArray

    @property
    def end_s(self) -> float:
        """Time of the last row."""
        return self.start_s + (len(self.acc) - 1) / self.rate_hz

    def at(self, times_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Specific force and rate, (n, 3) each, at any times; at rest outside the motion."""
        where = (times_s - self.start_s) * self.rate_hz
        last = len(self.acc) - 1
        inside = np.clip(where, 1.0, last - 1.000001)  # the cubic needs a row before, two behind
        acc, gyr = cubic(self.acc, inside), cubic(self.gyr, inside)
        rows = max(1, round(REST_S * self.rate_hz))
        _rest(acc, gyr, where < 0.0, self.acc[:rows])
        _rest(acc, gyr, where > last, self.acc[-rows:])
        return acc, gyr


def _rest(acc: FloatArray, gyr: FloatArray, resting: BoolArray, nearby: FloatArray) -> None:
    if resting.any():
        acc[resting] = nearby.mean(axis=0)
        gyr[resting] = 0.0


@dataclass(slots=True, kw_only=True, eq=False)
class Person:
    """Whom a set of sensors is worn by; stands still until every worn sensor streams.

    Attributes
    ----------
    tracks
        What each sensor measures.
    errors
        What is drawn for each sensor: bias, scale, noise. Range and resolution are the device's.
    seed
        Makes the draws.
    repeat_s
        The motion starts over after so long; none: the person then stands still for good.
    strides
        The true strides of the first round, in person time; empty where nobody knows them.
    started_s
        The loop's time at which person time began; none as long as it has not.
    """

    tracks: Mapping[Placement, Track]
    errors: ImuErrors
    seed: int
    repeat_s: float | None = None
    strides: tuple[Stride, ...] = ()
    started_s: float | None = field(default=None, init=False)
    _awaited: set[Placement] = field(init=False)

    def __post_init__(self) -> None:
        self._awaited = set(self.tracks)

    def wears_only(self, placements: Iterable[Placement]) -> None:
        """Do not wait for the other sensors."""
        self._awaited &= set(placements)

    def streams(self, placement: Placement, now_s: float) -> None:
        """Note that a sensor takes samples; with the last of them, person time begins."""
        self._awaited.discard(placement)
        if not self._awaited and self.started_s is None:
            self.started_s = now_s

    def time_s(self, loop_s: FloatArray) -> FloatArray:
        """Person time at times of the loop."""
        if self.started_s is None:
            return np.full(loop_s.shape, -1.0)
        elapsed_s = loop_s - self.started_s
        return elapsed_s if self.repeat_s is None else elapsed_s % self.repeat_s

    def feed(self, placement: Placement) -> Feed:
        """Return the measurements of one sensor."""
        return Feed(self, placement)


class Feed:
    """The measurements of one sensor on a person; with its own errors, drawn at once."""

    def __init__(self, person: Person, placement: Placement) -> None:
        key = list(Placement).index(placement)
        seeds = np.random.SeedSequence(person.seed, spawn_key=(key,)).spawn(2)
        self._draw = ErrorDraw.of(person.errors, np.random.default_rng(seeds[0]))
        self._noise = np.random.default_rng(seeds[1])
        self._person = person
        self._placement = placement

    def measure(self, loop_s: FloatArray, rate_hz: float) -> tuple[FloatArray, FloatArray]:
        """Specific force and rate, (n, 3) each, at times of the loop; grouping changes nothing."""
        person, draw, errors = self._person, self._draw, self._person.errors
        if len(loop_s):
            person.streams(self._placement, float(loop_s[0]))
        acc, gyr = person.tracks[self._placement].at(person.time_s(loop_s))
        noise = self._noise.standard_normal((len(loop_s), 6)) * np.sqrt(0.5 * rate_hz)
        acc_sd, gyr_sd = errors.acc_noise_mps2_rthz, np.radians(errors.gyr_noise_dps_rthz)
        acc = acc * draw.acc_scale + draw.acc_bias + acc_sd * noise[:, :3]
        gyr = gyr * draw.gyr_scale + draw.gyr_bias + gyr_sd * noise[:, 3:]
        return acc, gyr
