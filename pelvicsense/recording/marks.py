"""marks.csv: what happened meanwhile, and before which sample."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind

MARKS_FILE = "marks.csv"
MARK_COLUMNS = ("host_ns", "after_row", "kind", "sensor", "text")
MARK_HEADER = ",".join(MARK_COLUMNS).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMark:
    """A mark and how many sample rows came before it."""

    after_row: int
    mark: Mark


def read_marks(folder: Path) -> tuple[PlacedMark, ...]:
    """Read ``marks.csv``; no file means no marks. A torn last line is dropped.

    Raises
    ------
    RecordingError
        If the header differs or a line is wrong; the message names file and line.
    """
    path = folder / MARKS_FILE
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(path, f"cannot be read as UTF-8 text: {error}") from error
    header, *lines = text.split("\n")[:-1] or [MARK_HEADER.decode()]
    if header != MARK_HEADER.decode():
        problem = f"expected the header {MARK_HEADER.decode()!r}, got {header[:120]!r}"
        raise RecordingError(path, problem, 1)
    marks: list[PlacedMark] = []
    for line, content in enumerate(lines, start=2):
        placed = _parse_line(path, line, content)
        if marks and placed.after_row < marks[-1].after_row:
            problem = (
                f"after_row: expected {marks[-1].after_row} or more, got {placed.after_row}; "
                "marks must be in order of arrival"
            )
            raise RecordingError(path, problem, line)
        marks.append(placed)
    return tuple(marks)


def encode_mark(placed: PlacedMark) -> bytes:
    """Return the line of marks.csv.

    Line breaks in the text become spaces: a mark is one line, so that a torn line shows.
    """
    mark = placed.mark
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(
        [
            mark.host_ns,
            placed.after_row,
            mark.kind.value,
            mark.sensor.value if mark.sensor is not None else "",
            " ".join(mark.text.splitlines()),
        ]
    )
    return line.getvalue().encode()


def _parse_line(path: Path, line: int, content: str) -> PlacedMark:
    try:
        fields = next(csv.reader([content], strict=True), [])
    except csv.Error as error:
        raise RecordingError(path, f"is no valid CSV: {error}", line) from error
    if len(fields) != len(MARK_COLUMNS):
        problem = f"expected 5 columns ({','.join(MARK_COLUMNS)}), got {len(fields)}"
        raise RecordingError(path, problem, line)
    host_ns, after_row, kind, sensor, text = fields
    for name, value in (("host_ns", host_ns), ("after_row", after_row)):
        if not (value.isascii() and value.isdigit()):
            problem = f"{name}: expected a whole number, 0 or more, got {value!r}"
            raise RecordingError(path, problem, line)
    if kind not in set(MarkKind):
        problem = f"kind: expected one of {', '.join(MarkKind)}, got {kind!r}"
        raise RecordingError(path, problem, line)
    if sensor and sensor not in set(Placement):
        problem = f"sensor: expected one of {', '.join(Placement)} or nothing, got {sensor!r}"
        raise RecordingError(path, problem, line)
    if kind == MarkKind.LOST and not (text.isascii() and text.isdigit()):
        problem = f"text: expected the number of samples lost, got {text!r}"
        raise RecordingError(path, problem, line)
    mark = Mark(
        host_ns=int(host_ns),
        kind=MarkKind(kind),
        sensor=Placement(sensor) if sensor else None,
        text=text,
    )
    return PlacedMark(after_row=int(after_row), mark=mark)
