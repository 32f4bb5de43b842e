"""BIDS-Motion: ``*_motion.tsv`` with its ``*_channels.tsv`` and ``*_motion.json``.

Channels of type ACCEL and GYRO with components x, y, z are gathered by ``tracked_point``; units in
``units``; the rate is ``SamplingFrequency``. Times are those of a LATENCY channel, else the rows
are evenly spaced.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.exchange.imports.signal import (
    ACC_UNITS,
    GYR_UNITS,
    ImportedSensor,
    ReadOptions,
    to_ns,
)
from pelvicsense.exchange.imports.table import TextTable, complete, plain, read_table, read_text

NAME = "bids-motion"
_UNITS = {"ACCEL": ACC_UNITS, "GYRO": GYR_UNITS}


def recognises(path: Path, head: str) -> bool:
    """Whether the name is that of a motion table."""
    del head
    return path.name.endswith("_motion.tsv")


def read(paths: Sequence[Path], options: ReadOptions) -> list[ImportedSensor]:
    """Read the tracked points that have acceleration and angular rate.

    Raises
    ------
    RecordingError
        If a sidecar is missing or contradicts the table, a unit is not known, or no tracked point
        has both.
    """
    del options
    return [sensor for path in paths for sensor in _read(path)]


def _read(path: Path) -> list[ImportedSensor]:
    stem = path.name.removesuffix("_motion.tsv")
    rate_hz, started_at = _sidecar(path.with_name(f"{stem}_motion.json"))
    channels = _channels(path.with_name(f"{stem}_channels.tsv"))
    data = _motion(path, channels)
    points: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    latency = None
    for row, (kind, component, point) in enumerate(
        zip(
            channels.texts("type"),
            channels.texts("component"),
            channels.texts("tracked_point"),
            strict=True,
        )
    ):
        if kind in _UNITS:
            points[point][kind][component] = row
        elif kind == "LATENCY":
            latency = row
    time_ns = _times(data, latency, rate_hz)
    sensors = [
        _sensor(path, data, channels, time_ns, point, signals)
        for point, signals in points.items()
        if all(set(signals.get(kind, ())) >= set("xyz") for kind in _UNITS)
    ]
    if not sensors:
        problem = (
            "no tracked point has both ACCEL and GYRO channels with components x, y and z; "
            f"there are {', '.join(points) or 'none of them'}"
        )
        raise RecordingError(channels.path, problem)
    return [
        ImportedSensor(
            source=path,
            label=point,
            clock=f"time of {stem.split('_tracksys-')[0]}",
            time_ns=times,
            acc=acc,
            gyr=gyr,
            rate_hz=rate_hz,
            started_at=started_at,
        )
        for point, times, acc, gyr in sensors
    ]


def _sensor(
    path: Path,
    data: FloatArray,
    channels: TextTable,
    time_ns: IntArray,
    point: str,
    signals: Mapping[str, Mapping[str, int]],
) -> tuple[str, IntArray, FloatArray, FloatArray]:
    units = channels.texts("units")
    values = []
    for kind, known in _UNITS.items():
        rows = [signals[kind][axis] for axis in "xyz"]
        for row in rows:
            if _unit(units[row]) not in known:
                problem = f"units: expected one of {', '.join(known)}, got {units[row]!r}"
                raise RecordingError(channels.path, problem, channels.first_line + row)
        factors = np.array([known[_unit(units[row])] for row in rows])
        values.append(data[:, rows] * factors)
    good = complete(path, time_ns, *values)
    return point, time_ns[good], values[0][good], values[1][good]


def _unit(text: str) -> str:
    return text.replace("²", "^2").replace("m/s2", "m/s^2").replace("°/s", "deg/s").strip()


def _sidecar(path: Path) -> tuple[float, datetime | None]:
    try:
        values = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise RecordingError(path, f"is no valid JSON: {error.msg}", error.lineno) from error
    rate = values.get("SamplingFrequency") if isinstance(values, dict) else None
    if not isinstance(rate, int | float) or isinstance(rate, bool) or not rate > 0:
        raise RecordingError(path, f"SamplingFrequency: expected a number above 0, got {rate!r}")
    moment = values.get("AcquisitionDateTime")
    try:
        started_at = datetime.fromisoformat(moment) if isinstance(moment, str) else None
    except ValueError:
        started_at = None
    if started_at is not None and started_at.tzinfo is None:
        started_at = started_at.replace(tzinfo=UTC)
    return float(rate), started_at


def _channels(path: Path) -> TextTable:
    table = read_table(path, lambda names: "name" in names and "type" in names, "BIDS channels")
    table.need(("component", "type", "tracked_point", "units"), "see the BIDS-Motion specification")
    return table


def _motion(path: Path, channels: TextTable) -> FloatArray:
    """Return the motion table; it has no header, its columns are the rows of the channels."""
    names = [f"{name}@{row}" for row, name in enumerate(channels.texts("name"))]
    body = read_text(path)
    lines = body.split("\n", 1)[0].rstrip("\r").split("\t")
    if len(lines) != len(names):
        problem = f"expected {len(names)} columns, as {channels.path.name} says, got {len(lines)}"
        raise RecordingError(path, problem, 1)
    frame = pl.read_csv(
        body.encode(),
        has_header=False,
        new_columns=names,
        infer_schema=False,
        separator="\t",
        truncate_ragged_lines=True,
    )
    table = TextTable(
        path=path,
        preamble=(),
        columns=dict(zip(names, map(plain, names), strict=True)),
        frame=frame,
        first_line=1,
        comma=False,
    )
    return table.numbers(*names)


def _times(data: FloatArray, latency: int | None, rate_hz: float) -> IntArray:
    if latency is not None and np.isfinite(data[:, latency]).all():
        return to_ns(data[:, latency])
    return to_ns(np.arange(len(data)) / rate_hz)
