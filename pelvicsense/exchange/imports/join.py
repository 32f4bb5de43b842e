"""Accelerometer and gyroscope that were written apart, on one time base."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pelvicsense.datatypes.arrays import BoolArray, FloatArray, IntArray
from pelvicsense.datatypes.errors import RecordingError

_MOST_RATIO = 2.2
"""Rates further apart than this are refused: the slower signal lacks what the faster one shows."""

_MOST_PERIODS = 2.5
"""The angular rate is not bridged over more missing samples than this."""


def join(
    path: Path, acc_ns: IntArray, acc: FloatArray, gyr_ns: IntArray, gyr: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return times, acceleration and the angular rate at these times.

    The faster signal's times are kept and the slower one is interpolated straight; where either
    has a gap or has not begun there are no rows.

    Raises
    ------
    RecordingError
        If times do not rise, the two do not overlap, or their rates differ too much.
    """
    for title, times in (("acceleration", acc_ns), ("angular rate", gyr_ns)):
        if times[0] == times[-1] or (np.diff(times) < 0).any():
            raise RecordingError(path, f"times of the {title} do not rise; was a file edited?")
    periods = [float(np.median(np.diff(times))) for times in (acc_ns, gyr_ns)]
    if max(periods) > _MOST_RATIO * min(periods):
        rates = " and ".join(f"{1e9 / max(period, 1.0):.0f} Hz" for period in periods)
        problem = (
            f"expected acceleration and angular rate at about the same rate, got {rates}; "
            "record both at the same rate"
        )
        raise RecordingError(path, problem)
    if periods[0] <= periods[1]:
        rows, other = _covered(acc_ns, gyr_ns, periods[1]), _at(acc_ns, gyr_ns, gyr)
        times, joined = acc_ns[rows], (acc[rows], other[rows])
    else:
        rows, other = _covered(gyr_ns, acc_ns, periods[0]), _at(gyr_ns, acc_ns, acc)
        times, joined = gyr_ns[rows], (other[rows], gyr[rows])
    if len(times) < 2:
        problem = "acceleration and angular rate were not recorded at the same time"
        raise RecordingError(path, problem)
    return times, *joined


def _covered(times: IntArray, other: IntArray, period: float) -> BoolArray:
    """Whether each time lies between two neighbouring samples of the other signal."""
    after = np.searchsorted(other, times, side="left")
    inside = (after > 0) & (after < len(other))
    exact = np.isin(times, other)
    clipped = np.clip(after, 1, len(other) - 1)
    near = other[clipped] - other[clipped - 1] <= _MOST_PERIODS * period
    return np.asarray(exact | (inside & near))


def _at(times: IntArray, other: IntArray, values: FloatArray) -> FloatArray:
    origin = times[0]
    t, own = (times - origin).astype(np.float64), (other - origin).astype(np.float64)
    return np.stack([np.interp(t, own, values[:, axis]) for axis in range(3)], axis=1)
