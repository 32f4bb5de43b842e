"""Get ready, calibrate and summary: what they say, and what their buttons and lists tell."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot
from views import calibrate_view, ready_view, sensor_row, summary_view
from windows import WINDOW, Scene

from pelvicsense.dashboard.pages.calibrate_page import CalibratePage
from pelvicsense.dashboard.pages.ready_page import ReadyPage
from pelvicsense.dashboard.pages.summary_page import SummaryPage
from pelvicsense.dashboard.panels.sensor_row import SENSOR_MIME, SensorRowPanel
from pelvicsense.dashboard.theme import ThemeName
from pelvicsense.dashboard.view_state import Page
from pelvicsense.dashboard.view_state_setup import CalibrateStep, ReadyView
from pelvicsense.dashboard.widgets.lights import SignalBars
from pelvicsense.datatypes.placement import Placement, Side


@pytest.fixture
def scene(qtbot: QtBot, live: Mock) -> Scene:
    scene = Scene(live, page=Page.READY)
    qtbot.addWidget(scene.window)
    scene.window.show()
    return scene


def ready(scene: Scene) -> ReadyPage:
    page = scene.window.pages[Page.READY]
    assert isinstance(page, ReadyPage)
    return page


def row(scene: Scene, name: str) -> SensorRowPanel:
    return ready(scene).rows[f"address of {name}"]


# -- get ready ---------------------------------------------------------------------------------


def test_a_placement_is_picked_by_keyboard(scene: Scene, live: Mock, qtbot: QtBot) -> None:
    place = row(scene, "DOT-12").place
    place.setFocus()
    qtbot.keyClick(place, Qt.Key.Key_End)
    live.place.assert_called_once_with("address of DOT-12", Placement.THIGH_RIGHT)


def test_an_arrow_key_opens_the_list_and_takes_nobodys_place(
    scene: Scene, live: Mock, qtbot: QtBot
) -> None:
    place = row(scene, "DOT-12").place
    qtbot.keyClick(place, Qt.Key.Key_Down)
    assert place.view().isVisible()
    live.place.assert_not_called()
    place.hidePopup()


def test_a_placement_can_be_taken_back(scene: Scene, live: Mock, qtbot: QtBot) -> None:
    qtbot.keyClick(row(scene, "DOT-21").place, Qt.Key.Key_Home)
    live.place.assert_called_once_with("address of DOT-21", None)


def test_a_sensor_is_dropped_on_a_place(scene: Scene, live: Mock) -> None:
    load = QMimeData()
    load.setData(SENSOR_MIME, b"address of DOT-12")
    target = ready(scene).targets.targets[Placement.THIGH_RIGHT]
    target.dropEvent(
        QDropEvent(
            QPointF(5.0, 5.0),
            Qt.DropAction.LinkAction,
            load,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    live.place.assert_called_once_with("address of DOT-12", Placement.THIGH_RIGHT)


def test_the_body_says_who_is_worn_where(scene: Scene) -> None:
    targets = ready(scene).targets.targets
    assert targets[Placement.PELVIS].worn.text() == "DOT-21\n○ seen"
    assert targets[Placement.THIGH_LEFT].worn.text() == "DOT-07\n✓ ready"
    assert targets[Placement.THIGH_RIGHT].worn.text() == "drag a sensor here"


def test_only_what_can_blink_offers_it(scene: Scene, live: Mock, qtbot: QtBot) -> None:
    assert row(scene, "DOT-21").blink.isHidden()
    qtbot.mouseClick(row(scene, "DOT-07").blink, Qt.MouseButton.LeftButton)
    live.blink.assert_called_once_with("address of DOT-07")


def test_what_is_not_recognised_cannot_be_worn(scene: Scene) -> None:
    assert not row(scene, "(no name)").place.isEnabled()
    assert row(scene, "DOT-12").place.isEnabled()


def test_rows_come_and_go_with_the_sensors(scene: Scene) -> None:
    rows = scene.shown.ready.sensors
    scene.show(Page.READY, ready=ready_view(sensors=(rows[2], rows[0])))
    assert set(ready(scene).rows) == {rows[2].address, rows[0].address}
    first = ready(scene)._list.itemAt(0).widget()
    assert first is ready(scene).rows[rows[2].address]


def test_a_row_keeps_its_widget_and_focus_while_numbers_change(scene: Scene) -> None:
    before = row(scene, "DOT-21")
    rows = scene.shown.ready.sensors
    scene.show(Page.READY, ready=ready_view(sensors=(replace(rows[0], signal="weak"), *rows[1:])))
    assert row(scene, "DOT-21") is before


@pytest.mark.parametrize(
    ("changes", "connect", "start"),
    [({}, False, False), ({"can_connect": True}, True, False), ({"can_start": True}, False, True)],
)
def test_buttons_are_alive_when_they_can_do_something(
    scene: Scene, live: Mock, changes: dict[str, object], connect: bool, start: bool
) -> None:
    scene.show(Page.READY, ready=ready_view(**changes))
    page = ready(scene)
    assert (page.connect_sensors.isEnabled(), page.start.isEnabled()) == (connect, start)
    page.connect_sensors.click()
    page.start.click()
    assert live.connect.called == connect
    assert live.start.called == start


def test_trouble_and_what_is_missing_stand_in_words(scene: Scene) -> None:
    off = "Bluetooth is switched off: switch it on and look again."
    view = ReadyView(trouble=off, missing=("choose the sensor over the sacrum: pelvis",))
    scene.show(Page.READY, ready=view)
    page = ready(scene)
    assert page.trouble.text() == f"▲ {off}"
    assert "pelvis" in page.missing.text()
    assert page.empty.isVisible()
    assert page.busy.isHidden()


def test_a_sensor_says_what_is_wrong_with_it(scene: Scene) -> None:
    trouble = "Its battery is nearly empty."
    scene.show(Page.READY, ready=ready_view(sensors=(sensor_row("DOT-1", None, trouble=trouble),)))
    assert row(scene, "DOT-1")._trouble.text() == trouble


# -- calibrate ---------------------------------------------------------------------------------


def calibrate(scene: Scene, **changes: object) -> CalibratePage:
    scene.show(Page.CALIBRATE, calibrate=calibrate_view(**changes))
    page = scene.window.pages[Page.CALIBRATE]
    assert isinstance(page, CalibratePage)
    return page


def test_the_ring_fills_while_standing_still(scene: Scene) -> None:
    page = calibrate(scene)
    assert page.ring.fraction == pytest.approx(0.62)
    assert page.ring.accessibleName() == "62 % moved 2 ×"


def test_good_strides_are_counted(scene: Scene) -> None:
    page = calibrate(scene, step=CalibrateStep.WALK, strides_good=3)
    assert page.ring.fraction == pytest.approx(0.3)
    assert page.ring.accessibleName() == "3 / 10 good strides"
    assert page.title.text() == "2  Walk or run"


def test_a_refusal_says_why_until_it_is_accepted(scene: Scene) -> None:
    why = "nobody walked straight ahead: walk 10 steps"
    page = calibrate(scene, step=CalibrateStep.WALK, refused=why)
    assert page.outcome.text() == f"▲ Refused: {why}"
    page = calibrate(
        scene, step=CalibrateStep.ACCEPTED, refused=why, accepted="Calibrated from 10 strides"
    )
    assert page.outcome.text() == "Calibrated from 10 strides"
    assert page.ring.fraction == 1.0


def test_the_boxes_turn_with_the_sensors(scene: Scene) -> None:
    page = calibrate(scene)
    before = page.boxes[Placement.PELVIS].grab().toImage()
    turned = dict(scene.shown.calibrate.earth_from_sensor)
    turned[Placement.PELVIS] = turned.pop(Placement.THIGH_RIGHT)
    page = calibrate(scene, earth_from_sensor=turned)
    assert page.boxes[Placement.PELVIS].grab().toImage() != before
    assert page.boxes[Placement.THIGH_RIGHT].accessibleName() == "right thigh: no samples"


# -- summary -----------------------------------------------------------------------------------


def summary(scene: Scene, **changes: object) -> SummaryPage:
    scene.show(Page.SUMMARY, summary=summary_view(**changes))
    page = scene.window.pages[Page.SUMMARY]
    assert isinstance(page, SummaryPage)
    return page


def texts(page: SummaryPage, index: int) -> list[str]:
    items = [page.figures.item(index, column) for column in range(page.figures.columnCount())]
    return [item.text() for item in items if item is not None]


def test_figures_have_their_intervals_and_say_what_differs(scene: Scene) -> None:
    page = summary(scene)
    assert texts(page, 0) == [
        "Run: pelvic drop peak, °",
        "5.1  [4.6, 5.6]",
        "6.8  [6.1, 7.5]",
        "−1.7   ◆ differ",
    ]
    assert "differ" not in texts(page, 1)[3]
    assert page.words.text().startswith("30:34, 2410 strides count, 37 do not.")


def test_an_unknown_figure_is_a_dash(scene: Scene) -> None:
    nothing = dict.fromkeys(Side)
    unknown = replace(
        summary_view().rows[0], mean=nothing, low=nothing, high=nothing, difference=None
    )
    page = summary(scene, rows=(unknown,))
    assert texts(page, 0)[1:] == ["–", "–", "–"]


def test_changes_say_whether_they_are_more_than_error(scene: Scene) -> None:
    page = summary(scene)
    real, small = (page.changes.item(index, 0) for index in range(2))
    assert real is not None
    assert small is not None
    assert real.text().startswith("◆")
    assert small.text().startswith("○")
    assert page.compared.text() == "Against 2026-11-15T10-02-11-P01"


def test_without_a_comparison_it_says_why(scene: Scene) -> None:
    page = summary(
        scene, changes=(), compared_with="", no_comparison="this is the first session of P01"
    )
    assert page.compared.text() == "This is the first session of P01"
    assert page.changes.isHidden()


def test_the_next_session_is_a_button_away(scene: Scene, live: Mock) -> None:
    summary(scene).another.click()
    live.look_again.assert_called_once_with()


def test_while_it_computes_it_says_so(scene: Scene) -> None:
    assert summary(scene, working="computing the summary: 40 %").words.text() == (
        "… computing the summary: 40 %"
    )


def test_a_row_that_comes_later_wears_the_theme_too(qtbot: QtBot, live: Mock) -> None:
    scene = Scene(live=live, choices=replace(WINDOW, theme="dark"), page=Page.SUMMARY)
    qtbot.addWidget(scene.window)
    scene.show(Page.READY)
    rows = scene.window.pages[Page.READY].findChildren(SignalBars)
    assert rows
    assert {bars.theme.name for bars in rows} == {ThemeName.DARK}
