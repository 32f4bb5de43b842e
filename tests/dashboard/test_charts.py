"""Trends and curves show in pixels what they were given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot
from views import ZONES, side_view

from pelvicsense.dashboard.metric_scale import METRIC_SCALES
from pelvicsense.dashboard.panels.curve_panel import CurvePanel
from pelvicsense.dashboard.panels.trend_panel import TrendPanel
from pelvicsense.dashboard.theme import DARK, LIGHT, Theme
from pelvicsense.dashboard.view_state_session import SHOWN, BandedCurve, SideView, Trend
from pelvicsense.dashboard.widgets.chart import Chart
from pelvicsense.datatypes.placement import Side
from pelvicsense.feedback.zone import Zone

DROP = SHOWN[0]


def with_trend(values_deg: list[float], valid: list[float]) -> SideView:
    trend = Trend(values_deg=np.array(values_deg), valid=np.array(valid))
    return replace(side_view(Side.LEFT), trends={DROP: trend})


def image(chart: Chart) -> QImage:
    chart.resize(320, 260)
    return chart.grab().toImage()


def colour_at(chart: Chart, picture: QImage, x: float, y: float) -> str:
    place = chart.x_of(np.array([x])), chart.y_of(np.array([y]))
    return str(picture.pixelColor(round(float(place[0][0])), round(float(place[1][0]))).name())


@pytest.mark.parametrize("theme", [LIGHT, DARK.scaled(1.5)], ids=["light", "dark and large"])
@pytest.mark.parametrize("side", list(Side))
def test_a_stride_that_does_not_count_is_hollow(qtbot: QtBot, side: Side, theme: Theme) -> None:
    panel = TrendPanel(DROP)
    qtbot.addWidget(panel)
    panel.apply_theme(theme)
    unknown = [np.nan] * 9
    panel.draw({side: with_trend([4.0, *unknown, 4.0], [1.0] * 10 + [0.0])}, None)
    picture = image(panel)
    assert colour_at(panel, picture, -10.0, 4.0) == theme.of_side(side).name()
    assert colour_at(panel, picture, -5.0, 4.0) == theme.surface
    assert colour_at(panel, picture, 0.0, 4.0) == theme.surface


def test_what_lies_beyond_the_scale_sits_at_its_end(qtbot: QtBot) -> None:
    panel = TrendPanel(DROP)
    qtbot.addWidget(panel)
    panel.draw({Side.RIGHT: with_trend([99.0], [1.0])}, None)
    most = METRIC_SCALES[DROP].most_deg
    assert colour_at(panel, image(panel), 0.0, most - 0.2) == LIGHT.right


def test_the_zone_is_a_band_over_its_own_degrees(qtbot: QtBot) -> None:
    panel = TrendPanel(DROP)
    qtbot.addWidget(panel)
    zone = ZONES[DROP]
    panel.draw({}, zone)
    picture = image(panel)
    middle = (zone.low_deg + zone.high_deg) / 2
    inside = QColor(colour_at(panel, picture, -25.0, middle))
    assert inside.green() > inside.red()
    for beyond in (zone.low_deg - 1.0, zone.high_deg + 1.0):
        assert colour_at(panel, picture, -25.0, beyond) == LIGHT.surface
    panel.draw({}, Zone(low_deg=10.0, high_deg=12.0))
    assert colour_at(panel, image(panel), -25.0, middle) == LIGHT.surface


def test_the_band_is_left_out_until_it_is_known(qtbot: QtBot) -> None:
    panel = CurvePanel(DROP)
    qtbot.addWidget(panel)
    flat, unknown = np.full(101, 5.0), np.full(101, np.nan)
    for mean_deg, shown in ((unknown, False), (flat - 3.0, True)):
        curve = BandedCurve(
            now_deg=flat, mean_deg=mean_deg, sd_deg=np.full(101, 0.8), strides=int(shown)
        )
        panel.draw({Side.LEFT: replace(side_view(Side.LEFT), curves={DROP: curve})})
        picture = image(panel)
        assert colour_at(panel, picture, 50.0, 5.0) == LIGHT.left
        assert (colour_at(panel, picture, 50.0, 2.0) != LIGHT.surface) is shown
