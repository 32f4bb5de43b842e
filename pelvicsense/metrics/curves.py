"""Angles over strides, at 0…100 % of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import CURVE_POINTS
from pelvicsense.metrics.hip import hip_angles, obliquity
from pelvicsense.metrics.tables import interpolate

_SHARE: FloatArray = np.linspace(0.0, 1.0, CURVE_POINTS)


def obliquity_curves(rows: FloatArray, borders: Sequence[tuple[float, float]]) -> FloatArray:
    """Return obliquity of several strides, (j, 101) degrees.

    Parameters
    ----------
    rows
        (j, n) vertical part of the pelvis' right axis, a stride each.
    borders
        Per stride its two initial contacts, fractional rows.
    """
    return _sample(obliquity(rows), borders)


def hip_curves(
    rows: FloatArray,
    borders: Sequence[tuple[float, float]],
    headings: Sequence[float],
    signs: Sequence[float],
) -> tuple[FloatArray, FloatArray]:
    """Return hip adduction and thigh rotation of several strides, (j, 101) degrees each.

    Parameters
    ----------
    rows
        (j, n, 18) axis products, see `hip`, a stride each.
    borders
        Per stride its two initial contacts, fractional rows.
    headings, signs
        Per stride the thigh's heading, rad, and +1 on the right, -1 on the left.
    """
    angles = hip_angles(rows, np.array(headings)[:, None], np.array(signs)[:, None])
    return _sample(angles.adduction, borders), _sample(angles.rotation, borders)


def _sample(angle: FloatArray, borders: Sequence[tuple[float, float]]) -> FloatArray:
    start, end = np.array(borders).T[..., None]
    return np.asarray(np.rad2deg(interpolate(angle, start + (end - start) * _SHARE)))
