"""A whole recording on one line: strides, marks, gaps, and where the player is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from pelvicsense.dashboard.number_text import clock_text
from pelvicsense.dashboard.theme import Theme, ThemedWidget
from pelvicsense.dashboard.view_state_after import ReplayView
from pelvicsense.datatypes.placement import Side
from pelvicsense.runtime.notices import PLACEMENT_WORDS

_KEY_STEPS_S = {
    Qt.Key.Key_Left: -1.0,
    Qt.Key.Key_Right: 1.0,
    Qt.Key.Key_PageUp: -10.0,
    Qt.Key.Key_PageDown: 10.0,
}
_LANES = {Side.LEFT: 0.0, Side.RIGHT: 1.0}


class TimeLine(ThemedWidget):
    """Left strides in the upper lane, right ones in the lower; what does not count is hollow.

    Click and drag to go somewhere; arrow keys go by 1 s, page keys by 10 s, Home and End to the
    ends.
    """

    sought = Signal(float)
    """A time to go to, s."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = ReplayView()
        self._picture: QPixmap | None = None
        self._contacts: list[float] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("time line")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def draw(self, view: ReplayView) -> None:
        """Show a recording; only the playhead is drawn anew while nothing else changes."""
        old, self.view = self.view, view
        same = (
            old.strides is view.strides
            and old.marks is view.marks
            and old.gaps is view.gaps
            and old.duration_s == view.duration_s
        )
        if not same:
            self._picture = None
            self._contacts = sorted(stride.t_contact_s for stride in view.strides)
        if not same or old.position_s != view.position_s:
            self.update()

    def stride_before(self, t_s: float) -> float | None:
        """Return the contact of the stride before a time; none if there is none."""
        index = bisect_left(self._contacts, t_s - 1e-6)
        return self._contacts[index - 1] if index > 0 else None

    def stride_after(self, t_s: float) -> float | None:
        """Return the contact of the stride after a time; none if there is none."""
        index = bisect_right(self._contacts, t_s + 1e-6)
        return self._contacts[index] if index < len(self._contacts) else None

    def sizeHint(self) -> QSize:
        """Qt asks for a good size."""
        return self.ems(40.0, 4.2)

    def minimumSizeHint(self) -> QSize:
        """Qt asks for the smallest sensible size."""
        return self.ems(10.0, 4.2)

    def x_of(self, t_s: float) -> float:
        """Return where a time lies, pixels."""
        margin = 0.5 * self.theme.px()
        share = t_s / self.view.duration_s if self.view.duration_s > 0.0 else 0.0
        return margin + share * (self.width() - 2.0 * margin)

    def t_of(self, x: float) -> float:
        """Return the time at a place, held within the recording."""
        margin = 0.5 * self.theme.px()
        share = (x - margin) / max(1.0, self.width() - 2.0 * margin)
        return min(1.0, max(0.0, share)) * self.view.duration_s

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours and sizes."""
        self._picture = None
        super().apply_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt has resized the widget."""
        self._picture = None
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Qt has seen anything: where the mouse rests on a mark, say what it is."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(event.pos().x()), self)
            return True
        return super().event(event)

    def words_at(self, x: float) -> str:
        """Return what is marked or missing at a place; empty if nothing is."""
        near = 0.7 * self.theme.px()
        words = [
            f"{clock_text(mark.t_s)} {mark.kind.replace('_', ' ')} {mark.text}".strip()
            for mark in self.view.marks
            if abs(self.x_of(mark.t_s) - x) < near
        ]
        t_s = self.t_of(x)
        words += [
            f"{PLACEMENT_WORDS[gap.sensor]}: {gap.end_s - gap.start_s:.1f} s are missing"
            for gap in self.view.gaps
            if gap.start_s <= t_s <= gap.end_s
        ]
        return "\n".join(words)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt has seen a click."""
        self.sought.emit(self.t_of(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt has seen a drag."""
        self.sought.emit(self.t_of(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt has seen a key."""
        key = Qt.Key(event.key())
        if key in _KEY_STEPS_S:
            t_s = self.view.position_s + _KEY_STEPS_S[key]
            self.sought.emit(min(self.view.duration_s, max(0.0, t_s)))
        elif key is Qt.Key.Key_Home:
            self.sought.emit(0.0)
        elif key is Qt.Key.Key_End:
            self.sought.emit(self.view.duration_s)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks to paint."""
        del event
        if self._picture is None:
            self._picture = self._paint_recording()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._picture)
        x, em = self.x_of(self.view.position_s), self.theme.px()
        painter.setPen(QPen(QColor(self.theme.text), 2))
        painter.drawLine(QPointF(x, 0.5 * em), QPointF(x, self.height() - 1.2 * em))
        painter.setBrush(QColor(self.theme.text))
        painter.drawEllipse(QPointF(x, 0.5 * em), 0.3 * em, 0.3 * em)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.theme.action), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_recording(self) -> QPixmap:
        """Paint all that does not move, at the screen's own resolution."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self.theme.surface))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_strides(painter)
        self._paint_gaps(painter)
        self._paint_marks(painter)
        self._paint_seconds(painter)
        painter.end()
        return picture

    def _lane(self, lane: float) -> tuple[float, float]:
        em = self.theme.px()
        return (1.0 + 0.85 * lane) * em, 0.7 * em

    def _paint_strides(self, painter: QPainter) -> None:
        for stride in self.view.strides:
            top, height = self._lane(_LANES[stride.side])
            left, right = self.x_of(stride.t_contact_s), self.x_of(stride.t_end_s)
            place = QRectF(left, top, max(1.0, right - left - 1.0), height)
            colour = self.theme.of_side(stride.side)
            if stride.valid:
                painter.fillRect(place, colour)
            else:
                painter.setPen(QPen(colour, 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(place)

    def _paint_gaps(self, painter: QPainter) -> None:
        top, height = self._lane(0.0)
        colour = QColor(self.theme.outside)
        painter.setPen(QPen(colour, 1))
        painter.setBrush(QBrush(colour, Qt.BrushStyle.DiagCrossPattern))
        for gap in self.view.gaps:
            left, right = self.x_of(gap.start_s), self.x_of(gap.end_s)
            painter.drawRect(QRectF(left, top, max(2.0, right - left), 2.2 * height))

    def _paint_marks(self, painter: QPainter) -> None:
        em = self.theme.px()
        painter.setBrush(QColor(self.theme.text))
        painter.setPen(Qt.PenStyle.NoPen)
        for mark in self.view.marks:
            x = self.x_of(mark.t_s)
            painter.drawPolygon(
                QPolygonF(
                    [QPointF(x, 0.9 * em), QPointF(x, 0.2 * em), QPointF(x + 0.6 * em, 0.5 * em)]
                )
            )

    def _paint_seconds(self, painter: QPainter) -> None:
        em = self.theme.px()
        painter.setFont(self.theme.font(0.8))
        painter.setPen(QColor(self.theme.muted))
        step_s = next((s for s in _TICKS_S if self.view.duration_s / s <= 12.0), _TICKS_S[-1])
        for index in range(int(self.view.duration_s // step_s) + 1):
            t_s = index * step_s
            x = self.x_of(t_s)
            painter.drawLine(
                QPointF(x, self.height() - 1.3 * em), QPointF(x, self.height() - 1.0 * em)
            )
            place = QRectF(x - 3 * em, self.height() - 1.1 * em, 6 * em, 1.1 * em)
            place.moveRight(min(place.right(), self.width() + 1.5 * em))
            if t_s > 0.0:
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, clock_text(t_s))


_TICKS_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
