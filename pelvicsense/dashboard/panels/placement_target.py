"""A place on the body that a sensor can be dropped on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from pelvicsense.dashboard.panels.sensor_row import SENSOR_MIME, state_words
from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state_setup import SensorRow
from pelvicsense.datatypes.placement import Placement
from pelvicsense.runtime.notices import PLACEMENT_WORDS

_CELLS = {
    Placement.PELVIS: (0, 0, 1, 2),
    Placement.THIGH_LEFT: (1, 0, 1, 1),
    Placement.THIGH_RIGHT: (1, 1, 1, 1),
}
"""Row, column, rows, columns: the body seen from behind."""


class PlacementTarget(QFrame):
    """One place: says who is worn there."""

    dropped = Signal(str, object)
    """Address and placement."""

    def __init__(self, placement: Placement, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self._placement = placement
        self.setAcceptDrops(True)
        name = QLabel(PLACEMENT_WORDS[placement].capitalize())
        set_role(name, "heading")
        self.worn = QLabel()
        self.worn.setWordWrap(True)
        layout = QVBoxLayout(self)
        for label in (name, self.worn):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        self.draw(None)

    def draw(self, row: SensorRow | None) -> None:
        """Show who is worn here."""
        set_role(self.worn, "muted" if row is None else "")
        self.worn.setText(
            "drag a sensor here" if row is None else f"{row.name}\n{state_words(row.state)}"
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt asks whether something may be dropped."""
        if event.mimeData().hasFormat(SENSOR_MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt has seen a drop."""
        address = bytes(event.mimeData().data(SENSOR_MIME).data()).decode()
        event.acceptProposedAction()
        self.dropped.emit(address, self._placement)


class BodyTargets(QWidget):
    """The three places, laid out as on a body seen from behind."""

    dropped = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        self.targets: dict[Placement, PlacementTarget] = {}
        for placement, cell in _CELLS.items():
            target = PlacementTarget(placement)
            target.dropped.connect(self.dropped)
            grid.addWidget(target, *cell)
            self.targets[placement] = target

    def draw(self, rows: tuple[SensorRow, ...]) -> None:
        """Show who is worn where."""
        worn = {row.placement: row for row in rows}
        for placement, target in self.targets.items():
            target.draw(worn.get(placement))
