"""A page as PDF, by a browser that is installed anyway."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from pelvicsense.datatypes.errors import ConfigurationError

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_PATIENCE_S = 120.0


def find_browser() -> str | None:
    """Return a browser of the Chromium family that can print; none if there is none."""
    for name in _NAMES:
        found = shutil.which(name)
        if found is not None:
            return found
    return next((place for place in _PLACES if Path(place).is_file()), None)


def pdf_of(page: str) -> bytes:
    """Print a page.

    Raises
    ------
    ConfigurationError
        If there is no browser, or it does not print.
    """
    browser = find_browser()
    if browser is None:
        msg = (
            "pdf: expected Chromium, Chrome or Edge to be installed, found none; open the HTML "
            "report in any browser and print it to a file"
        )
        raise ConfigurationError(msg)
    with tempfile.TemporaryDirectory(prefix="pelvicsense-", ignore_cleanup_errors=True) as name:
        folder = Path(name)  # readable by its owner only
        source, target = folder / "page.html", folder / "page.pdf"
        source.write_text(page, encoding="utf-8")
        problem = _print(browser, source, target, folder / "profile")
        if problem or not target.is_file():
            msg = f"pdf: {browser} printed nothing{problem}; print the HTML report by hand"
            raise ConfigurationError(msg)
        return target.read_bytes()


def _print(browser: str, source: Path, target: Path, profile: Path) -> str:
    """Run the browser once; return what went wrong, empty if nothing did."""
    command = [
        browser,
        "--headless",
        "--disable-gpu",
        "--disable-extensions",
        f"--user-data-dir={profile}",  # apart from a browser that is open
        "--no-pdf-header-footer",
        f"--print-to-pdf={target}",
        source.as_uri(),
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.insert(1, "--no-sandbox")  # as root it starts in no other way; the page is ours
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f" within {_PATIENCE_S:.0f} s"
    except OSError as error:
        return f" ({error.strerror})"
    return f" (exit status {done.returncode})" if done.returncode else ""
