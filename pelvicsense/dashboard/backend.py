"""What the windows talk to: a view to draw, signals to trace, commands to give, and an end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from pelvicsense.dashboard.commands import LiveCommands, ReplayCommands
from pelvicsense.dashboard.view_model import ViewModel
from pelvicsense.dashboard.view_state import View
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.runtime.live import LiveWorker
from pelvicsense.runtime.live_replay import ReplayWorker

WriteReport: TypeAlias = Callable[[Path], Path]


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
    write_report
        Writes the report of a session folder and returns the file; takes seconds. None for no
        reports.
    replay_of
        Begins to replay a session folder, for a window of its own; none in a replay.
    close
        Begin to end everything in order.
    closed
        Whether that is done.
    """

    view: Callable[[], View]
    signals: Signals
    live: LiveCommands | None = None
    replay: ReplayCommands | None = None
    write_report: WriteReport | None = None
    replay_of: Callable[[Path], Backend] | None = None
    close: Callable[[], None]
    closed: Callable[[], bool]


def live_backend(
    worker: LiveWorker, config: PipelineConfig, write_report: WriteReport | None = None
) -> Backend:
    """Return a live session as the window sees it; its replay is analysed with ``config``."""

    def replay_of(session: Path) -> Backend:
        replay = ReplayWorker(session, config)
        replay.start_thread()
        return replay_backend(replay, write_report)

    return Backend(
        view=ViewModel(worker.buffer).view,
        signals=worker.buffer,
        live=worker,
        write_report=write_report,
        replay_of=replay_of,
        close=worker.close,
        closed=worker.wait_closed,
    )


def replay_backend(worker: ReplayWorker, write_report: WriteReport | None = None) -> Backend:
    """Return a replay as the window sees it."""
    return Backend(
        view=ViewModel(worker.buffer).view,
        signals=worker.buffer,
        replay=worker,
        write_report=write_report,
        close=worker.close,
        closed=worker.wait_closed,
    )
