"""Everything one can do by key, menu or button, each in one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QPushButton


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do.

    Attributes
    ----------
    name
        How the code calls it.
    text
        What the menu and the button say; ``&`` stands before the mnemonic.
    keys
        Key sequences, the first one is shown.
    do
        What it does.
    """

    name: str
    text: str
    keys: tuple[str, ...]
    do: Callable[[], None]


class Actions:
    """A window's actions, by name; they work by key also while the menu bar is hidden.

    Parameters
    ----------
    window
        Whose they are.
    """

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self.by_name: dict[str, QAction] = {}

    def add_menu(self, title: str, deeds: Sequence[Deed]) -> None:
        """Add a menu."""
        menu = self._window.menuBar().addMenu(title)
        for deed in deeds:
            action = QAction(deed.text, self._window)
            action.setShortcuts([QKeySequence(key) for key in deed.keys])
            action.triggered.connect(deed.do)
            self._window.addAction(action)
            menu.addAction(action)
            self.by_name[deed.name] = action

    def keys_table(self) -> str:
        """Return what the keys do, as a small HTML table."""
        rows = []
        for action in self.by_name.values():
            keys = escape(", ".join(key.toString() for key in action.shortcuts()))
            text = escape(action.text().replace("&", ""))
            rows.append(f"<tr><td><b>{keys}</b>&nbsp;&nbsp;&nbsp;</td><td>{text}</td></tr>")
        return f"<table>{''.join(rows)}</table>"


def button_of(action: QAction) -> QPushButton:
    """Return a button that does what an action does, is alive when it is, and says its key."""
    button = QPushButton()

    def follow() -> None:
        button.setText(f"{action.text()}  {action.shortcut().toString()}")
        button.setEnabled(action.isEnabled())

    follow()
    action.changed.connect(follow)
    button.clicked.connect(action.trigger)
    return button
