"""The last strides of both sides, with the zone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from pelvicsense.dashboard.metric_scale import METRIC_SCALES, metric_title
from pelvicsense.dashboard.view_state_session import TREND_STRIDES, SideView, Trend
from pelvicsense.dashboard.widgets.chart import STYLES, Chart
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Side
from pelvicsense.feedback.zone import Metric, Zone

_TICKS = tuple((-ago, f"{ago}" if ago else "now") for ago in range(0, TREND_STRIDES, 10))
_ROOM = 2
"""Strides right of the newest, so that its symbol is whole."""

_RIM_PX = 1.3
"""Of a hollow symbol."""


class TrendPanel(Chart):
    """One metric: left as circles, right as squares; hollow where a stride does not count.

    Parameters
    ----------
    metric
        Which metric.
    """

    def __init__(self, metric: Metric, parent: QWidget | None = None) -> None:
        title = f"{metric_title(metric)}, °"
        super().__init__(title, "strides ago", _TICKS, -TREND_STRIDES, _ROOM, parent)
        self._metric = metric
        self.shown: dict[Side, Trend | None] = dict.fromkeys(Side)
        scale = METRIC_SCALES[metric]
        self.set_scale(scale.least_deg, scale.most_deg)

    def draw(self, sides: Mapping[Side, SideView], zone: Zone | None) -> None:
        """Show the trends; what has not changed is not painted again."""
        self.show_zone(zone)
        for side, view in sides.items():
            trend = view.trends.get(self._metric)
            if trend is not self.shown[side]:
                self.shown[side] = trend
                self.update()

    def paint_lines(self, painter: QPainter) -> None:
        """Paint both trends."""
        for side, trend in self.shown.items():
            if trend is not None:
                self._paint_trend(painter, side, trend)

    def _paint_trend(self, painter: QPainter, side: Side, trend: Trend) -> None:
        colour, size = self.theme.of_side(side), 0.5 * self.theme.px()
        ago = np.arange(1.0 - len(trend.values_deg), 1.0)
        painter.setPen(QPen(colour, 1, STYLES[side]))
        painter.drawPath(self.path(ago, trend.values_deg))
        known = np.isfinite(trend.values_deg)
        x, y = self.x_of(ago[known]), self.y_of(trend.values_deg[known])
        hollow = trend.valid[known] == 0.0
        # Points of a wide pen: an ellipse each would take five times as long.
        painter.setPen(_symbols(colour, side, size))
        painter.drawPoints(_points(x, y))
        painter.setPen(_symbols(QColor(self.theme.surface), side, size - 2.0 * _RIM_PX))
        painter.drawPoints(_points(x[hollow], y[hollow]))


def _symbols(colour: QColor, side: Side, size: float) -> QPen:
    """Return a pen whose points are circles for the left side, squares for the right."""
    cap = Qt.PenCapStyle.RoundCap if side is Side.LEFT else Qt.PenCapStyle.SquareCap
    return QPen(colour, size, Qt.PenStyle.SolidLine, cap)


def _points(x: FloatArray, y: FloatArray) -> QPolygonF:
    return QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)])
