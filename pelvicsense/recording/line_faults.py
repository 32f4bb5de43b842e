"""Which line of samples.csv is wrong, and how: run only once the fast reader has refused."""

from __future__ import annotations

import math
import re
from pathlib import Path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.recording.row_order import RowOrder
from pelvicsense.recording.rows import COLUMNS

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NON_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_INT64 = range(-(2**63), 2**63)


def first_fault(
    path: Path, text: bytes, first_line: int, sensors: tuple[Placement, ...], order: RowOrder
) -> RecordingError:
    """Return the error that names the first wrong line of ``text``.

    Parameters
    ----------
    path
        samples.csv, for the message.
    text
        Whole lines, the first of which is line ``first_line`` of the file.
    sensors
        The sensors that the manifest names.
    order
        What the rows before ``text`` said.
    """
    scan = RowOrder(last_host_ns=order.last_host_ns, ticked=dict(order.ticked))
    lines = text.decode("utf-8", errors="replace").split("\n")[:-1]
    for line, content in enumerate(lines, start=first_line):
        problem = _problem(content, sensors, scan)
        if problem is not None:
            return RecordingError(path, problem, line)
    return RecordingError(path, f"cannot be parsed in the {len(lines)} lines from here", first_line)


def _problem(content: str, sensors: tuple[Placement, ...], order: RowOrder) -> str | None:
    fields = content.split(",")
    if len(fields) != len(COLUMNS):
        return f"expected {len(COLUMNS)} columns ({','.join(COLUMNS)}), got {len(fields)}"
    host_ns, sensor, tick, *numbers = fields
    if not _is_int64(host_ns):
        return f"host_ns: expected a whole number of ns, got {_shown(host_ns)}"
    if sensor not in set(sensors):
        return (
            f"sensor: expected one that session.toml names ({', '.join(sensors)}), "
            f"got {_shown(sensor)}; add its [sensors.…] table there or correct the name"
        )
    if tick and not _is_int64(tick):
        return f"tick: expected a whole number or nothing, got {_shown(tick)}"
    for name, number in zip(COLUMNS[3:], numbers, strict=True):
        if problem := _number_problem(name, number):
            return problem
    return _order_problem(int(host_ns), Placement(sensor), bool(tick), order)


def _number_problem(name: str, number: str) -> str | None:
    if _NON_FINITE.fullmatch(number):
        return f"{name}: expected a finite number, got {_shown(number)}; remove the line"
    if not _NUMBER.fullmatch(number):
        return f"{name}: expected a number, got {_shown(number)}"
    if math.isinf(float(number)):
        return f"{name}: expected a finite number, got {_shown(number)}; remove the line"
    return None


def _order_problem(host_ns: int, sensor: Placement, ticked: bool, order: RowOrder) -> str | None:
    if order.last_host_ns is not None and host_ns < order.last_host_ns:
        return (
            f"host_ns: expected {order.last_host_ns} or later, got {host_ns}; "
            "rows must be in order of arrival"
        )
    if order.ticked.get(sensor, ticked) != ticked:
        was, now = ("empty", "given") if ticked else ("given", "empty")
        return f"tick: expected {was} as in all earlier rows of {sensor}, got {now}"
    order.last_host_ns = host_ns
    order.ticked[sensor] = ticked
    return None


def _is_int64(text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None and int(text) in _INT64


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
