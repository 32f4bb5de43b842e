"""A sensor as a small box that turns as the real one does."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from pelvicsense.dashboard.theme import ThemedWidget
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.numerics.quaternion import rotate

_HALF = np.array([0.5, 0.32, 0.16])
"""Half lengths of the box along the sensor's own axes."""

_CORNERS: FloatArray = np.array(
    [[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)]
)
_FACES = (
    (np.array([1.0, 0.0, 0.0]), (4, 5, 7, 6)),
    (np.array([-1.0, 0.0, 0.0]), (0, 1, 3, 2)),
    (np.array([0.0, 1.0, 0.0]), (2, 3, 7, 6)),
    (np.array([0.0, -1.0, 0.0]), (0, 1, 5, 4)),
    (np.array([0.0, 0.0, 1.0]), (1, 3, 7, 5)),
    (np.array([0.0, 0.0, -1.0]), (0, 2, 6, 4)),
)
"""Outward normal and corners of each face."""

_VIEW: FloatArray = np.array([0.0, -0.94, 0.34])
"""From the box to the eye: a little from above."""

_PICTURE: FloatArray = np.array([[1.0, 0.0, 0.0], [0.0, 0.34, 0.94]])
"""Earth coordinates to picture coordinates, right and up."""

_TOP_FACE = 4


class SensorBox(ThemedWidget):
    """The box with its z face marked, and the name below; empty until an orientation is known."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.earth_from_sensor: FloatArray | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_orientation(self, earth_from_sensor: FloatArray | None) -> None:
        """Show an orientation, a unit quaternion wxyz; none where it is unknown."""
        self.earth_from_sensor = earth_from_sensor
        state = "" if earth_from_sensor is not None else ": no samples"
        self.setAccessibleName(f"{self._name}{state}")
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Qt asks for the smallest sensible size."""
        return self.ems(8.0, 7.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks to paint."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        em = self.theme.px()
        area = QRectF(0, 0, self.width(), self.height() - 1.6 * em)
        if self.earth_from_sensor is None:
            painter.setPen(QPen(QColor(self.theme.border), 2, Qt.PenStyle.DashLine))
            size = 0.5 * min(area.width(), area.height())
            place = QRectF(0, 0, size, size)
            place.moveCenter(area.center())
            painter.drawRect(place)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "–")
        else:
            self._paint_box(painter, area, self.earth_from_sensor)
        painter.setPen(QColor(self.theme.text))
        painter.setFont(self.theme.font())
        below = QRectF(0, self.height() - 1.5 * em, self.width(), 1.4 * em)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._name)

    def _paint_box(self, painter: QPainter, area: QRectF, orientation: FloatArray) -> None:
        scale = 0.8 * min(area.width(), area.height())
        flat = rotate(orientation, _CORNERS * _HALF) @ _PICTURE.T
        corners = [
            QPointF(area.center().x() + scale * x, area.center().y() - scale * y) for x, y in flat
        ]
        painter.setPen(QPen(QColor(self.theme.text), 1.5))
        for index, (normal, face) in enumerate(_FACES):
            facing = float(rotate(orientation, normal) @ _VIEW)
            if facing <= 0.0:
                continue
            fill = QColor(self.theme.action if index == _TOP_FACE else self.theme.border)
            painter.setBrush(fill.darker(round(100 + 60 * (1.0 - facing))))
            painter.drawPolygon(QPolygonF([corners[i] for i in face]))
