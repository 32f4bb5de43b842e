"""The way from a command to the window, and what to say where there can be none."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from pelvicsense.datatypes.errors import ConfigurationError

if TYPE_CHECKING:
    from pelvicsense.runtime.live import LiveWorker
    from pelvicsense.runtime.live_replay import ReplayWorker

_DEBIAN_LIBRARIES = (
    "libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 fonts-dejavu-core libxcb-cursor0"
)
"""What Qt needs of the system that its wheel does not bring."""


def check_window(instead: str) -> None:
    """Make sure that a window can be opened, before anything is started for it.

    Parameters
    ----------
    instead
        What a user without a window should do.

    Raises
    ------
    ConfigurationError
        If the extra, a system library or a display is missing.
    """
    # Qt aborts the process where it finds no display, so it is not left to find out.
    known = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in known):
        msg = f"there is no display to open a window on; {instead}"
        raise ConfigurationError(msg)
    try:
        import pelvicsense.dashboard.app  # noqa: F401
    except ModuleNotFoundError as error:
        msg = f'the window needs {error.name}: pip install "pelvicsense[dashboard]"; or {instead}'
        raise ConfigurationError(msg) from error
    except ImportError as error:
        msg = (
            f"the window needs a system library ({error}); on Debian: "
            f"sudo apt install {_DEBIAN_LIBRARIES}; or {instead}"
        )
        raise ConfigurationError(msg) from error


def show_live(worker: LiveWorker) -> None:
    """Open the window on a live session; return when it is closed and everything has ended."""
    from pelvicsense.dashboard.app import show_window
    from pelvicsense.dashboard.backend import live_backend

    worker.start_thread()
    show_window(live_backend(worker))


def show_replay(worker: ReplayWorker) -> None:
    """Open the window on a replay; return when it is closed."""
    from pelvicsense.dashboard.app import show_window
    from pelvicsense.dashboard.backend import replay_backend

    worker.start_thread()
    show_window(replay_backend(worker))
