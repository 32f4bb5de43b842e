"""One sensor of the list: what it is, how it is heard, where it is worn."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDrag, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from pelvicsense.dashboard.number_text import UNKNOWN_TEXT
from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state_setup import SensorRow, SensorState
from pelvicsense.dashboard.widgets.lights import SignalBars
from pelvicsense.datatypes.placement import Placement
from pelvicsense.runtime.notices import PLACEMENT_WORDS

SENSOR_MIME = "application/x-pelvicsense-sensor"
"""What is dragged: a sensor's address."""

_PLACES: tuple[Placement | None, ...] = (None, *Placement)
_STATE_SIGNS = {
    SensorState.SEEN: "○",
    SensorState.NOT_SEEN: "○",
    SensorState.CONNECTING: "…",
    SensorState.READY: "✓",
    SensorState.STREAMING: "✓",
    SensorState.STALLED: "▲",
    SensorState.LOST: "▲",
    SensorState.STOPPED: "▲",
}


def state_words(state: SensorState) -> str:
    """Return a state with its sign."""
    return f"{_STATE_SIGNS[state]} {state}"


class _CalmCombo(QComboBox):
    """Changes on a choice only: on its way through the list it would take others' places away."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt has seen a key: arrows open the list instead of stepping through it."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt has seen the wheel."""
        event.ignore()


class SensorRowPanel(QFrame):
    """A row of the list. It can be dragged to a place on the body."""

    placed = Signal(str, object)
    """Address, and placement or none."""

    blink_wanted = Signal(str)

    def __init__(self, address: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self.address = address
        self._name, self._model, self._signal = QLabel(), QLabel(), QLabel()
        self._battery, self._state, self._trouble = QLabel(), QLabel(), QLabel()
        self._bars = SignalBars()
        self.place = _CalmCombo()
        for placement in _PLACES:
            self.place.addItem("not worn" if placement is None else PLACEMENT_WORDS[placement])
        self.place.activated.connect(self._choose)
        self.blink = QPushButton("Blink this one")
        self.blink.clicked.connect(lambda: self.blink_wanted.emit(self.address))
        set_role(self._name, "heading")
        set_role(self._model, "muted")
        set_role(self._trouble, "trouble")
        for label in (self._model, self._trouble):
            label.setWordWrap(True)
        self._lay_out()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.addWidget(self._name, 0, 0)
        grid.addWidget(self._model, 1, 0)
        grid.addWidget(self._bars, 0, 1, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(self._signal, 1, 1)
        grid.addWidget(self._state, 0, 2)
        grid.addWidget(self._battery, 1, 2)
        grid.addWidget(self.place, 0, 3)
        grid.addWidget(self.blink, 1, 3)
        grid.addWidget(self._trouble, 2, 0, 1, 4)
        grid.setColumnStretch(0, 1)

    def draw(self, row: SensorRow) -> None:
        """Show a sensor as it is now."""
        self._name.setText(row.name)
        self._model.setText(row.model or "not recognised")
        self._bars.show_bars(row.signal_bars)
        self._signal.setText(row.signal or UNKNOWN_TEXT)
        self._state.setText(state_words(row.state))
        battery = UNKNOWN_TEXT if row.battery_percent is None else f"{row.battery_percent:.0f} %"
        self._battery.setText(f"battery {battery}")
        self._trouble.setText(row.trouble)
        self._trouble.setVisible(bool(row.trouble))
        self.place.setEnabled(row.usable)
        self.place.setAccessibleName(f"where {row.name} is worn")
        if not self.choosing:
            self.place.setCurrentIndex(_PLACES.index(row.placement))
        self.blink.setVisible(row.can_blink)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt has resized the row; only now its text has its size."""
        self._align()
        super().resizeEvent(event)

    def _align(self) -> None:
        """Give the columns the same width in every row, whatever the text size."""
        grid, em = self.layout(), self.fontMetrics().height()
        if isinstance(grid, QGridLayout) and grid.columnMinimumWidth(2) != 6 * em:
            for column, ems in ((1, 5), (2, 6), (3, 8)):
                grid.setColumnMinimumWidth(column, ems * em)

    @property
    def choosing(self) -> bool:
        """Whether the list of placements is open."""
        return self.place.view().isVisible()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt has seen a drag."""
        far = event.position().toPoint().manhattanLength() > QApplication.startDragDistance()
        if not (far and event.buttons() & Qt.MouseButton.LeftButton and self.place.isEnabled()):
            return
        load = QMimeData()
        load.setData(SENSOR_MIME, self.address.encode())
        drag = QDrag(self)
        drag.setMimeData(load)
        drag.setPixmap(self.grab().scaledToWidth(self.width() // 2))
        drag.exec(Qt.DropAction.LinkAction)

    def _choose(self, index: int) -> None:
        self.placed.emit(self.address, _PLACES[index])
