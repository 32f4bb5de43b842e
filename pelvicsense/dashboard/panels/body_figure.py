"""The pelvis seen from behind as a tilting bar with the thighs below it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pelvicsense.dashboard.number_text import UNKNOWN_TEXT
from pelvicsense.dashboard.theme import ThemedWidget
from pelvicsense.dashboard.view_state_session import BodyView
from pelvicsense.dashboard.widgets.fit_text import font_that_fits
from pelvicsense.datatypes.placement import Side

_SHORTEST = 0.35
"""A thigh that points backward or forward still shows as so much of its length."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Places in the picture: its y axis counts downward, as Qt's."""

    centre: QPointF
    right: QPointF
    """Unit vector along the pelvis to its right side."""
    size: float

    def hip(self, side: Side) -> QPointF:
        return self.centre + self.right * (side.sign * 0.2 * self.size)

    def knee(self, side: Side, adduction_deg: float, flexion_deg: float) -> QPointF:
        """Angles are against the vertical; seen from behind, a flexed thigh looks shorter."""
        adduction = math.radians(adduction_deg)
        length = 0.52 * self.size * max(_SHORTEST, math.cos(math.radians(flexion_deg)))
        inward = -side.sign * math.sin(adduction)
        return self.hip(side) + QPointF(inward, math.cos(adduction)) * length


class BodyFigure(ThemedWidget):
    """Drawn with the true angles, nothing exaggerated; what is unknown is dotted and grey."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body = BodyView()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def draw(self, body: BodyView) -> None:
        """Show the body as it is now."""
        if body != self.body:
            self.body = body
            self.update()

    def minimumSizeHint(self) -> QSize:
        """Qt asks for the smallest sensible size."""
        return self.ems(11.0, 8.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks to paint."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = self._frame()
        painter.setPen(QPen(QColor(self.theme.border), 1, Qt.PenStyle.DashLine))
        level = frame.centre.y()
        painter.drawLine(QPointF(0.05 * self.width(), level), QPointF(0.95 * self.width(), level))
        for side in Side:
            self._paint_thigh(painter, frame, side)
        self._paint_pelvis(painter, frame)
        self._paint_words(painter, frame)

    def _frame(self) -> _Frame:
        em = self.theme.px()
        height = self.height() - 3.2 * em
        size = min(0.95 * self.width(), 1.3 * height)
        obliquity = math.radians(self.body.obliquity_deg or 0.0)
        return _Frame(
            QPointF(0.5 * self.width(), 3.2 * em + 0.14 * size),
            QPointF(math.cos(obliquity), -math.sin(obliquity)),
            size,
        )

    def _limb_pen(self, colour: QColor, width: float, *, known: bool) -> QPen:
        pen = QPen(colour if known else QColor(self.theme.border), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if not known:
            pen.setStyle(Qt.PenStyle.DotLine)
        return pen

    def _paint_thigh(self, painter: QPainter, frame: _Frame, side: Side) -> None:
        adduction = self.body.thigh_adduction_deg.get(side)
        flexion = self.body.thigh_flexion_deg.get(side)
        rotation = self.body.hip_rotation_deg.get(side)
        knee = frame.knee(side, adduction or 0.0, flexion or 0.0)
        known = adduction is not None
        painter.setPen(self._limb_pen(self.theme.of_side(side), 0.075 * frame.size, known=known))
        painter.drawLine(frame.hip(side), knee)
        if rotation is None:
            return
        # A pin through the knee: seen from behind, its sideways part is the rotation's sine.
        inward = QPointF(-side.sign * math.sin(math.radians(rotation)), 0.0)
        painter.setPen(QPen(QColor(self.theme.text), 0.02 * frame.size))
        painter.drawLine(knee, knee + inward * (0.3 * frame.size))
        painter.setBrush(QColor(self.theme.text))
        painter.drawEllipse(knee, 0.016 * frame.size, 0.016 * frame.size)

    def _paint_pelvis(self, painter: QPainter, frame: _Frame) -> None:
        known = self.body.obliquity_deg is not None
        painter.setPen(self._limb_pen(QColor(self.theme.text), 0.09 * frame.size, known=known))
        reach = frame.right * (0.27 * frame.size)
        painter.drawLine(frame.centre - reach, frame.centre + reach)

    def _paint_words(self, painter: QPainter, frame: _Frame) -> None:
        em = self.theme.px()
        painter.setPen(QColor(self.theme.muted))
        painter.setFont(self.theme.font(0.9))
        for side in Side:
            x = frame.centre.x() + side.sign * 0.4 * frame.size
            place = QRectF(x - 4 * em, frame.centre.y() - 1.5 * em, 8 * em, 1.4 * em)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, side.value)
        obliquity = self.body.obliquity_deg
        top = QRectF(0.0, 0.2 * em, self.width(), 1.4 * em)
        painter.setFont(font_that_fits(self.theme, 0.9, obliquity_text(obliquity), self.width()))
        painter.drawText(top, Qt.AlignmentFlag.AlignCenter, obliquity_text(obliquity))
        if self.body.reason:
            below = QRectF(0.0, 1.5 * em, self.width(), 1.3 * em)
            painter.setFont(font_that_fits(self.theme, 0.85, self.body.reason, self.width()))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self.body.reason)


def obliquity_text(obliquity_deg: float | None) -> str:
    """Return which side of the pelvis is up, in words."""
    if obliquity_deg is None:
        return f"from behind: {UNKNOWN_TEXT}"
    if round(obliquity_deg) == 0:
        return "from behind: level"
    side = Side.RIGHT if obliquity_deg > 0.0 else Side.LEFT
    return f"from behind: {side} side {abs(obliquity_deg):.0f}° up"
