"""A recording plays in the window: the time line, its keys, and the numbers of the analysis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot
from views import replay_view, session_view
from windows import WINDOW, Scene

from pelvicsense.dashboard.backend import Backend, replay_backend
from pelvicsense.dashboard.number_text import degrees_text
from pelvicsense.dashboard.pages.summary_page import SummaryPage
from pelvicsense.dashboard.panels.replay_bar import ReplayBar
from pelvicsense.dashboard.view_state import Page
from pelvicsense.dashboard.view_state_session import SHOWN, Alert, Mend
from pelvicsense.dashboard.widgets.lights import Light
from pelvicsense.dashboard.window import MainWindow
from pelvicsense.datatypes.placement import Side
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.runtime.analyze import analyze
from pelvicsense.runtime.live_replay import ReplayWorker

WALK = Path(__file__).parents[2] / "recordings" / "walk"


@pytest.fixture
def scene(qtbot: QtBot, replay: Mock) -> Scene:
    scene = Scene(replay=replay)
    qtbot.addWidget(scene.window)
    with qtbot.waitExposed(scene.window):
        scene.window.show()
    scene.show(Page.SESSION, replay=replay_view())
    return scene


def bar(window: MainWindow) -> ReplayBar:
    assert isinstance(window.bar, ReplayBar)
    return window.bar


def test_it_says_where_it_is(scene: Scene) -> None:
    assert bar(scene.window).where.text() == "0:24 / 1:00"
    assert scene.window.strip.words.text() == "Replay of walk"
    assert scene.window.strip.light.light is Light.PLAYING
    scene.show(Page.SESSION, replay=replay_view(analysed=0.4))
    assert bar(scene.window).where.text() == "analysing 40 %   0:24 / 1:00"


def test_play_and_pause(scene: Scene, replay: Mock, qtbot: QtBot) -> None:
    qtbot.keyClick(scene.window, Qt.Key.Key_P)
    replay.pause.assert_called_once_with()
    scene.show(Page.SESSION, replay=replay_view(playing=False))
    qtbot.mouseClick(bar(scene.window).play, Qt.MouseButton.LeftButton)
    replay.play.assert_called_once_with()


def test_a_click_on_the_time_line_goes_there(scene: Scene, replay: Mock, qtbot: QtBot) -> None:
    line = bar(scene.window).line
    x = round(line.x_of(45.0))
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(x, 20))
    (t_s,) = replay.seek.call_args.args
    assert t_s == pytest.approx(45.0, abs=0.1)


def test_dragging_scrubs_and_stays_within_the_recording(
    scene: Scene, replay: Mock, qtbot: QtBot
) -> None:
    line = bar(scene.window).line
    qtbot.mousePress(line, Qt.MouseButton.LeftButton, pos=QPoint(round(line.x_of(10.0)), 20))
    qtbot.mouseMove(line, QPoint(line.width() + 500, 20))
    assert line.t_of(line.width() + 500.0) == 60.0
    assert line.t_of(-100.0) == 0.0
    assert replay.seek.call_args_list[0].args[0] == pytest.approx(10.0, abs=0.1)


@pytest.mark.parametrize(
    ("key", "t_s"),
    [
        (Qt.Key.Key_Left, 23.3),
        (Qt.Key.Key_Right, 25.3),
        (Qt.Key.Key_PageUp, 14.3),
        (Qt.Key.Key_PageDown, 34.3),
        (Qt.Key.Key_Home, 0.0),
        (Qt.Key.Key_End, 60.0),
    ],
)
def test_the_time_line_by_keys(
    scene: Scene, replay: Mock, qtbot: QtBot, key: Qt.Key, t_s: float
) -> None:
    qtbot.keyClick(bar(scene.window).line, key)
    replay.seek.assert_called_once_with(pytest.approx(t_s))


def test_jumps_to_strides(scene: Scene, replay: Mock, qtbot: QtBot) -> None:
    contacts = sorted(stride.t_contact_s for stride in scene.shown.replay.strides)  # type: ignore[union-attr]
    qtbot.keyClick(scene.window, Qt.Key.Key_Comma)
    qtbot.keyClick(scene.window, Qt.Key.Key_Period)
    before, after = (call.args[0] for call in replay.seek.call_args_list)
    assert before == max(t for t in contacts if t < 24.3)
    assert after == min(t for t in contacts if t > 24.3)


def test_jumping_on_from_a_stride_goes_to_the_next_one(scene: Scene) -> None:
    line = bar(scene.window).line
    first = line.stride_after(0.0)
    assert first is not None
    second = line.stride_after(first)
    assert second is not None
    assert second > first
    assert line.stride_before(second) == first
    assert line.stride_before(first) is None


def test_speeds(scene: Scene, replay: Mock, qtbot: QtBot) -> None:
    speed = bar(scene.window).speed
    assert speed.currentText() == "1 ×"
    assert [speed.itemText(0), speed.itemText(speed.count() - 1)] == ["0.25 ×", "16 ×"]
    qtbot.keyClick(scene.window, Qt.Key.Key_BracketRight)
    replay.set_speed.assert_called_once_with(2.0)
    scene.show(Page.SESSION, replay=replay_view(speed=0.25))
    qtbot.keyClick(scene.window, Qt.Key.Key_BracketLeft)
    assert replay.set_speed.call_args.args == (0.25,)


def test_the_time_line_says_what_is_marked_and_what_is_missing(scene: Scene) -> None:
    line = bar(scene.window).line
    assert line.words_at(line.x_of(1.0)) == "0:01 still start"
    assert line.words_at(line.x_of(21.0)) == "left thigh: 2.5 s are missing"
    assert line.words_at(line.x_of(40.0)) == ""


def test_a_replay_offers_no_mend(scene: Scene) -> None:
    swapped = Alert(text="The thighs look swapped.", mend=Mend.SWAP_THIGHS)
    scene.show(Page.SESSION, replay=replay_view(), session=session_view(alerts=(swapped,)))
    assert scene.window.banner.isVisible()
    assert scene.window.banner.mend.isHidden()


# -- with the worker ---------------------------------------------------------------------------


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    worker = ReplayWorker(WALK, PipelineConfig(), 16.0)
    worker.start_thread()
    window = MainWindow(replay_backend(worker), WINDOW)
    window.show()
    yield window
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)
    assert worker.wait_closed(10.0)
    window.deleteLater()


def position_s(window: MainWindow) -> float:
    view = bar(window).line.view
    return view.position_s if view.analysed == 1.0 else -1.0


def test_a_recording_plays_and_scrubs_with_the_numbers_of_the_analysis(
    window: MainWindow, qtbot: QtBot
) -> None:
    strides = analyze(WALK).strides
    qtbot.waitUntil(lambda: position_s(window) > 10.0, timeout=60_000)
    qtbot.keyClick(window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: not bar(window).line.view.playing, timeout=10_000)
    assert len(bar(window).line.view.strides) == len(strides)

    aim = [s for s in strides if s.side is Side.RIGHT][30]
    line = bar(window).line
    pixel_s = line.t_of(101.0) - line.t_of(100.0)
    qtbot.mouseClick(
        line,
        Qt.MouseButton.LeftButton,
        pos=QPoint(round(line.x_of(aim.known_at_s + 2 * pixel_s)), 20),
    )
    qtbot.waitUntil(lambda: abs(position_s(window) - aim.known_at_s) < 4 * pixel_s, timeout=10_000)
    known = [s for s in strides if s.side is Side.RIGHT and s.known_at_s <= position_s(window)]
    trend = window.session_page.trends[SHOWN[0]].shown[Side.RIGHT]
    assert trend is not None
    assert trend.values_deg[-1] == known[-1].angles.pelvic_drop_peak_deg  # to the last bit

    tile = window.session_page.sides[Side.RIGHT].tiles[SHOWN[0]]
    shown = {degrees_text(s.angles.pelvic_drop_peak_deg) for s in strides if s.side is Side.RIGHT}
    assert tile.number.text in shown


def test_a_session_that_has_ended_is_played_back_beside_it(qtbot: QtBot, live: Mock) -> None:
    asked: list[Path] = []

    def replay_of(folder: Path) -> Backend:
        asked.append(folder)
        worker = ReplayWorker(WALK, PipelineConfig())
        worker.start_thread()
        return replay_backend(worker)

    scene = Scene(live=live, page=Page.SUMMARY)
    qtbot.addWidget(scene.window)
    scene.window.backend = replace(scene.window.backend, replay_of=replay_of)
    scene.window.show()
    page = scene.window.pages[Page.SUMMARY]
    assert isinstance(page, SummaryPage)
    qtbot.mouseClick(page.replay, Qt.MouseButton.LeftButton)
    (opened,) = scene.window.replays
    assert asked == [Path(scene.shown.summary.folder)]
    qtbot.waitUntil(lambda: position_s(opened) > 0.0, timeout=60_000)
    scene.window.close()
    qtbot.waitUntil(lambda: not opened.isVisible(), timeout=10_000)
    assert opened.backend.closed()
    opened.deleteLater()
