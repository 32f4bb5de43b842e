"""A window open for long, and one that has much to show; run by ``make soak``.

``SOAK_HOURS`` sets the length of the live session, in virtual time.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hands import Hand
from live_sessions import Window, live
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from windows import WINDOW

from pelvicsense.dashboard.backend import replay_backend
from pelvicsense.dashboard.view_state import Page
from pelvicsense.dashboard.window import MainWindow
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.manifest import SessionActivity
from pelvicsense.runtime.live_replay import ReplayWorker
from pelvicsense.runtime.simulated import write_simulated
from pelvicsense.sinks.live_buffer import LiveBuffer
from pelvicsense.synthetic import (
    ActivityScript,
    Locomotion,
    PersonConfig,
    Standing,
    ideal_sensors,
    simulate,
)

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(0),
    pytest.mark.usefixtures("home", "qapp"),
]

HOURS = float(os.environ.get("SOAK_HOURS", "1"))
READINGS = 12
FRAME_S = 0.1
MOST_GROWTH_MB = 10.0
_EVERY_MS = 10


def resident_mb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") * 1e-6


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_memory_does_not_grow(tmp_path: Path) -> None:
    readings: list[float] = []

    async def story(told: Window) -> None:
        hand = Hand(told)
        await hand.to_session()
        page = hand.window.session_page
        page.tabs.setCurrentWidget(page.signals)
        for reading in range(1, READINGS + 1):
            until_s = reading * 3600.0 * HOURS / READINGS
            while told.worker.buffer.status.signal_time_s < until_s:
                assert hand.window.page is Page.SESSION
                await asyncio.sleep(FRAME_S)
                hand.window.draw()
                QApplication.processEvents()
            readings.append(resident_mb())
            print(f"{until_s / 60.0:5.1f} min: {readings[-1]:.1f} MB", flush=True)
        hand.leave()

    live(story, tmp_path, seconds=300.0, repeat=True)
    # Caches fill in the first quarter.
    assert readings[-1] - readings[READINGS // 4] < MOST_GROWTH_MB


class Waiting:
    """How late the window's thread gets to a timer, ms: so long a click waits."""

    def __init__(self) -> None:
        self.ms: list[float] = []
        self._clock = QElapsedTimer()
        self._clock.start()
        self.timer = QTimer()
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self._take)
        self.timer.start(_EVERY_MS)

    def _take(self) -> None:
        self.ms.append(max(0.0, self._clock.nsecsElapsed() * 1e-6 - _EVERY_MS))
        self._clock.restart()


def _counted(buffer: LiveBuffer) -> Counter[Placement]:
    """Count the samples that a buffer takes since it was begun last."""
    taken: Counter[Placement] = Counter()
    begin, add_block = buffer.begin, buffer.add_block

    def begun(*arguments: Any) -> None:
        taken.clear()
        begin(*arguments)

    def added(block: SampleBlock) -> None:
        taken[block.sensor] += len(block)
        add_block(block)

    buffer.begin, buffer.add_block = begun, added  # type: ignore[method-assign]
    return taken


def _analysed(worker: ReplayWorker) -> bool:
    replay = worker.buffer.status.replay
    return replay is not None and replay.analysed == 1.0


def _ended(worker: ReplayWorker) -> bool:
    replay = worker.buffer.status.replay
    return replay is not None and replay.position_s >= replay.duration_s


@pytest.mark.parametrize(("windows", "rate_hz"), [(2, 200.0), (1, 400.0)])
def test_1200_samples_a_second_are_all_shown(
    qtbot: QtBot, tmp_path: Path, windows: int, rate_hz: float
) -> None:
    """Six sensors at 200 Hz, as two sessions at once since one body wears three; or 3 × 400 Hz."""
    script = ActivityScript(
        sections=(Standing(duration_s=6.0), Locomotion(activity=Activity.WALK, duration_s=24.0))
    )
    person = PersonConfig()
    simulated = simulate(person, ideal_sensors(rate_hz=rate_hz), script, 1)
    session = tmp_path / "fast"
    write_simulated(session, simulated, person, activity=SessionActivity.WALK, subject="P01")
    workers = [ReplayWorker(session, PipelineConfig(), 1.0) for _ in range(windows)]
    counts = [_counted(worker.buffer) for worker in workers]
    shown = [MainWindow(replay_backend(worker), WINDOW) for worker in workers]
    for worker, window in zip(workers, shown, strict=True):
        window.session_page.tabs.setCurrentWidget(window.session_page.signals)
        window.show()
        worker.start_thread()
    qtbot.waitUntil(lambda: all(_analysed(worker) for worker in workers), timeout=120_000)

    waited = Waiting()
    qtbot.waitUntil(lambda: all(_ended(worker) for worker in workers), timeout=120_000)
    waited.timer.stop()
    for count in counts:
        assert count == {sensor: len(simulated.blocks[sensor]) for sensor in Placement}
    middle, high = np.quantile(waited.ms, [0.5, 0.99])
    print(
        f"\n{windows} × 3 × {rate_hz:g} Hz at speed 1: a click would have waited {middle:.0f} ms "
        f"(median), {high:.0f} ms (99 %), {max(waited.ms):.0f} ms at most"
    )
    for worker, window in zip(workers, shown, strict=True):
        window.close()
        assert worker.wait_closed(10.0)
        window.deleteLater()
