"""A session, analysed while a progress bar runs."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from pelvicsense.runtime.analyze import analyze
from pelvicsense.runtime.result import SessionResult


def analysed(session: Path) -> SessionResult:
    """Analyse, with a progress bar on the standard error where that is a terminal."""
    errors = Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("analysing", total=1.0)
        return analyze(session, progress=lambda share: bar.update(task, completed=share))
