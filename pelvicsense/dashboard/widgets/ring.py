"""A ring that fills."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pelvicsense.dashboard.theme import ThemedWidget


class Ring(ThemedWidget):
    """A share of a whole, with words in the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fraction = 0.0
        self._words, self._below = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_share(self, fraction: float, words: str, below: str = "") -> None:
        """Fill a share (0…1) of the ring and write large words, and small ones below them."""
        self.fraction, self._words, self._below = fraction, words, below
        self.setAccessibleName(f"{words} {below}".strip())
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Qt asks for the smallest sensible size."""
        return self.ems(12.0, 12.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks to paint."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = 0.94 * min(self.width(), self.height())
        width = 0.09 * size
        area = QRectF(0, 0, size - width, size - width)
        area.moveCenter(QRectF(self.rect()).center())
        painter.setPen(QPen(QColor(self.theme.border), width))
        painter.drawEllipse(area)
        pen = QPen(QColor(self.theme.inside), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawArc(area, 90 * 16, -round(360 * 16 * self.fraction))
        self._write(painter, area, size)

    def _write(self, painter: QPainter, area: QRectF, size: float) -> None:
        font = self.theme.font(bold=True)
        font.setPixelSize(max(8, round(0.17 * size)))
        painter.setFont(font)
        painter.setPen(QColor(self.theme.text))
        up = 0.05 * size if self._below else 0.0
        painter.drawText(area.translated(0.0, -up), Qt.AlignmentFlag.AlignCenter, self._words)
        font.setPixelSize(max(8, round(0.06 * size)))
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.muted))
        painter.drawText(
            area.translated(0.0, 0.13 * size), Qt.AlignmentFlag.AlignCenter, self._below
        )
