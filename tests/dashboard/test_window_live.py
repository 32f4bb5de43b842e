"""A whole session through the window, by clicks and keys, over the simulated radio."""

from __future__ import annotations

from pathlib import Path

import pytest
from hands import Hand
from live_sessions import Window, live
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from pelvicsense.dashboard.pages.calibrate_page import CalibratePage
from pelvicsense.dashboard.pages.summary_page import SummaryPage
from pelvicsense.dashboard.panels.command_bar import CommandBar
from pelvicsense.dashboard.view_state import Page
from pelvicsense.dashboard.view_state_session import SHOWN
from pelvicsense.dashboard.widgets.lights import Light
from pelvicsense.datatypes.placement import Side
from pelvicsense.datatypes.samples import MarkKind
from pelvicsense.recording.marks import read_marks

DROP = SHOWN[0]
pytestmark = pytest.mark.usefixtures("home", "qapp")


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
        trends = window.session_page.trends[DROP].shown
        await hand.until(lambda: tile.number.text not in ("", "–"))
        await hand.until(
            lambda: (trend := trends[Side.LEFT]) is not None and len(trend.values_deg) >= 9
        )
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
        hand.leave()

    live(story, tmp_path)
