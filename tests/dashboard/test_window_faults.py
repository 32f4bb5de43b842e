"""What goes wrong is seen in the window, and closing it at any moment leaves valid files.

With ``PICTURES=FOLDER`` each fault leaves a picture to look at.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hands import Hand
from live_sessions import Window, live

from pelvicsense.dashboard.pages.calibrate_page import CalibratePage
from pelvicsense.dashboard.pages.ready_page import ReadyPage
from pelvicsense.dashboard.pages.summary_page import SummaryPage
from pelvicsense.dashboard.view_state import Page
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.recording.samples import read_samples
from pelvicsense.recording.session import find_sessions, open_session
from pelvicsense.runtime.analyze import analyze
from pelvicsense.sinks.recorder import SessionRecorder
from pelvicsense.sinks.unfinished import RECORDING_FILE

pytestmark = pytest.mark.usefixtures("home", "qapp")


def links(hand: Hand) -> str:
    return "\n".join(hand.window.session_page.small_print.links.texts())


def test_a_sensor_lost_and_back(tmp_path: Path) -> None:
    async def story(told: Window) -> None:
        hand = Hand(told)
        await hand.to_session()
        banner, thigh = hand.window.banner, told.virtual.address(Placement.THIGH_LEFT)
        await told.virtual.faults.die(thigh)
        await hand.until(lambda: "Left thigh: connection lost" in banner.words.text())
        assert banner.isVisible()
        assert "▲ Left thigh: lost" in links(hand)
        hand.picture("lost")
        await told.virtual.faults.revive(thigh)
        await hand.until(lambda: not banner.isVisible() and "✓ Left thigh" in links(hand))
        hand.leave()

    live(story, tmp_path)


def test_a_refused_calibration_says_why_and_the_mend_is_one_click(tmp_path: Path) -> None:
    async def story(told: Window) -> None:
        hand = Hand(told)
        await hand.to_recording(swapped=True)
        page, banner = hand.window.pages[Page.CALIBRATE], hand.window.banner
        assert isinstance(page, CalibratePage)
        await hand.until(lambda: page.outcome.text().startswith("▲ Refused"))
        assert "swapped" in banner.words.text()
        hand.picture("refused")
        hand.click(banner.mend)
        await hand.until(lambda: hand.window.page is Page.READY)
        await hand.until(lambda: hand.window.page is Page.SESSION)
        assert not banner.isVisible()
        hand.leave()

    live(story, tmp_path, repeat=True)


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = SessionRecorder.write

    def full_later(recorder: SessionRecorder, group: list[object]) -> None:
        if recorder.row_count > 6000:
            raise RecordingError(tmp_path, "the disk is full; make room and start again")
        write(recorder, group)  # type: ignore[arg-type]

    monkeypatch.setattr(SessionRecorder, "write", full_later)

    async def story(told: Window) -> None:
        hand = Hand(told)
        await hand.to_session()
        summary = hand.window.pages[Page.SUMMARY]
        assert isinstance(summary, SummaryPage)
        await hand.until(lambda: summary.figures.rowCount() > 0, timeout_s=600.0)
        assert "the disk is full" in hand.window.banner.words.text()
        hand.picture("disk")
        hand.leave()

    live(story, tmp_path)
    (folder,) = find_sessions(tmp_path)
    assert analyze(folder).strides


def test_bluetooth_off_and_on(tmp_path: Path) -> None:
    async def story(told: Window) -> None:
        hand = Hand(told)
        ready = hand.window.pages[Page.READY]
        assert isinstance(ready, ReadyPage)
        await hand.until(lambda: len(ready.rows) == len(Placement))
        await told.virtual.faults.adapter_off()
        hand.click(next(iter(ready.rows.values())).blink)
        await hand.until(lambda: "Bluetooth" in ready.trouble.text())
        assert ready.trouble.isVisible()
        hand.picture("bluetooth")
        await told.virtual.faults.adapter_on()
        await hand.until(lambda: not ready.trouble.isVisible())
        await hand.to_recording()
        hand.leave()

    live(story, tmp_path)


def test_bluetooth_off_while_it_records(tmp_path: Path) -> None:
    async def story(told: Window) -> None:
        hand = Hand(told)
        await hand.to_session()
        banner = hand.window.banner
        await told.virtual.faults.adapter_off()
        await hand.until(lambda: "more in the notices" in banner.words.text())
        hand.picture("bluetooth-recording")
        await told.virtual.faults.adapter_on()
        await hand.until(lambda: not banner.isVisible())
        assert hand.window.page is Page.SESSION
        hand.leave()

    live(story, tmp_path, repeat=True)


@pytest.mark.parametrize(
    "moment", ["scanning", "connecting", "connected", "calibrating", "session", "summing up"]
)
def test_closing_the_window_ends_everything(tmp_path: Path, moment: str) -> None:
    async def story(told: Window) -> None:
        hand = Hand(told)
        ready = hand.window.pages[Page.READY]
        assert isinstance(ready, ReadyPage)
        if moment == "scanning":
            await hand.until(lambda: ready.rows)
        elif moment in ("connecting", "connected"):
            await hand.wear()
            hand.click(ready.connect_sensors)
            if moment == "connected":
                await hand.until(ready.start.isEnabled)
        elif moment == "calibrating":
            await hand.to_recording()
            page = hand.window.pages[Page.CALIBRATE]
            assert isinstance(page, CalibratePage)
            await hand.until(lambda: page.ring.fraction > 0.0)
        else:
            await hand.to_session()
            if moment == "summing up":
                told.worker.stop()
                await hand.until(lambda: hand.window.page is Page.SUMMARY)
        await hand.close()

    live(story, tmp_path)
    sessions = [manifest.parent for manifest in tmp_path.glob("*/session.toml")]
    assert len(sessions) == (moment in ("calibrating", "session", "summing up"))
    for folder in sessions:
        session = open_session(folder)
        assert not session.torn_tail
        assert not (folder / RECORDING_FILE).exists()
        assert sum(len(block) for part in read_samples(folder, session.manifest) for block in part)
