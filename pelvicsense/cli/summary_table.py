"""The session summary as people read it: left and right side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pelvicsense.cli.stride_table import flag_legend, stride_table
from pelvicsense.cli.tables import UNKNOWN, bullet, clock_time, number, plain_table
from pelvicsense.datatypes.placement import Side
from pelvicsense.metrics.summary import ActivitySummary, Asymmetry, Figure
from pelvicsense.runtime.notices import ACTIVITY_WORDS, DISCLAIMER
from pelvicsense.runtime.result import SessionResult

ROWS: Sequence[tuple[str, str, float, int]] = (
    ("pelvic drop at contact °", "pelvic_drop_at_contact_deg", 1.0, 1),
    ("  midstance °", "pelvic_drop_midstance_deg", 1.0, 1),
    ("  peak °", "pelvic_drop_peak_deg", 1.0, 1),
    ("  excursion °", "pelvic_drop_excursion_deg", 1.0, 1),
    ("hip adduction peak °", "hip_adduction_peak_deg", 1.0, 1),
    ("  excursion °", "hip_adduction_excursion_deg", 1.0, 1),
    ("thigh rotation at contact °", "thigh_rotation_at_contact_deg", 1.0, 1),
    ("  peak °", "thigh_rotation_peak_deg", 1.0, 1),
    ("  excursion °", "thigh_rotation_excursion_deg", 1.0, 1),
    ("stance time ms", "stance_time_s", 1000.0, 0),
    ("cadence steps/min", "cadence_spm", 1.0, 0),
)
"""Label, metric, factor to the shown unit, decimals."""

_WIDE = 100
"""Columns from which on the intervals are shown."""


def print_result(console: Console, result: SessionResult) -> None:
    """Print strides, figures, and what is not known and why."""
    manifest = result.manifest
    console.rule(f"[bold]{escape(result.name)}", align="left")
    console.print(
        f"subject {escape(manifest.subject)} · {manifest.started_at:%Y-%m-%d %H:%M} · "
        f"{clock_time(result.duration_s)} · {result.config.fusion.filter} · "
        f"{len(result.strides)} strides, {result.summary.valid} valid",
        highlight=False,
    )
    console.print()
    if result.strides:
        console.print(stride_table(result.strides))
        console.print(flag_legend(result.strides))
        console.print()
    for part in result.summary.activities:
        console.print(activity_table(part, wide=console.width >= _WIDE))
        console.print()
    for notice in result.notices:
        console.print(bullet(notice), highlight=False)
    console.print(Text(DISCLAIMER, style="dim"))


def activity_table(part: ActivitySummary, *, wide: bool) -> Table:
    """Return mean ± SD of each side, its 95 % interval if there is room, and the difference."""
    interval = ", [95 % interval of the mean]" if wide else ""
    activity = ACTIVITY_WORDS[part.activity].capitalize()
    table = plain_table(f"{activity}: mean ± SD{interval}; difference [95 % interval]")
    table.add_column("[dim]valid + not counted[/]")
    for side in Side:
        own = part.sides[side]
        table.add_column(f"{side} [dim]{own.valid} + {own.invalid}[/]", justify="right")
        if wide:
            table.add_column("", justify="right", style="dim")
    table.add_column("left − right", justify="right")
    for label, metric, factor, decimals in ROWS:
        cells: list[str] = []
        for side in Side:
            figure = part.sides[side].figures[metric]
            cells.append(_spread(figure, factor, decimals))
            if wide:
                cells.append(_interval(figure, factor, decimals))
        cells.append(_difference(part.asymmetry[metric], factor, decimals))
        table.add_row(label, *cells)
    return table


def _spread(figure: Figure, factor: float, decimals: int) -> str:
    mean = number(factor * figure.mean, decimals)
    return mean if math.isnan(figure.sd) else f"{mean} ± {number(factor * figure.sd, decimals)}"


def _interval(value: Figure | Asymmetry, factor: float, decimals: int) -> str:
    if math.isnan(value.low):
        return ""
    low, high = (number(factor * border, decimals) for border in (value.low, value.high))
    return f"\\[{low}, {high}]"


def _difference(value: Asymmetry, factor: float, decimals: int) -> str:
    if math.isnan(value.difference):
        return UNKNOWN
    difference = number(factor * value.difference, decimals, sign="+")
    text = f"{difference} {_interval(value, factor, decimals)}"
    return f"[bold]{text}[/]" if value.distinct else text
