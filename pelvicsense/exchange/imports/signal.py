"""What every format yields: one sensor's samples in SI units on some clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray, freeze_float, freeze_int
from pelvicsense.datatypes.placement import Placement

STANDARD_GRAVITY = 9.80665
"""m/s² per g, as the makers of sensors define it (CGPM 1901)."""

UNIX = "wall clock"
"""Clock of all files whose times count from 1970."""

ACC_UNITS = {"m/s^2": 1.0, "g": STANDARD_GRAVITY, "mg": STANDARD_GRAVITY / 1000.0}
"""Factors to m/s²."""

GYR_UNITS = {"rad/s": 1.0, "deg/s": float(np.pi / 180.0)}
"""Factors to rad/s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSensor:
    """One sensor's samples, ``n`` rows by rising time.

    Attributes
    ----------
    source
        The file, for messages.
    label
        What the file calls the sensor.
    clock
        Name of the clock; only sensors on one clock make a session.
    time_ns
        (n,) time on that clock, ns, never falling.
    sampled
        Whether that is when samples were taken; otherwise it is when they arrived.
    acc, gyr
        (n, 3) specific force, m/s², and angular rate, rad/s, in a right-handed sensor frame.
    rate_hz
        Sampling rate that the file states; none where it states none.
    started_at
        Wall clock of the first sample, with its offset from UTC; none where the file has none.
    placement
        Where the file says that it was worn.
    notes
        What a reader of the session should know, in whole sentences.
    """

    source: Path
    label: str
    clock: str
    time_ns: IntArray
    acc: FloatArray
    gyr: FloatArray
    sampled: bool = True
    rate_hz: float | None = None
    started_at: datetime | None = None
    placement: Placement | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.time_ns)
        object.__setattr__(self, "time_ns", freeze_int("time_ns", self.time_ns, (n,)))
        object.__setattr__(self, "acc", freeze_float("acc", self.acc, (n, 3)))
        object.__setattr__(self, "gyr", freeze_float("gyr", self.gyr, (n, 3)))

    def __len__(self) -> int:
        return len(self.time_ns)

    @property
    def measured_rate_hz(self) -> float:
        """Rate by the median interval of the samples; by their number where times are arrivals."""
        t_s = (self.time_ns - self.time_ns[0]) * 1e-9
        if not self.sampled:
            return float((len(t_s) - 1) / t_s[-1])
        return float(1.0 / np.median(np.diff(t_s)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the user says about files that do not say it themselves.

    Attributes
    ----------
    rate_hz
        Sampling rate of files without one.
    mapping
        A TOML file that says which column of a CSV is what.
    """

    rate_hz: float | None = None
    mapping: Path | None = None


def to_ns(seconds: FloatArray) -> IntArray:
    """Return seconds as whole nanoseconds."""
    return np.round(seconds * 1e9).astype(np.int64)


def unwrap(ticks: IntArray, bits: int) -> IntArray:
    """Return a counter of so many bits without its wraps; it may count on at any speed."""
    steps = np.diff(ticks) % (1 << bits)
    return np.concatenate([ticks[:1], ticks[:1] + np.cumsum(steps)])
