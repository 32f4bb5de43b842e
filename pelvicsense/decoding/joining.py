"""Samples of ``acc`` and ``gyr`` that come in separate packets, joined to samples of both.

The rate is integrated and the acceleration is not, so the gyroscope's samples are kept as they are
and decide on the ticks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray

_MOST_HELD_S = 4.0
_WIDEST_GAP = 1.75  # periods between two samples of acc, beyond which one is missing


@dataclass(frozen=True, slots=True)
class Joined:
    """(n,) ticks or none, (n, 3) acc and gyr; ``lost`` samples of gyr that found no partner."""

    ticks: IntArray | None
    acc: FloatArray
    gyr: FloatArray
    lost: int


class Joiner(Protocol):
    """Joins two streams; holds at most a few seconds of either."""

    def feed(self, signal: str, ticks: IntArray | None, rows: FloatArray, lost: int) -> Joined:
        """Take (n, 3) rows of ``acc`` or ``gyr``, before which ``lost`` are missing."""
        ...

    def restart(self) -> None:
        """Forget what waits."""
        ...


@dataclass(slots=True)
class _Waiting:
    rows: FloatArray = field(default_factory=lambda: np.empty((0, 3)))
    ticks: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def add(self, rows: FloatArray, ticks: IntArray) -> None:
        self.rows = np.concatenate((self.rows, rows))
        self.ticks = np.concatenate((self.ticks, ticks))

    def drop(self, count: int) -> None:
        self.rows = self.rows[count:]
        self.ticks = self.ticks[count:]

    def __len__(self) -> int:
        return len(self.rows)


class OrderJoiner:
    """The n-th sample of one with the n-th of the other.

    Losses that a counter shows keep their place. One that nothing shows leaves the other stream
    ahead of where it was in the first second: once it has been so for a second, it is set back.
    """

    def __init__(self, rate_hz: float) -> None:
        self._window = rate_hz
        self._most = int(_MOST_HELD_S * rate_hz)
        self.restart()

    def restart(self) -> None:
        """Forget what waits."""
        self._waiting = {"acc": _Waiting(), "gyr": _Waiting()}
        self._skip = {"acc": 0, "gyr": 0}
        self._usual: tuple[int, int] | None = None
        self._begin_window()

    def _begin_window(self) -> None:
        self._pairs = 0
        self._least, self._greatest = self._most, -self._most

    def feed(self, signal: str, ticks: IntArray | None, rows: FloatArray, lost: int) -> Joined:
        """Take rows of one stream; return those of which both are here."""
        acc, gyr = self._waiting["acc"], self._waiting["gyr"]
        dropped = self._add(signal, ticks, rows, lost)
        count = min(len(acc), len(gyr))
        whole = np.isfinite(acc.rows[:count, 0]) & np.isfinite(gyr.rows[:count, 0])
        joined = Joined(
            None if ticks is None else gyr.ticks[:count][whole],
            acc.rows[:count][whole],
            gyr.rows[:count][whole],
            dropped + count - int(np.count_nonzero(whole)),
        )
        acc.drop(count)
        gyr.drop(count)
        self._watch(count)
        return joined

    def _add(self, signal: str, ticks: IntArray | None, rows: FloatArray, lost: int) -> int:
        """Let rows wait, holes for lost ones; return how many were dropped."""
        at = np.zeros(len(rows), dtype=np.int64) if ticks is None else ticks
        if lost:
            hole = min(lost, self._most)
            rows = np.concatenate((np.full((hole, 3), np.nan), rows))
            at = np.concatenate((np.zeros(hole, dtype=np.int64), at))
        skipped = min(self._skip[signal], len(rows))
        self._skip[signal] -= skipped
        waiting = self._waiting[signal]
        waiting.add(rows[skipped:], at[skipped:])
        surplus = max(len(waiting) - self._most, 0)
        waiting.drop(surplus)
        return skipped + surplus

    def _watch(self, count: int) -> None:
        """Look for a second at how far acc is ahead; set back what is ahead of where it was."""
        self._pairs += count
        if self._pairs == 0:
            return
        ahead = len(self._waiting["acc"]) - len(self._waiting["gyr"])
        self._least, self._greatest = min(self._least, ahead), max(self._greatest, ahead)
        if self._pairs < self._window:
            return
        # at the beginning, one stream is ahead if the other always finds it waiting
        least, greatest = self._usual or (0, 0)
        excess = _common(self._least - least, self._greatest - greatest)
        self._skip["acc" if excess > 0 else "gyr"] += abs(excess)
        if excess == 0 and self._usual is None:
            self._usual = self._least, self._greatest
        self._begin_window()


class TimeJoiner:
    """Each sample of gyr with acc interpolated at its tick; none across a missing sample of acc."""

    def __init__(self, rate_hz: float, period_ticks: float, bits: int) -> None:
        self._most = int(_MOST_HELD_S * rate_hz)
        self._widest = _WIDEST_GAP * period_ticks
        self._wrap = 1 << bits if bits < 63 else 0
        self.restart()

    def restart(self) -> None:
        """Forget what waits."""
        self._acc, self._gyr = _Waiting(), _Waiting()

    def feed(self, signal: str, ticks: IntArray | None, rows: FloatArray, lost: int) -> Joined:
        """Take rows of one stream; return those of gyr that acc reaches up to."""
        del lost  # the ticks show it
        assert ticks is not None
        (self._acc if signal == "acc" else self._gyr).add(rows, ticks)
        acc, gyr = self._acc, self._gyr
        surplus = max(len(gyr) - self._most, 0) if not len(acc) else 0
        if not len(acc) or not len(gyr):
            gyr.drop(surplus)
            acc.drop(max(len(acc) - self._most, 0))
            return Joined(ticks[:0], np.empty((0, 3)), np.empty((0, 3)), surplus)
        at, wanted = self._since(acc.ticks), self._since(gyr.ticks)
        count = int(np.searchsorted(wanted, at[-1], side="right"))
        after = np.clip(np.searchsorted(at, wanted[:count]), 0, len(at) - 1)
        exact = at[after] == wanted[:count]
        gap = at[after] - at[np.maximum(after - 1, 0)]
        fine = exact | ((after > 0) & (gap <= self._widest))
        times = wanted[:count][fine]
        value = np.column_stack([np.interp(times, at, acc.rows[:, i]) for i in range(3)])
        joined = Joined(
            gyr.ticks[:count][fine], value, gyr.rows[:count][fine], int(count - fine.sum())
        )
        gyr.drop(count)
        newest = wanted[count - 1] if count else at[0]
        acc.drop(max(int(np.searchsorted(at, newest, side="right")) - 1, len(at) - self._most, 0))
        return joined

    def _since(self, ticks: IntArray) -> FloatArray:
        """Return ticks since the first of acc that waits; wraps unfolded."""
        since: IntArray = ticks - self._acc.ticks[0]
        if self._wrap:
            half = self._wrap >> 1
            since = ((since + half) & (self._wrap - 1)) - half
        return since.astype(np.float64)


def _common(one: int, other: int) -> int:
    """Return what two shifts have in common: the smaller if both go one way, else 0."""
    if one > 0 and other > 0:
        return min(one, other)
    if one < 0 and other < 0:
        return max(one, other)
    return 0
