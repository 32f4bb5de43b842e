"""Everything can be done by key, text and colours can be changed, and the window ends in order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot
from views import FEEDBACK, session_view
from windows import WINDOW, Scene

from pelvicsense.dashboard.panels.command_bar import CommandBar
from pelvicsense.dashboard.target_dialog import TargetDialog
from pelvicsense.dashboard.theme import MOST_SCALE, ThemeName
from pelvicsense.dashboard.view_state import Page
from pelvicsense.feedback.programme import FeedbackMode
from pelvicsense.feedback.tones import Coding
from pelvicsense.feedback.zone import Metric, Zone
from pelvicsense.recording.choices import read_choices, update_choices
from pelvicsense.runtime.notices import DISCLAIMER

KEYS = {
    Qt.Key.Key_S: "stand_still",
    Qt.Key.Key_M: "sync_mark",
    Qt.Key.Key_P: "pause_or_resume",
    Qt.Key.Key_R: "recalibrate",
}


@pytest.fixture
def scene(qtbot: QtBot, live: Mock) -> Scene:
    scene = Scene(live)
    qtbot.addWidget(scene.window)
    with qtbot.waitExposed(scene.window):
        scene.window.show()
    return scene


def bar(scene: Scene) -> CommandBar:
    assert isinstance(scene.window.bar, CommandBar)
    return scene.window.bar


@pytest.mark.parametrize(("key", "command"), KEYS.items(), ids=KEYS.values())
def test_a_key_gives_a_command(
    scene: Scene, live: Mock, qtbot: QtBot, key: Qt.Key, command: str
) -> None:
    qtbot.keyClick(scene.window, key)
    getattr(live, command).assert_called_once_with()


@pytest.mark.parametrize(
    ("button", "command"),
    [
        ("still", "stand_still"),
        ("mark", "sync_mark"),
        ("pause", "pause_or_resume"),
        ("recalibrate", "recalibrate"),
    ],
)
def test_a_button_gives_the_same_command(
    scene: Scene, live: Mock, button: str, command: str
) -> None:
    bar(scene).buttons[button].click()
    getattr(live, command).assert_called_once_with()


def test_nothing_is_marked_where_nothing_is_recorded(
    scene: Scene, live: Mock, qtbot: QtBot
) -> None:
    scene.show(Page.SESSION, session=session_view(recording=False))
    qtbot.keyClick(scene.window, Qt.Key.Key_M)
    live.sync_mark.assert_not_called()
    assert not bar(scene).buttons["mark"].isEnabled()


def test_pause_becomes_resume(scene: Scene) -> None:
    assert bar(scene).buttons["pause"].text() == "&Pause  P"
    scene.show(Page.SESSION, session=session_view(paused=True))
    assert bar(scene).buttons["pause"].text() == "&Resume  P"


def test_a_note_is_written_without_its_letters_being_commands(
    scene: Scene, live: Mock, qtbot: QtBot
) -> None:
    qtbot.keyClick(scene.window, Qt.Key.Key_N)
    note = bar(scene).note
    qtbot.keyClicks(note, "Ramp 3 %")
    qtbot.keyClick(note, Qt.Key.Key_Return)
    live.note.assert_called_once_with("Ramp 3 %")
    for command in ("recalibrate", "sync_mark", "pause_or_resume"):
        getattr(live, command).assert_not_called()
    assert note.isHidden()
    assert bar(scene).buttons["mark"].isVisible()


def test_escape_leaves_a_note_unwritten(scene: Scene, live: Mock, qtbot: QtBot) -> None:
    bar(scene).buttons["note"].click()
    qtbot.keyClicks(bar(scene).note, "no")
    qtbot.keyClick(bar(scene).note, Qt.Key.Key_Escape)
    live.note.assert_not_called()
    assert bar(scene).note.isHidden()


@pytest.mark.parametrize(
    ("answer", "ends"), [(QMessageBox.StandardButton.Yes, 1), (QMessageBox.StandardButton.No, 0)]
)
def test_ending_asks_first(
    scene: Scene, live: Mock, qtbot: QtBot, answer: QMessageBox.StandardButton, ends: int
) -> None:
    qtbot.keyClick(scene.window, Qt.Key.Key_E)
    box = scene.window.findChild(QMessageBox)
    assert box is not None
    live.stop.assert_not_called()
    qtbot.mouseClick(box.button(answer), Qt.MouseButton.LeftButton)
    assert live.stop.call_count == ends


def test_pages_are_followed_and_can_be_looked_at(scene: Scene, qtbot: QtBot) -> None:
    assert scene.window.page is Page.SESSION
    qtbot.keyClick(scene.window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: scene.window.page is Page.CALIBRATE, timeout=5000)
    scene.window.draw()
    assert scene.window.page is Page.CALIBRATE  # the user's choice stands
    scene.show(Page.SUMMARY)
    assert scene.window.page is Page.SUMMARY  # until the session goes on
    assert scene.window.strip.steps[Page.SUMMARY].isChecked()


def test_every_button_and_list_is_reached_by_tab(scene: Scene) -> None:
    first = scene.window.centralWidget()
    reached, widget = set(), first
    while (widget := widget.nextInFocusChain()) is not first:
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            reached.add(widget)
    buttons = [b for b in scene.window.findChildren(QPushButton) if b.isVisible()]
    assert len(buttons) >= 11  # four steps and seven commands
    assert set(buttons) <= reached
    assert scene.window.session_page.which_curve in reached


def test_keys_are_listed(scene: Scene, qtbot: QtBot) -> None:
    qtbot.keyClick(scene.window, Qt.Key.Key_F1)
    box = scene.window.findChild(QMessageBox)
    assert box is not None
    for words in ("<b>M</b>", "Mark", "F11", "Full screen", "Ctrl++"):
        assert words in box.text()
    box.close()


def test_the_disclaimer_is_on_every_page(scene: Scene) -> None:
    for page in scene.window.pages:
        scene.window.look_at(page)
        visible = [label.text() for label in scene.window.findChildren(QLabel) if label.isVisible()]
        assert DISCLAIMER in visible


# -- looks -------------------------------------------------------------------------------------


def test_text_grows_shrinks_and_comes_back(scene: Scene, qtbot: QtBot) -> None:
    look, control = scene.window.appearance, Qt.KeyboardModifier.ControlModifier
    words = scene.window.session_page.cadence_words
    usual_px = words.fontInfo().pixelSize()
    qtbot.keyClick(scene.window, Qt.Key.Key_Plus, control)
    assert look.theme.scale > 1.0
    assert words.fontInfo().pixelSize() > usual_px
    qtbot.keyClick(scene.window, Qt.Key.Key_0, control)
    assert look.theme.scale == 1.0
    qtbot.keyClick(scene.window, Qt.Key.Key_Minus, control)
    assert words.fontInfo().pixelSize() < usual_px
    for _ in range(12):
        look.larger()
    assert look.theme.scale == MOST_SCALE


def test_dark_and_light(scene: Scene, qtbot: QtBot) -> None:
    body = scene.window.session_page.body
    light = body.grab().toImage().pixelColor(2, 2).lightness()
    qtbot.keyClick(scene.window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert scene.window.appearance.theme.name is ThemeName.DARK
    assert body.theme.name is ThemeName.DARK
    assert body.grab().toImage().pixelColor(2, 2).lightness() < light


def test_full_screen_and_back(scene: Scene, qtbot: QtBot) -> None:
    qtbot.keyClick(scene.window, Qt.Key.Key_F11)
    assert scene.window.isFullScreen()
    assert scene.window.menuBar().isHidden()
    qtbot.keyClick(scene.window, Qt.Key.Key_F11)
    assert not scene.window.isFullScreen()
    assert scene.window.menuBar().isVisible()


def test_the_window_is_as_it_was_left(qtbot: QtBot, live: Mock, tmp_path: Path) -> None:
    path = tmp_path / "choices.toml"
    first = Scene(live)
    qtbot.addWidget(first.window)
    first.window.show()
    first.window.resize(1400, 900)
    first.window.appearance.toggle_dark()
    first.window.appearance.larger()
    first.window.session_page.splitters["session"].setSizes([500, 200])
    left = first.window.appearance.choices()
    update_choices(lambda choices: replace(choices, window=left), path)

    second = Scene(live, choices=read_choices(path).window)
    qtbot.addWidget(second.window)
    second.window.show()
    assert second.window.size() == first.window.size()
    again = second.window.appearance.choices()
    assert (again.theme, again.font_scale) == ("dark", pytest.approx(1.15))
    for name, sizes in left.splitters.items():
        assert again.splitters[name] == pytest.approx(sizes, abs=12)


def test_a_place_off_all_screens_is_not_taken(qtbot: QtBot, live: Mock) -> None:
    scene = Scene(live, choices=replace(WINDOW, x=20_000, y=20_000))
    qtbot.addWidget(scene.window)
    scene.window.show()
    assert scene.window.x() < 20_000


# -- targets -----------------------------------------------------------------------------------


@pytest.fixture
def dialog(scene: Scene, live: Mock) -> TargetDialog:
    """Belongs to a window, which takes it along when it goes."""
    dialog = TargetDialog(live, FEEDBACK, parent=scene.window)
    dialog.show()
    return dialog


def test_the_target_dialog_opens_on_a_key_and_shows_what_is_set(scene: Scene, qtbot: QtBot) -> None:
    qtbot.keyClick(scene.window, Qt.Key.Key_T)
    dialog = scene.window.findChild(TargetDialog)
    assert dialog is not None
    assert dialog.config() == FEEDBACK
    dialog.close()


def test_a_changed_target_is_told(dialog: TargetDialog, live: Mock) -> None:
    dialog.zones[Metric.PELVIC_DROP_PEAK].high.setValue(4.5)
    dialog.zones[Metric.THIGH_ROTATION_EXCURSION].wanted.setChecked(False)
    dialog.mode.setCurrentText("faded")
    dialog.share.setCurrentText("50 %")
    dialog.coding.setCurrentText("repetition")
    dialog.sound.setChecked(False)
    dialog.buttons.accepted.emit()
    (config,) = live.set_feedback.call_args.args
    assert config.zones == {Metric.PELVIC_DROP_PEAK: Zone(low_deg=2.0, high_deg=4.5)}
    assert (config.mode, config.share, config.sound) == (FeedbackMode.FADED, 0.5, False)
    assert config.tones.coding is Coding.REPETITION
    assert not dialog.isVisible()


def test_borders_in_the_wrong_order_are_refused_in_words(dialog: TargetDialog, live: Mock) -> None:
    dialog.zones[Metric.PELVIC_DROP_PEAK].low.setValue(9.0)
    dialog.buttons.accepted.emit()
    live.set_feedback.assert_not_called()
    assert "the lower one first" in dialog.trouble.text()
    assert dialog.isVisible()


def test_a_target_from_own_strides(dialog: TargetDialog, live: Mock) -> None:
    dialog.own.click()
    assert [call[0] for call in live.method_calls] == ["set_feedback", "zone_from_own_strides"]


# -- the end -----------------------------------------------------------------------------------


def test_closing_waits_until_the_session_has_ended(scene: Scene, qtbot: QtBot) -> None:
    scene.closed = False
    scene.window.close()
    assert scene.window.isVisible()
    assert "ending" in scene.window.windowTitle()
    scene.window.close()
    scene.close.assert_called_once_with()
    scene.closed = True
    qtbot.waitUntil(lambda: not scene.window.isVisible(), timeout=5000)


def test_text_grows_only_as_far_as_the_screen_holds_the_window(
    scene: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = scene.window.appearance
    monkeypatch.setattr(look, "_room", lambda: QSize(1272, 680))
    for _ in range(8):
        qtbot.keyClick(scene.window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    least = scene.window.minimumSizeHint()
    assert 1.0 < look.theme.scale < 2.0
    assert (least.width() <= 1272, least.height() <= 680) == (True, True)
    assert (scene.window.width() <= 1272, scene.window.height() <= 680) == (True, True)
