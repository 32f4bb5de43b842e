"""Any CSV, with a small TOML file that says which column is what.

::

    [time]
    column = "t"           # or: rate_hz = 100.0, for evenly spaced rows
    unit = "ms"            # s, ms, us or ns; since 1970 or since the start
    [acc]
    unit = "g"             # m/s^2, g or mg
    [gyr]
    unit = "deg/s"         # rad/s or deg/s
    [sensors.pelvis]       # a table per worn sensor
    file = "sacrum"        # part of the file's name; not needed where all are in one file
    acc = ["ax", "ay", "-az"]   # a minus turns an axis round
    gyr = ["gx", "gy", "-gz"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.errors import ConfigurationError, RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.exchange.imports.signal import (
    ACC_UNITS,
    GYR_UNITS,
    ImportedSensor,
    ReadOptions,
    to_ns,
)
from pelvicsense.exchange.imports.table import TextTable, complete, plain, read_table, read_text
from pelvicsense.recording.toml_table import TomlTable

NAME = "csv"
_TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


def recognises(path: Path, head: str) -> bool:
    """Never by content: a CSV of no tool we know needs a mapping."""
    del path, head
    return False


def read(paths: Sequence[Path], options: ReadOptions) -> list[ImportedSensor]:
    """Read the sensors that the mapping names.

    Raises
    ------
    ConfigurationError
        If there is no mapping.
    RecordingError
        If the mapping is wrong, or a file has no such column.
    """
    if options.mapping is None:
        msg = "from csv: expected a mapping of its columns, got none; add --mapping FILE.toml"
        raise ConfigurationError(msg)
    root = _mapping(options.mapping)
    tables = root.table("sensors")
    if not tables.values or not set(tables.values) <= set(Placement):
        root.refuse("sensors", f"a table [sensors.<{' | '.join(Placement)}>] per worn sensor")
    return [
        _read(_file(paths, tables.table(key)), Placement(key), root, tables.table(key))
        for key in tables.values
    ]


def _mapping(path: Path) -> TomlTable:
    try:
        return TomlTable(path, tomllib.loads(read_text(path)))
    except tomllib.TOMLDecodeError as error:
        raise RecordingError(path, f"is no valid TOML: {error}; correct the file") from error


def _file(paths: Sequence[Path], table: TomlTable) -> Path:
    part = table.optional("file", table.text) or ""
    found = [path for path in paths if part in path.name]
    if len(found) != 1:
        names = ", ".join(path.name for path in paths)
        table.refuse("file", f"a part of the name of exactly one of {names}")
    return found[0]


def _read(path: Path, placement: Placement, root: TomlTable, own: TomlTable) -> ImportedSensor:
    acc_names, gyr_names = _axes(own, "acc"), _axes(own, "gyr")
    wanted = {plain(name.removeprefix("-")) for name in (*acc_names, *gyr_names)}
    table = read_table(
        path, lambda names: bool(wanted & set(names)), f"the mapping {root.path.name}"
    )
    acc = _signal(table, acc_names) * _factor(root.table("acc"), ACC_UNITS)
    gyr = _signal(table, gyr_names) * _factor(root.table("gyr"), GYR_UNITS)
    time_ns, known = _times(table, root.table("time"))
    rows = complete(path, time_ns, acc, gyr, known)
    time = root.table("time")
    return ImportedSensor(
        source=path,
        label=placement.value,
        clock="time of the mapped columns",
        time_ns=time_ns[rows],
        acc=acc[rows],
        gyr=gyr[rows],
        rate_hz=time.optional("rate_hz", time.positive),
        placement=placement,
    )


def _axes(table: TomlTable, key: str) -> tuple[str, ...]:
    names = table.texts(key)
    if len(names) != 3:
        table.refuse(key, "the columns of x, y and z, such as ['ax', 'ay', 'az']")
    return names


def _signal(table: TextTable, names: Sequence[str]) -> FloatArray:
    columns = [plain(name.removeprefix("-")) for name in names]
    table.need(columns, "correct the mapping")
    signs = np.array([-1.0 if name.startswith("-") else 1.0 for name in names])
    return np.asarray(table.numbers(*columns) * signs, dtype=np.float64)


def _factor(table: TomlTable, units: dict[str, float]) -> float:
    unit = table.text("unit")
    if unit not in units:
        table.refuse("unit", f"one of {', '.join(units)}")
    return units[unit]


def _times(table: TextTable, time: TomlTable) -> tuple[IntArray, FloatArray]:
    """Return times, ns, and the numbers they are from, (n, 1)."""
    if "column" not in time.values:
        rate_hz = time.positive("rate_hz")
        even = np.arange(len(table)) / rate_hz
        return to_ns(even), even[:, None]
    column = plain(time.text("column"))
    table.need([column], "correct the mapping")
    numbers = table.numbers(column)
    first = numbers[np.isfinite(numbers[:, 0])][:1, 0]
    # The start is taken off first: nanoseconds since 1970 have more digits than a float.
    seconds = (np.nan_to_num(numbers[:, 0] - first)) * _factor(time, _TIME_UNITS)
    return to_ns(seconds) + round(
        float(first[0]) * _factor(time, _TIME_UNITS) * 1e3
    ) * 10**6, numbers
