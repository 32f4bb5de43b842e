"""Charts as SVG that takes its colours from the page, and says in words what it shows."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pelvicsense.datatypes.placement import Side

INK, GRID, MUTED, LEFT, RIGHT, PAPER = (f"#00000{digit}" for digit in "123456")
"""Stand-ins while a chart is drawn; each becomes a variable of the page's style."""

_VARIABLES = {
    INK: "var(--ink)",
    GRID: "var(--line)",
    MUTED: "var(--muted)",
    LEFT: "var(--left)",
    RIGHT: "var(--right)",
    PAPER: "var(--paper)",
}

COLOUR = {Side.LEFT: LEFT, Side.RIGHT: RIGHT}
LineStyle: TypeAlias = Literal["-"] | tuple[float, Sequence[float]]
DASHES: Mapping[Side, LineStyle] = {Side.LEFT: "-", Side.RIGHT: (0, (5, 2))}
MARKER = {Side.LEFT: "o", Side.RIGHT: "s"}
"""Sides differ by form as well as by colour."""

WIDTH_IN = 7.4
"""Of a chart that fills the page, inches."""

_STYLE: dict[Any, Any] = {  # its keys are typed by matplotlib version
    "svg.fonttype": "none",  # text stays text: it is read aloud, found and copied
    "svg.hashsalt": "pelvicsense",  # the same chart is the same bytes
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "axes.formatter.useoffset": False,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "lines.linewidth": 1.8,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of our pages."""
    with mpl.rc_context(_STYLE):
        yield


def panels(
    rows: int, columns: int, height_in: float, *, left_in: float = 0.65, share_y: bool = False
) -> tuple[Figure, list[Axes]]:
    """Return a figure as wide as the page, and its axes row by row; call it within `style`.

    Margins are fixed, so that charts line up, and since fitting them takes as long as drawing.
    """
    figure = Figure(figsize=(WIDTH_IN, height_in))
    figure.subplots_adjust(
        left=left_in / WIDTH_IN,
        right=1.0 - 0.12 / WIDTH_IN,
        top=1.0 - 0.28 / height_in,
        bottom=0.45 / height_in,
        wspace=0.22,
        hspace=0.45,
    )
    axes = figure.subplots(rows, columns, squeeze=False, sharey=share_y)
    return figure, list(axes.flat)


def as_svg(figure: Figure, *, key: str, title: str, description: str) -> Markup:
    """Return a figure as inline SVG; call it within `style`.

    Parameters
    ----------
    figure
        What was drawn.
    key
        Letters and digits, unlike those of every other chart of the page: it begins all ids.
    title, description
        What the chart is, and what it shows, for those who do not see it.
    """
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Type")))
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{key}-", svg)
    for stand_in, variable in _VARIABLES.items():
        svg = svg.replace(stand_in, variable)
    words = (
        f'<title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-desc">{escape(description)}</desc>'
    )
    head, _, body = svg.partition(">")
    label = f' role="img" aria-labelledby="{key}-title" aria-describedby="{key}-desc"'
    return Markup(f"{_responsive(head)}{label}>{words}{body}")


def _responsive(head: str) -> str:
    """Let the page choose the size: keep the view box only."""
    return re.sub(r' (width|height)="[^"]*"', "", head)
