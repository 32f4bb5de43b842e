"""The one thing that the worker's thread and the window's thread share.

The worker writes, the window reads when it is about to draw. Both sides take one lock, for as long
as a copy of some kilobytes takes. Everything is bounded: where the window reads too slowly it does
not see what is older, while samples are recorded elsewhere and are never lost here.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.pipeline.now import Poses
from pelvicsense.sinks.live_facts import Analysed, Begun, Fact, Finished, LiveStatus

SIGNAL_ROWS = 8192
"""Samples kept per sensor: 80 s at 100 Hz, 40 s at 200 Hz."""

MOST_FACTS = 4096
"""Outputs that may wait for the window: more than ten minutes of running."""

_COLUMNS = 7
"""Time, three of acceleration, three of turning speed."""

_GAP_S = 0.5
"""After a longer silence a trace is not drawn through."""


def _twice() -> FloatArray:
    return np.full((2 * SIGNAL_ROWS, _COLUMNS), np.nan)


@dataclass(slots=True)
class _Ring:
    """The newest samples of one sensor.

    Attributes
    ----------
    rows
        Time, acceleration, turning speed; written round and round, and again `SIGNAL_ROWS` further
        on, so that the newest rows always lie in one piece.
    written
        Rows written so far.
    host_ns
        Stamp of the newest sample.
    """

    rows: FloatArray = field(default_factory=_twice)
    written: int = 0
    host_ns: int = 0

    @property
    def newest_s(self) -> float:
        """Time of the newest row."""
        return float(self.newest(1)[0, 0])

    def append(self, *columns: FloatArray) -> None:
        """Write rows, `SIGNAL_ROWS` at most."""
        rows = np.column_stack(columns)
        place = np.arange(self.written, self.written + len(rows)) % SIGNAL_ROWS
        self.rows[place] = self.rows[place + SIGNAL_ROWS] = rows
        self.written += len(rows)

    def newest(self, count: int) -> FloatArray:
        """Return a view of the newest rows, of which there are so many."""
        end = (self.written - 1) % SIGNAL_ROWS + 1 + SIGNAL_ROWS
        return self.rows[end - count : end]


class LiveBuffer:
    """Samples, poses, facts and status on their way to the screen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rings: dict[Placement, _Ring] = {}
        self._origin_ns: int | None = None
        self._facts: deque[Fact] = deque(maxlen=MOST_FACTS)
        self._pose: Poses | None = None
        self._status = LiveStatus()

    # -- the worker's side ---------------------------------------------------------------------

    def begin(self, sensors: Iterable[Placement], origin_ns: int | None = None) -> None:
        """Start anew with these sensors; times count from ``origin_ns``, or the first sample."""
        begun = Begun(sensors=tuple(sensors))
        with self._lock:
            self._rings = {sensor: _Ring() for sensor in begun.sensors}
            self._origin_ns = origin_ns
            self._pose = None
            kept = [fact for fact in self._facts if isinstance(fact, Analysed | Finished)]
            self._facts = deque([*kept, begun], maxlen=MOST_FACTS)

    def add_block(self, block: SampleBlock) -> None:
        """Take samples for drawing."""
        if not len(block):
            return
        acc, gyr = block.acc[-SIGNAL_ROWS:], block.gyr[-SIGNAL_ROWS:]
        with self._lock:
            ring = self._rings[block.sensor]
            if self._origin_ns is None:
                self._origin_ns = int(block.host_ns[0])
            t_s = _spread(ring, block, self._origin_ns)[-SIGNAL_ROWS:]
            if ring.written and t_s[0] - ring.newest_s > _GAP_S:
                break_row = np.full((1, 3), np.nan)
                ring.append(t_s[:1], break_row, break_row)
            ring.append(t_s, acc, gyr)
            ring.host_ns = int(block.host_ns[-1])

    def add_facts(self, facts: Sequence[Fact]) -> None:
        """Take what must be told in order."""
        with self._lock:
            self._facts.extend(facts)

    def set_pose(self, pose: Poses) -> None:
        """Take the body now: one row."""
        self._pose = pose  # a reference is swapped whole

    def update(self, **changes: Any) -> None:
        """Change fields of the status; by one writer."""
        self._status = replace(self._status, **changes)

    # -- the window's side ---------------------------------------------------------------------

    @property
    def status(self) -> LiveStatus:
        """How things stand."""
        return self._status

    @property
    def pose(self) -> Poses | None:
        """The body now, one row; none before it is known."""
        return self._pose

    @property
    def sensors(self) -> tuple[Placement, ...]:
        """The worn sensors."""
        return tuple(self._rings)

    def take_facts(self) -> list[Fact]:
        """Return what has come since the last call, in order."""
        with self._lock:
            facts = list(self._facts)
            self._facts.clear()
        return facts

    def read_signals(
        self, sensor: Placement, t_s: FloatArray, acc: FloatArray, gyr: FloatArray
    ) -> int:
        """Fill arrays with the newest samples of a sensor, oldest first, at their ends.

        Parameters
        ----------
        sensor
            Which.
        t_s, acc, gyr
            (n,), (n, 3), (n, 3): seconds since the first sample, m/s², rad/s; ``nan`` where there
            are fewer samples, and one row of ``nan`` where some are missing.

        Returns
        -------
        int
            How many rows hold samples.
        """
        with self._lock:
            ring = self._rings.get(sensor)
            count = min(len(t_s), ring.written, SIGNAL_ROWS) if ring is not None else 0
            if ring is not None and count:
                rows = ring.newest(count)
                t_s[-count:], acc[-count:], gyr[-count:] = rows[:, 0], rows[:, 1:4], rows[:, 4:7]
        empty = len(t_s) - count
        t_s[:empty], acc[:empty], gyr[:empty] = np.nan, np.nan, np.nan
        return count

    def newest_ns(self, sensor: Placement) -> int | None:
        """Return the host stamp of the newest sample; none before the first."""
        ring = self._rings.get(sensor)
        return ring.host_ns if ring is not None and ring.written else None


def _spread(ring: _Ring, block: SampleBlock, origin_ns: int) -> FloatArray:
    """Return times at which to draw a block's samples, s.

    Samples of a packet share its stamp; they are spread between the last packet's stamp and theirs.
    After a gap, or at first, nothing tells their distance, and they keep their stamps.
    """
    stamps: FloatArray = np.asarray((block.host_ns - origin_ns) * 1e-9, dtype=np.float64)
    if not ring.written:
        return stamps
    before = ring.newest_s
    if not 0.0 < stamps[-1] - before <= _GAP_S:
        return stamps
    m = len(block)
    return np.asarray(before + (stamps[-1] - before) * np.arange(1, m + 1) / m)
