"""Small traces of what the sensors send."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pelvicsense.dashboard.backend import Signals
from pelvicsense.dashboard.peaks import peaks
from pelvicsense.dashboard.theme import Theme, ThemedWidget
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.runtime.notices import PLACEMENT_WORDS

_SHOWN_S = 8.0
_TICK_S = 2
_MOST_SAMPLES = 4000
"""Of one sensor: `_SHOWN_S` at 500 Hz."""

_LANE_RAD_S = 8.0
"""Height of a sensor's lane: a thigh turns by up to 8 rad/s when running."""


class SignalPanel(ThemedWidget):
    """The turning speed of each sensor in a lane of its own, into arrays that are made once.

    Painted by hand, because it is painted for every packet: axes that move with the newest sample
    cost a general plot ten times as much.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._acc: FloatArray = np.full((_MOST_SAMPLES, 3), np.nan)
        self._gyr: FloatArray = np.full((_MOST_SAMPLES, 3), np.nan)
        self._times = {sensor: np.full(_MOST_SAMPLES, np.nan) for sensor in Placement}
        self._speeds = {sensor: np.full(_MOST_SAMPLES, np.nan) for sensor in Placement}
        self._counts = dict.fromkeys(Placement, 0)
        self._newest = dict.fromkeys(Placement, -np.inf)
        self._ground: QPixmap | None = None
        self.setAccessibleName("turning speed of each sensor")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing behind it is painted

    def minimumSizeHint(self) -> QSize:
        """Qt asks for the smallest sensible size."""
        return self.ems(10.0, 7.0)

    def trace(self, sensor: Placement) -> tuple[FloatArray, FloatArray]:
        """Return what is drawn of a sensor: times in s, turning speeds in rad/s."""
        first = _MOST_SAMPLES - self._counts[sensor]
        return self._times[sensor][first:], self._speeds[sensor][first:]

    def draw(self, signals: Signals) -> None:
        """Draw the newest seconds; nothing where nothing has come."""
        before = dict(self._newest)
        for sensor, t_s in self._times.items():
            count = signals.read_signals(sensor, t_s, self._acc, self._gyr)
            self._counts[sensor] = count
            self._newest[sensor] = float(t_s[-1]) if count else -np.inf
            if self._newest[sensor] != before[sensor]:
                speed = self._speeds[sensor]
                np.einsum("ij,ij->i", self._gyr, self._gyr, out=speed)
                np.sqrt(speed, out=speed)
        if self._newest != before:
            self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours and sizes."""
        self._ground = None
        super().apply_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt has resized the widget."""
        self._ground = None
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks to paint."""
        del event
        if self._ground is None:
            self._ground = self._paint_ground()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        newest_s = max(self._newest.values())
        if np.isfinite(newest_s):
            for sensor in Placement:
                self._paint_trace(painter, sensor, newest_s)

    def _field(self) -> QRectF:
        """Return where the traces are: the heading is above, the times below."""
        em = self.theme.px()
        return QRectF(self.rect()).adjusted(0.6 * em, 1.8 * em, -0.6 * em, -1.6 * em)

    def _lane(self, sensor: Placement) -> QRectF:
        field = self._field()
        height = field.height() / len(Placement)
        top = field.top() + list(Placement).index(sensor) * height
        return QRectF(field.left(), top, field.width(), height)

    def _paint_trace(self, painter: QPainter, sensor: Placement, newest_s: float) -> None:
        lane = self._lane(sensor)
        t_s, speed = self.trace(sensor)
        shown = slice(int(np.searchsorted(t_s, newest_s - _SHOWN_S)), None)
        x = lane.right() + (t_s[shown] - newest_s) * (lane.width() / _SHOWN_S)
        x, speed = peaks(x, speed[shown])
        y = lane.bottom() - np.minimum(speed, _LANE_RAD_S) * (lane.height() / _LANE_RAD_S)
        colour = self.theme.text if sensor.side is None else self.theme.of_side(sensor.side)
        painter.setPen(QPen(QColor(colour), 1))
        painter.drawPath(pg.arrayToQPath(x, y, connect="finite"))

    def _paint_ground(self) -> QPixmap:
        """Paint all that does not move, at the screen's own resolution."""
        ratio, em = self.devicePixelRatioF(), self.theme.px()
        ground = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        ground.setDevicePixelRatio(ratio)
        ground.fill(QColor(self.theme.surface))
        painter = QPainter(ground)
        painter.setPen(QColor(self.theme.text))
        painter.setFont(self.theme.font())
        heading = QRectF(0.6 * em, 0.2 * em, self.width(), 1.5 * em)
        painter.drawText(heading, Qt.AlignmentFlag.AlignLeft, "Turning speed of each sensor")
        painter.setFont(self.theme.font(0.85))
        for sensor in Placement:
            lane = self._lane(sensor)
            painter.setPen(QColor(self.theme.border))
            painter.drawLine(lane.bottomLeft(), lane.bottomRight())
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(lane, Qt.AlignmentFlag.AlignLeft, PLACEMENT_WORDS[sensor])
        self._paint_times(painter)
        painter.end()
        return ground

    def _paint_times(self, painter: QPainter) -> None:
        field, em = self._field(), self.theme.px()
        for ago_s in range(0, int(_SHOWN_S), _TICK_S):
            x = field.right() - ago_s * field.width() / _SHOWN_S
            place = QRectF(x - 3 * em, field.bottom() + 0.2 * em, 6 * em, 1.3 * em)
            place.moveRight(min(place.right(), field.right() + 2.0 * em))
            words = f"{ago_s} s ago" if ago_s else "now"
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, words)
