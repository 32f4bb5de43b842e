"""The newest stride's curve over stance, on the person's own band."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from pelvicsense.dashboard.metric_scale import METRIC_SCALES
from pelvicsense.dashboard.theme import Theme
from pelvicsense.dashboard.view_state_session import CURVE_X_PERCENT, BandedCurve, SideView
from pelvicsense.dashboard.widgets.plot import STYLES, Plot, band_brush
from pelvicsense.datatypes.placement import Side
from pelvicsense.feedback.zone import Metric

_PERCENT = np.arange(float(CURVE_X_PERCENT))


class CurvePanel(Plot):
    """Both sides: left drawn through, right dashed; each on its band of mean ± SD."""

    def __init__(self, metric: Metric, parent: QWidget | None = None) -> None:
        super().__init__("Newest stride on own mean ± SD", "% of stance", parent)
        self._views: dict[Side, SideView] = {}
        self.curves = {side: self.item.plot(connect="finite") for side in Side}
        self._edges = {side: [pg.PlotCurveItem(), pg.PlotCurveItem()] for side in Side}
        self._bands = {side: pg.FillBetweenItem(*self._edges[side]) for side in Side}
        for side in Side:
            self._bands[side].setZValue(-5)
            self.item.addItem(self._bands[side])
        self.item.setXRange(0, 100, padding=0.0)
        self.choose(metric)

    def choose(self, metric: Metric) -> None:
        """Show another angle."""
        self._metric = metric
        scale = METRIC_SCALES[metric]
        self.item.setYRange(scale.curve_least_deg, scale.curve_most_deg, padding=0.03)
        for side, view in self._views.items():
            self._draw_side(side, view)

    def draw(self, sides: Mapping[Side, SideView]) -> None:
        """Show the curves; what has not changed is not drawn again."""
        for side, view in sides.items():
            old = self._views.get(side)
            if old is None or old.curves.get(self._metric) is not view.curves.get(self._metric):
                self._draw_side(side, view)
            self._views[side] = view

    def _draw_side(self, side: Side, view: SideView) -> None:
        curve = view.curves.get(self._metric, _NOTHING)
        low, high = self._edges[side]
        low.setData(_PERCENT, curve.mean_deg - curve.sd_deg)
        high.setData(_PERCENT, curve.mean_deg + curve.sd_deg)
        self._bands[side].setVisible(bool(np.isfinite(curve.mean_deg + curve.sd_deg).all()))
        colour = self.theme.of_side(side)
        self._bands[side].setBrush(band_brush(colour))
        pen = pg.mkPen(colour, width=0.18 * self.theme.px(), style=STYLES[side])
        self.curves[side].setData(_PERCENT, curve.now_deg, pen=pen)

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours and sizes."""
        super().apply_theme(theme)
        for side, view in self._views.items():
            self._draw_side(side, view)


_EMPTY = np.full(CURVE_X_PERCENT, np.nan)
_NOTHING = BandedCurve(now_deg=_EMPTY, mean_deg=_EMPTY, sd_deg=_EMPTY, strides=0)
