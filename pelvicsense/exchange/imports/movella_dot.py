"""Movella (Xsens) DOT: the CSV files of its app and of its data exporter, one per sensor.

A preamble (``DeviceTag``, ``SyncStatus``, ``OutputRate``, ``StartTime``), then ``PacketCounter``,
``SampleTimeFine`` (µs, 32 bits) and the payload. Acceleration in m/s², angular rate in °/s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from pelvicsense.datatypes.arrays import IntArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.exchange.imports.signal import (
    GYR_UNITS,
    UNIX,
    ImportedSensor,
    ReadOptions,
    unwrap,
)
from pelvicsense.exchange.imports.table import TextTable, complete, read_table

NAME = "movella-dot"
_ACC, _GYR = ("acc_x", "acc_y", "acc_z"), ("gyr_x", "gyr_y", "gyr_z")
_ADVICE = (
    "choose a payload with measured acceleration and angular velocity in the app, such as "
    "'Rate quantities' or 'Custom mode 5'"
)
_TICK_BITS, _TICK_NS = 32, 1000
_SYNCHRONISED = "synchronised Movella DOT time"
_UNSYNCHRONISED = (
    "The files do not say that the Movella DOT sensors were synchronised: they are lined up by the "
    "start times that the app noted, good to some hundredths of a second, so do not rely on hip "
    "angles."
)
_ZONE = "The start time carries no offset from UTC and was taken as UTC."


def recognises(path: Path, head: str) -> bool:
    """Whether a text begins like an export of the DOT app, not of MT Manager (``//`` lines)."""
    del path
    if head.startswith("//"):
        return False
    return "DeviceTag:" in head or "PacketCounter,SampleTimeFine" in head.replace('"', "")


def read(paths: Sequence[Path], options: ReadOptions) -> list[ImportedSensor]:
    """Read one sensor per file.

    Raises
    ------
    RecordingError
        If a file lacks a column or holds something else than numbers.
    """
    sensors = [_read(path, options) for path in paths]
    synchronised = [sensor for sensor in sensors if sensor.clock == _SYNCHRONISED]
    for sensor in synchronised[1:]:  # one may have started before, one after the common wrap
        span = (1 << _TICK_BITS) * _TICK_NS
        ahead = int(sensor.time_ns[0] - synchronised[0].time_ns[0])
        shift = -round(ahead / span) * span
        sensors[sensors.index(sensor)] = replace(sensor, time_ns=sensor.time_ns + shift)
    return sensors


def _read(path: Path, options: ReadOptions) -> ImportedSensor:
    table = read_table(path, lambda names: "packetcounter" in names, "a Movella DOT export")
    table.need((*_ACC, *_GYR), _ADVICE)
    table.need(("sampletimefine",), "export with time stamps")
    time = table.numbers("sampletimefine")
    if np.isnan(time).all():
        problem = (
            "SampleTimeFine is empty, as no Movella DOT leaves it; if MT Manager wrote this file, "
            "add --from xsens-mtw --rate HZ"
        )
        raise RecordingError(path, problem)
    acc, gyr = table.numbers(*_ACC), table.numbers(*_GYR) * GYR_UNITS["deg/s"]
    rows = complete(path, np.zeros(len(time), dtype=np.int64), time, acc, gyr)
    ticks = unwrap(time[rows, 0].astype(np.int64), _TICK_BITS) * _TICK_NS
    started_at = _start(table.value("StartTime:"))
    clock, time_ns, notes = _clock(table, path, ticks, started_at)
    rate = re.match(r"[\d.]+", table.value("OutputRate:"))
    return ImportedSensor(
        source=path,
        label=table.value("DeviceTag:"),
        clock=clock,
        time_ns=time_ns,
        acc=acc[rows],
        gyr=gyr[rows],
        rate_hz=float(rate[0]) if rate else options.rate_hz,
        started_at=started_at,
        notes=notes,
    )


def _clock(
    table: TextTable, path: Path, ticks: IntArray, started_at: datetime | None
) -> tuple[str, IntArray, tuple[str, ...]]:
    zone = (_ZONE,) if started_at is not None else ()
    if table.value("SyncStatus:").lower() == "synced":
        return _SYNCHRONISED, ticks, zone
    if started_at is None:
        return f"time of {path.name}", ticks, ()
    start_ns = round(started_at.timestamp() * 1000) * 1_000_000
    return UNIX, ticks - ticks[0] + start_ns, (_UNSYNCHRONISED, *zone)


def _start(text: str) -> datetime | None:
    """Read ``2025-07-11_20:06:00_086 WEST``; an abbreviated zone is ambiguous and not used."""
    parts = re.match(r"(\d{4})-(\d\d?)-(\d\d?)[_ ](\d\d?):(\d\d?):(\d\d?)[_.](\d{3})", text)
    if parts is None:
        return None
    *calendar, ms = map(int, parts.groups())
    return datetime(*calendar, 1000 * ms, tzinfo=UTC)  # type: ignore[misc, arg-type]
