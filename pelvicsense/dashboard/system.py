"""What Qt needs of the system, loaded so that what is missing is named."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path


def load_qt() -> None:
    """Load Qt, and on Linux what it draws with.

    Raises
    ------
    ImportError, OSError
        If a library is missing; the message names it.
    """
    from PySide6 import QtWidgets  # noqa: PLC0415  # pyqtgraph would not say what is missing

    if sys.platform.startswith("linux"):
        _load_x11(Path(QtWidgets.__file__).parent)


def _load_x11(qt: Path) -> None:
    """Load what draws on an X display, if it will be used: where it cannot, Qt would abort."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    if chosen == "xcb" or not (chosen or os.environ.get("WAYLAND_DISPLAY")):
        ctypes.CDLL(str(qt / "Qt" / "plugins" / "platforms" / "libqxcb.so"))
