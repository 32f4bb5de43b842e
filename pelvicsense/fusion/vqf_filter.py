"""The VQF orientation filter without magnetometer (6D).

Source: D. Laidig, T. Seel, "VQF: Highly accurate IMU orientation estimation with bias estimation
and magnetic disturbance rejection", Information Fusion 91 (2023), doi:10.1016/j.inffus.2022.10.014;
the authors' C++ implementation (package ``vqf``). A batch equals sample by sample bit for bit.

Deviation, after a gap: VQF goes on from what it knew before, but the gap has turned its attitude by
an unknown angle, and a low-pass that mixes both sides of it is wrong for many seconds. So the
vertical of the first ``levelling_s`` is found apart (see `levelling`), the attitude at the end of
the gap is corrected by it, and VQF is fed these seconds once more from there.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from vqf import VQF  # type: ignore[import-untyped]

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.fusion.filters import FilterOutput
from pelvicsense.fusion.levelling import Levelling, LevellingState, upright
from pelvicsense.numerics.quaternion import conjugate, multiply


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
    levelling_s: float = 3.0
    """Window of the search for the vertical after a gap, s. Shorter ones hold less than three
    strides of slow walking."""


@dataclass(slots=True, kw_only=True)
class Search:
    """The vertical is being looked for after a gap.

    Attributes
    ----------
    first_attitude, attitude
        (4,) after the gap as far as it is known, and turned along with the gyroscope since.
    vertical
        What was found of the vertical.
    acc, gyr
        The rows since the gap, (n, 3) each.
    """

    first_attitude: FloatArray
    attitude: FloatArray
    vertical: LevellingState = field(default_factory=LevellingState)
    acc: list[FloatArray] = field(default_factory=list)
    gyr: list[FloatArray] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class VqfState:
    """All that moves in a `VqfFilter`.

    Attributes
    ----------
    vqf
        VQF's own state, numbers and lists of numbers by name; as before the gap while searching.
    search
        The search for the vertical; none where it is known.
    """

    vqf: dict[str, Any]
    search: Search | None = None


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
        self._fresh: dict[str, Any] = self._vqf.state
        self._still_bias_sigma = math.radians(config.still_bias_sigma_dps)
        self._levelling = Levelling(round(config.levelling_s * rate_hz), 1.0 / rate_hz)
        self._search: Search | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as parameters and state: the C++ object itself cannot be."""
        return VqfFilter, self._made_from, self.state

    def __setstate__(self, state: VqfState) -> None:
        self.state = state

    @property
    def state(self) -> VqfState:
        """All that moves, as a copy."""
        return VqfState(vqf=self._vqf.state, search=copy.deepcopy(self._search))

    @state.setter
    def state(self, state: VqfState) -> None:
        self._vqf.state = state.vqf
        self._search = copy.deepcopy(state.search)

    def update(self, acc: FloatArray, gyr: FloatArray) -> FilterOutput:
        """Take ``n`` rows; see `OrientationFilter.update`."""
        if self._search is None:
            return self._run(acc, gyr)
        rows = self._levelling.window_rows - self._search.vertical.rows
        found = self._look(self._search, acc[:rows], gyr[:rows])
        return found if len(acc) <= rows else found.then(self._run(acc[rows:], gyr[rows:]))

    def start(self, mean_acc: FloatArray, mean_gyr: FloatArray) -> None:
        """Begin anew in a still pose with its bias; the rows of the pose give the vertical."""
        del mean_acc  # VQF starts from the plain mean of the specific force that follows
        self.state = VqfState(vqf=self._fresh)
        self._vqf.setBiasEstimate(np.ascontiguousarray(mean_gyr), self._still_bias_sigma)

    def restart(self, before: VqfState) -> None:
        """Look for the vertical anew; see `OrientationFilter.restart`."""
        attitude = (
            np.array(self._vqf.getQuat6D()) if self._search is None else self._search.attitude
        )
        self._vqf.state = before.vqf
        self._search = Search(first_attitude=attitude, attitude=attitude)

    def _run(self, acc: FloatArray, gyr: FloatArray) -> FilterOutput:
        result = self._vqf.updateBatch(np.ascontiguousarray(gyr), np.ascontiguousarray(acc))
        return FilterOutput(
            earth_from_sensor=result["quat6D"],
            gyro_bias=result["bias"],
            at_rest=result["restDetected"],
            tracking=np.ones(len(acc), dtype=np.bool_),
        )

    def _look(self, search: Search, acc: FloatArray, gyr: FloatArray) -> FilterOutput:
        """Take rows of the search; with the last one VQF has gone on."""
        bias = self._vqf.getBiasEstimate()[0]
        search.acc.append(acc)
        search.gyr.append(gyr)
        attitude = np.empty((len(acc), 4))
        self._levelling.state = search.vertical
        for k in range(len(acc)):
            search.attitude = self._levelling.turn(search.attitude, gyr[k] - bias, acc[k])
            attitude[k] = search.attitude
        tracking = np.zeros(len(acc), dtype=np.bool_)
        if self._levelling.complete:
            tracking[-1] = True
            attitude[-1] = self._go_on(search)
        return FilterOutput(
            earth_from_sensor=attitude,
            gyro_bias=np.tile(bias, (len(acc), 1)),
            at_rest=np.zeros(len(acc), dtype=np.bool_),
            tracking=tracking,
        )

    def _go_on(self, search: Search) -> FloatArray:
        """Correct the attitude after the gap, catch up from there, and return the newest, (4,)."""
        levelled = upright(search.first_attitude, search.vertical.weighted_acc)
        state = self._vqf.state
        state["gyrQuat"] = multiply(conjugate(np.array(state["accQuat"])), levelled).tolist()
        self._vqf.state = state
        self._search = None
        caught_up = self._run(np.concatenate(search.acc), np.concatenate(search.gyr))
        newest: FloatArray = caught_up.earth_from_sensor[-1]
        return newest
