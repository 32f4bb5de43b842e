"""An ``ahrs`` filter: it waits for a still pose, starts there, and restarts in motion.

1. Waiting: no attitude until the first rest. Its mean rate is the bias, its mean specific force the
   vertical. A stream without any rest is never tracked.
2. Tracking: one filter step per row on the bias-free rate. The bias is frozen in motion and taken
   anew from every later rest.
3. Levelling, after a gap: the bias is known, the vertical is found in motion (see `levelling`), or
   at once if a rest comes first.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.fusion.ahrs_config import StartConfig
from pelvicsense.fusion.filters import FilterOutput
from pelvicsense.fusion.levelling import Levelling, LevellingState, upright
from pelvicsense.fusion.rest import RestDetector, RestState
from pelvicsense.numerics.quaternion import IDENTITY, rotate


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A filter of the package as a function.

    Attributes
    ----------
    initial_memory
        What the filter remembers besides the attitude, at its start.
    advance
        ``(attitude (4,), memory, rate (3,), acc (3,)) -> (attitude, memory)``.
    """

    initial_memory: FloatArray
    advance: Callable[
        [FloatArray, FloatArray, FloatArray, FloatArray], tuple[FloatArray, FloatArray]
    ]


class Phase(StrEnum):
    """What the filter is doing."""

    WAITING = "waiting"
    LEVELLING = "levelling"
    TRACKING = "tracking"


@dataclass(slots=True, kw_only=True)
class AhrsState:
    """All that moves in an `AhrsFilter`."""

    memory: FloatArray
    phase: Phase = Phase.WAITING
    attitude: FloatArray = field(default_factory=IDENTITY.copy)
    bias: FloatArray = field(default_factory=lambda: np.zeros(3))
    rest: RestState = field(default_factory=RestState)
    levelling: LevellingState = field(default_factory=LevellingState)


class AhrsFilter:
    """One sensor; see `OrientationFilter`.

    Parameters
    ----------
    step
        The filter proper.
    config
        How it starts.
    rate_hz
        Rows per second.
    """

    def __init__(self, step: Step, config: StartConfig, rate_hz: float) -> None:
        self._step = step
        self._rest = RestDetector(config.rest, rate_hz)
        self._levelling = Levelling(round(config.levelling_s * rate_hz), 1.0 / rate_hz)
        self._state = AhrsState(memory=step.initial_memory.copy())

    @property
    def state(self) -> AhrsState:
        """All that moves, as a copy."""
        self._state.rest = self._rest.state
        self._state.levelling = self._levelling.state
        return copy.deepcopy(self._state)

    @state.setter
    def state(self, state: AhrsState) -> None:
        self._state = copy.deepcopy(state)
        self._rest.state = self._state.rest
        self._levelling.state = self._state.levelling

    def start(self, mean_acc: FloatArray, mean_gyr: FloatArray) -> None:
        """Begin anew in a still pose; see `OrientationFilter.start`."""
        self._rest.restart()
        self._state = AhrsState(
            memory=self._step.initial_memory.copy(),
            phase=Phase.TRACKING,
            attitude=upright(IDENTITY, mean_acc),
            bias=mean_gyr.copy(),
        )

    def restart(self, before: AhrsState) -> None:
        """Look for the inclination anew; see `OrientationFilter.restart`."""
        del before  # such a filter remembers no specific force
        self._rest.restart()
        if self._state.phase is not Phase.WAITING:
            self._level_anew()

    def update(self, acc: FloatArray, gyr: FloatArray) -> FilterOutput:
        """Take ``n`` rows; see `OrientationFilter.update`."""
        n = len(acc)
        rest = self._rest.update(acc, gyr)
        attitude, bias = np.empty((n, 4)), np.empty((n, 3))
        tracking = np.empty(n, dtype=np.bool_)
        for k in range(n):
            if rest.at_rest[k]:
                self._use_rest(rest.mean_acc[k], rest.mean_gyr[k])
            self._advance(acc[k], gyr[k])
            attitude[k], bias[k] = self._state.attitude, self._state.bias
            tracking[k] = self._state.phase is Phase.TRACKING
        return FilterOutput(
            earth_from_sensor=attitude, gyro_bias=bias, at_rest=rest.at_rest, tracking=tracking
        )

    def _use_rest(self, mean_acc: FloatArray, mean_gyr: FloatArray) -> None:
        state = self._state
        state.bias = mean_gyr.copy()
        if state.phase is not Phase.TRACKING:
            state.attitude = upright(state.attitude, rotate(state.attitude, mean_acc))
            state.phase = Phase.TRACKING

    def _advance(self, acc: FloatArray, gyr: FloatArray) -> None:
        state = self._state
        rate = gyr - state.bias
        if state.phase is Phase.LEVELLING:
            state.attitude = self._levelling.turn(state.attitude, rate, acc)
            if self._levelling.complete:
                state.phase = Phase.TRACKING
        elif state.phase is Phase.TRACKING:
            attitude, memory = self._step.advance(state.attitude, state.memory, rate, acc)
            if np.isfinite(attitude).all() and np.isfinite(memory).all():
                state.attitude, state.memory = attitude, memory
            else:
                self._level_anew()

    def _level_anew(self) -> None:
        self._state.phase = Phase.LEVELLING
        self._state.memory = self._step.initial_memory.copy()
        self._levelling.state = LevellingState()
