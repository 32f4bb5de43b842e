"""Opens the window, ends in order however it is closed, and remembers how it was left."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtWidgets import QApplication

from pelvicsense.dashboard.backend import Backend
from pelvicsense.dashboard.window import MainWindow
from pelvicsense.recording.choices import read_choices, update_choices


def show_window(backend: Backend) -> None:
    """Show a session or a replay until the window is closed and everything has ended.

    Raises
    ------
    RecordingError
        If the remembered choices cannot be read or written.
    """
    try:
        choices = read_choices().window
        application = make_application()
        window = MainWindow(backend, choices)
        window.show()
        with _closed_by_signals(window):
            application.exec()
    finally:
        backend.close()
    update_choices(lambda chosen: replace(chosen, window=window.appearance.choices()))


def make_application() -> QApplication:
    """Return the one application, in the style that takes our colours on every system."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([])
    application.setApplicationName("pelvicsense")
    application.setStyle("Fusion")
    return application


@contextmanager
def _closed_by_signals(window: MainWindow) -> Iterator[None]:
    """Let Ctrl-C in the terminal, and the system's end, close the window as its button does."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: window.close()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
