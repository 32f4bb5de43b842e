"""Stretches of different length side by side, so that numpy handles them all at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray


def interpolate(values: FloatArray, position: FloatArray) -> FloatArray:
    """Interpolate (j, n) straight between columns at fractional columns (j, m)."""
    low = np.clip(position.astype(np.int64), 0, values.shape[1] - 2)
    share = position - low
    below = np.take_along_axis(values, low, axis=1)
    above = np.take_along_axis(values, low + 1, axis=1)
    return np.asarray((1.0 - share) * below + share * above, dtype=np.float64)


def padded(rows: Sequence[FloatArray]) -> FloatArray:
    """Stack (n, c) arrays of different length; the last row of a short one is repeated."""
    longest = max(len(block) for block in rows)
    table = np.empty((len(rows), longest, rows[0].shape[1]))
    for target, block in zip(table, rows, strict=True):
        target[: len(block)] = block
        target[len(block) :] = block[-1]
    return table
