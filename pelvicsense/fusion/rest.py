"""Causal rest detection for filters that have none: when still, and the means of that span.

1. Low-pass the six channels (Butterworth, second order, started from the first row).
2. A row is quiet if its deviation from the low-pass, rate and specific force, and the low-passed
   rate itself, are below their limits.
3. A span of quiet rows of at least ``rest_min_s`` is a rest; sums are kept from its first row on.

Source: the rest detection of VQF (Laidig & Seel 2023, doi:10.1016/j.inffus.2022.10.014).
Deviation: the low-pass starts from the first row, not from a mean, and the means of the whole span
are given out instead of a filtered bias.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field

import numpy as np

from pelvicsense.datatypes.arrays import BoolArray, FloatArray
from pelvicsense.fusion.ahrs_config import RestConfig
from pelvicsense.numerics.low_pass import LowPass, LowPassState


@dataclass(slots=True, kw_only=True)
class RestState:
    """What the detector remembers: the low-pass, and the sums of the present quiet span."""

    lowpass: LowPassState = field(default_factory=LowPassState)
    quiet_rows: int = 0
    sums: FloatArray = field(default_factory=lambda: np.zeros(6))


@dataclass(frozen=True, slots=True, kw_only=True)
class RestOutput:
    """Per row: at rest (n,), and the means of specific force and rate (n, 3) since it began."""

    at_rest: BoolArray
    mean_acc: FloatArray
    mean_gyr: FloatArray


class RestDetector:
    """Rest of one sensor.

    Parameters
    ----------
    config
        Limits.
    rate_hz
        Rows per second.
    """

    def __init__(self, config: RestConfig, rate_hz: float) -> None:
        self._config = config
        cutoff_hz = math.sqrt(2.0) / (2.0 * math.pi * config.lowpass_tau_s)
        self._lowpass = LowPass(2, cutoff_hz, rate_hz)
        self._min_rows = round(config.rest_min_s * rate_hz)
        self.restart()

    @property
    def state(self) -> RestState:
        """All that moves."""
        return copy.deepcopy(self._state)

    @state.setter
    def state(self, state: RestState) -> None:
        self._state = copy.deepcopy(state)
        self._lowpass.state = self._state.lowpass

    def restart(self) -> None:
        """Forget the past: what comes next does not follow on it."""
        self.state = RestState()

    def update(self, acc: FloatArray, gyr: FloatArray) -> RestOutput:
        """Take ``n`` rows of specific force (m/s²) and rate (rad/s), both (n, 3)."""
        rows = np.concatenate([acc, gyr], axis=1)
        quiet = self._quiet(rows)
        means = np.zeros_like(rows)
        at_rest = np.zeros(len(rows), dtype=np.bool_)
        state = self._state
        for k in range(len(rows)):
            if not quiet[k]:
                state.quiet_rows, state.sums = 0, np.zeros(6)
                continue
            state.quiet_rows += 1
            state.sums = state.sums + rows[k]
            means[k] = state.sums / state.quiet_rows
            at_rest[k] = state.quiet_rows >= self._min_rows
        return RestOutput(at_rest=at_rest, mean_acc=means[:, :3], mean_gyr=means[:, 3:])

    def _quiet(self, rows: FloatArray) -> BoolArray:
        low = self._lowpass.feed(rows)
        config = self._config
        squares = (rows - low) ** 2
        acc_deviation = squares[:, 0] + squares[:, 1] + squares[:, 2]
        gyr_deviation = squares[:, 3] + squares[:, 4] + squares[:, 5]
        quiet: BoolArray = acc_deviation < config.acc_mps2**2
        quiet &= gyr_deviation < math.radians(config.gyr_dps) ** 2
        quiet &= np.abs(low[:, 3:]).max(axis=1) < math.radians(config.bias_clip_dps)
        return quiet
