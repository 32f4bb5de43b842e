"""Windows are tested without a screen; where Qt cannot be loaded they are not tested at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

if os.environ.get("QT_QPA_PLATFORM", "offscreen") == "offscreen":  # its own screen is too small
    screen = Path(__file__).with_name("screen.json")
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={screen}"
QtWidgets = pytest.importorskip(
    "PySide6.QtWidgets",
    reason="Qt cannot be loaded: install the extra 'dashboard', and on Debian what the README says",
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


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let nothing be read from, or written to, the user's own folders."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield
