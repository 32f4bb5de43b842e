"""What the windows talk to: a view to draw, signals to trace, commands to give, and an end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pelvicsense.dashboard.commands import LiveCommands, ReplayCommands
from pelvicsense.dashboard.view_model import ViewModel
from pelvicsense.dashboard.view_state import View
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.runtime.live import LiveWorker
from pelvicsense.runtime.live_replay import ReplayWorker


class Signals(Protocol):
    """The newest samples, for drawing."""

    def read_signals(
        self, sensor: Placement, t_s: FloatArray, acc: FloatArray, gyr: FloatArray
    ) -> int:
        """Fill the arrays' ends with the newest samples, oldest first; return how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A running session or replay, as the window sees it; every call returns at once.

    Attributes
    ----------
    view
        What there is to show now.
    signals
        Samples for the traces.
    live, replay
        Commands; exactly one of them is there.
    close
        Begin to end everything in order.
    closed
        Whether that is done.
    """

    view: Callable[[], View]
    signals: Signals
    live: LiveCommands | None = None
    replay: ReplayCommands | None = None
    close: Callable[[], None]
    closed: Callable[[], bool]


def live_backend(worker: LiveWorker) -> Backend:
    """Return a live session as the window sees it."""
    return Backend(
        view=ViewModel(worker.buffer).view,
        signals=worker.buffer,
        live=worker,
        close=worker.close,
        closed=worker.wait_closed,
    )


def replay_backend(worker: ReplayWorker) -> Backend:
    """Return a replay as the window sees it."""
    return Backend(
        view=ViewModel(worker.buffer).view,
        signals=worker.buffer,
        replay=worker,
        close=worker.close,
        closed=worker.wait_closed,
    )
