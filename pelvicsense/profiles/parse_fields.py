"""TOML → fields of a packet or sample."""

from __future__ import annotations

import re

from pelvicsense.profiles.layout import FIELD_TYPES, NUMBER_BYTES, TEXT, Field, ValueNumber
from pelvicsense.profiles.toml_table import Table, is_number
from pelvicsense.profiles.units import SIGNAL_UNITS

NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What a name in a profile looks like."""

_RATIO = re.compile(r"\s*(-?[0-9.]+)\s*/\s*([0-9.]+)\s*")
_MOST_BYTES = 4096


def read_fields(tables: list[Table], begin: int, little: bool) -> tuple[Field, ...]:
    """Return fields; one without ``at`` follows the one before, the first is at ``begin``."""
    fields: list[Field] = []
    for table in tables:
        read = _field(table, fields[-1].end if fields else begin, little)
        if any(f.name == read.name for f in fields):
            table.fault("name", f"a second field named {read.name!r}; give it another name")
        fields.append(read)
        table.close()
    for table, one, other in zip(tables[1:], fields, fields[1:], strict=False):
        if other.at < one.end:
            table.fault("at", f"expected at least {one.end}, behind {one.name}, got {other.at}")
    return tuple(fields)


def _field(table: Table, at: int, little: bool) -> Field:
    name = table.text("name")
    if name and not NAME.fullmatch(name):
        table.expected("name", "lower-case letters, digits and _")
    kind = field_type(table, "type")
    signal = name in SIGNAL_UNITS
    if signal:
        units = SIGNAL_UNITS[name]
        unit = table.text("unit", "")
        if unit not in units:
            table.expected("unit", "one of " + ", ".join(units))
    else:
        unit = table.text("unit", "")
    return Field(
        name=name,
        at=table.integer("at", 0, _MOST_BYTES, at),
        type=kind,
        count=3 if signal else table.integer("count", 1, 64, 1),
        scale=_scale(table, little),
        unit=unit,
    )


def field_type(table: Table, key: str, default: str | None = None) -> str:
    """Return how a number is written."""
    kind = table.text(key, default)
    if kind not in FIELD_TYPES:
        table.expected(key, "one of " + ", ".join(FIELD_TYPES))
        return "u8"
    return kind


def _scale(table: Table, little: bool) -> float | ValueNumber:
    value = table.get("scale")
    if value is None:
        return 1.0
    if isinstance(value, dict):
        return _value_number(table.table("scale"), little)
    number = float(value) if is_number(value) else 0.0
    ratio = _RATIO.fullmatch(value) if isinstance(value, str) else None
    if ratio is not None:
        below = float(ratio[2])
        number = float(ratio[1]) / below if below else 0.0
    if number == 0.0:
        table.expected(
            "scale",
            'a number, a ratio such as "16/32768", or '
            '{ value = "name of a probe step", at = 0, type = "f32" }',
        )
        return 1.0
    return number


def _value_number(table: Table, little: bool) -> ValueNumber:
    default = table.get("default")
    number = ValueNumber(
        value=table.text("value"),
        at=table.integer("at", 0, _MOST_BYTES, 0),
        type=field_type(table, "type", "f32"),
        little=little,
        default=None if default is None else table.number("default"),
    )
    if number.type == TEXT:
        table.expected("type", "one of " + ", ".join(NUMBER_BYTES))
    table.close()
    return number
