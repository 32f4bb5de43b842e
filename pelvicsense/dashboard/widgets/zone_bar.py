"""A value on a scale with its target zone and its standard error."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from pelvicsense.dashboard.theme import ThemedWidget


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneReading:
    """What a bar shows, in one unit.

    Attributes
    ----------
    value, standard_error
        ``nan`` where unknown.
    low, high
        Borders of the zone; none for no zone.
    """

    value: float = math.nan
    standard_error: float = math.nan
    low: float | None = None
    high: float | None = None


class ZoneBar(ThemedWidget):
    """A horizontal scale: the zone is a framed, hatched field, the value a pointer over it.

    Parameters
    ----------
    least, most
        Ends of the scale; a value beyond them sits at the end as an arrow.
    """

    def __init__(self, least: float, most: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least, self._most = least, most
        self.reading = ZoneReading()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_reading(self, reading: ZoneReading) -> None:
        """Show a value."""
        if reading != self.reading:
            self.reading = reading
            self.update()

    def sizeHint(self) -> QSize:
        """Qt asks for a good size."""
        return self.ems(12.0, 3.1)

    def minimumSizeHint(self) -> QSize:
        """Qt asks for the smallest sensible size."""
        return self.ems(6.0, 3.1)

    def x_of(self, value: float) -> float:
        """Return where a value lies, in pixels, held within the scale."""
        margin = 0.8 * self.theme.px()
        share = (min(self._most, max(self._least, value)) - self._least) / (
            self._most - self._least
        )
        return margin + share * (self.width() - 2 * margin)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks to paint."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        em = self.theme.px()
        track = QRectF(self.x_of(self._least), 0.95 * em, 0, 0.95 * em)
        track.setRight(self.x_of(self._most))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.theme.border))
        painter.drawRoundedRect(track, 3, 3)
        if self.reading.low is not None and self.reading.high is not None:
            self._paint_zone(painter, track, self.reading.low, self.reading.high)
        self._paint_ticks(painter, track)
        if math.isfinite(self.reading.value):
            self._paint_value(painter, track)

    def _paint_zone(self, painter: QPainter, track: QRectF, low: float, high: float) -> None:
        field = QRectF(track)
        field.setLeft(self.x_of(low))
        field.setRight(self.x_of(high))
        colour = QColor(self.theme.inside)
        painter.setPen(QPen(colour, 2))
        painter.setBrush(QColor(self.theme.surface))
        painter.drawRect(field)
        painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
        painter.drawRect(field)

    def _paint_ticks(self, painter: QPainter, track: QRectF) -> None:
        painter.setFont(self.theme.font(0.78))
        painter.setPen(QColor(self.theme.muted))
        em = self.theme.px()
        low, high = self.reading.low, self.reading.high
        if low is None or high is None:
            low, high = self._least, self._most
        # Borders that lie close together push their numbers apart.
        apart = max(0.0, 3.2 * em - (self.x_of(high) - self.x_of(low))) / 2
        for mark, shift in ((low, -apart), (high, apart)):
            place = QRectF(self.x_of(mark) + shift - 3 * em, track.bottom(), 6 * em, 1.15 * em)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, border_text(mark))

    def _paint_value(self, painter: QPainter, track: QRectF) -> None:
        reading, em = self.reading, self.theme.px()
        x = self.x_of(reading.value)
        painter.setPen(QPen(QColor(self.theme.text), 2))
        if math.isfinite(reading.standard_error):
            y = track.center().y()
            left = self.x_of(reading.value - reading.standard_error)
            right = self.x_of(reading.value + reading.standard_error)
            painter.drawLine(QPointF(left, y), QPointF(right, y))
        painter.setBrush(QColor(self.theme.text))
        painter.setPen(QPen(QColor(self.theme.surface), 1))
        painter.drawPolygon(_pointer(x, track, 0.55 * em))


def _pointer(x: float, track: QRectF, half: float) -> QPolygonF:
    """Return a pointer from above through the track."""
    return QPolygonF(
        [
            QPointF(x - half, track.top() - 1.6 * half),
            QPointF(x + half, track.top() - 1.6 * half),
            QPointF(x + 2.0, track.top() + 2.0),
            QPointF(x + 2.0, track.bottom()),
            QPointF(x - 2.0, track.bottom()),
            QPointF(x - 2.0, track.top() + 2.0),
        ]
    )


def border_text(border_deg: float) -> str:
    """Return the border of a scale or a zone, without a decimal that is zero."""
    return f"{border_deg:.1f}".removesuffix(".0").replace("-", "−") + "°"
