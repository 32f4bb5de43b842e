"""TOML → test vectors."""

from __future__ import annotations

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.profiles.parse_packets import Characteristics, characteristic
from pelvicsense.profiles.schema import Vector, VectorKind
from pelvicsense.profiles.toml_table import Table, is_number
from pelvicsense.profiles.units import ACCELERATION, ANGULAR_RATE

_ACC_KEYS = {"acc_mps2": "m/s2", "acc_g": "g", "acc_mg": "mg"}
_GYR_KEYS = {"gyr_radps": "rad/s", "gyr_dps": "dps"}
_TOLERANCE = 0.001


def read_vector(table: Table, known: Characteristics, usual: tuple[str, ...]) -> Vector:
    """Return a test vector; ``usual`` are the characteristics that carry samples."""
    battery = table.number("battery_percent") if "battery_percent" in table else None
    tolerance = table.number("tolerance", _TOLERANCE, least=0.0)
    acc, acc_scale = _expected(table, _ACC_KEYS, ACCELERATION)
    gyr, gyr_scale = _expected(table, _GYR_KEYS, ANGULAR_RATE)
    values = table.table("values")
    vector = Vector(
        line=table.line,
        kind=table.word("kind", VectorKind),
        source=table.text("source"),
        note=table.text("note", ""),
        notifications=_notifications(table, known, usual),
        values={name: values.data(name) for name in values.values},
        rate_hz=table.number("rate_hz", least=0.0) if "rate_hz" in table else None,
        acc=acc,
        gyr=gyr,
        acc_tolerance=tolerance * acc_scale,
        gyr_tolerance=tolerance * gyr_scale,
        ticks=_ticks(table),
        bad=table.integer("bad", 0, 10_000, 0),
        battery_percent=battery,
    )
    if battery is None and acc is None and gyr is None and vector.ticks is None:
        table.fault(None, "expected acc_…, gyr_…, ticks or battery_percent to compare with")
    table.close()
    return vector


def _notifications(
    table: Table, known: Characteristics, usual: tuple[str, ...]
) -> tuple[tuple[str, bytes], ...]:
    single = "bytes" in table
    if single == ("notifications" in table):
        table.fault(None, "expected either bytes or notifications")
        table.get("notifications")
    inner = table.tables("notifications") if not single else [table]
    found = []
    for one in inner:
        if "characteristic" in one:
            uuid = characteristic(one, "characteristic", known)
        elif usual:
            uuid = usual[0]
        else:
            uuid = ""
        found.append((uuid, one.data("bytes")))
        if not single:
            one.close()
    return tuple(found)


def _expected(
    table: Table, keys: dict[str, str], units: dict[str, float]
) -> tuple[FloatArray | None, float]:
    """Return the expected rows in SI and the size of their unit."""
    given = [key for key in keys if key in table]
    if len(given) > 1:
        table.fault(given[1], f"expected one of {' and '.join(given)}")
    for key in given:
        rows = table.get(key)
        if not isinstance(rows, list) or not all(map(_is_row, rows)):
            table.expected(key, "rows of three numbers, such as [[0.0, 0.0, 1.0]]")
            return None, 1.0
        scale = units[keys[key]]
        return np.array(rows, dtype=np.float64).reshape(-1, 3) * scale, scale
    return None, 1.0


def _is_row(row: object) -> bool:
    return isinstance(row, list) and len(row) == 3 and all(map(is_number, row))


def _ticks(table: Table) -> tuple[int, ...] | None:
    ticks = table.get("ticks")
    if ticks is None:
        return None
    if not isinstance(ticks, list) or not all(type(tick) is int for tick in ticks):
        table.expected("ticks", "a list of whole numbers")
        return None
    return tuple(ticks)
