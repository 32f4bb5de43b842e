"""One metric of one side: the number, what it means against the zone, and where it lies."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from pelvicsense.dashboard.metric_scale import METRIC_SCALES, metric_title
from pelvicsense.dashboard.number_text import degrees_text
from pelvicsense.dashboard.theme import ThemedWidget, set_role
from pelvicsense.dashboard.view_state_session import Reading
from pelvicsense.dashboard.widgets.fit_text import FitText, draw_wrapped
from pelvicsense.dashboard.widgets.zone_bar import ZoneBar, ZoneReading
from pelvicsense.feedback.zone import Metric, ZonePlace


class Verdict(ThemedWidget):
    """A shape and words: circle in the zone, triangle up above it, triangle down below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place: ZonePlace | None = None
        self.words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_verdict(self, place: ZonePlace | None, words: str) -> None:
        """Show where a value lies; words alone where that is not known."""
        if (place, words) != (self.place, self.words):
            self.place, self.words = place, words
            self.setAccessibleName(words)
            self.update()

    def minimumSizeHint(self) -> QSize:
        """Qt asks for the smallest sensible size."""
        return self.ems(6.5, 3.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks to paint."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        if self.place is None:
            painter.setPen(QColor(self.theme.muted))
            draw_wrapped(painter, area, self.theme.font(0.95), self.words)
            return
        inside = self.place is ZonePlace.IN
        colour = QColor(self.theme.inside if inside else self.theme.outside)
        shape = QRectF(area)
        shape.setHeight(0.62 * area.height())
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        self._paint_shape(painter, shape)
        painter.setPen(colour)
        self._paint_words(painter, area, area.height() - shape.height())

    def _paint_shape(self, painter: QPainter, area: QRectF) -> None:
        size = 0.86 * min(area.width(), area.height())
        box = QRectF(0.0, 0.0, size, size)
        box.moveCenter(area.center())
        middle = box.center().x()
        match self.place:
            case ZonePlace.ABOVE:
                corners = [box.bottomLeft(), box.bottomRight(), QPointF(middle, box.top())]
                painter.drawPolygon(QPolygonF(corners))
            case ZonePlace.BELOW:
                corners = [box.topLeft(), box.topRight(), QPointF(middle, box.bottom())]
                painter.drawPolygon(QPolygonF(corners))
            case _:
                painter.drawEllipse(box)

    def _paint_words(self, painter: QPainter, area: QRectF, height: float) -> None:
        font = self.theme.font(bold=True)
        font.setPixelSize(100)
        width = QFontMetricsF(font).horizontalAdvance("88.8° above")
        font.setPixelSize(max(8, int(min(96.0 * area.width() / width, 0.72 * height))))
        painter.setFont(font)
        below = QRectF(area.left(), area.bottom() - height, area.width(), height)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self.words)


class MetricTile(QWidget):
    """The number as large as it goes, the verdict beside it, the zone bar below.

    Parameters
    ----------
    metric
        Which metric.
    """

    def __init__(self, metric: Metric, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = METRIC_SCALES[metric]
        self._title = QLabel(metric_title(metric))
        set_role(self._title, "heading")
        self._error = QLabel()
        set_role(self._error, "muted")
        self.number = FitText("28.8°")
        self.verdict = Verdict()
        self.bar = ZoneBar(words.least_deg, words.most_deg)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch()
        head.addWidget(self._error)
        middle = QHBoxLayout()
        middle.addWidget(self.number, 3)
        middle.addWidget(self.verdict, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addLayout(middle, 1)
        layout.addWidget(self.bar)

    def draw(self, reading: Reading) -> None:
        """Show a value, or why there is none."""
        error = reading.standard_error_deg
        self.number.show_text(degrees_text(reading.value_deg), muted=reading.value_deg is None)
        self._error.setText("" if error is None else f"± {error:.1f}°")
        words = reading.words or reading.reason
        self.verdict.show_verdict(reading.place, words)
        self.verdict.setVisible(bool(words))
        self.bar.show_reading(
            ZoneReading(
                value=math.nan if reading.value_deg is None else reading.value_deg,
                standard_error=math.nan if error is None else error,
                low=None if reading.zone is None else reading.zone.low_deg,
                high=None if reading.zone is None else reading.zone.high_deg,
            )
        )
