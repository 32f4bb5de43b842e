"""Stretches of different length side by side, so that numpy handles them all at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray


def interpolate(values: FloatArray, position: FloatArray) -> FloatArray:
    """Interpolate (j, n) straight between columns at fractional columns (j, m)."""
    count, columns = values.shape
    low = np.clip(position.astype(np.int64), 0, columns - 2)
    share = position - low
    flat = values.reshape(-1)
    at = low + columns * np.arange(count)[:, None]
    return np.asarray((1.0 - share) * flat.take(at) + share * flat.take(at + 1), dtype=np.float64)


def padded(rows: Sequence[FloatArray]) -> FloatArray:
    """Stack (n, c) arrays of different length; the last row of a short one is repeated."""
    longest = max(len(block) for block in rows)
    table = np.empty((len(rows), longest, rows[0].shape[1]))
    for target, block in zip(table, rows, strict=True):
        target[: len(block)] = block
        target[len(block) :] = block[-1]
    return table
