"""Windows are tested without a screen; where Qt cannot be loaded they are not tested at all."""

from __future__ import annotations

import os
from unittest.mock import Mock

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
QtWidgets = pytest.importorskip(
    "PySide6.QtWidgets",
    reason="Qt cannot be loaded: install the extra 'dashboard', and on Debian libegl1 libgl1 "
    "libxkbcommon0 libdbus-1-3 libfontconfig1",
    exc_type=ImportError,
)

from pelvicsense.dashboard.app import make_application  # noqa: E402
from pelvicsense.dashboard.commands import LiveCommands, ReplayCommands  # noqa: E402


@pytest.fixture(scope="session")
def qapp() -> object:
    """Give the application as the program makes it."""
    return make_application()


@pytest.fixture
def live() -> Mock:
    """Give commands that are only counted."""
    return Mock(spec=LiveCommands)


@pytest.fixture
def replay() -> Mock:
    """Give commands that are only counted."""
    return Mock(spec=ReplayCommands)
