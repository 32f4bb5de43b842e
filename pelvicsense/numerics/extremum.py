"""Where a sampled curve is largest, between its samples."""

from __future__ import annotations

from pelvicsense.datatypes.arrays import FloatArray


def vertex(values: FloatArray) -> float:
    """Return the fractional index of the maximum of (n,) values.

    A parabola through the largest value and its neighbours: of two all but equal neighbours,
    rounding would otherwise decide which one is the maximum.
    """
    k = int(values.argmax())
    if k in (0, len(values) - 1):
        return float(k)
    left, middle, right = values[k - 1 : k + 2].tolist()
    bend = left - 2.0 * middle + right
    return k + 0.5 * (left - right) / bend if bend < 0.0 else float(k)
