"""What a profile says about bytes that arrive: packets, their fields, framing and time."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.profiles.plan import Values

NUMBER_BYTES: Mapping[str, int] = {
    "i8": 1, "u8": 1, "i16": 2, "u16": 2, "i24": 3, "u24": 3, "i32": 4, "u32": 4,
    "i64": 8, "u64": 8, "f32": 4, "f64": 8,
}  # fmt: skip
"""Types of a number on the wire, and their sizes in bytes."""

TEXT = "text"
"""Type of a number in a line of text."""

TIME, SEQUENCE, COUNT = "time", "sequence", "count"
"""Names of fields that steer the decoding; ``acc`` and ``gyr`` are the samples themselves."""

FIELD_TYPES = (*NUMBER_BYTES, TEXT)
"""All types of a field."""

CODECS = ("polar-delta",)
"""Codecs by name: for samples that fields cannot describe (``decoding/codecs.py``)."""

CHECKSUMS = ("sum8", "xor8")
"""Checksums in the last byte of a packet: of all bytes before it."""

_FLOAT_CODES = {"f32": "f", "f64": "d"}


def read_number(data: bytes, at: int, kind: str, little: bool) -> int | float:
    """Return one number; the bytes must be there."""
    raw = data[at : at + NUMBER_BYTES[kind]]
    if kind in _FLOAT_CODES:
        value: float = struct.unpack(("<" if little else ">") + _FLOAT_CODES[kind], raw)[0]
        return value
    return int.from_bytes(raw, "little" if little else "big", signed=kind[0] == "i")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueNumber:
    """A number that the device tells: somewhere in the bytes that a probe step brought.

    Attributes
    ----------
    value
        Name of the step.
    at, type, little
        Where in its bytes, and how it is written.
    default
        Taken where the step brought nothing; none if that is an error.
    """

    value: str
    at: int
    type: str
    little: bool = True
    default: float | None = None

    def read(self, values: Values) -> float:
        """Return the number.

        Raises
        ------
        ConfigurationError
            If the device did not tell it.
        """
        data = values.get(self.value, b"")
        if len(data) < self.at + NUMBER_BYTES[self.type]:
            if self.default is not None and not data:
                return self.default
            msg = (
                f"{self.value}: expected at least {self.at + NUMBER_BYTES[self.type]} bytes from "
                f"the device, got {len(data)}; its firmware differs from what the profile describes"
            )
            raise ConfigurationError(msg)
        return float(read_number(data, self.at, self.type, self.little))


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One number, or several of a kind, in a packet or a sample.

    Attributes
    ----------
    name
        ``acc``, ``gyr`` (three components each), ``time``, ``sequence``, ``count``, or any other
        name for what is only shown by ``pelvicsense profiles decode``.
    at
        Offset from the beginning of the packet or sample, bytes; in a line of text, the column.
    type, count
        How a number is written, and how many there are.
    scale, unit
        ``number * scale`` is in ``unit``.
    """

    name: str
    at: int
    type: str
    count: int = 1
    scale: float | ValueNumber = 1.0
    unit: str = ""

    @property
    def size(self) -> int:
        """Length in bytes, or in columns of text."""
        return self.count * NUMBER_BYTES.get(self.type, 1)

    @property
    def end(self) -> int:
        """Offset behind it."""
        return self.at + self.size


class Major(StrEnum):
    """What comes first where a packet holds several samples."""

    SAMPLE = "sample"
    ARRAY = "array"


FILL = "fill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The part of a packet that holds samples.

    Attributes
    ----------
    at
        Offset of the first in the packet.
    repeat
        How many: a number, ``count`` (the field says) or ``fill`` (up to the end of the packet).
    major
        ``sample``: all fields of a sample together; ``array``: all samples' first field, then all
        samples' second.
    stride
        Bytes from one sample to the next.
    fields
        Of one sample.
    codec
        Decodes the bytes from ``at`` to the end, where fields cannot say how; empty if they can.
    """

    at: int
    repeat: int | str
    major: Major
    stride: int
    fields: tuple[Field, ...]
    codec: str = ""

    @property
    def signals(self) -> frozenset[str]:
        """Which of ``acc`` and ``gyr`` there are."""
        return frozenset(f.name for f in self.fields) & {"acc", "gyr"}

    def field(self, name: str) -> Field | None:
        """Return the field of that name."""
        return next((f for f in self.fields if f.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One kind of packet.

    Attributes
    ----------
    name
        For people.
    characteristic
        UUID on which it arrives.
    constants
        Pairs of offset and bytes by which it is told from others; the bytes at 0 come first.
    length
        Of the whole packet, bytes; none where it follows from the samples.
    trailing
        More bytes may follow, and mean nothing.
    little
        Byte order.
    checksum
        ``sum8`` or ``xor8`` over all bytes before the last; empty without one.
    fields
        Once per packet.
    samples
        None in a packet that is known and ignored.
    """

    name: str
    characteristic: str
    constants: tuple[tuple[int, bytes], ...] = ()
    length: int | None = None
    trailing: bool = False
    little: bool = True
    checksum: str = ""
    separator: str = ""
    fields: tuple[Field, ...] = ()
    samples: Samples | None = None

    @property
    def prefix(self) -> bytes:
        """The constant bytes at the beginning."""
        return self.constants[0][1] if self.constants and self.constants[0][0] == 0 else b""

    def field(self, name: str) -> Field | None:
        """Return the field of that name, outside the samples."""
        return next((f for f in self.fields if f.name == name), None)

    @property
    def head_bytes(self) -> int:
        """Shortest length that holds the constants and all fields outside the samples."""
        ends = [at + len(data) for at, data in self.constants]
        return max([0, *ends, *(f.end for f in self.fields)])

    @property
    def shortest_bytes(self) -> int:
        """Shortest length of a whole packet."""
        if self.length is not None:
            return self.length
        size = self.head_bytes
        if self.samples is not None:
            repeat = self.samples.repeat
            size = max(
                size,
                self.samples.at + self.samples.stride * (1 if isinstance(repeat, str) else repeat),
            )
        return size + (1 if self.checksum else 0)


class FramingKind(StrEnum):
    """How packets sit in the notifications of a characteristic."""

    NOTIFICATION = "notification"
    SYNC = "sync"
    LINES = "lines"
    PARTS = "parts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """How packets sit in the notifications of one characteristic.

    Attributes
    ----------
    kind
        ``notification``: each is a packet; ``sync``: a stream of bytes in which each packet begins
        with its constant prefix and has its length; ``lines``: a stream of lines of text;
        ``parts``: a packet too long for one notification goes on in the next.
    first, rest
        For ``parts``: how the first notification of a packet begins, and one that goes on with it
        (whose beginning is then cut off).
    """

    kind: FramingKind = FramingKind.NOTIFICATION
    first: bytes = b""
    rest: bytes = b""


class Anchor(StrEnum):
    """Which sample of a packet its time belongs to."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTime:
    """The device's clock, where packets have a ``time`` field."""

    tick_s: float
    bits: int
    anchor: Anchor = Anchor.FIRST


class JoinBy(StrEnum):
    """How samples of ``acc`` and ``gyr`` that come in separate packets find each other."""

    ORDER = "order"
    TIME = "time"
