"""Angles of the pelvis and the hips, and how they depend on what is not exactly known.

Obliquity is the elevation of the pelvis' left-right axis, which is the middle angle of Baker's
rotation-obliquity-tilt sequence (Baker 2001, doi:10.1016/S0966-6362(00)00083-7); it needs no
heading. Hip angles follow Grood and Suntay 1983, doi:10.1115/1.3138397, in ISB axes (Wu et al. 2002,
doi:10.1016/S0021-9290(01)00222-6): with e1 the pelvis' right axis z_p and e3 the thigh's long axis y_t,

    adduction = ± asin(z_p · y_t)          rotation = ± atan2(-z_p · x_t, z_p · z_t)

upper sign on the right: adduction and internal rotation are positive on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Side


def obliquity(pelvis_axes: FloatArray) -> FloatArray:
    """Return obliquity, rad, right side up positive, of rotation matrices (n, 3, 3)."""
    return np.asarray(np.arcsin(np.clip(pelvis_axes[:, 2, 2], -1.0, 1.0)), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class HipAngles:
    """Hip angles of one side over ``n`` rows, rad, with their sensitivities, rad per rad.

    Attributes
    ----------
    adduction, rotation
        (n,) adduction and internal rotation, positive on both sides.
    adduction_by, rotation_by
        (n, 3) change with: the pelvis' forward axis; the heading between the sensors as it was
        calibrated (the still pose ties the thigh's forward axis to it); a drift of that heading
        since.
    """

    adduction: FloatArray
    rotation: FloatArray
    adduction_by: FloatArray
    rotation_by: FloatArray


def hip_angles(
    pelvis_axes: FloatArray, thigh_axes: FloatArray, heading: float, side: Side
) -> HipAngles:
    """Return the hip angles of one side.

    Parameters
    ----------
    pelvis_axes, thigh_axes
        (n, 3, 3) earth from segment, each in its own sensor's earth frame.
    heading
        Turns the thigh's earth frame into the pelvis', rad.
    side
        Which hip.
    """
    c, s = np.cos(heading), np.sin(heading)
    xt, yt, zt = (thigh_axes[:, :, j] for j in range(3))

    def along(p: FloatArray, t: FloatArray) -> FloatArray:
        """p · Rz(heading) t."""
        tx, ty = c * t[:, 0] - s * t[:, 1], s * t[:, 0] + c * t[:, 1]
        return np.asarray(p[:, 0] * tx + p[:, 1] * ty + p[:, 2] * t[:, 2])

    def turned(p: FloatArray, t: FloatArray) -> FloatArray:
        """Derivative of ``along`` by the heading."""
        tx, ty = -s * t[:, 0] - c * t[:, 1], c * t[:, 0] - s * t[:, 1]
        return np.asarray(p[:, 0] * tx + p[:, 1] * ty)

    xp, zp = pelvis_axes[:, :, 0], pelvis_axes[:, :, 2]
    a, b, d = along(zp, xt), along(zp, yt), along(zp, zt)
    cosine = np.sqrt(np.maximum(1.0 - b * b, 1e-12))
    planar = np.maximum(a * a + d * d, 1e-12)
    # Turning the pelvis' forward axis turns the thigh's with it, since both faced alike when still.
    by_forward = (along(xp, xt) - d, along(xp, yt), along(xp, zt) + a)
    by_drift = (turned(zp, xt), turned(zp, yt), turned(zp, zt))
    # A calibrated heading that is off has turned the thigh's forward axis back by as much.
    by_heading = (by_drift[0] + d, by_drift[1], by_drift[2] - a)
    changes = (by_forward, by_heading, by_drift)
    sign = side.sign
    return HipAngles(
        adduction=sign * np.arcsin(np.clip(b, -1.0, 1.0)),
        rotation=sign * np.arctan2(-a, d),
        adduction_by=np.stack([sign * db / cosine for _, db, _ in changes], axis=1),
        rotation_by=np.stack([sign * (a * dd - d * da) / planar for da, _, dd in changes], axis=1),
    )
