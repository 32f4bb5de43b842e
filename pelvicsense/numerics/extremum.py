"""Where a sampled curve is largest, between its samples."""

from __future__ import annotations

from collections.abc import Sequence


def vertex(values: Sequence[float]) -> float:
    """Return the fractional index of the maximum of a few values.

    A parabola through the largest value and its neighbours: of two all but equal neighbours,
    rounding would otherwise decide which one is the maximum.
    """
    k = values.index(max(values))
    if k in (0, len(values) - 1):
        return float(k)
    left, middle, right = values[k - 1 : k + 2]
    bend = left - 2.0 * middle + right
    return k + 0.5 * (left - right) / bend if bend < 0.0 else float(k)
