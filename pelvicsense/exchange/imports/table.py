"""Text tables of other tools: any separator, a preamble, and errors that name a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.errors import RecordingError

HEAD_LINES = 60
"""A header is looked for in so many lines."""

_SEPARATORS = "\t;,"
_UNKNOWN = ("", "nan", "NaN", "n/a", "null")


def plain(name: str) -> str:
    """Return a column's name in lower case without quotes, spaces and signs outside ASCII.

    So names compare equal whatever encoding their ``°`` or ``²`` has.
    """
    return re.sub(r"[^\x21-\x7e]|\"", "", name.lower())


def read_text(path: Path) -> str:
    """Return a file's text.

    Raises
    ------
    RecordingError
        If it cannot be read, or is no text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordingError(path, f"cannot be read ({error.strerror})") from error
    if data[:4] == b"PK\x03\x04":
        raise RecordingError(path, "is a ZIP archive: unpack it and give the folder")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data[:4096]:
        raise RecordingError(path, "is no text: expected an export as text (CSV, TXT or TSV)")
    return data.decode("utf-8-sig", errors="replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A table of texts, ``n`` rows.

    Attributes
    ----------
    path
        The file, for messages.
    preamble
        The lines before the header.
    columns
        Names as `plain` gives them, and as the file has them.
    frame
        One text column per name.
    first_line
        One-based line of the first row.
    comma
        Whether numbers have a decimal comma.
    """

    path: Path
    preamble: tuple[str, ...]
    columns: dict[str, str]
    frame: pl.DataFrame
    first_line: int
    comma: bool

    def __len__(self) -> int:
        return self.frame.height

    def has(self, *names: str) -> bool:
        """Whether all these columns are there; names as `plain` gives them."""
        return all(name in self.columns for name in names)

    def need(self, names: Sequence[str], advice: str) -> None:
        """Refuse a table without one of these columns.

        Raises
        ------
        RecordingError
            Naming what is missing, the header that was found, and what to do.
        """
        missing = [name for name in names if name not in self.columns]
        if missing:
            got = ", ".join(self.columns.values())
            problem = f"expected columns {', '.join(missing)}, got {got[:300]}; {advice}"
            raise RecordingError(self.path, problem, self.first_line - 1)

    def numbers(self, *names: str) -> FloatArray:
        """Return columns side by side, (n, k); an empty field is ``nan``.

        Raises
        ------
        RecordingError
            Naming the line of a field that is no number.
        """
        table = np.empty((len(self), len(names)))
        for index, name in enumerate(names):
            text = self.frame[name].str.strip_chars(' "')
            if self.comma:
                text = text.str.replace(",", ".", literal=True)
            text = text.set(text.is_in(_UNKNOWN), None)
            values = text.cast(pl.Float64, strict=False)
            wrong = values.is_null() & text.is_not_null()
            if wrong.any():
                row = int(wrong.arg_true()[0])
                problem = f"{self.columns[name]}: expected a number, got {text[row][:40]!r}"
                raise RecordingError(self.path, problem, self.first_line + row)
            table[:, index] = values.to_numpy()
        return table

    def texts(self, name: str) -> list[str]:
        """Return a column's texts without spaces and quotes around them."""
        return self.frame[name].fill_null("").str.strip_chars(' "').to_list()

    def value(self, key: str) -> str:
        """Return what follows ``key`` in a line of the preamble; empty if it has no such line."""
        for line in self.preamble:
            if line.lower().startswith(key.lower()):
                return line[len(key) :].strip(" \t,;:")
        return ""


def read_table(path: Path, is_header: Callable[[list[str]], bool], kind: str) -> TextTable:
    """Read a table that begins at the first line that is a header.

    Parameters
    ----------
    path
        The file.
    is_header
        Told the names in a line, as `plain` gives them.
    kind
        What the header would belong to, for the message.

    Raises
    ------
    RecordingError
        If there is no such line, or nothing after it.
    """
    # Python's text mode on Windows makes two carriage returns of one: still one line end.
    text = re.sub(r"\r+\n|\r", "\n", read_text(path))
    lines = text.split("\n", HEAD_LINES)
    for number, line in enumerate(lines[:HEAD_LINES]):
        separator = _separator(line)
        names = line.rstrip(" " + separator).split(separator)  # some tools end lines with one
        if is_header([plain(name) for name in names]):
            body = text[sum(len(one) + 1 for one in lines[: number + 1]) :]
            return _table(path, lines[:number], names, separator, body)
    found = next((line for line in lines if line.strip()), "")
    problem = f"expected the column names of {kind} in its first lines, got {found[:120]!r}"
    raise RecordingError(path, problem, 1)


def _separator(line: str) -> str:
    return max(_SEPARATORS, key=line.count)


def _table(
    path: Path, preamble: Sequence[str], names: Sequence[str], separator: str, body: str
) -> TextTable:
    columns: dict[str, str] = {}
    for index, name in enumerate(names):
        own = plain(name)
        columns[own if own and own not in columns else f"{own}#{index}"] = name.strip(' "')
    first_line = len(preamble) + 2
    if not body.strip():
        raise RecordingError(path, "holds no samples below its column names", first_line)
    try:
        frame = pl.read_csv(
            body.encode(),
            has_header=False,
            infer_schema=False,
            separator=separator,
            truncate_ragged_lines=True,
            quote_char=None,
        )
    except pl.exceptions.PolarsError as error:
        raise RecordingError(path, f"cannot be read as a table: {error}", first_line) from error
    if frame.width < len(columns):
        problem = f"expected {len(columns)} columns as in the header, got {frame.width}"
        raise RecordingError(path, problem, first_line)
    sample = body[:4096]
    comma = separator != "," and "," in sample and "." not in _first_numbers(sample, separator)
    return TextTable(
        path=path,
        preamble=tuple(preamble),
        columns=columns,
        frame=frame[:, : len(columns)].rename(dict(zip(frame.columns, columns, strict=False))),
        first_line=first_line,
        comma=comma,
    )


def _first_numbers(body: str, separator: str) -> str:
    """Return the fields of the first line that look like numbers, joined."""
    fields = body.split("\n", 1)[0].split(separator)
    return " ".join(field for field in fields if re.fullmatch(r"[\s\"]*[-+.,\dEe]+[\s\"]*", field))


def complete(path: Path, time_ns: IntArray, *values: FloatArray) -> IntArray:
    """Return the rows in which everything is known; the others are lost samples.

    Raises
    ------
    RecordingError
        If fewer than half of the rows are complete.
    """
    good = np.ones(len(time_ns), dtype=np.bool_)
    for value in values:
        good &= np.isfinite(value).all(axis=1)
    if np.count_nonzero(good) < max(2, 0.5 * len(good)):
        problem = (
            f"only {np.count_nonzero(good)} of {len(good)} rows have acceleration and angular "
            "rate; export both, for all samples"
        )
        raise RecordingError(path, problem)
    return np.flatnonzero(good)
