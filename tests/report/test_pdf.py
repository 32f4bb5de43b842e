from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.report import pdf
from pelvicsense.report.write import write_page

PAGE = "<!DOCTYPE html><title>t</title><p>text"


def test_a_page_is_printed(tmp_path: Path) -> None:
    if pdf.find_browser() is None:
        pytest.skip("no Chromium, Chrome or Edge is installed here")
    written = write_page(PAGE, tmp_path / "r.html", tmp_path / "r.pdf")
    assert [path.name for path in written] == ["r.html", "r.pdf"]
    assert written[1].read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(written[1].stat().st_mode) == 0o600


def test_without_a_browser_the_html_is_there_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "find_browser", lambda: None)
    with pytest.raises(ConfigurationError, match="Chromium, Chrome or Edge"):
        write_page(PAGE, tmp_path / "r.html", tmp_path / "r.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.html"]


@pytest.mark.parametrize(("body", "problem"), [("exit 3", "exit status 3"), ("exit 0", "nothing")])
def test_a_browser_that_prints_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, problem: str
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\n{body}\n")
    browser.chmod(0o755)
    monkeypatch.setattr(pdf, "find_browser", lambda: str(browser))
    with pytest.raises(ConfigurationError, match=problem):
        pdf.pdf_of(PAGE)
