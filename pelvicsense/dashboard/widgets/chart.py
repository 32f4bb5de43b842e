"""Axes with a target zone that one can see in any colour, and room for lines upon them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from pelvicsense.dashboard.number_text import number_text
from pelvicsense.dashboard.theme import Theme, ThemedWidget
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Side
from pelvicsense.feedback.zone import Zone

STYLES = {Side.LEFT: Qt.PenStyle.SolidLine, Side.RIGHT: Qt.PenStyle.DashLine}
"""Left is drawn through, right is dashed: a style beside the colour."""

_ZONE_ALPHA = 60
_BAND_ALPHA = 55
_STEPS = (5.0, 10.0, 20.0)
_LINE_EMS = 1.3
"""Least distance of two numbers on the vertical axis."""


class Chart(ThemedWidget):
    """Painted by hand: what stands still once, the lines at each change.

    Parameters
    ----------
    title
        What is shown, with its unit.
    bottom
        What the horizontal axis counts.
    ticks
        Where on the horizontal axis which words stand.
    left, right
        Ends of the horizontal axis.
    """

    def __init__(
        self,
        title: str,
        bottom: str,
        ticks: Sequence[tuple[float, str]],
        left: float,
        right: float,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._title, self._bottom, self._ticks = title, bottom, ticks
        self._left, self._right = left, right
        self._least, self._most = 0.0, 1.0
        self._zone: Zone | None = None
        self._ground: QPixmap | None = None
        self._field = QRectF()
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing behind it is painted

    def minimumSizeHint(self) -> QSize:
        """Qt asks for the smallest sensible size."""
        return self.ems(10.0, 8.0)

    def sizeHint(self) -> QSize:
        """Qt asks for a good size."""
        return self.ems(18.0, 12.0)

    def set_scale(self, least: float, most: float) -> None:
        """Set the ends of the vertical axis."""
        self._least, self._most = least, most
        self._renew()

    def show_zone(self, zone: Zone | None) -> None:
        """Show a target zone; none for no zone."""
        if zone != self._zone:
            self._zone = zone
            self._renew()

    def paint_lines(self, painter: QPainter) -> None:
        """Paint what is shown; for the charts to say."""
        raise NotImplementedError

    def x_of(self, values: FloatArray) -> FloatArray:
        """Return where values lie on the horizontal axis, pixels."""
        share = (values - self._left) / (self._right - self._left)
        return self._field.left() + share * self._field.width()

    def y_of(self, values: FloatArray) -> FloatArray:
        """Return where values lie on the vertical axis, pixels; beyond it they sit at its end."""
        share = (np.clip(values, self._least, self._most) - self._least) / (
            self._most - self._least
        )
        return self._field.bottom() - share * self._field.height()

    def path(self, x: FloatArray, y: FloatArray) -> QPainterPath:
        """Return a line through points, broken where one is ``nan``."""
        path: QPainterPath = pg.arrayToQPath(self.x_of(x), self.y_of(y), connect="finite")
        return path

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours and sizes."""
        super().apply_theme(theme)
        self._renew()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt has resized the widget."""
        self._renew()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks to paint."""
        del event
        if self._ground is None:
            self._ground = self._paint_ground()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._ground)
        self.paint_lines(painter)

    def _renew(self) -> None:
        self._ground = None
        self.update()

    # -- what stands still ---------------------------------------------------------------------

    def _paint_ground(self) -> QPixmap:
        """Paint all that does not move, at the screen's own resolution."""
        ratio = self.devicePixelRatioF()
        ground = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        ground.setDevicePixelRatio(ratio)
        ground.fill(QColor(self.theme.surface))
        painter = QPainter(ground)
        top = self._paint_title(painter)
        painter.setFont(self.theme.font(0.85))
        em, width = self.theme.px(), self._numbers_width()
        below = 2.6 * em
        self._field = QRectF(width, top, self.width() - width - 0.6 * em, self.height() - top)
        self._field.setHeight(max(1.0, self._field.height() - below))
        if self._zone is not None:
            self._paint_zone(painter, self._zone)
        self._paint_numbers(painter)
        self._paint_ticks(painter)
        painter.end()
        return ground

    def _paint_title(self, painter: QPainter) -> float:
        """Paint the heading, in as many lines as it takes; return where it ends."""
        painter.setFont(self.theme.font())
        painter.setPen(QColor(self.theme.text))
        room = QRectF(0.0, 0.0, self.width(), self.height())
        wrapped = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        painter.drawText(room, wrapped, self._title)
        used = painter.boundingRect(room, wrapped, self._title)
        return used.bottom() + 0.6 * self.theme.px()

    def _marks(self) -> FloatArray:
        """Return the values that stand on the vertical axis."""
        room = max(1.0, self._field.height() / (_LINE_EMS * self.theme.px()))
        span = self._most - self._least
        step = next((step for step in _STEPS if span / step <= room), span)
        first, last = np.ceil(self._least / step), np.floor(self._most / step)
        return step * np.arange(first, last + 1.0) + 0.0  # so that there is no minus zero

    def _numbers_width(self) -> float:
        metrics = QFontMetricsF(self.theme.font(0.85))
        widest = max(metrics.horizontalAdvance(_number(v)) for v in (self._least, self._most))
        return widest + 0.7 * self.theme.px()

    def _paint_numbers(self, painter: QPainter) -> None:
        field, em = self._field, self.theme.px()
        for mark, y in zip(marks := self._marks(), self.y_of(marks), strict=True):
            painter.setPen(QColor(self.theme.border))
            painter.drawLine(QPointF(field.left() - 0.3 * em, y), QPointF(field.left(), y))
            painter.setPen(QColor(self.theme.muted))
            place = QRectF(0.0, y - em, field.left() - 0.5 * em, 2.0 * em)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, right, _number(mark))

    def _paint_ticks(self, painter: QPainter) -> None:
        field, em = self._field, self.theme.px()
        painter.setPen(QColor(self.theme.border))
        painter.drawLine(field.topLeft(), field.bottomLeft())
        painter.drawLine(field.bottomLeft(), field.bottomRight())
        middle = Qt.AlignmentFlag.AlignCenter
        places = self.x_of(np.array([value for value, _ in self._ticks], dtype=float))
        for x, (_, words) in zip(places.tolist(), self._ticks, strict=True):
            painter.setPen(QColor(self.theme.border))
            painter.drawLine(QPointF(x, field.bottom()), QPointF(x, field.bottom() + 0.3 * em))
            painter.setPen(QColor(self.theme.muted))
            place = QRectF(x - 3.0 * em, field.bottom() + 0.3 * em, 6.0 * em, 1.1 * em)
            place.moveRight(min(place.right(), self.width() + 2.0 * em))
            painter.drawText(place, middle, words)
        below = QRectF(field.left(), field.bottom() + 1.4 * em, field.width(), 1.2 * em)
        painter.drawText(below, middle, self._bottom)

    def _paint_zone(self, painter: QPainter, zone: Zone) -> None:
        low, high = self.y_of(np.array([zone.low_deg, zone.high_deg]))
        colour = QColor(self.theme.inside)
        field = QRectF(self._field.left(), high, self._field.width(), low - high)
        painter.fillRect(field, faint(colour, _ZONE_ALPHA))
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
        painter.drawLine(field.topLeft(), field.topRight())
        painter.drawLine(field.bottomLeft(), field.bottomRight())


def _number(value: float) -> str:
    return number_text(value, 0)


def faint(colour: QColor, alpha: int = _BAND_ALPHA) -> QColor:
    """Return a colour that lets what is behind it shine through, as a band of mean ± SD does."""
    thin = QColor(colour)
    thin.setAlpha(alpha)
    return thin
