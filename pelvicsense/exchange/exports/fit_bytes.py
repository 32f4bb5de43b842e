"""The bytes of a FIT file: definition and data messages, developer fields and checksums.

After Garmin's FIT protocol and profile, version 2 (developer.garmin.com/fit). Little-endian, one
local message type per kind of message; a value that is none is sent as the type's invalid value.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
"""Second 0 of FIT times."""

_PROTOCOL_VERSION, _PROFILE_VERSION = 0x20, 21195
_CRC = (
    *(0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401),
    *(0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400),
)


@dataclass(frozen=True, slots=True)
class FieldType:
    """A FIT base type: its number, struct letter, and the value that means none."""

    number: int
    letter: str
    invalid: int | None


ENUM = FieldType(0x00, "B", 0xFF)
UINT8 = FieldType(0x02, "B", 0xFF)
UINT16 = FieldType(0x84, "H", 0xFFFF)
UINT32 = FieldType(0x86, "I", 0xFFFFFFFF)
UINT32Z = FieldType(0x8C, "I", 0)
FLOAT32 = FieldType(0x88, "f", None)  # invalid: all bits set, see `_packed`
STRING = FieldType(0x07, "s", None)
BYTES = FieldType(0x0D, "s", None)

Value = int | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class FitField:
    """A field of a message: its number in the profile, its type, and its size in bytes."""

    number: int
    type: FieldType
    size: int = 0

    @property
    def bytes(self) -> int:
        """Size of one value."""
        return self.size or struct.calcsize(f"<{self.type.letter}")


@dataclass(frozen=True, slots=True)
class MessageKind:
    """A kind of message: its number, its fields, and the developer's fields behind them."""

    number: int
    fields: tuple[FitField, ...]
    developer: tuple[FitField, ...] = ()


@dataclass(slots=True)
class FitWriter:
    """Collects messages; a kind is defined when it first comes."""

    _body: bytearray = field(default_factory=bytearray)
    _local: dict[MessageKind, int] = field(default_factory=dict)

    def add(self, kind: MessageKind, values: Sequence[Value]) -> None:
        """Add a message; values in the order of its fields, then of the developer's."""
        if kind not in self._local:
            self._local[kind] = len(self._local)
            self._define(kind)
        self._body.append(self._local[kind])
        for own, value in zip((*kind.fields, *kind.developer), values, strict=True):
            self._body += _packed(own, value)

    def encode(self) -> bytes:
        """Return the whole file."""
        header = struct.pack(
            "<BBHI4s", 14, _PROTOCOL_VERSION, _PROFILE_VERSION, len(self._body), b".FIT"
        )
        header += struct.pack("<H", crc(header))
        data = header + bytes(self._body)
        return data + struct.pack("<H", crc(data))

    def _define(self, kind: MessageKind) -> None:
        local = self._local[kind]
        has_developer = 0x20 if kind.developer else 0x00
        self._body += struct.pack(
            "<BBBHB", 0x40 | has_developer | local, 0, 0, kind.number, len(kind.fields)
        )
        for own in kind.fields:
            self._body += bytes([own.number, own.bytes, own.type.number])
        if kind.developer:
            self._body.append(len(kind.developer))
            for own in kind.developer:
                self._body += bytes([own.number, own.bytes, 0])  # of developer 0


def crc(data: bytes) -> int:
    """Return the FIT checksum, four bits at a time."""
    value = 0
    for byte in data:
        for nibble in (byte & 0xF, byte >> 4):
            value = (value >> 4) ^ _CRC[value & 0xF] ^ _CRC[nibble]
    return value


def fit_time(moment: datetime) -> int:
    """Return whole seconds since `EPOCH`."""
    return round((moment - EPOCH).total_seconds())


def _packed(own: FitField, value: Value) -> bytes:
    if isinstance(value, str):
        return value.encode()[: own.bytes - 1].ljust(own.bytes, b"\0")
    if isinstance(value, bytes):
        return value.ljust(own.bytes, b"\0")
    if value is None and own.type.invalid is None:
        return b"\xff" * own.bytes
    return struct.pack(f"<{own.type.letter}", own.type.invalid if value is None else value)
