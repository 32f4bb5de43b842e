"""The buttons of a running session, and a line for a note."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from pelvicsense.dashboard.actions import button_of


class _NoteLine(QLineEdit):
    """A line that Escape closes."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt has seen a key."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class CommandBar(QWidget):
    """A button for each action; the note line takes their place while somebody writes.

    Parameters
    ----------
    actions
        What there is to do, by name.
    """

    noted = Signal(str)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = {name: button_of(action) for name, action in actions.items()}
        self.note = _NoteLine()
        self.note.setPlaceholderText("Note: Enter writes it into the recording, Esc does not")
        self.note.returnPressed.connect(self._write)
        self.note.left.connect(self._close)
        self.note.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for button in self.buttons.values():
            layout.addWidget(button)
        layout.addWidget(self.note, 1)
        layout.addStretch()

    def open_note(self) -> None:
        """Let a note be written."""
        self.note.clear()
        self._show_buttons(visible=False)
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _write(self) -> None:
        text = self.note.text().strip()
        if text:
            self.noted.emit(text)
        self._close()

    def _close(self) -> None:
        self._show_buttons(visible=True)

    def _show_buttons(self, *, visible: bool) -> None:
        self.note.setVisible(not visible)
        for button in self.buttons.values():
            button.setVisible(visible)
