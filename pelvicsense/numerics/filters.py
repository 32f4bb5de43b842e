"""A causal filter with carried state: the same numbers whatever the blocks it is fed in.

It starts from the first *sample* (as if it had been there for ever), not from the first block, so
that the start does not depend on how the samples arrived. A finite window is used throughout: its
lag is exact, whatever the cadence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray

_CACHED = 16384
"""Numbers smoothed at a time: what is added up again and again stays in the processor's cache."""


def hann_window(length_s: float, rate_hz: float) -> FloatArray:
    """Symmetric Hann weights of unit sum spanning ``length_s``, lag (n - 1) / 2 samples."""
    n = max(1, round(length_s * rate_hz))
    weights = np.hanning(n + 2)[1:-1]
    return np.asarray(weights / weights.sum(), dtype=np.float64)


@dataclass(slots=True)
class HannState:
    """What a `HannSmoother` remembers: the last inputs, one row per earlier sample."""

    tail: FloatArray | None = None


class HannSmoother:
    """Linear-phase smoothing of (n, c) blocks along the first axis.

    Parameters
    ----------
    length_s
        Support of the window, s.
    rate_hz
        Sampling rate, Hz.
    state
        State of an earlier smoother to go on from.
    """

    def __init__(self, length_s: float, rate_hz: float, state: HannState | None = None) -> None:
        self.weights = hann_window(length_s, rate_hz)
        self.lag = (len(self.weights) - 1) / 2
        self.state = state if state is not None else HannState()

    def feed(self, block: FloatArray) -> FloatArray:
        """Return the smoothed block; row ``i`` describes the input ``lag`` rows earlier."""
        if len(block) == 0:
            return block
        tail = self.state.tail
        if tail is None:
            tail = np.repeat(block[:1], len(self.weights) - 1, axis=0)
        joined = np.concatenate([tail, block])
        self.state.tail = joined[len(block) :].copy()
        # Summed tap by tap: elementwise, so independent of the block's length.
        smoothed = np.zeros_like(block)
        rows = max(1, _CACHED // block.shape[1])
        for first in range(0, len(block), rows):
            tile = smoothed[first : first + rows]
            part = np.empty_like(tile)
            for offset, weight in enumerate(self.weights.tolist(), first):
                np.multiply(joined[offset : offset + len(tile)], weight, out=part)
                tile += part
        return smoothed
