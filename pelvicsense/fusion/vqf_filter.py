"""The VQF orientation filter without magnetometer (6D).

Source: D. Laidig, T. Seel, "VQF: Highly accurate IMU orientation estimation with bias estimation
and magnetic disturbance rejection", Information Fusion 91 (2023), doi:10.1016/j.inffus.2022.10.014;
the authors' C++ implementation (package ``vqf``). A batch equals sample by sample bit for bit.

Deviation: ``restart`` empties the low-pass of the specific force, which then begins again as a
plain mean over the first ``tau_acc_s``, and keeps bias, bias uncertainty and heading.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from vqf import VQF  # type: ignore[import-untyped]

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.fusion.filters import FilterOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class VqfConfig:
    """Parameters of VQF; every default is the authors' (Laidig & Seel 2023)."""

    tau_acc_s: float = 3.0
    """Time constant of the specific force's low-pass, s: longer trusts the gyroscope more."""
    bias_sigma_init_dps: float = 0.5
    """Standard uncertainty of the gyro bias before anything is known, °/s."""
    bias_clip_dps: float = 2.0
    """Largest bias believed, °/s; also the largest mean rate of a rest."""
    still_bias_sigma_dps: float = 0.2
    """Standard uncertainty of the bias that a standing person's still pose shows, °/s: sway of 1°
    in 4 s is 0.25 °/s."""
    rest_min_s: float = 1.5
    """How long the sensor must be quiet to be at rest, s."""
    rest_gyr_dps: float = 2.0
    """Largest deviation of the rate from its low-pass at rest, °/s."""
    rest_acc_mps2: float = 0.5
    """Largest deviation of the specific force from its low-pass at rest, m/s²."""


VqfState: TypeAlias = dict[str, Any]
"""VQF's own state: numbers and lists of numbers by name."""

_KEPT_AT_RESTART = ("bias", "biasP", "gyrQuat", "accQuat")


class VqfFilter:
    """VQF of one sensor; see `OrientationFilter`.

    Parameters
    ----------
    config
        Parameters.
    rate_hz
        Rows per second.
    """

    def __init__(self, config: VqfConfig, rate_hz: float) -> None:
        self._made_from = (config, rate_hz)
        self._vqf = VQF(
            1.0 / rate_hz,
            tauAcc=config.tau_acc_s,
            biasSigmaInit=config.bias_sigma_init_dps,
            biasClip=config.bias_clip_dps,
            restMinT=config.rest_min_s,
            restThGyr=config.rest_gyr_dps,
            restThAcc=config.rest_acc_mps2,
        )
        self._fresh: VqfState = self._vqf.state
        self._still_bias_sigma = math.radians(config.still_bias_sigma_dps)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as parameters and state: the C++ object itself cannot be."""
        return VqfFilter, self._made_from, self.state

    def __setstate__(self, state: VqfState) -> None:
        self.state = state

    @property
    def state(self) -> VqfState:
        """All that moves, as a copy."""
        state: VqfState = self._vqf.state
        return state

    @state.setter
    def state(self, state: VqfState) -> None:
        self._vqf.state = state

    def update(self, acc: FloatArray, gyr: FloatArray) -> FilterOutput:
        """Take ``n`` rows; see `OrientationFilter.update`."""
        result = self._vqf.updateBatch(np.ascontiguousarray(gyr), np.ascontiguousarray(acc))
        return FilterOutput(
            earth_from_sensor=result["quat6D"],
            gyro_bias=result["bias"],
            at_rest=result["restDetected"],
            tracking=np.ones(len(acc), dtype=np.bool_),
        )

    def start(self, mean_acc: FloatArray, mean_gyr: FloatArray) -> None:
        """Begin anew with the bias of a still pose; the rows of the pose give the vertical."""
        del mean_acc  # VQF starts from the plain mean of the specific force that follows
        self.state = self._fresh
        self._vqf.setBiasEstimate(np.ascontiguousarray(mean_gyr), self._still_bias_sigma)

    def restart(self) -> None:
        """Forget the inclination; keep bias, its uncertainty, and the attitude as a guess."""
        now = self.state
        self.state = self._fresh | {name: now[name] for name in _KEPT_AT_RESTART}
