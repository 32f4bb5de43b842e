"""Questions and answers beside a running session: none of them holds it up."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def ask_to_end(parent: QWidget, end: Callable[[], None]) -> QMessageBox:
    """Ask whether the recording shall end; it goes on until the answer."""
    button = QMessageBox.StandardButton
    box = QMessageBox(parent)
    box.setWindowTitle("End the session")
    box.setText("End the recording and show the summary?")
    box.setStandardButtons(button.Yes | button.No)
    box.setDefaultButton(button.Yes)
    box.button(button.Yes).clicked.connect(end)
    return _open(box)


def show_keys(parent: QWidget, table: str) -> QMessageBox:
    """Show what the keys do."""
    box = QMessageBox(parent)
    box.setWindowTitle("Keys")
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setText(table)
    return _open(box)


def _open(box: QMessageBox) -> QMessageBox:
    """Open without waiting: `exec` would start a second event loop inside the first."""
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box
