"""The way from a command to the window, and what to say where there can be none."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pelvicsense.datatypes.errors import ConfigurationError

if TYPE_CHECKING:
    from pelvicsense.pipeline.config import PipelineConfig
    from pelvicsense.runtime.live import LiveWorker
    from pelvicsense.runtime.live_replay import ReplayWorker

_DEBIAN_LIBRARIES = (
    "libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 fonts-dejavu-core libxkbcommon-x11-0 "
    "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xkb1"
)
"""What Qt needs of the system that its wheel does not bring, found in a bare Debian 12."""


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
        from pelvicsense.dashboard.system import load_qt

        load_qt()
        import pelvicsense.dashboard.app  # noqa: F401
    except ModuleNotFoundError as error:
        msg = f'the window needs {error.name}: pip install "pelvicsense[dashboard]"; or {instead}'
        raise ConfigurationError(msg) from error
    except (ImportError, OSError) as error:
        msg = (
            f"the window needs a system library ({error}); on Debian: "
            f"sudo apt install {_DEBIAN_LIBRARIES}; or {instead}"
        )
        raise ConfigurationError(msg) from error


def show_live(worker: LiveWorker, config: PipelineConfig) -> None:
    """Open the window on a live session; return when it is closed and everything has ended."""
    from pelvicsense.dashboard.app import show_window
    from pelvicsense.dashboard.backend import live_backend

    worker.start_thread()
    show_window(live_backend(worker, config, partial(_write_report, config)))


def show_replay(worker: ReplayWorker, config: PipelineConfig) -> None:
    """Open the window on a replay; return when it is closed."""
    from pelvicsense.dashboard.app import show_window
    from pelvicsense.dashboard.backend import replay_backend

    worker.start_thread()
    show_window(replay_backend(worker, partial(_write_report, config)))


def _write_report(config: PipelineConfig, session: Path) -> Path:
    """Write the report of a session into its folder; one that is there is replaced."""
    from pelvicsense.report.extra import require_extra

    require_extra()
    from pelvicsense.report.page import session_page
    from pelvicsense.report.write import write_page
    from pelvicsense.runtime.analyze import analyze

    page = session_page(analyze(session, config=config))
    return write_page(page, session / "report.html")[0]
