"""Stretches in which the person stands still, found causally or stated by the user.

The grid is cut into cells of a quarter of a second; a cell is quiet if no sensor turns or shakes
much in it. Consecutive quiet cells in which gravity stays where it was make a still stretch. People
sway: the limits are those of standing people, not of a sensor on a table.

A still stretch may be sitting or lying; whether it is a standing pose shows only in the steps that
follow (`decide`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pelvicsense.calibration.frames import UP
from pelvicsense.datatypes.arrays import BoolArray, FloatArray
from pelvicsense.datatypes.calibration import StillPose
from pelvicsense.datatypes.motion import GridBlock, OrientationBlock
from pelvicsense.datatypes.placement import Placement
from pelvicsense.numerics import quaternion
from pelvicsense.numerics.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class StillConfig:
    """Parameters of the still-pose finder.

    Attributes
    ----------
    cell_s
        Length of a cell, s.
    rate_dps
        Largest root mean square angular rate in a cell, °/s (bias included): standing people stayed
        below 5.
    shake
        Largest standard deviation of specific force in a cell, m/s².
    drift_deg
        Largest angle of a cell's gravity from the stretch's first, degrees.
    least_s, most_s
        Shortest stretch that counts, and the length that is used of a longer one (its end), s.
    edge_s
        Left out at both ends of a found stretch, s.
    """

    cell_s: float = 0.25
    rate_dps: float = 8.0
    shake: float = 0.6
    drift_deg: float = 6.0
    least_s: float = 2.5
    most_s: float = 15.0
    edge_s: float = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class StillWindow:
    """Grid rows [first, end) of a still stretch, and the row at which it became known."""

    first: int
    end: int
    known: int
    stated: bool


class StillFinder:
    """Find still stretches in grid blocks.

    Parameters
    ----------
    config, rate_hz, placements
        Parameters, grid rate, worn sensors.
    first_index
        Grid row of the first block.
    """

    def __init__(
        self,
        config: StillConfig,
        rate_hz: float,
        placements: Sequence[Placement],
        first_index: int = 0,
    ) -> None:
        self.config = config
        self.rate_hz = rate_hz
        self._placements = tuple(placements)
        self._cell = round(config.cell_s * rate_hz)
        self._rows = History(7 * len(self._placements), first_index)
        # Cells lie on multiples of their length, whatever the blocks.
        self._next = -(-first_index // self._cell) * self._cell
        self._start: int | None = None
        self._gravity: FloatArray = np.zeros((len(self._placements), 3))
        self._quiet_until = first_index

    @property
    def still_s(self) -> float:
        """For how long everything has been still up to the newest cell, s."""
        if self._start is None:
            return 0.0
        return (self._quiet_until - self._start) / self.rate_hz

    def feed(self, block: GridBlock) -> list[StillWindow]:
        """Return the stretches that a block ended, in order."""
        columns = []
        for placement in self._placements:
            signal = block.sensors[placement]
            columns += [signal.acc, signal.gyr, signal.valid[:, None].astype(np.float64)]
        self._rows.append(np.concatenate(columns, axis=1))
        found = []
        cells = (self._rows.end_index - self._next) // self._cell
        if cells > 0:
            end = self._next + cells * self._cell
            quiet, gravity = self._judge(self._rows.rows(self._next, end))
            for i in range(cells):
                window = self._take_cell(self._next, bool(quiet[i]), gravity[i])
                self._next += self._cell
                if window is not None:
                    found.append(window)
        self._rows.drop_before(self._next)
        return found

    def finish(self) -> StillWindow | None:
        """Return the stretch that the recording's end has cut short, if it is long enough."""
        return self._end(known=self._next)

    def _judge(self, rows: FloatArray) -> tuple[BoolArray, FloatArray]:
        """Return whether each cell is quiet, (m,), and its gravity directions, (m, sensors, 3)."""
        cells = rows.reshape(len(rows) // self._cell, self._cell, len(self._placements), 7)
        acc, gyr, valid = cells[..., 0:3], cells[..., 3:6], cells[..., 6]
        mean = _cell_mean(acc)
        away = acc - mean[:, None]
        shake = _cell_mean(away * away).sum(axis=-1)
        rate = _cell_mean(gyr * gyr).sum(axis=-1)
        norm = np.sqrt((mean * mean).sum(axis=-1))
        quiet = (
            (valid > 0.0).all(axis=1)
            & (rate < np.deg2rad(self.config.rate_dps) ** 2)
            & (shake < self.config.shake**2)
        )
        return quiet.all(axis=1), mean / np.maximum(norm, 1e-9)[..., None]

    def _take_cell(self, first: int, quiet: bool, gravity: FloatArray) -> StillWindow | None:
        ended = None
        if self._start is not None and not (quiet and self._near(gravity)):
            ended = self._end(known=first + self._cell - 1)
        if quiet and self._start is None:
            self._start, self._gravity = first, gravity
        if quiet:
            self._quiet_until = first + self._cell
        return ended

    def _near(self, gravity: FloatArray) -> bool:
        limit = np.cos(np.deg2rad(self.config.drift_deg))
        return bool(np.all((gravity * self._gravity).sum(axis=-1) > limit))

    def _end(self, known: int) -> StillWindow | None:
        start, self._start = self._start, None
        if start is None:
            return None
        edge = round(self.config.edge_s * self.rate_hz)
        first, end = start + edge, self._quiet_until - edge
        if end - first < self.config.least_s * self.rate_hz:
            return None
        first = max(first, end - round(self.config.most_s * self.rate_hz))
        return StillWindow(first=first, end=end, known=known, stated=False)


def _cell_mean(cells: FloatArray) -> FloatArray:
    """Mean along axis 1, added row by row: the number of cells must not show in it."""
    total = cells[:, 0].copy()
    for i in range(1, cells.shape[1]):
        total += cells[:, i]
    return np.asarray(total / cells.shape[1], dtype=np.float64)


def mean_signals(
    grid: GridBlock,
) -> Mapping[Placement, tuple[FloatArray, FloatArray]]:
    """Return mean specific force and mean rate, (3,) each, of every sensor over a still stretch.

    Standing sways to and fro, so that the mean rate is the gyro's bias (to about 0.1 °/s in 4 s).
    """
    return {
        placement: (signal.acc.mean(axis=0), signal.gyr.mean(axis=0))
        for placement, signal in grid.sensors.items()
    }


def still_pose(window: StillWindow, grid: GridBlock, orientation: OrientationBlock) -> StillPose:
    """Return the pose of a still stretch from its rows.

    The inclination is that of the mean specific force: it averages out sway, and it holds the same
    accelerometer bias as the filter's inclination later, so that the two cancel. The heading is
    the mean of the filter's.
    """
    mean = {}
    for placement, fused in orientation.sensors.items():
        q = fused.earth_from_sensor
        aligned = np.where(np.sum(q * q[:1], axis=1, keepdims=True) < 0.0, -q, q)
        average = quaternion.normalise(aligned.mean(axis=0))
        force = grid.sensors[placement].acc.mean(axis=0)
        up = quaternion.rotate(average, force / np.sqrt(np.sum(force * force)))
        mean[placement] = quaternion.multiply(quaternion.smallest_rotation(up, UP), average)
    return StillPose(
        first=window.first, end=window.end, earth_from_sensor=mean, stated=window.stated
    )
