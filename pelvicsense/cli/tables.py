"""How all tables look, and how they write numbers."""

from __future__ import annotations

import math

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pelvicsense.datatypes.placement import Activity

UNKNOWN = "–"

SHORT_ACTIVITY = {Activity.STAIRS_UP: "stairs ↑", Activity.STAIRS_DOWN: "stairs ↓"}


def plain_table(title: str | None = None) -> Table:
    """Return an empty table without lines but the one below its head."""
    return Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        title=title,
        title_justify="left",
        title_style="bold",
    )


def number(value: float, decimals: int = 1, sign: str = "") -> str:
    """Return a number as tables show it: a dash if unknown, never a negative zero."""
    if math.isnan(value):
        return UNKNOWN
    return f"{round(value, decimals) + 0.0:{sign}.{decimals}f}"


def activity_word(activity: Activity) -> str:
    """Return a short word for an activity."""
    return SHORT_ACTIVITY.get(activity, activity.value)


def clock_time(seconds: float) -> str:
    """Return a duration as h:mm:ss, or in seconds below two minutes."""
    if seconds < 120.0:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d} h"


def bullet(text: str) -> RenderableType:
    """Return a sentence behind a dot, its further lines indented."""
    grid = Table.grid(padding=(0, 1))
    grid.add_row("•", Text(text))
    return grid
