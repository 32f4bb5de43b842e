"""Stretches of different length side by side, so that numpy handles them all at once."""

from __future__ import annotations

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray


def interpolate(values: FloatArray, position: FloatArray) -> FloatArray:
    """Interpolate (j, n) straight between columns at fractional columns (j, m)."""
    count, columns = values.shape
    low = np.clip(position.astype(np.int64), 0, columns - 2)
    share = position - low
    flat = values.reshape(-1)
    at = low + columns * np.arange(count)[:, None]
    return np.asarray((1.0 - share) * flat.take(at) + share * flat.take(at + 1), dtype=np.float64)


def side_by_side(first: IntArray, end: IntArray) -> IntArray:
    """Return the rows of stretches [first, end), (j, longest); a short one repeats its last."""
    column = np.arange(int((end - first).max()))
    return np.asarray(np.minimum(first[:, None] + column, end[:, None] - 1))
