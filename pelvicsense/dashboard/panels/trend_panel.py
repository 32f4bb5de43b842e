"""The last strides of both sides, with the zone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QWidget

from pelvicsense.dashboard.metric_scale import METRIC_SCALES, metric_title
from pelvicsense.dashboard.theme import Theme
from pelvicsense.dashboard.view_state_session import TREND_STRIDES, SideView
from pelvicsense.dashboard.widgets.plot import STYLES, SYMBOLS, Plot
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Side
from pelvicsense.feedback.zone import Metric, Zone


class TrendPanel(Plot):
    """One metric: left as circles, right as squares; hollow where a stride does not count.

    Parameters
    ----------
    metric
        Which metric.
    """

    def __init__(self, metric: Metric, parent: QWidget | None = None) -> None:
        super().__init__(f"{metric_title(metric)}, °", "strides ago", parent)
        self._metric = metric
        self._views: dict[Side, SideView] = {}
        self.curves = {side: self.item.plot(connect="finite") for side in Side}
        self.item.setXRange(-TREND_STRIDES, 4, padding=0.0)
        ticks = [(-ago, f"{ago}" if ago else "now") for ago in range(0, TREND_STRIDES, 10)]
        self.item.getAxis("bottom").setTicks([ticks])
        words = METRIC_SCALES[metric]
        self.item.setYRange(words.least_deg, words.most_deg, padding=0.02)

    def draw(self, sides: Mapping[Side, SideView], zone: Zone | None) -> bool:
        """Show the trends, where they have changed; return whether they had."""
        self.show_zone(zone)
        changed = False
        for side, view in sides.items():
            old = self._views.get(side)
            if old is None or old.trends.get(self._metric) is not view.trends.get(self._metric):
                self._draw_side(side, view)
                changed = True
            self._views[side] = view
        return changed

    def _draw_side(self, side: Side, view: SideView) -> None:
        trend = view.trends.get(self._metric)
        if trend is None:
            self.curves[side].setData([], [])
            return
        colour = self.theme.of_side(side)
        filled, hollow = pg.mkBrush(colour), pg.mkBrush(QColor(self.theme.surface))
        n = len(trend.values_deg)
        self.curves[side].setData(
            np.arange(-n + 1, 1),
            trend.values_deg,
            pen=pg.mkPen(colour, width=1.5, style=STYLES[side]),
            symbol=SYMBOLS[side],
            symbolSize=0.5 * self.theme.px(),
            symbolPen=pg.mkPen(colour, width=1.2),
            # A list is looked up symbol by symbol, so it is given only where it is needed.
            symbolBrush=filled if trend.valid.all() else _each(trend.valid, filled, hollow),
        )

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours and sizes."""
        super().apply_theme(theme)
        for side, view in self._views.items():
            self._draw_side(side, view)


def _each(valid: FloatArray, filled: QBrush, hollow: QBrush) -> list[QBrush]:
    return [filled if counts else hollow for counts in valid]
