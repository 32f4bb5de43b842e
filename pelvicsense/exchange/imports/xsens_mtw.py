"""Xsens MTw and MTi: the text files that MT Manager exports, one per sensor.

Comment lines (``// Update Rate: 100.0Hz``, older ``// Sample rate: …``), then a table, separated
by tabs or as the user chose. Acceleration in m/s², angular rate in rad/s. All sensors of one
station share the 16-bit packet counter; with no rate in the file ``SampleTimeFine`` (0.1 ms, 32
bits) tells the time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.exchange.imports.signal import ImportedSensor, ReadOptions, to_ns, unwrap
from pelvicsense.exchange.imports.table import TextTable, complete, read_table

NAME = "xsens-mtw"
_ACC, _GYR = ("acc_x", "acc_y", "acc_z"), ("gyr_x", "gyr_y", "gyr_z")
_ADVICE = (
    "export again from MT Manager with 'Acceleration' and 'Rate of turn': orientation alone "
    "cannot be used"
)
_COUNTERS = ("packetcounter", "counter")
_COUNTER_BITS, _FINE_BITS, _FINE_NS = 16, 32, 100_000


def recognises(path: Path, head: str) -> bool:
    """Whether a text begins like an export of MT Manager."""
    del path
    if head.startswith("//"):
        return (
            re.search(r"^(packet)?counter[\t,; ]", head, re.IGNORECASE | re.MULTILINE) is not None
        )
    return any(line.lower().startswith("packetcounter\t") for line in head.splitlines()[:40])


def read(paths: Sequence[Path], options: ReadOptions) -> list[ImportedSensor]:
    """Read one sensor per file; its label is the device number at the end of the file's name.

    Raises
    ------
    RecordingError
        If a file lacks a column or a rate, or holds something else than numbers.
    """
    return [read_one(path, options) for path in paths]


def read_one(path: Path, options: ReadOptions) -> ImportedSensor:
    """Read one file; raises as `read`."""
    table = read_table(path, lambda names: names[0] in _COUNTERS, "an MT Manager export")
    table.need((*_ACC, *_GYR), _ADVICE)
    acc, gyr = table.numbers(*_ACC), table.numbers(*_GYR)
    rate_hz = _rate(table) or options.rate_hz
    counter = table.numbers(*(name for name in _COUNTERS if table.has(name)))
    rows = complete(path, np.zeros(len(counter), dtype=np.int64), counter, acc, gyr)
    clock, time_ns = _times(table, counter[rows, 0], rows, rate_hz)
    return ImportedSensor(
        source=path,
        label=path.stem.rsplit("_", 1)[-1],
        clock=clock,
        time_ns=time_ns,
        acc=acc[rows],
        gyr=gyr[rows],
        rate_hz=rate_hz,
    )


def _rate(table: TextTable) -> float | None:
    for line in table.preamble:
        found = re.match(r"//\s*(?:Update|Sample) Rate:\s*([\d.]+)\s*Hz", line, re.IGNORECASE)
        if found is not None:
            return float(found[1])
    return None


def _times(
    table: TextTable, counter: FloatArray, rows: IntArray, rate_hz: float | None
) -> tuple[str, IntArray]:
    if rate_hz is not None:
        packets = unwrap(counter.astype(np.int64), _COUNTER_BITS)
        return "packet counter of the station", to_ns(packets / rate_hz)
    if table.has("sampletimefine"):
        fine = table.numbers("sampletimefine")[rows, 0]
        if np.isfinite(fine).all():
            return "SampleTimeFine", unwrap(fine.astype(np.int64), _FINE_BITS) * _FINE_NS
    problem = "has no line '// Update Rate: …Hz' and no SampleTimeFine; give the rate with --rate"
    raise RecordingError(table.path, problem)
