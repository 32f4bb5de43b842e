"""Angles over a stride, at 0…100 % of it."""

from __future__ import annotations

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import CURVE_POINTS
from pelvicsense.metrics.hip import hip_angles, obliquity

UNKNOWN_CURVE: FloatArray = np.full(CURVE_POINTS, np.nan)
UNKNOWN_CURVE.flags.writeable = False

_SHARE: FloatArray = np.linspace(0.0, 1.0, CURVE_POINTS)


def obliquity_curve(right_axis_up: FloatArray, start: float, end: float) -> FloatArray:
    """Return obliquity, (101,) degrees, between two fractional rows of (n,) vertical parts of z_p."""
    return _sample(obliquity(right_axis_up), start, end)


def hip_curves(
    products: FloatArray, heading: float, sign: float, start: float, end: float
) -> tuple[FloatArray, FloatArray]:
    """Return hip adduction and thigh rotation, (101,) degrees, from axis products (n, 18).

    ``heading`` is the thigh's, rad; ``sign`` is +1 on the right and -1 on the left.
    """
    angles = hip_angles(products, np.float64(heading), np.float64(sign))
    return _sample(angles.adduction, start, end), _sample(angles.rotation, start, end)


def _sample(angle: FloatArray, start: float, end: float) -> FloatArray:
    position = start + (end - start) * _SHARE
    low = np.minimum(position.astype(np.int64), len(angle) - 2)
    share = position - low
    return np.asarray(
        np.rad2deg((1.0 - share) * angle[low] + share * angle[low + 1]), dtype=np.float64
    )
