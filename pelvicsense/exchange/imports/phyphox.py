"""phyphox: the CSV export of a phone's accelerometer (with g) and gyroscope.

One file per signal, or one with both; ``Time (s)`` since the start, ``Acceleration x (m/s^2)``…,
``Gyroscope x (rad/s)``…; ``meta/time.csv`` beside them says when the start was. All separators and
both decimal signs that the app offers. phyphox gives both kinds of phones the same signs.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.exchange.imports.join import join
from pelvicsense.exchange.imports.signal import UNIX, ImportedSensor, ReadOptions, to_ns
from pelvicsense.exchange.imports.table import TextTable, complete, read_table

NAME = "phyphox"
_TIME = "time(s)"
_ACC = tuple(f"acceleration{axis}(m/s^2)" for axis in "xyz")
_GYR = tuple(f"gyroscope{axis}(rad/s)" for axis in "xyz")
_LINEAR = "linearaccelerationx(m/s^2)"


def recognises(path: Path, head: str) -> bool:
    """Whether a text begins like a phyphox table of one of the signals."""
    del path
    line = head.split("\n", 1)[0].replace(" ", "").lower()
    return line.replace('"', "").startswith(_TIME) and any(
        name in line for name in (_ACC[0], _GYR[0], _LINEAR)
    )


def read(paths: Sequence[Path], options: ReadOptions) -> list[ImportedSensor]:
    """Read one phone per folder; its label is the folder's name.

    Raises
    ------
    RecordingError
        If a phone lacks a signal, or has its acceleration without g only.
    """
    del options
    phones: dict[Path, list[Path]] = defaultdict(list)
    for path in paths:
        phones[path.parent].append(path)
    return [_read(folder, files) for folder, files in phones.items()]


def _read(folder: Path, files: Sequence[Path]) -> ImportedSensor:
    signals: dict[str, tuple[Path, IntArray, FloatArray]] = {}
    linear = False
    for path in files:
        table = read_table(path, lambda names: _TIME in names, "a phyphox export")
        linear |= table.has(_LINEAR)
        for kind, names in (("acc", _ACC), ("gyr", _GYR)):
            if table.has(*names):
                signals[kind] = (path, *_signal(table, names))
    for kind, title in (("acc", "Acceleration (with g)"), ("gyr", "Gyroscope (rotation rate)")):
        if kind not in signals:
            found = (
                " (it holds the acceleration without g only)" if linear and kind == "acc" else ""
            )
            problem = f"lacks the signal {title}{found}; record both signals in one experiment"
            raise RecordingError(files[0], problem)
    path, acc_ns, acc = signals["acc"]
    time_ns, acc, gyr = join(path, acc_ns, acc, *signals["gyr"][1:])
    start_s = _start(folder / "meta" / "time.csv")
    if start_s is not None:
        time_ns = time_ns + round(start_s * 1e3) * 1_000_000
    return ImportedSensor(
        source=path,
        label=folder.name,
        clock=f"time of {folder.name}" if start_s is None else UNIX,
        time_ns=time_ns,
        acc=acc,
        gyr=gyr,
        started_at=None if start_s is None else datetime.fromtimestamp(time_ns[0] * 1e-9, UTC),
    )


def _signal(table: TextTable, names: tuple[str, ...]) -> tuple[IntArray, FloatArray]:
    time, values = table.numbers(_TIME), table.numbers(*names)
    rows = complete(table.path, to_ns(time[:, 0]), time, values)
    return to_ns(time[rows, 0]), values[rows]


def _start(path: Path) -> float | None:
    """Return when time 0 was, s since 1970; none without the file or after a pause."""
    if not path.is_file():
        return None
    table = read_table(path, lambda names: "event" in names, "a phyphox time table")
    table.need(("event", "experimenttime", "systemtime"), "give the folder as phyphox wrote it")
    starts = [row for row, event in enumerate(table.texts("event")) if event == "START"]
    if len(starts) != 1:
        problem = (
            f"expected one START, got {len(starts)}: the measurement was paused; "
            "import an export without a pause"
        )
        raise RecordingError(path, problem, table.first_line)
    experiment, system = table.numbers("experimenttime", "systemtime")[starts[0]]
    if not math.isfinite(system - experiment):
        problem = "the START lacks a time; give the folder as phyphox wrote it"
        raise RecordingError(path, problem, table.first_line + starts[0])
    return float(system - experiment)
