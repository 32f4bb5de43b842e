"""The session summary as people read it: left and right side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pelvicsense.cli.stride_table import UNKNOWN, flag_legend, stride_table
from pelvicsense.datatypes.placement import Side
from pelvicsense.metrics.summary import ActivitySummary, Asymmetry, Figure
from pelvicsense.runtime.notices import DISCLAIMER, words
from pelvicsense.runtime.result import SessionResult

ROWS: Sequence[tuple[str, str, float, int]] = (
    ("pelvic drop at contact °", "pelvic_drop_at_contact_deg", 1.0, 1),
    ("  at midstance °", "pelvic_drop_midstance_deg", 1.0, 1),
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
        f"{clock_time(result.duration_s)} · filter {result.config.fusion.filter} · "
        f"{len(result.strides)} strides, {result.summary.valid} valid",
        highlight=False,
    )
    if result.strides:
        console.print(stride_table(result.strides))
        console.print(Padding(flag_legend(result.strides), (0, 0, 1, 0)), highlight=False)
    for part in result.summary.activities:
        console.print(activity_table(part, wide=console.width >= _WIDE))
    for notice in result.notices:
        console.print(bullet(notice), highlight=False)
    console.print(Text(DISCLAIMER, style="dim"))


def activity_table(part: ActivitySummary, *, wide: bool) -> Table:
    """Return mean ± SD of each side, with its 95 % interval if there is room, and the difference."""
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        title=f"{words(part.activity).capitalize()}: mean ± SD, [95 % interval of the mean]",
        title_justify="left",
    )
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


def bullet(text: str) -> RenderableType:
    """Return a sentence behind a dot, its further lines indented."""
    grid = Table.grid(padding=(0, 1))
    grid.add_row("•", Text(text))
    return grid


def clock_time(seconds: float) -> str:
    """Return a duration as h:mm:ss, or in seconds below two minutes."""
    if seconds < 120.0:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d} h"


def _spread(figure: Figure, factor: float, decimals: int) -> str:
    if math.isnan(figure.mean):
        return UNKNOWN
    mean = f"{factor * figure.mean:.{decimals}f}"
    return mean if math.isnan(figure.sd) else f"{mean} ± {factor * figure.sd:.{decimals}f}"


def _interval(value: Figure | Asymmetry, factor: float, decimals: int) -> str:
    if math.isnan(value.low):
        return ""
    low, high = (f"{factor * border:.{decimals}f}" for border in (value.low, value.high))
    return f"\\[{low}, {high}]"


def _difference(value: Asymmetry, factor: float, decimals: int) -> str:
    if math.isnan(value.difference):
        return UNKNOWN
    text = f"{factor * value.difference:+.{decimals}f} {_interval(value, factor, decimals)}"
    return f"[bold]{text}[/]" if value.distinct else text
