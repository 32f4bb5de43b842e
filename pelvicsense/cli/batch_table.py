"""What ``analyze`` prints: one session in full, many as one row each, or all as JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from pelvicsense.cli.summary_table import print_result
from pelvicsense.cli.tables import activity_word, clock_time, number, plain_table
from pelvicsense.datatypes.placement import Side
from pelvicsense.recording.results import encode_summary
from pelvicsense.runtime.batch import Analysed, Failed
from pelvicsense.runtime.document import summary_document
from pelvicsense.runtime.notices import DISCLAIMER

_PEAKS = {
    "drop": "pelvic_drop_peak_deg",
    "adduction": "hip_adduction_peak_deg",
    "rotation": "thigh_rotation_peak_deg",
}


def print_one(console: Console, item: Analysed) -> None:
    """Print a session in full, and where its files are."""
    print_result(console, item.result)
    console.print(Text(_where(item)), soft_wrap=True)


def print_many(console: Console, items: Sequence[Analysed | Failed]) -> None:
    """Print one row per session: peaks in its most frequent activity, mean left and right."""
    table = plain_table("Mean peaks in the most frequent activity, left / right, degrees")
    table.add_column("session", overflow="fold")
    table.add_column("length", justify="right", no_wrap=True)
    table.add_column("valid", justify="right")
    table.add_column("activity", no_wrap=True)
    for label in _PEAKS:
        table.add_column(label, justify="right", no_wrap=True)
    for item in items:
        if isinstance(item, Failed):
            table.add_row(Text(item.path.name), Text("failed", style="red"))
        else:
            table.add_row(*_cells(item))
    console.print(table)
    analysed = [item for item in items if isinstance(item, Analysed)]
    for item in analysed:
        if not item.written:
            console.print(Text(_where(item)), soft_wrap=True)
    console.print(f"{len(analysed)} of {len(items)} sessions analysed.", highlight=False)
    console.print(Text(DISCLAIMER, style="dim"))


def print_json(items: Sequence[Analysed | Failed]) -> None:
    """Print all as one JSON document."""
    documents = [_document(item) for item in items]
    sys.stdout.write(encode_summary({"sessions": documents}).decode())


def _document(item: Analysed | Failed) -> dict[str, object]:
    if isinstance(item, Failed):
        return {"folder": str(item.path), "error": item.reason}
    place = {"folder": str(item.result.folder), "results": str(item.folder)}
    return {**place, "written": item.written, **summary_document(item.result)}


def _where(item: Analysed) -> str:
    if item.written:
        return f"Written: strides.csv, events.csv, curves.csv, summary.json in {item.folder}"
    return (
        f"Not written: {item.folder} holds results already, which are kept; "
        "use --force to replace them"
    )


def _cells(item: Analysed) -> list[str | Text]:
    result = item.result
    cells: list[str | Text] = [
        Text(result.name),
        clock_time(result.duration_s),
        str(result.summary.valid),
    ]
    if not result.summary.activities:
        return cells
    part = result.summary.activities[0]
    cells.append(activity_word(part.activity))
    for metric in _PEAKS.values():
        means = [number(part.sides[side].figures[metric].mean) for side in Side]
        cells.append(" / ".join(means))
    return cells
