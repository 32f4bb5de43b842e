"""A causal Butterworth low-pass with carried state.

Apart from `filters`, since importing scipy.signal takes longer than most recordings to analyse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt, sosfilt_zi

from pelvicsense.datatypes.arrays import FloatArray


@dataclass(slots=True)
class LowPassState:
    """What a `LowPass` remembers: the sections' delay lines."""

    delays: FloatArray | None = None


class LowPass:
    """Causal Butterworth low-pass of (n, c) blocks along the first axis.

    Parameters
    ----------
    order, cutoff_hz, rate_hz
        Filter order, corner frequency and sampling rate.
    state
        State of an earlier filter to go on from.
    """

    def __init__(
        self, order: int, cutoff_hz: float, rate_hz: float, state: LowPassState | None = None
    ) -> None:
        self._sections = butter(order, cutoff_hz, fs=rate_hz, output="sos")
        self.state = state if state is not None else LowPassState()

    def feed(self, block: FloatArray) -> FloatArray:
        """Return the filtered block, same shape."""
        if len(block) == 0:
            return block
        if self.state.delays is None:
            # (sections, 2, c): the steady state for a constant first sample
            start = sosfilt_zi(self._sections)
            self.state.delays = start[:, :, None] * block[0][None, None, :]
        filtered, self.state.delays = sosfilt(self._sections, block, axis=0, zi=self.state.delays)
        return np.asarray(filtered, dtype=np.float64)
