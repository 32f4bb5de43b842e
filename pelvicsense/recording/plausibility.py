"""Refuses samples whose size shows that they are in other units than m/s² and rad/s.

A worn sensor gains no speed in the long run, so its mean specific force is at least gravity, and
its limb never turns faster than a few revolutions a second. Both bounds are a wide factor away from
what a person can do and from what the wrong unit gives, so a refusal is certain.
"""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.recording.rows import SampleRows

JUDGED_SAMPLES = 100
"""Fewer samples of a sensor in one chunk are not judged: about a second, long enough for a mean."""

G_MEAN = (0.5, 4.0)
"""Mean |acc| that means g: 1 standing, up to 3 at the thigh of a sprinter; m/s² gives over 9.

Below 0.5 the sensor measures nothing, which is no matter of units.
"""

MILLI_G_MEAN = 150.0
"""Mean |acc| that means milli-g: 1000 standing; m/s² stays below 50 in a sprint."""

NO_ACCELERATION = 5000.0
"""Axis values are clipped here for the mean, so that one spoilt sample is no verdict on a unit."""

DEGREES_RATE = 40.0
"""A rate on one axis beyond it, for as long as `DEGREES_RUN`, means deg/s.

Walking thighs swing at 200 to 350 deg/s; common sensors end at 2000 deg/s = 35 rad/s.
"""

DEGREES_RUN = 5
"""Consecutive samples, so that a knock or a bad sample is no verdict on the units."""


def check_units(path: Path, rows: SampleRows) -> None:
    """Refuse rows in g, milli-g or deg/s.

    Raises
    ------
    RecordingError
        Naming the sensor, what its numbers look like and the factor that mends them.
    """
    counts = np.bincount(rows.code, minlength=len(rows.sensors))
    judged = counts >= JUDGED_SAMPLES
    means = _mean_magnitude(rows.acc, rows.code, counts)
    too_fast = rows.gyr.max() > DEGREES_RATE or rows.gyr.min() < -DEGREES_RATE
    for code in np.flatnonzero(judged):
        sensor = rows.sensors[code]
        mean = float(means[code])
        if G_MEAN[0] < mean < G_MEAN[1]:
            _refuse_acceleration(path, sensor, mean, "g", "9.80665")
        if mean > MILLI_G_MEAN:
            _refuse_acceleration(path, sensor, mean, "milli-g", "0.00980665")
        if too_fast and _has_fast_run(rows.gyr[rows.code == code]):
            raise RecordingError(
                path,
                f"angular rate of {sensor} looks like deg/s, not rad/s (beyond "
                f"{DEGREES_RATE:g} for {DEGREES_RUN} samples or more): multiply it by 0.0174532925",
            )


def _mean_magnitude(acc: FloatArray, code: IntArray, counts: IntArray) -> FloatArray:
    x, y, z = np.clip(acc, -NO_ACCELERATION, NO_ACCELERATION).T
    magnitude = np.sqrt(x * x + y * y + z * z)
    sums = np.bincount(code, weights=magnitude, minlength=len(counts))
    return sums / np.maximum(counts, 1)


def _has_fast_run(gyr: FloatArray) -> bool:
    fast = (np.abs(gyr) > DEGREES_RATE).any(axis=1)
    lengths = np.convolve(fast.astype(np.int64), np.ones(DEGREES_RUN, dtype=np.int64), "valid")
    return bool((lengths == DEGREES_RUN).any())


def _refuse_acceleration(path: Path, sensor: str, mean: float, unit: str, factor: str) -> NoReturn:
    raise RecordingError(
        path,
        f"acceleration of {sensor} looks like {unit}, not m/s² (mean magnitude {mean:.3g}, gravity "
        f"alone is 9.81): multiply it by {factor}",
    )
