"""Array aliases and the shape check that every frozen type runs once, at construction."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

A = TypeVar("A", FloatArray, IntArray, BoolArray)


def freeze_float(name: str, array: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Return ``array`` as read-only, C-contiguous float64 after checking its shape.

    Raises
    ------
    ValueError
        If the shape differs; the message names the field, the expected and the given shape.
    """
    return _freeze(name, np.ascontiguousarray(array, dtype=np.float64), shape)


def freeze_int(name: str, array: IntArray, shape: tuple[int, ...]) -> IntArray:
    """Return ``array`` as read-only, C-contiguous int64 after checking its shape."""
    return _freeze(name, np.ascontiguousarray(array, dtype=np.int64), shape)


def freeze_bool(name: str, array: BoolArray, shape: tuple[int, ...]) -> BoolArray:
    """Return ``array`` as read-only, C-contiguous bool after checking its shape."""
    return _freeze(name, np.ascontiguousarray(array, dtype=np.bool_), shape)


def _freeze(name: str, array: A, shape: tuple[int, ...]) -> A:
    if array.shape != shape:
        msg = f"{name}: expected shape {shape}, got {array.shape}"
        raise ValueError(msg)
    if array.flags.writeable:
        array = array.view()
        array.flags.writeable = False
    return array
