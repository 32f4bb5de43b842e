"""Angles of the pelvis and the hips, and how they depend on what is not exactly known.

Obliquity is the elevation of the pelvis' left-right axis, which is the middle angle of Baker's
rotation-obliquity-tilt sequence (Baker 2001, doi:10.1016/S0966-6362(00)00083-7); it needs no
heading. Hip angles follow Grood and Suntay 1983, doi:10.1115/1.3138397, in ISB axes (Wu et al.
2002, doi:10.1016/S0021-9290(01)00222-6): with e1 the pelvis' right axis z_p and e3 the thigh's long
axis y_t,

    adduction = ± asin(z_p · y_t)          rotation = ± atan2(-z_p · x_t, z_p · z_t)

upper sign on the right: adduction and internal rotation are positive on both sides.

The heading δ between the two sensors' earth frames enters only through Rz(δ), so that for any two
axes ``p · Rz(δ) t = cos δ P + sin δ J + Z``. The three parts are formed once per row
(`axis_products`), before δ is known, and combined per stance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray

PRODUCTS = 18
"""Columns of `axis_products`: for z_p and x_p, with x_t, y_t, z_t, the parts P, J, Z."""


def obliquity(right_axis_up: FloatArray) -> FloatArray:
    """Return obliquity, rad, right side up positive, of the vertical part of z_p, any shape."""
    return np.asarray(np.arcsin(np.clip(right_axis_up, -1.0, 1.0)), dtype=np.float64)


def axis_products(pelvis_axes: FloatArray, thigh_axes: FloatArray) -> FloatArray:
    """Return the parts P, J, Z of all axis products, (n, `PRODUCTS`).

    ``pelvis_axes`` and ``thigh_axes`` (n, 3, 3) are earth from segment, each in its own sensor's
    earth frame.
    """
    columns = []
    for p in (pelvis_axes[:, :, 2], pelvis_axes[:, :, 0]):
        for j in range(3):
            t = thigh_axes[:, :, j]
            columns.append(p[:, 0] * t[:, 0] + p[:, 1] * t[:, 1])
            columns.append(p[:, 1] * t[:, 0] - p[:, 0] * t[:, 1])
            columns.append(p[:, 2] * t[:, 2])
    return np.stack(columns, axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HipAngles:
    """Hip adduction and internal rotation, rad, positive on both sides; any shape."""

    adduction: FloatArray
    rotation: FloatArray


def hip_angles(products: FloatArray, heading: FloatArray, sign: FloatArray) -> HipAngles:
    """Return hip angles from axis products.

    Parameters
    ----------
    products
        (..., `PRODUCTS`); only the first nine columns are used.
    heading, sign
        Heading between the sensors, rad, and +1 for the right hip, -1 for the left; broadcast
        against (...).
    """
    c, s = np.cos(heading), np.sin(heading)
    a, b, d = (
        c * products[..., 3 * j] + s * products[..., 3 * j + 1] + products[..., 3 * j + 2]
        for j in range(3)
    )
    return HipAngles(
        adduction=np.asarray(sign * np.arcsin(np.clip(b, -1.0, 1.0)), dtype=np.float64),
        rotation=np.asarray(sign * np.arctan2(-a, d), dtype=np.float64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HipSensitivity:
    """Change of the hip angles, rad per rad, (..., 3), with three unknowns.

    They are: the pelvis' forward axis; the heading between the sensors as it was calibrated (the
    still pose ties the thigh's forward axis to it); a drift of that heading since.
    """

    adduction: FloatArray
    rotation: FloatArray


def hip_sensitivity(products: FloatArray, heading: FloatArray, sign: FloatArray) -> HipSensitivity:
    """Return the sensitivities at given rows; arguments as in `hip_angles`."""
    c, s = np.cos(heading), np.sin(heading)

    def along(k: int) -> FloatArray:
        return np.asarray(c * products[..., k] + s * products[..., k + 1] + products[..., k + 2])

    def turned(k: int) -> FloatArray:
        return np.asarray(c * products[..., k + 1] - s * products[..., k])

    a, b, d = along(0), along(3), along(6)
    cosine = np.sqrt(np.maximum(1.0 - b * b, 1e-12))
    planar = np.maximum(a * a + d * d, 1e-12)
    # Turning the pelvis' forward axis turns the thigh's with it, since both faced alike when still.
    by_forward = (along(9) - d, along(12), along(15) + a)
    by_drift = (turned(0), turned(3), turned(6))
    # A calibrated heading that is off has turned the thigh's forward axis back by as much.
    by_heading = (by_drift[0] + d, by_drift[1], by_drift[2] - a)
    changes = (by_forward, by_heading, by_drift)
    return HipSensitivity(
        adduction=np.stack([sign * db / cosine for _, db, _ in changes], axis=-1),
        rotation=np.stack([sign * (a * dd - d * da) / planar for da, _, dd in changes], axis=-1),
    )
