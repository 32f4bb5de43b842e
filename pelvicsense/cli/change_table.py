"""Before and now side by side, as a table for the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pelvicsense.cli.tables import bullet, plain_table
from pelvicsense.metrics.summary import Figure
from pelvicsense.report.comparison import NO_LIMIT, ChangeRow, sources
from pelvicsense.report.shown import UNKNOWN_TEXT, ShownMetric

_WIDE = 100
"""Columns from which on the spread from stride to stride is shown."""


def change_table(
    title: str, before: str, now: str, rows: Sequence[ChangeRow], *, wide: bool
) -> Table:
    """Return before, now, difference, interval, what is detectable, and what may be said."""
    table = plain_table(title)
    table.padding = (0, 0)  # it fits 80 columns
    table.add_column("")
    table.add_column("side")
    for label in (before, now):
        table.add_column(label, justify="right")
    table.add_column("differ.", justify="right")
    table.add_column("95 %", justify="right", no_wrap=True)
    table.add_column("detect.", justify="right")
    table.add_column("change", no_wrap=True)
    for index, row in enumerate(rows):
        metric, found = row.metric, row.change
        table.add_row(
            _label(rows, index),
            row.side,
            _figure_text(metric, row.before, wide=wide),
            _figure_text(metric, row.now, wide=wide),
            UNKNOWN_TEXT if found is None else metric.text(found.difference, "+"),
            "" if found is None else escape(metric.interval(found.low, found.high)),
            UNKNOWN_TEXT if found is None else metric.text(found.detectable),
            row.verdict,
            style="bold" if row.real else None,
        )
    return table


def is_wide(console: Console) -> bool:
    """Whether there is room for the spread."""
    return console.width >= _WIDE


def print_limits(console: Console, rows: Sequence[ChangeRow]) -> None:
    """Print what counts as a change, where that is from, and which rows are of other days."""
    for source in sources(rows):
        console.print(bullet(f"Detectable {source}."), highlight=False)
    if any(row.verdict == NO_LIMIT for row in rows):
        text = (
            f"{NO_LIMIT.capitalize()}: nothing is published, so no difference is called a change."
        )
        console.print(bullet(text), highlight=False)
    for row in rows:
        if row.note:
            console.print(bullet(f"{row.metric.name}, {row.side}: {row.note}."), highlight=False)
    console.print()


def _label(rows: Sequence[ChangeRow], index: int) -> str:
    """Return the first cell: the name of a metric runs over the rows of both sides."""
    metric = rows[index].metric
    first, _, rest = metric.name.partition(", ")
    lines = [f"{first},", f"  {rest} {metric.unit}"] if rest else [f"{first} {metric.unit}", ""]
    second = index > 0 and rows[index - 1].metric is metric
    alone = not second and (index + 1 == len(rows) or rows[index + 1].metric is not metric)
    return f"{metric.name} {metric.unit}" if alone else lines[second]


def _figure_text(metric: ShownMetric, figure: Figure, *, wide: bool) -> str:
    mean = metric.text(figure.mean)
    if not wide or math.isnan(figure.sd):
        return mean
    return f"{mean} ± {metric.text(figure.sd)}"
