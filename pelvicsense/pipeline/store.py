"""Grid and orientation rows kept while there is no calibration yet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.motion import (
    GridBlock,
    GridSignal,
    OrientationBlock,
    OrientationSignal,
)
from pelvicsense.datatypes.placement import Placement
from pelvicsense.numerics.history import History

# Columns of one sensor
_ACC, _GYR, _FLAGS = slice(0, 3), slice(3, 6), slice(6, 9)
_QUATERNION, _BIAS, _FUSED_FLAGS = slice(9, 13), slice(13, 16), slice(16, 18)
_WIDTH = 18


class MotionStore:
    """The most recent rows of every sensor, raw and fused."""

    def __init__(self, placements: Sequence[Placement], rate_hz: float, first_index: int) -> None:
        self._placements = tuple(placements)
        self._rate_hz = rate_hz
        self._rows = History(_WIDTH * len(self._placements), first_index)

    @property
    def first_index(self) -> int:
        """Grid index of the oldest kept row."""
        return self._rows.first_index

    @property
    def end_index(self) -> int:
        """Grid index one past the newest row."""
        return self._rows.end_index

    def append(self, grid: GridBlock, orientation: OrientationBlock) -> None:
        """Add a block."""
        columns = []
        for placement in self._placements:
            raw = grid.sensors[placement]
            flags = np.stack([raw.valid, raw.interpolated, raw.saturated], axis=1)
            columns += [raw.acc, raw.gyr, flags.astype(np.float64)]
            columns.append(_fused_columns(orientation.sensors[placement]))
        self._rows.append(np.concatenate(columns, axis=1))

    def replace_orientation(self, orientation: OrientationBlock) -> None:
        """Put a better orientation in the place of what was kept."""
        first = orientation.first_index
        rows = self._rows.rows(first, first + len(orientation))
        for i, placement in enumerate(self._placements):
            offset = _WIDTH * i
            rows[:, offset + _QUATERNION.start : offset + _WIDTH] = _fused_columns(
                orientation.sensors[placement]
            )

    def drop_before(self, index: int) -> None:
        """Forget rows before a grid index."""
        self._rows.drop_before(index)

    def grid(self, first: int, end: int) -> GridBlock:
        """Return grid rows [first, end)."""
        rows = self._rows.rows(first, end)
        sensors = {}
        for i, placement in enumerate(self._placements):
            own = rows[:, _WIDTH * i : _WIDTH * (i + 1)]
            flags = own[:, _FLAGS] > 0.0
            sensors[placement] = GridSignal(
                acc=own[:, _ACC].copy(),
                gyr=own[:, _GYR].copy(),
                valid=flags[:, 0],
                interpolated=flags[:, 1],
                saturated=flags[:, 2],
            )
        return GridBlock(first_index=first, rate_hz=self._rate_hz, sensors=sensors)

    def orientation(self, first: int, end: int) -> OrientationBlock:
        """Return orientation rows [first, end)."""
        rows = self._rows.rows(first, end)
        sensors = {}
        for i, placement in enumerate(self._placements):
            own = rows[:, _WIDTH * i : _WIDTH * (i + 1)]
            flags = own[:, _FUSED_FLAGS] > 0.0
            sensors[placement] = OrientationSignal(
                earth_from_sensor=own[:, _QUATERNION].copy(),
                gyro_bias=own[:, _BIAS].copy(),
                at_rest=flags[:, 0],
                settled=flags[:, 1],
            )
        return OrientationBlock(first_index=first, rate_hz=self._rate_hz, sensors=sensors)


def _fused_columns(fused: OrientationSignal) -> FloatArray:
    flags = np.stack([fused.at_rest, fused.settled], axis=1)
    return np.concatenate(
        [fused.earth_from_sensor, fused.gyro_bias, flags.astype(np.float64)], axis=1
    )
