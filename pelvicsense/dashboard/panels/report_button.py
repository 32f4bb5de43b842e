"""A button that writes the report and opens it, while the window goes on."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton, QWidget

from pelvicsense.dashboard.backend import WriteReport
from pelvicsense.datatypes.errors import PelvicsenseError, error_line

_WORDS = "Open the &report"


class ReportButton(QPushButton):
    """Opens the report of a session; says so while it is being written.

    Parameters
    ----------
    write
        Writes it; called in a thread of its own.
    """

    failed = Signal(str)
    """Why there is none, in words."""

    _written = Signal(Path)

    def __init__(self, write: WriteReport, parent: QWidget | None = None) -> None:
        super().__init__(_WORDS, parent)
        self._write = write
        self.folder: Path | None = None
        self.clicked.connect(self._begin)
        self._written.connect(self._open)
        self.failed.connect(self._end)

    def show_folder(self, folder: str) -> None:
        """Take the session; empty for none."""
        self.folder = Path(folder) if folder else None
        self._end()

    def _begin(self) -> None:
        self.setEnabled(False)
        self.setText("writing the report …")
        # Not a daemon: a file that was begun is finished even if the window is closed meanwhile.
        threading.Thread(target=self._work, args=(self.folder,), name="pelvicsense-report").start()

    def _work(self, folder: Path) -> None:
        with suppress(RuntimeError):  # the window is gone: nobody wants to see it
            try:
                self._written.emit(self._write(folder))
            except (PelvicsenseError, OSError) as error:
                self.failed.emit(error_line(error))

    def _open(self, page: Path) -> None:
        self._end()
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(page))):
            self.failed.emit(f"no browser could be opened; the report is in {page}")

    def _end(self) -> None:
        self.setText(_WORDS)
        self.setEnabled(self.folder is not None)
