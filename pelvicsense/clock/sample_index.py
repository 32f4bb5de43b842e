"""A sample count for sensors that send neither time nor counter.

Samples are numbered as they arrive. A gap in the arrivals is a stall if what was kept comes in a
burst behind it, and a loss if it does not; the rows behind a gap are therefore held back for a
moment, and count as arrived when the verdict falls. Losses without a gap cannot be seen: they look
like a slower sensor.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pelvicsense.clock.config import ClockConfig
from pelvicsense.datatypes.arrays import FloatArray, IntArray


@dataclass(slots=True)
class IndexState:
    """What the numbering remembers; ``held_s`` are arrivals that still wait for a verdict."""

    first_s: float | None = None
    newest_s: float = 0.0
    next_index: int = 0
    held_s: FloatArray = field(default_factory=lambda: np.empty(0))


class SampleIndexer:
    """Numbers one sensor's samples; ``period_s`` is the nominal sampling period, s."""

    _MIN_HISTORY_S = 5.0  # before that the nominal rate is the better guess

    def __init__(self, config: ClockConfig, period_s: float) -> None:
        self._config = config
        self._period_s = period_s

    def feed(
        self, state: IndexState, arrival_s: FloatArray, *, final: bool
    ) -> tuple[IntArray, FloatArray]:
        """Return indices (m,) and arrivals (m,) of the first held and new rows.

        Rows beyond the returned length stay held until the next call; ``final`` holds none.
        """
        waiting = np.concatenate((state.held_s, arrival_s))
        index: list[IntArray] = [np.empty(0, dtype=np.int64)]
        known: list[FloatArray] = [np.empty(0)]
        if state.first_s is None and len(waiting):
            state.first_s = state.newest_s = float(waiting[0])
        gaps = np.diff(np.concatenate(([state.newest_s], waiting))) > self._config.stall_s
        done = 0
        while done < len(waiting):
            ahead = np.flatnonzero(gaps[done:])
            if len(ahead) == 0 or ahead[0] > 0:
                stop = done + int(ahead[0]) if len(ahead) else len(waiting)
                known.append(waiting[done:stop])
            else:
                deadline = waiting[done] + self._config.burst_s
                stop = int(np.searchsorted(waiting, deadline))
                if stop == len(waiting) and not final:
                    break
                if stop < len(waiting):  # a stream that ends before the verdict gets none
                    state.next_index += self._lost(state, waiting[done:stop])
                verdict = waiting[min(stop, len(waiting) - 1)]
                known.append(np.full(stop - done, verdict))
            index.append(np.arange(state.next_index, state.next_index + stop - done))
            state.next_index += stop - done
            state.newest_s = float(waiting[stop - 1])
            done = stop
        state.held_s = waiting[done:]
        return np.concatenate(index), np.concatenate(known)

    def _lost(self, state: IndexState, burst_s: FloatArray) -> int:
        """Return how many samples are missing between a gap and the burst behind it."""
        assert state.first_s is not None
        history = state.newest_s - state.first_s
        period = self._period_s
        if history > self._MIN_HISTORY_S and state.next_index > 1:
            period = history / (state.next_index - 1)
        missing = (float(burst_s[-1]) - state.newest_s) / period - len(burst_s)
        return round(missing) if missing * period > self._config.unseen_loss_s else 0
