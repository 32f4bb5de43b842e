"""The report is written beside the window, opened, and what goes wrong is said."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot
from views import view

from pelvicsense.dashboard.pages.summary_page import SummaryPage
from pelvicsense.dashboard.view_state import Page
from pelvicsense.datatypes.errors import ConfigurationError


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[QUrl]:
    """Give what a browser would have been asked for."""
    urls: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: urls.append(url) or True)
    return urls


def test_it_is_written_and_opened(qtbot: QtBot, opened: list[QUrl]) -> None:
    may_write, asked = threading.Event(), []

    def write(folder: Path) -> Path:
        may_write.wait(10.0)
        asked.append(folder)
        return folder / "report.html"

    page = SummaryPage(None, write)
    qtbot.addWidget(page)
    shown = view(Page.SUMMARY).summary
    page.draw(shown)
    assert page.report is not None
    qtbot.mouseClick(page.report, Qt.MouseButton.LeftButton)
    assert page.report.text() == "writing the report …"
    assert not page.report.isEnabled()
    may_write.set()
    qtbot.waitUntil(page.report.isEnabled, timeout=10_000)
    assert asked == [Path(shown.folder)]
    assert opened == [QUrl.fromLocalFile(f"{shown.folder}/report.html")]


def test_what_is_missing_is_said(qtbot: QtBot, opened: list[QUrl]) -> None:
    def write(folder: Path) -> Path:
        raise ConfigurationError("reports need jinja2; run: pip install 'pelvicsense[report]'")

    page = SummaryPage(None, write)
    qtbot.addWidget(page)
    page.draw(view(Page.SUMMARY).summary)
    assert page.report is not None
    qtbot.mouseClick(page.report, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "jinja2" in page.trouble.text(), timeout=10_000)
    assert not page.trouble.isHidden()
    assert page.report.isEnabled()
    assert opened == []


def test_without_a_session_there_is_nothing_to_open(qtbot: QtBot) -> None:
    page = SummaryPage(None, lambda folder: folder)
    qtbot.addWidget(page)
    assert page.report is not None
    page.report.show_folder("")
    assert not page.report.isEnabled()
