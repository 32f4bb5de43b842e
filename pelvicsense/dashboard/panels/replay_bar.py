"""Play, pause, speed, the time line, and where it stands."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pelvicsense.dashboard.commands import ReplayCommands
from pelvicsense.dashboard.number_text import clock_text
from pelvicsense.dashboard.theme import set_role
from pelvicsense.dashboard.view_state_after import ReplayView
from pelvicsense.dashboard.widgets.time_line import TimeLine

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class ReplayBar(QFrame):
    """The controls of a replay.

    Parameters
    ----------
    commands
        Who is told.
    """

    def __init__(self, commands: ReplayCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self._commands = commands
        self._view = ReplayView()
        self.play = QPushButton("Play  P")
        self.previous = QPushButton("◀ stride  ,")
        self.next = QPushButton("stride ▶  .")
        self.speed = QComboBox()
        self.speed.setAccessibleName("speed")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g} ×", speed)
        self.where = QLabel()
        self.line = TimeLine()
        self.line.sought.connect(commands.seek)
        self.play.clicked.connect(self.play_or_pause)
        self.previous.clicked.connect(self.previous_stride)
        self.next.clicked.connect(self.next_stride)
        self.speed.activated.connect(lambda index: commands.set_speed(SPEEDS[index]))
        controls = QHBoxLayout()
        for button in (self.play, self.previous, self.next):
            controls.addWidget(button)
        controls.addWidget(QLabel("Speed"))
        controls.addWidget(self.speed)
        controls.addStretch()
        controls.addWidget(self.where)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        layout.addLayout(controls)
        layout.addWidget(self.line)

    def draw(self, view: ReplayView) -> None:
        """Show where the player is."""
        self._view = view
        self.line.draw(view)
        self.play.setText("Pause  P" if view.playing else "Play  P")
        if view.speed in SPEEDS and not self.speed.view().isVisible():
            self.speed.setCurrentIndex(SPEEDS.index(view.speed))
        words = f"{clock_text(view.position_s)} / {clock_text(view.duration_s)}"
        if view.analysed < 1.0:
            words = f"analysing {100 * view.analysed:.0f} %   {words}"
        self.where.setText(words)

    def play_or_pause(self) -> None:
        """Play, or pause."""
        if self._view.playing:
            self._commands.pause()
        else:
            self._commands.play()

    def previous_stride(self) -> None:
        """Go to the contact of the stride before."""
        self._seek(self.line.stride_before(self._view.position_s))

    def next_stride(self) -> None:
        """Go to the contact of the stride after."""
        self._seek(self.line.stride_after(self._view.position_s))

    def slower(self) -> None:
        """Take the next lower speed."""
        self._commands.set_speed(SPEEDS[max(0, self.speed.currentIndex() - 1)])

    def faster(self) -> None:
        """Take the next higher speed."""
        self._commands.set_speed(SPEEDS[min(len(SPEEDS) - 1, self.speed.currentIndex() + 1)])

    def _seek(self, t_s: float | None) -> None:
        if t_s is not None:
            self._commands.seek(t_s)
