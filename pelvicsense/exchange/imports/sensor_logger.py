"""Sensor Logger: the folder of CSV files that the phone app exports.

Columns ``time`` (ns since 1970), ``seconds_elapsed``, ``z``, ``y``, ``x``. Acceleration with
gravity is ``TotalAcceleration.csv``, or the sum of ``Accelerometer.csv`` and ``Gravity.csv``
(iPhone). Unless ``Metadata.csv`` says that frames were standardised, an iPhone's accelerations
have the opposite sign in all axes; before 1.29 the app had no such switch and no such column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.exchange.imports.join import join
from pelvicsense.exchange.imports.signal import UNIX, ImportedSensor, ReadOptions
from pelvicsense.exchange.imports.table import complete, read_table

NAME = "sensor-logger"
_FILES = ("TotalAcceleration.csv", "Accelerometer.csv", "Gravity.csv", "Gyroscope.csv")
_AXES = ("x", "y", "z")


def recognises(path: Path, head: str) -> bool:
    """Whether a file is one of those that are used."""
    names = set(head.split("\n", 1)[0].strip().replace(" ", "").split(","))
    return path.name in _FILES and {"time", "seconds_elapsed", *_AXES} <= names


def read(paths: Sequence[Path], options: ReadOptions) -> list[ImportedSensor]:
    """Read one phone per folder; its label is the folder's name.

    Raises
    ------
    RecordingError
        If a phone lacks a signal, or its kind is not known.
    """
    del options
    phones: dict[Path, dict[str, Path]] = defaultdict(dict)
    for path in paths:
        phones[path.parent][path.name] = path
    return [_read(folder, files) for folder, files in phones.items()]


def _read(folder: Path, files: Mapping[str, Path]) -> ImportedSensor:
    path, acc_ns, acc = _acceleration(files)
    if "Gyroscope.csv" not in files:
        problem = "has no Gyroscope.csv beside it; switch the gyroscope on and record again"
        raise RecordingError(path, problem)
    time_ns, acc, gyr = join(path, acc_ns, acc, *_signal(files["Gyroscope.csv"]))
    return ImportedSensor(
        source=path,
        label=folder.name,
        clock=UNIX,
        time_ns=time_ns,
        acc=acc * _sign(folder / "Metadata.csv"),
        gyr=gyr,
        started_at=datetime.fromtimestamp(time_ns[0] * 1e-9, UTC),
    )


def _acceleration(files: Mapping[str, Path]) -> tuple[Path, IntArray, FloatArray]:
    if "TotalAcceleration.csv" in files:
        path = files["TotalAcceleration.csv"]
        return path, *_signal(path)
    some = next(iter(files.values()))
    for name in ("Accelerometer.csv", "Gravity.csv"):
        if name not in files:
            problem = (
                f"expected TotalAcceleration.csv, or Accelerometer.csv and Gravity.csv, beside it; "
                f"{name} is missing: switch it on and record again"
            )
            raise RecordingError(some, problem)
    path = files["Accelerometer.csv"]
    time_ns, free, gravity = join(path, *_signal(path), *_signal(files["Gravity.csv"]))
    return path, time_ns, free + gravity


def _signal(path: Path) -> tuple[IntArray, FloatArray]:
    table = read_table(path, lambda names: "seconds_elapsed" in names, "a Sensor Logger export")
    table.need(("time", *_AXES), "give the folder as the app wrote it")
    # As integers: nanoseconds since 1970 have more digits than a float.
    time_ns = np.array([int(text) for text in _whole(path, table.texts("time"))], dtype=np.int64)
    values = table.numbers(*_AXES)
    rows = complete(path, time_ns, values)
    return time_ns[rows], values[rows]


def _whole(path: Path, texts: list[str]) -> list[str]:
    for row, text in enumerate(texts):
        if not text.isdecimal():
            problem = f"time: expected whole nanoseconds since 1970, got {text[:40]!r}"
            raise RecordingError(path, problem, row + 2)
    return texts


def _sign(path: Path) -> float:
    """Return the factor that makes a resting phone, screen up, read +9.81 on z."""
    if not path.is_file():
        problem = "is missing; it says on which kind of phone this was recorded, so export it too"
        raise RecordingError(path, problem)
    table = read_table(path, lambda names: "platform" in names, "Sensor Logger's metadata")
    if table.texts("platform")[0].lower() != "ios":
        return 1.0
    table.need(["standardisation"], "export with a newer version of the app")
    return 1.0 if table.texts("standardisation")[0].lower() == "true" else -1.0
