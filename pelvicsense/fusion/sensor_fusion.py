"""One sensor's filter on the grid: runs of valid rows, gaps between them (see `stage`)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.motion import GridSignal, OrientationSignal
from pelvicsense.fusion.filters import FilterOutput, OrientationFilter
from pelvicsense.numerics.quaternion import IDENTITY
from pelvicsense.numerics.runs import equal_runs


@dataclass(slots=True, kw_only=True)
class SensorState:
    """What one sensor remembers.

    Attributes
    ----------
    started
        A valid row has been seen.
    gap_rows
        Invalid rows since the last valid one.
    wait_rows
        Valid rows from the start until the inclination is believed.
    last_gyr
        (3,) rate of the row before; none where that row was not fed.
    attitude, bias
        Newest output, held in a gap.
    filter_state, before_gap
        The filter's own, and what it was at the last valid row; none where that is the newest.
    """

    started: bool = False
    gap_rows: int = 0
    wait_rows: int = 0
    last_gyr: FloatArray | None = None
    attitude: FloatArray = field(default_factory=IDENTITY.copy)
    bias: FloatArray = field(default_factory=lambda: np.zeros(3))
    filter_state: Any = None
    before_gap: Any = None


class SensorFusion:
    """Feed one filter, hold it through gaps, restart it after them.

    Parameters
    ----------
    orientation_filter
        The filter, fresh.
    start_rows
        Rows after the start of the stream until the inclination is believed.
    bridge_rows
        Most interpolated rows of one gap that are fed.
    """

    def __init__(
        self,
        orientation_filter: OrientationFilter,
        *,
        start_rows: int,
        bridge_rows: int,
    ) -> None:
        self._filter = orientation_filter
        self._bridge_rows = bridge_rows
        self._state = SensorState(wait_rows=start_rows)

    @property
    def state(self) -> SensorState:
        """All that moves, as a copy."""
        state = copy.deepcopy(self._state)
        state.filter_state = self._filter.state
        return state

    @state.setter
    def state(self, state: SensorState) -> None:
        self._state = copy.deepcopy(state)
        self._filter.state = state.filter_state

    def start(self, mean_acc: FloatArray, mean_gyr: FloatArray) -> None:
        """Begin anew in a still pose; its own rows are fed next."""
        self._filter.start(mean_acc, mean_gyr)
        self._state = SensorState(started=True)

    def feed(self, signal: GridSignal) -> OrientationSignal:
        """Return the orientation at every row of ``signal``."""
        pieces: list[OrientationSignal] = []
        for first, end in equal_runs(signal.valid):
            acc, gyr = signal.acc[first:end], signal.gyr[first:end]
            pieces.extend([self._track(acc, gyr)] if signal.valid[first] else self._gap(acc, gyr))
        return pieces[0] if len(pieces) == 1 else _joined(pieces)

    def _track(self, acc: FloatArray, gyr: FloatArray) -> OrientationSignal:
        state = self._state
        if state.gap_rows > 0 and state.started:
            self._filter.restart(state.before_gap)
            state.before_gap = None
        state.started, state.gap_rows = True, 0
        output = self._update(acc, gyr)
        wait = state.wait_rows
        if wait > 0 and output.at_rest.any():
            wait = min(wait, int(output.at_rest.argmax()))
        state.wait_rows = max(0, wait - len(acc))
        return OrientationSignal(
            earth_from_sensor=output.earth_from_sensor,
            gyro_bias=output.gyro_bias,
            at_rest=output.at_rest,
            settled=output.tracking & (np.arange(len(acc)) >= wait),
        )

    def _gap(self, acc: FloatArray, gyr: FloatArray) -> Iterator[OrientationSignal]:
        state = self._state
        n = len(acc)
        if state.gap_rows == 0 and state.started:
            state.before_gap = self._filter.state
        fed = min(n, max(0, self._bridge_rows - state.gap_rows)) if state.started else 0
        state.gap_rows += n
        if fed > 0:
            output = self._update(acc[:fed], gyr[:fed])
            yield _unsettled(output.earth_from_sensor, output.gyro_bias)
        if fed < n:
            state.last_gyr = None
            yield _unsettled(
                np.tile(state.attitude, (n - fed, 1)), np.tile(state.bias, (n - fed, 1))
            )

    def _update(self, acc: FloatArray, gyr: FloatArray) -> FilterOutput:
        state = self._state
        before = np.empty_like(gyr)
        before[0] = gyr[0] if state.last_gyr is None else state.last_gyr
        before[1:] = gyr[:-1]
        output = self._filter.update(acc, 0.5 * (before + gyr))
        state.last_gyr = gyr[-1].copy()
        state.attitude = output.earth_from_sensor[-1].copy()
        state.bias = output.gyro_bias[-1].copy()
        return output


def _unsettled(attitude: FloatArray, bias: FloatArray) -> OrientationSignal:
    false = np.zeros(len(attitude), dtype=np.bool_)
    return OrientationSignal(
        earth_from_sensor=attitude, gyro_bias=bias, at_rest=false, settled=false
    )


def _joined(pieces: list[OrientationSignal]) -> OrientationSignal:
    empty = _unsettled(np.empty((0, 4)), np.empty((0, 3)))
    pieces = [empty, *pieces]
    return OrientationSignal(
        earth_from_sensor=np.concatenate([piece.earth_from_sensor for piece in pieces]),
        gyro_bias=np.concatenate([piece.gyro_bias for piece in pieces]),
        at_rest=np.concatenate([piece.at_rest for piece in pieces]),
        settled=np.concatenate([piece.settled for piece in pieces]),
    )
