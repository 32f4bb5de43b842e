"""MetaBase (MbientLab): one CSV per signal and sensor, ``…_Accelerometer_…`` and ``…_Gyroscope_…``.

Columns ``epoc (ms)`` (newer ``epoch (ms)``), a readable time, ``elapsed (s)``, then ``x-axis (g)``…
or ``x-axis (deg/s)``…
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.exchange.imports.join import join
from pelvicsense.exchange.imports.signal import (
    ACC_UNITS,
    GYR_UNITS,
    UNIX,
    ImportedSensor,
    ReadOptions,
)
from pelvicsense.exchange.imports.table import complete, read_table

NAME = "metabase"
_TIMES = ("epoc(ms)", "epoch(ms)")
_ACC = tuple(f"{axis}-axis(g)" for axis in "xyz")
_GYR = tuple(f"{axis}-axis(deg/s)" for axis in "xyz")
_SIGNAL = re.compile(r"[_-]?(accelerometer|gyroscope)[_-]?", re.IGNORECASE)


def recognises(path: Path, head: str) -> bool:
    """Whether a text begins like a MetaBase CSV of one of the two signals."""
    del path
    line = head.split("\n", 1)[0]
    return "elapsed (s)" in line and ("x-axis (g)" in line or "x-axis (deg/s)" in line)


def read(paths: Sequence[Path], options: ReadOptions) -> list[ImportedSensor]:
    """Read the sensors whose two files are among ``paths``; pairs have equal names but the signal.

    Raises
    ------
    RecordingError
        If one of a pair is missing, or a file is wrong.
    """
    del options
    pairs: dict[tuple[Path, str], dict[str, Path]] = defaultdict(dict)
    for path in paths:
        named = _SIGNAL.search(path.name)
        if named is None:
            problem = "expected 'Accelerometer' or 'Gyroscope' in the name, as MetaBase gives it"
            raise RecordingError(path, problem)
        pairs[path.parent, path.name[: named.start()]][named[1].lower()] = path
    return [_read(label, files) for (_, label), files in pairs.items()]


def _read(label: str, files: dict[str, Path]) -> ImportedSensor:
    some = next(iter(files.values()))
    for signal in ("accelerometer", "gyroscope"):
        if signal not in files:
            problem = f"its {signal} file is missing; give both files of every sensor"
            raise RecordingError(some, problem)
    path = files["accelerometer"]
    acc_ns, acc = _signal(path, _ACC)
    gyr_ns, gyr = _signal(files["gyroscope"], _GYR)
    time_ns, acc, gyr = join(path, acc_ns, acc, gyr_ns, gyr)
    return ImportedSensor(
        source=path,
        label=label,
        clock=UNIX,
        time_ns=time_ns,
        acc=acc * ACC_UNITS["g"],
        gyr=gyr * GYR_UNITS["deg/s"],
        started_at=datetime.fromtimestamp(time_ns[0] * 1e-9, UTC),
    )


def _signal(path: Path, names: tuple[str, ...]) -> tuple[IntArray, FloatArray]:
    table = read_table(path, lambda found: any(t in found for t in _TIMES), "a MetaBase CSV")
    table.need(names, "give the CSV files as MetaBase exported them")
    epoch = next(name for name in _TIMES if table.has(name))
    time, values = table.numbers(epoch), table.numbers(*names)
    time_ns = (time[:, 0] * 1e6).astype("int64")
    rows = complete(path, time_ns, time, values)
    return time_ns[rows], values[rows]
