"""samples.csv, read in chunks: constant memory, a million rows in well under a second."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.recording.line_faults import first_fault
from pelvicsense.recording.manifest import Manifest
from pelvicsense.recording.plausibility import check_units
from pelvicsense.recording.row_order import RowOrder
from pelvicsense.recording.rows import ACC, COLUMNS, GYR, HEADER, SAMPLES_FILE, SampleRows

CHUNK_BYTES = 16 * 2**20
"""Bytes parsed at a time: about 110,000 rows; measured fastest between 8 and 32 MB."""


def read_samples(
    folder: Path, manifest: Manifest, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[list[SampleBlock]]:
    """Yield the samples of a session, one list of per-sensor blocks per chunk.

    Raises
    ------
    RecordingError
        As :func:`read_rows`.
    """
    for rows in read_rows(folder, manifest, chunk_bytes):
        yield rows.blocks()


def read_rows(
    folder: Path, manifest: Manifest, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[SampleRows]:
    """Yield the rows of ``samples.csv`` in order of arrival; a chunk never cuts a packet.

    A last line without its line end was torn by a crash and is dropped (:func:`has_torn_tail`).

    Raises
    ------
    RecordingError
        If the file is missing or holds no samples, the header differs, or a line has a wrong
        number of columns, a sensor that the manifest does not name, no or a non-finite number, a
        falling ``host_ns``, or a tick where other rows of its sensor have none; or if the size of
        the numbers shows other units.
    """
    path = folder / SAMPLES_FILE
    parser = _RowParser(path, tuple(manifest.sensors))
    held: SampleRows | None = None
    with _opened(path) as stream:
        _check_header(path, stream.readline(4096))
        for text in _whole_lines(stream, chunk_bytes):
            rows = parser.parse(text)
            rows = rows if held is None else held.joined(rows)
            cut = int(rows.packet_starts()[-1])  # the last packet may go on in the next chunk
            if cut:
                yield rows[:cut]
            held = rows[cut:]
    if held is None:
        raise RecordingError(path, "holds no samples; nothing was recorded, so delete the session")
    yield held


def first_host_ns(folder: Path, manifest: Manifest) -> int:
    """Return the arrival of the first sample: the zero of every time in a session.

    Raises
    ------
    RecordingError
        As :func:`read_rows`.
    """
    return int(next(read_rows(folder, manifest, chunk_bytes=4096)).host_ns[0])


def has_torn_tail(folder: Path) -> bool:
    """Whether ``samples.csv`` ends inside a line, as after a crash; that line is not read."""
    with _opened(folder / SAMPLES_FILE) as stream:
        if stream.seek(0, os.SEEK_END) == 0:
            return False
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) != b"\n"


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); every session folder needs this file"
        raise RecordingError(path, problem) from error


def _check_header(path: Path, line: bytes) -> None:
    if line.removesuffix(b"\n") != HEADER:
        got = line.decode("utf-8", errors="replace").removesuffix("\n")
        problem = f"expected the header {HEADER.decode()!r}, got {got[:120]!r}; correct the file"
        raise RecordingError(path, problem, 1)


def _whole_lines(stream: BinaryIO, chunk_bytes: int) -> Iterator[bytes]:
    while data := stream.read(chunk_bytes):
        text = data + stream.readline()
        if not text.endswith(b"\n"):
            text = text[: text.rfind(b"\n") + 1]
        if text:
            yield text


class _RowParser:
    """Turns whole lines into checked rows, and knows what came before."""

    def __init__(self, path: Path, sensors: tuple[Placement, ...]) -> None:
        self._path = path
        self._sensors = sensors
        self._order = RowOrder()
        self._next_row = 0
        self._schema: dict[str, pl.DataType] = {
            **dict.fromkeys(COLUMNS, pl.Float64()),
            "host_ns": pl.Int64(),
            "sensor": pl.Enum([str(sensor) for sensor in sensors]),
            "tick": pl.Int64(),
        }

    def parse(self, text: bytes) -> SampleRows:
        try:
            frame = pl.read_csv(text, has_header=False, schema=self._schema, quote_char=None)
        except pl.exceptions.PolarsError as error:
            raise self._fault(text) from error
        if frame["host_ns"].null_count() or frame["sensor"].null_count():
            raise self._fault(text)
        rows = self._rows(frame)
        if not self._order.admit(rows):
            raise self._fault(text)
        check_units(self._path, rows)
        self._next_row += len(rows)
        return rows

    def _fault(self, text: bytes) -> RecordingError:
        first_line = self._next_row + 2  # one-based, after the header
        return first_fault(self._path, text, first_line, self._sensors, self._order)

    def _rows(self, frame: pl.DataFrame) -> SampleRows:
        tick = frame["tick"]
        return SampleRows(
            first_row=self._next_row,
            sensors=self._sensors,
            code=frame["sensor"].to_physical().to_numpy().astype(np.int64),
            host_ns=frame["host_ns"].to_numpy(),
            tick=tick.fill_null(0).to_numpy() if tick.null_count() else tick.to_numpy(),
            has_tick=tick.is_not_null().to_numpy(),
            acc=_columns(frame, ACC),
            gyr=_columns(frame, GYR),
        )


def _columns(frame: pl.DataFrame, names: tuple[str, ...]) -> FloatArray:
    """Return columns side by side, (n, 3); an empty field becomes ``nan``."""
    table = np.empty((frame.height, len(names)))
    for index, name in enumerate(names):
        table[:, index] = frame[name].to_numpy()
    return table
