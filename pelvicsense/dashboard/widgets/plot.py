"""A pyqtgraph plot dressed as the rest of the window, with a zone one can see in any colour."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from pelvicsense.dashboard.theme import Theme, ThemedWidget
from pelvicsense.datatypes.placement import Side
from pelvicsense.feedback.zone import Zone

SYMBOLS = {Side.LEFT: "o", Side.RIGHT: "s"}
"""Left is round, right is square: a shape beside the colour."""

STYLES = {Side.LEFT: Qt.PenStyle.SolidLine, Side.RIGHT: Qt.PenStyle.DashLine}
"""Left is drawn through, right is dashed."""

_ZONE_ALPHA = 60
_BAND_ALPHA = 55


class Plot(ThemedWidget):
    """One plot without mouse, menu and buttons: it only shows.

    Parameters
    ----------
    title
        What is shown, with its unit; empty for none.
    bottom
        What the horizontal axis counts; empty for no axis.
    """

    def __init__(self, title: str, bottom: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bottom = bottom
        self._heading = QLabel(title)
        self._heading.setWordWrap(True)
        self.view = pg.PlotWidget(self)
        self.item = self.view.getPlotItem()
        self.item.setMenuEnabled(False)
        self.item.hideButtons()
        self.item.setMouseEnabled(x=False, y=False)
        if not bottom:
            self.item.hideAxis("bottom")
        self._zone = pg.LinearRegionItem(orientation="horizontal", movable=False)
        self._zone.setZValue(-10)
        self._zone.hide()
        self.item.addItem(self._zone)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._heading)
        self._heading.setVisible(bool(title))
        layout.addWidget(self.view, 1)

    def minimumSizeHint(self) -> QSize:
        """Qt asks for the smallest sensible size."""
        return self.ems(10.0, 7.0)

    def show_zone(self, zone: Zone | None) -> None:
        """Show a target zone; none for no zone."""
        if zone is None:
            self._zone.hide()
        elif (zone.low_deg, zone.high_deg) != self._zone.getRegion() or not self._zone.isVisible():
            self._zone.setRegion((zone.low_deg, zone.high_deg))
            self._zone.show()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours and sizes."""
        super().apply_theme(theme)
        self.view.setBackground(QColor(theme.surface))
        for name in ("left", "bottom"):
            axis = self.item.getAxis(name)
            axis.setPen(QColor(theme.border))
            axis.setTextPen(QColor(theme.muted))
            axis.setStyle(tickFont=theme.font(0.85))
        if self._bottom:
            self.item.setLabel("bottom", self._bottom, color=theme.muted)
            self.item.getAxis("bottom").label.setFont(theme.font(0.85))
        zone = QColor(theme.inside)
        self._zone.setBrush(QBrush(_faint(zone, _ZONE_ALPHA)))
        for line in self._zone.lines:
            line.setPen(pg.mkPen(zone, width=1, style=Qt.PenStyle.DashLine))


def _faint(colour: QColor, alpha: int) -> QColor:
    faint = QColor(colour)
    faint.setAlpha(alpha)
    return faint


def band_brush(colour: QColor) -> QBrush:
    """Return the filling of a band of mean ± SD."""
    return QBrush(_faint(colour, _BAND_ALPHA))
