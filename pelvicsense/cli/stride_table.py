"""Strides as a table that fits 80 columns: few numbers each, letters for what is to be noted."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase

from rich.table import Table
from rich.text import Text

from pelvicsense.cli.tables import activity_word, number, plain_table
from pelvicsense.datatypes.gait import Flag, Stride
from pelvicsense.runtime.notices import FLAG_WORDS

ANGLE_COLUMNS = (
    ("drop\npeak", "pelvic_drop_peak_deg"),
    ("\nexc.", "pelvic_drop_excursion_deg"),
    ("adduction\npeak", "hip_adduction_peak_deg"),
    ("\nexc.", "hip_adduction_excursion_deg"),
    ("rotation\npeak", "thigh_rotation_peak_deg"),
    ("\nexc.", "thigh_rotation_excursion_deg"),
)

HEAD_ROWS, TAIL_ROWS = 8, 8
"""Rows of a long session that are shown."""

LETTERS = dict(zip(Flag, ascii_lowercase, strict=False))


def stride_table(strides: Sequence[Stride]) -> Table:
    """Return the table of strides; the middle of a long session is left out."""
    table = plain_table("Strides, degrees")
    table.padding = (0, 0)  # twelve columns in 80
    table.add_column("\n#", justify="right")
    table.add_column("\nside")
    table.add_column("\nactivity")
    table.add_column("contact\ns", justify="right")
    for label, _ in ANGLE_COLUMNS:
        table.add_column(label, justify="right")
    table.add_column("\nvalid", justify="center")
    table.add_column("\nnote")
    shown = list(strides)
    left_out = len(shown) - HEAD_ROWS - TAIL_ROWS
    if left_out > 1:
        shown = [*shown[:HEAD_ROWS], *shown[-TAIL_ROWS:]]
    for index, stride in enumerate(shown):
        if left_out > 1 and index == HEAD_ROWS:
            table.add_row("…", f"+ {left_out}", style="dim")
        table.add_row(*_cells(stride), style=None if stride.valid else "dim")
    return table


def _cells(stride: Stride) -> list[str]:
    return [
        str(stride.stride),
        stride.side,
        activity_word(stride.activity),
        f"{stride.t_contact_s:.2f}",
        *(number(getattr(stride.angles, name)) for _, name in ANGLE_COLUMNS),
        "✓" if stride.valid else "✗",
        "".join(LETTERS[flag] for flag in stride.flags),
    ]


def flag_legend(strides: Sequence[Stride]) -> Text:
    """Return what the letters in the note column mean, with how many strides carry each."""
    lines = []
    for flag, letter in LETTERS.items():
        count = sum(flag in stride.flags for stride in strides)
        if count:
            lines.append(f"{letter} {count:4d} × {FLAG_WORDS[flag]}")
    return Text("\n".join(lines))
