"""A system library that is missing is named before Qt could abort."""

from __future__ import annotations

import ctypes

import pytest

from pelvicsense.cli.window import check_window
from pelvicsense.datatypes.errors import ConfigurationError


def missing(path: str) -> None:
    raise OSError("libxcb-icccm.so.4: cannot open shared object file")


@pytest.fixture(autouse=True)
def nothing_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", missing)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")


def test_it_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    with pytest.raises(ConfigurationError, match=r"libxcb-icccm\.so\.4.*apt install.*icccm4"):
        check_window("add --headless")


@pytest.mark.parametrize("platform", ["offscreen", "wayland"])
def test_it_does_not_matter_where_x_is_not_used(
    monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    check_window("add --headless")
