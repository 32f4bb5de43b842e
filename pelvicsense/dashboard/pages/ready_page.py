"""Get ready: which sensors are there, which one is worn where, connect, start."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from pelvicsense.dashboard.commands import LiveCommands
from pelvicsense.dashboard.panels.placement_target import BodyTargets
from pelvicsense.dashboard.panels.sensor_row import SensorRowPanel
from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state_setup import ReadyView, SensorRow


class ReadyPage(QWidget):
    """The sensor list on the left, the body and the buttons on the right.

    Parameters
    ----------
    commands
        Who is told.
    """

    def __init__(self, commands: LiveCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._view: ReadyView | None = None
        self.rows: dict[str, SensorRowPanel] = {}
        self._order: list[str] = []
        self.empty = QLabel()
        self.empty.setWordWrap(True)
        set_role(self.empty, "muted")
        self._list = QVBoxLayout()
        self._list.addWidget(self.empty)
        self._list.addStretch()
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setMaximumHeight(6)
        self.targets = BodyTargets()
        self.targets.dropped.connect(commands.place)
        self.progress, self.trouble, self.missing = QLabel(), QLabel(), QLabel()
        self.look_again = QPushButton("&Look again")
        self.connect_sensors = QPushButton("&Connect")
        self.start = QPushButton("&Start the session")
        self.look_again.clicked.connect(commands.look_again)
        self.connect_sensors.clicked.connect(commands.connect)
        self.start.clicked.connect(commands.start)
        layout = QHBoxLayout(self)
        layout.setSpacing(16)
        layout.addLayout(self._left(), 5)
        layout.addLayout(self._right(), 3)

    def _left(self) -> QVBoxLayout:
        title = QLabel("Get ready")
        set_role(title, "title")
        words = QLabel("Wear three sensors, switch them on, and say where each is worn.")
        inside = QWidget()
        inside.setLayout(self._list)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._list.setContentsMargins(0, 0, 0, 0)
        scroll.setWidget(inside)
        left = QVBoxLayout()
        for widget in (title, words, self.busy):
            left.addWidget(widget)
        left.addWidget(scroll, 1)
        return left

    def _right(self) -> QVBoxLayout:
        heading = QLabel("Worn where, seen from behind")
        set_role(heading, "heading")
        set_role(self.trouble, "trouble")
        right = QVBoxLayout()
        right.addWidget(heading)
        right.addWidget(self.targets)
        for label in (self.trouble, self.progress, self.missing):
            label.setWordWrap(True)
            right.addWidget(label)
        right.addStretch()
        for button in (self.look_again, self.connect_sensors, self.start):
            right.addWidget(button)
        return right

    def draw(self, view: ReadyView) -> None:
        """Show what is there; nothing is drawn again while it stays the same."""
        if view == self._view:
            return
        self._view = view
        self._draw_rows(view.sensors)
        self.empty.setVisible(not view.sensors)
        self.empty.setText(
            "Looking for sensors …"
            if view.scanning
            else "No sensor was seen. Are they switched on?"
        )
        self.busy.setVisible(view.scanning or bool(view.progress))
        self.targets.draw(view.sensors)
        _say(self.trouble, f"▲ {view.trouble}" if view.trouble else "")
        _say(self.progress, view.progress)
        _say(self.missing, "\n".join(f"○ {words}" for words in view.missing))
        self.connect_sensors.setEnabled(view.can_connect)
        self.start.setEnabled(view.can_start)
        _set_action(self.connect_sensors, wanted=view.can_connect and not view.can_start)
        _set_action(self.start, wanted=view.can_start)

    def _draw_rows(self, sensors: tuple[SensorRow, ...]) -> None:
        for row in sensors:
            if row.address not in self.rows:
                self.rows[row.address] = self._new_row(row.address)
            self.rows[row.address].draw(row)
        order = [row.address for row in sensors]
        for address in self.rows.keys() - set(order):
            self.rows.pop(address).deleteLater()
        # Rows do not move under the hand of somebody who is just choosing.
        if order != self._order and not any(row.choosing for row in self.rows.values()):
            self._order = order
            for index, address in enumerate(order):
                self._list.insertWidget(index, self.rows[address])

    def _new_row(self, address: str) -> SensorRowPanel:
        row = SensorRowPanel(address)
        row.placed.connect(self._commands.place)
        row.blink_wanted.connect(self._commands.blink)
        self._list.insertWidget(len(self.rows), row)
        return row


def _say(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))


def _set_action(button: QPushButton, *, wanted: bool) -> None:
    """Mark the button that one most likely wants next."""
    set_role(button, "action" if wanted else "")
    button.setDefault(wanted)
