"""Text as large as its place allows: what must be read from three metres."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pelvicsense.dashboard.theme import Theme, ThemedWidget

_TRIAL_PX = 100
_LEAST_PX = 8


class FitText(ThemedWidget):
    """One line, drawn as large as fits.

    Parameters
    ----------
    widest
        The longest text that is to be expected: the size is chosen for it, so that digits do not
        grow and shrink from stride to stride.
    """

    def __init__(self, widest: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widest = widest
        self._text = ""
        self._muted = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text

    def show_text(self, text: str, *, muted: bool = False) -> None:
        """Show a text; muted where it stands for something unknown."""
        if (text, muted) != (self._text, self._muted):
            self._text, self._muted = text, muted
            self.setAccessibleName(text)
            self.update()

    def minimumSizeHint(self) -> QSize:
        """Qt asks for the smallest sensible size."""
        return self.ems(4.0, 2.4)

    def sizeHint(self) -> QSize:
        """Qt asks for a good size."""
        return self.ems(9.0, 5.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks to paint."""
        del event
        painter = QPainter(self)
        font = self.theme.font(bold=not self._muted)
        font.setPixelSize(self._fitting_px(font))
        painter.setFont(font)
        painter.setPen(QColor(self.theme.muted if self._muted else self.theme.text))
        painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, self._text)

    def _fitting_px(self, font: QFont) -> int:
        """Digits have no descenders, so the height that counts is the capitals'."""
        font.setPixelSize(_TRIAL_PX)
        metrics = QFontMetricsF(font)
        longest = max(self._widest, self._text, key=metrics.horizontalAdvance)
        by_width = 0.96 * self.width() / metrics.horizontalAdvance(longest)
        by_height = 0.86 * self.height() / metrics.capHeight()
        return max(_LEAST_PX, int(_TRIAL_PX * min(by_width, by_height)))


def font_that_fits(theme: Theme, factor: float, text: str, width: float) -> QFont:
    """Return the font of a size, or of as much less as a line needs to fit."""
    font = theme.font(factor)
    wanted = QFontMetricsF(font).horizontalAdvance(text)
    if wanted > width:
        font.setPixelSize(max(_LEAST_PX, int(font.pixelSize() * width / wanted)))
    return font


def draw_wrapped(painter: QPainter, area: QRectF, font: QFont, text: str) -> None:
    """Draw a sentence into an area, smaller where it would not fit."""
    wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.setFont(font)
    while font.pixelSize() > _LEAST_PX and not area.contains(
        painter.boundingRect(area, wrapped, text)
    ):
        font.setPixelSize(font.pixelSize() - 1)
        painter.setFont(font)
    painter.drawText(area, wrapped, text)
