"""From SI units to the integers and floats of a wire format."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

G = 9.80665
"""Standard gravity, m/s²."""
DEGREE = math.pi / 180.0

_INT16_MIN, _INT16_MAX = -32768, 32767


def counts(values: NDArray[np.float64], per_count: float) -> tuple[int, int, int]:
    """Return three values as signed 16-bit counts of ``per_count`` each, clipped at full scale."""
    x, y, z = (
        max(_INT16_MIN, min(_INT16_MAX, round(value / per_count))) for value in values.tolist()
    )
    return x, y, z


def clipped(values: NDArray[np.float64], limit: float) -> tuple[float, float, float]:
    """Return three values, clipped to ± ``limit``."""
    x, y, z = (max(-limit, min(limit, value)) for value in values.tolist())
    return x, y, z


def wrapped(time_s: float, ticks_per_s: float, bits: int) -> int:
    """Return a time as an unsigned counter of ``bits`` bits that wraps."""
    return int(round(time_s * ticks_per_s) % (1 << bits))
