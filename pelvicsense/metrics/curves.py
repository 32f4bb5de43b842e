"""Angles over a stride, at 0…100 % of it."""

from __future__ import annotations

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Side
from pelvicsense.metrics.hip import hip_angles, obliquity

PERCENT: FloatArray = np.arange(101.0)
PERCENT.flags.writeable = False


def stride_curves(
    rows_s: FloatArray,
    borders_s: tuple[float, float],
    pelvis_axes: FloatArray,
    thigh_axes: FloatArray | None,
    heading: float,
    side: Side,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return obliquity, hip adduction and thigh rotation, (101,) each, degrees.

    Parameters
    ----------
    rows_s, pelvis_axes, thigh_axes
        (n,) s and (n, 3, 3) over the stride; hip angles are ``nan`` without a thigh.
    borders_s
        Initial contact and the next one.
    heading
        Turns the thigh's earth frame into the pelvis', rad.
    side
        Side of the stride.
    """
    at = borders_s[0] + (borders_s[1] - borders_s[0]) * PERCENT / 100.0

    def sample(angle: FloatArray) -> FloatArray:
        return np.asarray(np.rad2deg(np.interp(at, rows_s, angle)), dtype=np.float64)

    unknown = np.full(len(PERCENT), np.nan)
    if thigh_axes is None:
        return sample(obliquity(pelvis_axes)), unknown, unknown
    angles = hip_angles(pelvis_axes, thigh_axes, heading, side)
    return sample(obliquity(pelvis_axes)), sample(angles.adduction), sample(angles.rotation)
