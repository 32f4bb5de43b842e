"""Whether samples are what they are taken for: order, rate, and units seen at rest."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from pelvicsense.datatypes.arrays import BoolArray, FloatArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.exchange.imports.signal import ImportedSensor

_REST_S = 1.0
"""Length of the windows in which rest is looked for, s."""

_REST_ACC_SHARE = 0.02
"""At rest the acceleration varies less than this share of its own size, in any unit: worn sensors
at rest show 0.5 % (breathing, postural sway), the quietest second of walking 10 %."""

_AT_REST = (9.3, 10.3)
"""|acc| at rest, m/s²: gravity ± 5 %, more than the offset and scale errors of sold sensors."""

_MOST_REST_RATE_DPS = 25.0
"""Mean angular rate at rest, °/s: the zero-rate offset of uncalibrated sensors stays below 20."""

_WORN_MEAN = (8.5, 40.0)
"""Mean |acc| of a moving person, m/s²: at least gravity less 10 %, in sprints below 40."""

_MOVING_SD, _MOVING_RATE_DPS = 1.0, 15.0
"""Who moves so that |acc| varies by 1 m/s² also turns a limb beyond 15 °/s now and then."""

_RATES_HZ = (40.0, 2000.0)
"""Below 40 Hz a running contact (200 ms) has too few samples."""

_RATE_SHARE = 0.1
"""How far the stated rate may be from that of the time stamps."""


def check(sensor: ImportedSensor) -> None:
    """Refuse samples that cannot be right.

    Raises
    ------
    RecordingError
        Naming the file, what was expected, what was got and what to do.
    """
    _check_order(sensor)
    _check_rate(sensor)
    _check_units(sensor)


def _refuse(sensor: ImportedSensor, problem: str) -> NoReturn:
    name = f"sensor {sensor.label!r}: " if sensor.label else ""
    raise RecordingError(sensor.source, name + problem)


def _check_order(sensor: ImportedSensor) -> None:
    if len(sensor) < 100:
        _refuse(sensor, f"expected at least 100 samples, got {len(sensor)}")
    back = np.flatnonzero(np.diff(sensor.time_ns) < 0)
    if len(back):
        problem = f"time runs backwards after sample {int(back[0]) + 1}; was the file edited?"
        _refuse(sensor, problem)
    if sensor.time_ns[-1] == sensor.time_ns[0]:
        _refuse(sensor, "all samples have the same time")
    if not (np.isfinite(sensor.acc).all() and np.isfinite(sensor.gyr).all()):
        _refuse(sensor, "a number is not finite")


def _check_rate(sensor: ImportedSensor) -> None:
    measured = sensor.measured_rate_hz
    if not _RATES_HZ[0] <= measured <= _RATES_HZ[1]:
        problem = (
            f"expected {_RATES_HZ[0]:g} to {_RATES_HZ[1]:g} samples per second, got "
            f"{measured:.3g}; check the unit of the time column, or record faster"
        )
        _refuse(sensor, problem)
    stated = sensor.rate_hz
    if stated is not None and abs(measured - stated) > _RATE_SHARE * stated:
        problem = (
            f"states {stated:g} samples per second, but its time stamps have {measured:.4g}; "
            "check the unit of the time column, or the rate"
        )
        _refuse(sensor, problem)


def _check_units(sensor: ImportedSensor) -> None:
    size = np.sqrt(np.sum(sensor.acc * sensor.acc, axis=1))
    rest = _at_rest(sensor, size)
    if rest.any():
        at_rest = float(size[rest].mean())
        if not _AT_REST[0] <= at_rest <= _AT_REST[1]:
            _refuse_acc(sensor, at_rest)
    elif not _WORN_MEAN[0] <= float(size.mean()) <= _WORN_MEAN[1]:
        _refuse_acc(sensor, float(size.mean()))
    _check_rate_unit(sensor, size)
    if rest.any():
        _check_rate_at_rest(sensor, rest)


def _check_rate_at_rest(sensor: ImportedSensor, rest: BoolArray) -> None:
    rate = np.rad2deg(np.abs(sensor.gyr[rest].mean(axis=0)).max())
    if rate > _MOST_REST_RATE_DPS:
        problem = (
            f"angular rate at rest is {rate:.0f} °/s, expected below {_MOST_REST_RATE_DPS:g}; "
            "check its columns and unit"
        )
        _refuse(sensor, problem)


def _check_rate_unit(sensor: ImportedSensor, size: FloatArray) -> None:
    fastest = np.rad2deg(np.percentile(np.abs(sensor.gyr), 99.0))
    if size.std() > _MOVING_SD and fastest < _MOVING_RATE_DPS:
        problem = (
            f"angular rate stays below {fastest:.2g} °/s while the person moves; it looks like "
            "rad/s taken for °/s, or its columns are others; check unit and columns"
        )
        _refuse(sensor, problem)
    if fastest > 35.0 * 180.0 / np.pi:
        problem = (
            f"angular rate exceeds {fastest:.0f} °/s in every hundredth number; it looks like °/s "
            "taken for rad/s; check its unit"
        )
        _refuse(sensor, problem)


def _at_rest(sensor: ImportedSensor, size: FloatArray) -> BoolArray:
    """Whether each sample lies in a window in which the acceleration hardly varies."""
    rows = max(2, round(_REST_S * sensor.measured_rate_hz))
    windows = len(size) // rows
    rest = np.zeros(len(size), dtype=np.bool_)
    if not windows:
        return rest
    parts = sensor.acc[: windows * rows].reshape(windows, rows, 3)
    spread = np.sqrt(parts.var(axis=1).sum(axis=1))
    still = spread < _REST_ACC_SHARE * np.maximum(
        size[: windows * rows].reshape(windows, -1).mean(1), 1e-3
    )
    rest[: windows * rows] = np.repeat(still, rows)
    return rest


def _likely(size: float) -> str:
    if size > 100.0:
        return "looks like mg, not m/s²"
    if 0.8 < size < 1.2:
        return "looks like g, not m/s²"
    if 0.008 < size < 0.012:
        return "looks like g taken for mg"
    if size < 2.0:
        return (
            "lacks gravity: a free or linear acceleration cannot be used, export the measured one"
        )
    return "has no known unit, or an axis is missing or there twice"


def _refuse_acc(sensor: ImportedSensor, size: float) -> NoReturn:
    problem = (
        f"acceleration {_likely(size)} (expected about 9.81 at rest, got {size:.3g}); "
        "check its columns and unit"
    )
    _refuse(sensor, problem)
