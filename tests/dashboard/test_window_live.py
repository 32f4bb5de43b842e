"""A whole session through the window, by clicks and keys, over the simulated radio."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live_sessions import Window, live
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton
from windows import WINDOW

from pelvicsense.dashboard.backend import Backend
from pelvicsense.dashboard.pages.calibrate_page import CalibratePage
from pelvicsense.dashboard.pages.ready_page import ReadyPage
from pelvicsense.dashboard.pages.summary_page import SummaryPage
from pelvicsense.dashboard.panels.command_bar import CommandBar
from pelvicsense.dashboard.view_state import Page
from pelvicsense.dashboard.view_state_session import SHOWN
from pelvicsense.dashboard.widgets.lights import Light
from pelvicsense.dashboard.window import MainWindow
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.datatypes.samples import MarkKind
from pelvicsense.recording.marks import read_marks

DROP = SHOWN[0]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield


class Hand:
    """Sees the real window, clicks and types in it."""

    def __init__(self, told: Window) -> None:
        self._told = told
        self.window = MainWindow(
            Backend(
                view=told.look,
                signals=told.worker.buffer,
                live=told.worker,
                close=lambda: None,
                closed=lambda: True,
            ),
            WINDOW,
        )
        self.window.show()
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)  # keys go to the active window only

    async def until(self, seen: Callable[[], object], timeout_s: float = 60.0) -> None:
        """Let the window draw until something is seen in it."""

        def drawn(_: object) -> object:
            self.window.draw()
            return seen()

        await self._told.until(drawn, timeout_s)

    def click(self, button: QPushButton) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window, key)

    async def to_recording(self) -> None:
        """Wear the sensors, connect, start."""
        ready = self.window.pages[Page.READY]
        assert isinstance(ready, ReadyPage)
        await self.until(lambda: len(ready.rows) == len(Placement))
        for place, letter in zip(Placement, "plr", strict=True):  # as their names begin
            QTest.keyClicks(ready.rows[self._told.virtual.address(place)].place, letter)
        await self.until(ready.connect_sensors.isEnabled)
        self.click(ready.connect_sensors)
        await self.until(ready.start.isEnabled)
        assert ready.targets.targets[Placement.PELVIS].worn.text().endswith("✓ ready")
        self.click(ready.start)
        await self.until(lambda: self.window.page is Page.CALIBRATE)


def test_find_wear_calibrate_run_and_sum_up(tmp_path: Path) -> None:
    async def story(told: Window) -> None:
        hand = Hand(told)
        window, bar = hand.window, hand.window.bar
        assert isinstance(bar, CommandBar)
        await hand.to_recording()

        calibrate = window.pages[Page.CALIBRATE]
        assert isinstance(calibrate, CalibratePage)
        await hand.until(lambda: calibrate.ring.fraction > 0.5)
        assert window.strip.light.light is Light.RECORDING
        await hand.until(lambda: window.page is Page.SESSION)

        tile = window.session_page.sides[Side.LEFT].tiles[DROP]
        trend = window.session_page.trends[DROP].curves[Side.LEFT]
        await hand.until(lambda: tile.number.text not in ("", "–"))
        await hand.until(lambda: trend.getData()[0] is not None and len(trend.getData()[0]) >= 9)
        assert float(window.session_page.cadence.text) == pytest.approx(110.0, abs=15.0)
        assert window.session_page.body.body.obliquity_deg is not None

        hand.press(Qt.Key.Key_M)
        hand.press(Qt.Key.Key_N)
        QTest.keyClicks(bar.note, "half way")
        QTest.keyClick(bar.note, Qt.Key.Key_Return)
        hand.click(bar.buttons["pause"])
        await hand.until(lambda: window.strip.light.light is Light.PAUSED)
        hand.press(Qt.Key.Key_P)
        await hand.until(lambda: window.strip.light.light is Light.RECORDING)

        hand.press(Qt.Key.Key_E)
        box = window.findChild(QMessageBox)
        assert box is not None
        hand.click(box.button(QMessageBox.StandardButton.Yes))
        summary = window.pages[Page.SUMMARY]
        assert isinstance(summary, SummaryPage)
        await hand.until(lambda: window.page is Page.SUMMARY and summary.figures.rowCount() > 0)
        assert summary.compared.text() == "This is the first session of this subject"

        (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
        assert str(folder) in summary.words.text()
        marks = [placed.mark for placed in read_marks(folder)]
        assert [mark.text for mark in marks if mark.kind is MarkKind.NOTE] == ["half way"]
        kinds = [mark.kind for mark in marks]
        assert [kinds.count(k) for k in (MarkKind.SYNC, MarkKind.PAUSE, MarkKind.RESUME)] == [1] * 3
        window.close()
        window.deleteLater()

    live(story, tmp_path)
