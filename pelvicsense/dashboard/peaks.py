"""Fewer points of a trace without losing a peak."""

from __future__ import annotations

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray


def peaks(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the lowest and the highest point of each column of pixels.

    Parameters
    ----------
    x
        (n,) in pixels, ascending.
    y
        (n,); a column that holds a ``nan`` becomes ``nan``.

    Returns
    -------
    tuple
        (m,) each with m ≤ n; the same arrays where they have two points or fewer in a column.
    """
    column = np.floor(x)
    first = np.flatnonzero(np.diff(column, prepend=np.nan) != 0.0)
    if 2 * len(first) >= len(x):
        return x, y
    thinned = np.empty((len(first), 2))
    np.minimum.reduceat(y, first, out=thinned[:, 0])
    np.maximum.reduceat(y, first, out=thinned[:, 1])
    return np.repeat(column[first], 2), thinned.ravel()
