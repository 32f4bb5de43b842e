"""Small signs beside words: recording light, signal bars, battery."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pelvicsense.dashboard.theme import ThemedWidget


class Light(Enum):
    """What the recording light says; each has its own shape."""

    OFF = auto()
    RECORDING = auto()
    PAUSED = auto()
    PLAYING = auto()


class RecordingLight(ThemedWidget):
    """A filled circle while recording, two bars when paused, a triangle in a replay."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.light = Light.OFF
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_light(self, light: Light) -> None:
        """Show a state."""
        if light is not self.light:
            self.light = light
            self.setAccessibleName(light.name.lower())
            self.update()

    def sizeHint(self) -> QSize:
        """Qt asks for a good size."""
        return self.ems(1.4, 1.4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks to paint."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        colour = QColor(self.theme.recording)
        painter.setPen(QPen(QColor(self.theme.muted), 2))
        match self.light:
            case Light.OFF:
                painter.drawEllipse(area)
            case Light.RECORDING:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawEllipse(area)
            case Light.PAUSED:
                bar = QRectF(area.left(), area.top(), 0.36 * area.width(), area.height())
                painter.fillRect(bar, colour)
                painter.fillRect(bar.translated(0.64 * area.width(), 0), colour)
            case Light.PLAYING:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(self.theme.action))
                middle = QPointF(area.right(), area.center().y())
                painter.drawPolygon([area.topLeft(), middle, area.bottomLeft()])


class SignalBars(ThemedWidget):
    """Four bars, as many filled as the signal is strong; none of them for unknown."""

    COUNT = 4

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: int) -> None:
        """Fill 0…4 bars."""
        if bars != self.bars:
            self.bars = bars
            self.update()

    def sizeHint(self) -> QSize:
        """Qt asks for a good size."""
        return self.ems(1.7, 1.2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks to paint."""
        del event
        painter = QPainter(self)
        step = self.width() / self.COUNT
        for bar in range(self.COUNT):
            height = self.height() * (bar + 1) / self.COUNT
            place = QRectF(bar * step + 1, self.height() - height, step - 2, height - 1)
            if bar < self.bars:
                painter.fillRect(place, QColor(self.theme.text))
            else:
                painter.setPen(QColor(self.theme.border))
                painter.drawRect(place)
