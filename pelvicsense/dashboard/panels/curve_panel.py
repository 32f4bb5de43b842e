"""The newest stride's curve over stance, on the person's own band."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from pelvicsense.dashboard.metric_scale import METRIC_SCALES
from pelvicsense.dashboard.view_state_session import CURVE_X_PERCENT, BandedCurve, SideView
from pelvicsense.dashboard.widgets.chart import STYLES, Chart, faint
from pelvicsense.datatypes.placement import Side
from pelvicsense.feedback.zone import Metric

_PERCENT = np.arange(float(CURVE_X_PERCENT))
_TO_AND_FRO = np.concatenate([_PERCENT, _PERCENT[::-1]])
_TICKS = tuple((percent, f"{percent}") for percent in range(0, 101, 25))


class CurvePanel(Chart):
    """Both sides: left drawn through, right dashed; each on its band of mean ± SD."""

    def __init__(self, metric: Metric, parent: QWidget | None = None) -> None:
        super().__init__("Newest on own mean ± SD", "% of stance", _TICKS, 0, 100, parent)
        self._views: dict[Side, SideView] = {}
        self.choose(metric)

    def choose(self, metric: Metric) -> None:
        """Show another angle."""
        self._metric = metric
        scale = METRIC_SCALES[metric]
        self.set_scale(scale.curve_least_deg, scale.curve_most_deg)

    def shown(self, side: Side) -> BandedCurve | None:
        """Return what is shown of a side; none before its first curve."""
        return self._views[side].curves.get(self._metric) if side in self._views else None

    def draw(self, sides: Mapping[Side, SideView]) -> None:
        """Show the curves; what has not changed is not painted again."""
        for side, view in sides.items():
            old = self.shown(side)
            self._views[side] = view
            if self.shown(side) is not old:
                self.update()

    def paint_lines(self, painter: QPainter) -> None:
        """Paint the bands, and the curves over both."""
        curves = {side: curve for side in Side if (curve := self.shown(side)) is not None}
        # A band's edge is too faint for its steps to be seen, and smoothing it takes long.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for side, curve in curves.items():
            self._paint_band(painter, side, curve)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for side, curve in curves.items():
            painter.setPen(QPen(self.theme.of_side(side), 0.18 * self.theme.px(), STYLES[side]))
            painter.drawPath(self.path(_PERCENT, curve.now_deg))

    def _paint_band(self, painter: QPainter, side: Side, curve: BandedCurve) -> None:
        low, high = curve.mean_deg - curve.sd_deg, curve.mean_deg + curve.sd_deg
        if np.isfinite(high).all():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faint(self.theme.of_side(side)))
            painter.drawPath(self.path(_TO_AND_FRO, np.concatenate([low, high[::-1]])))
