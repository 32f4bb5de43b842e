"""Ticks as sent → ticks since the time base began: wraps, repeats, bad ticks and reboots.

A tick is believed if it moves forward and puts the sample neither well before the shortest delay
seen so far (a sample cannot arrive before it was taken) nor far behind its predecessor. One that is
not believed is rejected; when several packets in a row agree on another time base, the device has
rebooted and a new base begins. Every verdict depends on the rows before it only, never on blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

import numpy as np

from pelvicsense.clock.config import ClockConfig
from pelvicsense.datatypes.arrays import FloatArray, IntArray

_CHUNK = 4096  # rows judged at once; a bad tick costs one more look at the rest of its chunk
_RATE_SLACK = 1.0 / 16.0  # a nominal rate may be so wrong before a tick looks wrong


@dataclass(slots=True)
class TimeBase:
    """The newest believed sample of one run of the device clock.

    ``least_lag_s`` is the smallest ``arrival - device time - slack * arrival`` so far, all since
    the base began.
    """

    start_s: float
    arrival_s: float
    sent: int
    ticks: int = 0
    least_lag_s: float = 0.0


@dataclass(slots=True)
class Candidate:
    """A time base that is not believed yet: what its packets said so far."""

    start_s: float
    arrival_s: float
    sent: int
    packets: int = 1


@dataclass(slots=True)
class TickState:
    """What the unwrapping remembers."""

    base: TimeBase | None = None
    candidate: Candidate | None = None


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """Rows that were believed.

    Attributes
    ----------
    rows
        Their indices in the input.
    ticks
        Ticks since their time base began.
    starts
        Positions in ``rows`` where a new time base begins.
    """

    rows: IntArray
    ticks: IntArray
    starts: list[int]


class TickUnwrapper:
    """Ticks of one sensor; ``tick_s`` is the nominal length of a tick, s."""

    def __init__(self, config: ClockConfig, tick_s: float, tick_bits: int | None) -> None:
        self._config = config
        self._tick_s = tick_s
        # int64 holds no wrap of 63 bits or more, and no session lasts that long
        self._wrap = 1 << tick_bits if tick_bits is not None and tick_bits < 63 else None
        wrap_s = self._wrap * tick_s if self._wrap is not None else np.inf
        self._wrap_s = wrap_s
        self._reorder_s = min(config.reorder_s, wrap_s / 4.0)

    def feed(self, state: TickState, arrival_s: FloatArray, sent: IntArray) -> Unwrapped:
        """Unwrap ``sent`` (n,), arrived at ``arrival_s`` (n,), and advance ``state``."""
        rows: list[IntArray] = []
        ticks: list[IntArray] = []
        starts: list[int] = []
        kept = i = 0
        n = len(sent)
        while i < n:
            if state.base is not None:
                run = self._run(state, state.base, arrival_s[i:], sent[i:])
                if len(run):
                    rows.append(np.arange(i, i + len(run)))
                    ticks.append(run)
                    kept += len(run)
                    i += len(run)
                    continue
            if self._judge(state, float(arrival_s[i]), int(sent[i])):
                assert state.base is not None
                if state.base.ticks == 0:
                    starts.append(kept)
                rows.append(np.array([i]))
                ticks.append(np.array([state.base.ticks]))
                kept += 1
            i += 1
        if len(rows) == 1:
            return Unwrapped(rows[0], ticks[0], starts)
        empty = np.empty(0, dtype=np.int64)
        return Unwrapped(np.concatenate([empty, *rows]), np.concatenate([empty, *ticks]), starts)

    def _run(
        self, state: TickState, base: TimeBase, arrival_s: FloatArray, sent: IntArray
    ) -> IntArray:
        """Unwrap the leading rows that need no second look, and advance the base over them."""
        arrival = np.concatenate(([base.arrival_s], arrival_s[:_CHUNK]))
        raw = np.concatenate(([base.sent], sent[:_CHUNK]))
        step = raw[1:] - raw[:-1]
        if self._wrap is not None:
            step &= self._wrap - 1
        elapsed = arrival[1:] - arrival[:-1]
        ticks = np.cumsum(step) + base.ticks
        lag = (arrival[1:] - base.start_s) - ticks * self._tick_s
        slack = _RATE_SLACK * (arrival - base.start_s)
        least = np.minimum.accumulate(np.concatenate(([base.least_lag_s], lag - slack[1:])))
        floor_s = least[:-1] + slack[:-1] - _RATE_SLACK * elapsed - self._config.max_lead_s
        behind = elapsed - step * self._tick_s - _RATE_SLACK * elapsed
        fine = (step > 0) & (lag >= floor_s) & (behind <= self._config.max_lag_s)
        if self._wrap is not None:
            fine &= elapsed < 0.5 * self._wrap_s
        count = len(fine) if fine.all() else int(np.argmin(fine))
        if count:
            base.arrival_s = float(arrival[count])
            base.sent = int(sent[count - 1])
            base.ticks = int(ticks[count - 1])
            base.least_lag_s = float(least[count])
            state.candidate = None
        return ticks[:count]

    def _judge(self, state: TickState, arrival_s: float, sent: int) -> bool:
        """Judge one row that ``_run`` stopped at; true if it is believed."""
        base = state.base
        if base is None:
            state.base = TimeBase(arrival_s, arrival_s, sent)
            return True
        elapsed = arrival_s - base.arrival_s
        step = self._step(base.sent, sent, elapsed)
        if step > 0 and self._plausible(base, step, arrival_s):
            self._advance(base, step, arrival_s, sent)
            state.candidate = None
            return True
        back = -step if self._wrap is None else (base.sent - sent) % self._wrap
        if back * self._tick_s <= self._reorder_s and back >= 0:
            return False
        return self._consider(state, arrival_s, sent)

    def _step(self, before: int, sent: int, elapsed_s: float) -> int:
        """Ticks from ``before`` to ``sent``, whole wraps added where the time between asks it."""
        if self._wrap is None:
            return sent - before
        step = (sent - before) % self._wrap
        # half a second: the delay of the sample before may have shortened the time between
        late_s = min(0.5, self._wrap_s / 8.0)
        wraps = floor((elapsed_s - step * self._tick_s + late_s) / self._wrap_s)
        return step + max(wraps, 0) * self._wrap

    def _plausible(self, base: TimeBase, step: int, arrival_s: float) -> bool:
        elapsed = arrival_s - base.arrival_s
        lag = (arrival_s - base.start_s) - (base.ticks + step) * self._tick_s
        before = _RATE_SLACK * (base.arrival_s - base.start_s)
        lowest = base.least_lag_s + before - _RATE_SLACK * elapsed - self._config.max_lead_s
        behind = elapsed - step * self._tick_s - _RATE_SLACK * elapsed
        return lag >= lowest and behind <= self._config.max_lag_s

    def _advance(self, base: TimeBase, step: int, arrival_s: float, sent: int) -> None:
        base.ticks += step
        base.arrival_s = arrival_s
        base.sent = sent
        lag = (arrival_s - base.start_s) - base.ticks * self._tick_s
        slack = _RATE_SLACK * (arrival_s - base.start_s)
        base.least_lag_s = min(base.least_lag_s, lag - slack)

    def _consider(self, state: TickState, arrival_s: float, sent: int) -> bool:
        """Follow another time base; true once enough packets agree on it."""
        candidate = state.candidate
        if candidate is None or not self._continues(candidate, arrival_s, sent):
            state.candidate = Candidate(arrival_s, arrival_s, sent)
            return False
        candidate.packets += arrival_s > candidate.arrival_s
        candidate.arrival_s = arrival_s
        candidate.sent = sent
        if candidate.packets < self._config.restart_packets:
            return False
        assert state.base is not None
        step = self._step(state.base.sent, sent, arrival_s - state.base.arrival_s)
        lead = step * self._tick_s > arrival_s - state.base.arrival_s
        persists = arrival_s - candidate.start_s >= self._config.restart_lag_s
        if step > 0 and not lead and not persists:
            return False
        state.base = TimeBase(arrival_s, arrival_s, sent)
        state.candidate = None
        return True

    def _continues(self, candidate: Candidate, arrival_s: float, sent: int) -> bool:
        elapsed = arrival_s - candidate.arrival_s
        step = self._step(candidate.sent, sent, elapsed)
        allowed = self._config.restart_lag_s + _RATE_SLACK * elapsed
        return step > 0 and abs(step * self._tick_s - elapsed) <= allowed
