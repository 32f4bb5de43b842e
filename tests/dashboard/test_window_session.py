"""The session page says what the view says, in words and shapes, and says what it does not know."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from views import FEEDBACK, ZONES, known, link, session_view
from windows import Scene

from pelvicsense.dashboard.panels.body_figure import obliquity_text
from pelvicsense.dashboard.panels.metric_tile import MetricTile
from pelvicsense.dashboard.theme import DARK, LIGHT, Theme
from pelvicsense.dashboard.view_state import Page
from pelvicsense.dashboard.view_state_session import (
    SHOWN,
    Alert,
    BodyView,
    Mend,
    Reading,
    SideView,
)
from pelvicsense.dashboard.view_state_setup import SensorState
from pelvicsense.dashboard.widgets.lights import Light
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.feedback.zone import CadenceZone, Metric, ZonePlace

DROP = Metric.PELVIC_DROP_PEAK


@pytest.fixture
def scene(qtbot: QtBot, live: Mock) -> Scene:
    scene = Scene(live)
    qtbot.addWidget(scene.window)
    scene.window.show()
    return scene


def drop_tile(scene: Scene, side: Side) -> MetricTile:
    return scene.window.session_page.sides[side].tiles[DROP]


def test_a_value_stands_with_its_place_in_words_and_shape(scene: Scene) -> None:
    left, right = drop_tile(scene, Side.LEFT), drop_tile(scene, Side.RIGHT)
    assert (left.number.text, left.verdict.words, left.verdict.place) == (
        "4.8°",
        "in zone",
        ZonePlace.IN,
    )
    assert (right.number.text, right.verdict.words, right.verdict.place) == (
        "6.7°",
        "1.2° above",
        ZonePlace.ABOVE,
    )
    assert (right.bar.reading.low, right.bar.reading.high) == (2.0, 5.5)


def test_shapes_differ_without_any_colour(scene: Scene) -> None:
    """Above, below and inside are three pictures even in black and white."""
    pictures = []
    verdict = drop_tile(scene, Side.LEFT).verdict
    for place in ZonePlace:
        verdict.show_verdict(place, "")
        image = verdict.grab().toImage()
        pictures.append(bytes(image.convertToFormat(image.Format.Format_Mono).constBits()))
    assert len(set(pictures)) == 3


def test_what_is_unknown_is_a_dash_with_the_reason(scene: Scene) -> None:
    reason = "no accepted calibration: angles have no zero"
    unknown = SideView(readings=dict.fromkeys(SHOWN, Reading(reason=reason)), trends={}, curves={})
    scene.show(
        Page.SESSION, session=session_view(sides=dict.fromkeys(Side, unknown), cadence_spm=None)
    )
    tile = drop_tile(scene, Side.LEFT)
    assert tile.number.text == "–"
    assert tile.verdict.words == reason
    assert not np.isfinite(tile.bar.reading.value)
    page = scene.window.session_page
    assert page.cadence.text == "–"
    assert page.cadence_words.text() == "no steps now"
    assert reason in page.sides[Side.LEFT].small.text()


def test_a_target_of_the_cadence_stands_below_it(scene: Scene) -> None:
    page = scene.window.session_page
    assert page.cadence_words.text() == "steps per minute · run"
    feedback = replace(FEEDBACK, cadence=CadenceZone(low_spm=172.0, high_spm=176.4))
    scene.show(Page.SESSION, session=session_view(feedback=feedback))
    assert page.cadence_words.text() == "steps per minute · run\ntarget 172 to 176"


def test_a_value_without_a_target_has_no_verdict(scene: Scene) -> None:
    reading = Reading(value_deg=3.0, standard_error_deg=0.5)
    side = SideView(readings=dict.fromkeys(SHOWN, reading), trends={}, curves={})
    scene.show(Page.SESSION, session=session_view(sides=dict.fromkeys(Side, side)))
    tile = drop_tile(scene, Side.LEFT)
    assert tile.number.text == "3.0°"
    assert tile.verdict.isHidden()


def test_trends_and_curves_hold_what_the_view_holds(scene: Scene) -> None:
    page, side = scene.window.session_page, scene.shown.session.sides[Side.RIGHT]
    assert page.trends[DROP].shown[Side.RIGHT] is side.trends[DROP]
    assert page.curve.shown(Side.RIGHT) is side.curves[DROP]


def test_the_curve_of_another_angle_can_be_chosen(scene: Scene) -> None:
    page = scene.window.session_page
    page.which_curve.setCurrentIndex(1)
    page.which_curve.activated.emit(1)
    rotation = scene.shown.session.sides[Side.LEFT].curves[SHOWN[1]]
    assert page.curve.shown(Side.LEFT) is rotation


def test_signals_are_drawn_when_they_are_looked_at(scene: Scene) -> None:
    page = scene.window.session_page
    assert len(page.signals.trace(Placement.PELVIS)[0]) == 0
    page.tabs.setCurrentWidget(page.signals)
    scene.window.draw()
    times, speed = page.signals.trace(Placement.THIGH_RIGHT)
    assert times[-1] == pytest.approx(14.0)
    assert speed == pytest.approx(2.0)
    assert len(speed) == 400


def test_the_small_print_says_links_batteries_clocks_and_notices(scene: Scene) -> None:
    lost = link(
        Placement.THIGH_LEFT, state=SensorState.LOST, state_s=12.0, rate_hz=0.0,
        lost_percent=12.4, battery_percent=None, battery_left_min=None, clock_sigma_ms=None,
    )  # fmt: skip
    leaky = link(Placement.THIGH_RIGHT, lost_percent=6.0, trouble="loses samples")
    links = (link(Placement.PELVIS), lost, leaky)
    view = session_view(links=links, notices=("Something is not known.",))
    scene.show(Page.SESSION, session=view)
    small_print = scene.window.session_page.small_print
    assert small_print.links.texts() == [
        "✓ pelvis: battery 87 %",
        "60/s · lost 0.2 % · clock ±1.1 ms",
        "▲ left thigh: lost for 12 s",
        "0/s · lost 12.4 % · clock –",
        "▲ right thigh: loses samples",
        "60/s · lost 6.0 % · clock ±1.1 ms",
    ]
    assert "Something is not known." in small_print.words.text()
    assert "calibrated from 10 strides" in small_print.words.text()


def test_an_alert_stands_across_the_window_and_mends_with_a_click(
    scene: Scene, live: Mock, qtbot: QtBot
) -> None:
    assert scene.window.banner.isHidden()
    swapped = Alert(text="The thighs look swapped.", mend=Mend.SWAP_THIGHS)
    scene.show(Page.SESSION, session=session_view(alerts=(swapped,)))
    assert "The thighs look swapped." in scene.window.banner.words.text()
    scene.window.banner.mend.click()
    live.swap_thighs.assert_called_once_with()
    slipped = Alert(text="A sensor slipped.", mend=Mend.RECALIBRATE)
    scene.show(Page.SESSION, session=session_view(alerts=(slipped,)))
    scene.window.banner.mend.click()
    live.recalibrate.assert_called_once_with()


def test_an_error_stands_before_all_alerts(scene: Scene) -> None:
    scene.show(
        Page.SESSION, error="The disk is full.", session=session_view(alerts=(Alert(text="Lost."),))
    )
    assert "The disk is full." in scene.window.banner.words.text()
    assert "1 more" in scene.window.banner.words.text()
    assert scene.window.banner.mend.isHidden()


@pytest.mark.parametrize(
    ("changes", "light", "words"),
    [
        ({}, Light.RECORDING, "RECORDING 6:52"),
        ({"paused": True}, Light.PAUSED, "PAUSED: strides do not count · 6:52"),
        ({"recording": False}, Light.OFF, "Not recording"),
        ({"elapsed_s": 3723.0}, Light.RECORDING, "RECORDING 1:02:03"),
    ],
)
def test_the_recording_light(
    scene: Scene, changes: dict[str, object], light: Light, words: str
) -> None:
    scene.show(Page.SESSION, session=session_view(**changes))
    assert scene.window.strip.light.light is light
    assert scene.window.strip.words.text().startswith(words)


@pytest.mark.parametrize(
    ("obliquity_deg", "words"),
    [
        (None, "from behind: –"),
        (0.3, "from behind: level"),
        (4.6, "from behind: right side 5° up"),
        (-4.6, "from behind: left side 5° up"),
    ],
)
def test_the_pelvis_in_words(obliquity_deg: float | None, words: str) -> None:
    assert obliquity_text(obliquity_deg) == words


def test_the_figure_tilts_as_the_pelvis_does(scene: Scene) -> None:
    """Seen from behind right is right: with the right side up the bar's right end is higher."""
    figure = scene.window.session_page.body
    figure.draw(BodyView(obliquity_deg=10.0, thigh_adduction_deg={Side.LEFT: 8.0, Side.RIGHT: 8.0}))
    frame = figure._frame()
    left, right = frame.hip(Side.LEFT), frame.hip(Side.RIGHT)
    assert right.x() > left.x()
    assert right.y() < left.y()
    assert frame.knee(Side.LEFT, 8.0, 0.0).x() > left.x()  # adducted knees go to the middle
    assert frame.knee(Side.RIGHT, 8.0, 0.0).x() < right.x()
    level = frame.knee(Side.RIGHT, 0.0, 0.0).y() - right.y()
    flexed = frame.knee(Side.RIGHT, 0.0, 50.0).y() - right.y()
    assert flexed < level


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, 1.4.3)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_everything_that_is_read_has_contrast(theme: Theme) -> None:
    for colour in (theme.text, theme.muted, theme.left, theme.right, theme.inside, theme.outside):
        assert contrast(colour, theme.surface) >= 4.2, colour
    assert contrast(theme.text, theme.window) >= 7.0
    assert contrast(theme.muted, theme.window) >= 4.5
    assert contrast(theme.alert_text, theme.alert) >= 7.0
    assert contrast(theme.action_text, theme.action) >= 4.5


def test_known_values_of_the_scene_are_what_the_zones_say() -> None:
    """The views of these tests are themselves consistent."""
    assert known(DROP, 5.5).place is ZonePlace.IN
    assert known(DROP, ZONES[DROP].high_deg + 0.1).place is ZonePlace.ABOVE
