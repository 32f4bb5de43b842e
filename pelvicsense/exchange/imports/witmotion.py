"""WitMotion: the logs of its PC and phone software, all sensors in one file or one each.

Three generations of column names, and those of the Chinese software; g and °/s in all. ``time`` is
when the host got the sample; ``ChipTime`` is each sensor's own, set by nobody, and used only where
there is no other. Its milliseconds are written without leading zeros (the maker's Python code):
``7.5`` is 7 s and 5 ms.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from pelvicsense.datatypes.arrays import IntArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.exchange.imports.signal import (
    ACC_UNITS,
    GYR_UNITS,
    UNIX,
    ImportedSensor,
    ReadOptions,
)
from pelvicsense.exchange.imports.table import (
    HEAD_LINES,
    TextTable,
    complete,
    plain,
    read_table,
)

NAME = "witmotion"
_COLUMNS = (
    ("acceleration{}(g)", "angularvelocity{}(/s)"),
    ("acc{}(g)", "as{}(/s)"),
    ("a{}(g)", "w{}(deg/s)"),
    ("a{}(g)", "w{}(/s)"),
    ("{}(g)", "{}(/s)"),  # what `plain` leaves of the Chinese names, in whatever encoding
)
_CHINESE = ("x(g)", "y(g)", "z(g)")
_UNNAMED_TIME, _UNNAMED_DEVICE = "#0", "#1"
"""The first two columns of the Chinese software."""
_TIMES = ("time", "time(s)", "time()")
_CHIP_TIMES = ("chiptime", "chiptime()")
_DEVICES = ("devicename", "device", "address")
_ZONE = "The times carry no offset from UTC and were taken as UTC."
_DAY_NS = 86_400_000_000_000
_CLOCK_TIME = re.compile(
    r"(?:(\d{4})[-/](\d\d?)[-/](\d\d?)[T ]+)?(\d\d?):(\d\d?):(\d\d?)(?:\.(\d{1,9})|:(\d{1,3}))?"
)


def recognises(path: Path, head: str) -> bool:
    """Whether a text begins like a WitMotion log."""
    del path
    return any(
        _names([plain(name) for name in re.split(r"[\t,;]", line)]) is not None
        for line in head.splitlines()[:HEAD_LINES]
    )


def read(paths: Sequence[Path], options: ReadOptions) -> list[ImportedSensor]:
    """Read all sensors of all files.

    Raises
    ------
    RecordingError
        If a file lacks a column, or holds a time or number that is none.
    """
    return [sensor for path in paths for sensor in _read(path, options)]


def _read(path: Path, options: ReadOptions) -> list[ImportedSensor]:
    table = read_table(path, lambda names: _names(names) is not None, "a WitMotion log")
    names = _names(list(table.columns))
    assert names is not None
    acc = table.numbers(*names[0]) * ACC_UNITS["g"]
    gyr = table.numbers(*names[1]) * GYR_UNITS["deg/s"]
    chinese = names[0] == _CHINESE
    times_named = (_UNNAMED_TIME,) if chinese else _TIMES
    arrival = next((name for name in times_named if table.has(name)), None)
    time = arrival or next((name for name in _CHIP_TIMES if table.has(name)), None)
    if time is None:
        table.need(("time",), "record with the time column switched on")
        raise AssertionError
    devices = (_UNNAMED_DEVICE,) if chinese else _DEVICES
    device = next((name for name in devices if table.has(name)), None)
    labels = np.array(table.texts(device) if device is not None else [""] * len(table))
    times, dated = _times(table, time)
    sensors = []
    for label in dict.fromkeys(labels.tolist()):
        own = np.flatnonzero(labels == label)
        rows = own[complete(path, times[own], acc[own], gyr[own])]
        sensors.append(
            ImportedSensor(
                source=path,
                label=label,
                clock=UNIX if dated and arrival else f"{time} of {path.parent.name}",
                time_ns=times[rows],
                acc=acc[rows],
                gyr=gyr[rows],
                sampled=arrival is None,
                rate_hz=options.rate_hz,
                started_at=datetime.fromtimestamp(times[rows[0]] * 1e-9, UTC) if dated else None,
                notes=(_ZONE,) if dated else (),
            )
        )
    return sensors


def _names(found: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    for acc, gyr in _COLUMNS:
        names = tuple(tuple(one.format(axis) for axis in "xyz") for one in (acc, gyr))
        if all(name in found for group in names for name in group):
            return names[0], names[1]
    return None


def _times(table: TextTable, name: str) -> tuple[IntArray, bool]:
    """Return times in ns since 1970, or since the first midnight where there is no date."""
    times = np.empty(len(table), dtype=np.int64)
    dated = False
    for row, text in enumerate(table.texts(name)):
        parts = _CLOCK_TIME.fullmatch(text)
        if parts is None:
            problem = f"{table.columns[name]}: expected a time of day, got {text[:40]!r}"
            raise RecordingError(table.path, problem, table.first_line + row)
        dated = parts[1] is not None
        times[row] = _nanoseconds(parts, count=name in _CHIP_TIMES)
    if not dated:
        times += _DAY_NS * np.concatenate([[0], np.cumsum(np.diff(times) < -_DAY_NS // 2)])
    return times, dated


def _nanoseconds(parts: re.Match[str], *, count: bool) -> int:
    """Return ns; ``count``: up to three digits after the point count milliseconds."""
    year, month, day, hour, minute, second, fraction, ms = parts.groups()
    seconds = 3600 * int(hour) + 60 * int(minute) + int(second)
    if year is not None:
        days = datetime(int(year), int(month), int(day), tzinfo=UTC)
        seconds += round(days.timestamp())
    if count and fraction is not None and len(fraction) <= 3:
        ms = fraction
    below = int((fraction or "0").ljust(9, "0")) if ms is None else 1_000_000 * int(ms)
    return seconds * 1_000_000_000 + below
