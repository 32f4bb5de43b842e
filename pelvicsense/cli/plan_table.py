"""A retraining plan in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from pelvicsense.cli.tables import plain_table
from pelvicsense.report.plan_view import COLUMNS, MEANING, PlanView


def print_plan(console: Console, view: PlanView, title: str) -> None:
    """Print it."""
    table = plain_table(title)
    for key, name in COLUMNS:
        left = key in ("session", "began")
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    for row in view.rows:
        table.add_row(*(getattr(row, key) for key, _ in COLUMNS), style="" if row.began else "dim")
    for sentence in view.sentences:
        console.print(Text(sentence))
    console.print()
    console.print(table)
    console.print()
    console.print(Text(MEANING, style="dim"))
