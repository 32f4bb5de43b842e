"""One sensor's samples with host time, waiting for the grid rows that need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pelvicsense.datatypes.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """``n`` samples by rising time.

    Attributes
    ----------
    time_s
        (n,) when they were taken, s since the session's first ``host_ns``.
    arrival_s
        (n,) when they arrived, never before ``time_s`` and never falling.
    missing
        (n,) samples known to be missing just before it.
    saturated
        (n,) a channel sat at the end of its range.
    values
        (n, 6) acc (m/s²) and gyr (rad/s).
    """

    time_s: FloatArray = field(default_factory=lambda: np.empty(0))
    arrival_s: FloatArray = field(default_factory=lambda: np.empty(0))
    missing: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    saturated: BoolArray = field(default_factory=lambda: np.empty(0, dtype=np.bool_))
    values: FloatArray = field(default_factory=lambda: np.empty((0, 6)))

    def __len__(self) -> int:
        return len(self.time_s)

    @staticmethod
    def join(parts: Sequence[Track]) -> Track:
        """Return consecutive parts as one track."""
        filled = [part for part in parts if len(part)]
        if len(filled) <= 1:
            return filled[0] if filled else Track()
        return Track(
            time_s=np.concatenate([part.time_s for part in filled]),
            arrival_s=np.concatenate([part.arrival_s for part in filled]),
            missing=np.concatenate([part.missing for part in filled]),
            saturated=np.concatenate([part.saturated for part in filled]),
            values=np.concatenate([part.values for part in filled]),
        )

    def take(self, rows: slice | IntArray | BoolArray) -> Track:
        """Return the chosen rows."""
        return Track(
            time_s=self.time_s[rows],
            arrival_s=self.arrival_s[rows],
            missing=self.missing[rows],
            saturated=self.saturated[rows],
            values=self.values[rows],
        )


def average(track: Track, over: int) -> Track:
    """Average each sample with the ``over - 1`` before it; the first of those only lead in.

    A sensor much faster than the grid would fold its vibrations into the gait band. Time is
    averaged like the values, so nothing is delayed. A gap inside the span counts for every average
    that touches it, so that no row next to it passes for a measured one.
    """
    count = len(track) - over + 1
    parts = [slice(k, k + count) for k in range(over)]
    time_s = track.time_s[parts[0]].copy()
    values = track.values[parts[0]].copy()
    missing = track.missing[parts[0]].copy()
    saturated = track.saturated[parts[0]].copy()
    for part in parts[1:]:
        time_s += track.time_s[part]
        values += track.values[part]
        np.maximum(missing, track.missing[part], out=missing)
        saturated |= track.saturated[part]
    return Track(
        time_s=time_s / over,
        arrival_s=track.arrival_s[parts[-1]],
        missing=missing,
        saturated=saturated,
        values=values / over,
    )
