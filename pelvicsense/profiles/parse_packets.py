"""TOML → packets and how they are framed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from pelvicsense.profiles.layout import (
    CHECKSUMS,
    CODECS,
    COUNT,
    FILL,
    NUMBER_BYTES,
    SEQUENCE,
    TEXT,
    TIME,
    Field,
    Framing,
    FramingKind,
    Major,
    Packet,
    Samples,
)
from pelvicsense.profiles.parse_fields import read_fields
from pelvicsense.profiles.toml_table import Table

_MOST_BYTES = 4096
Characteristics = Mapping[str, tuple[str, ...]]


def characteristic(table: Table, key: str, known: Characteristics) -> str:
    """Return the UUID of a characteristic that ``[characteristics]`` names."""
    name = table.text(key)
    if name and name not in known:
        names = ", ".join(known) or "none"
        table.fault(key, f"expected a name from [characteristics] ({names}), got {name!r}")
    return known[name][0] if name in known else ""


def read_framing(table: Table, known: Characteristics) -> dict[str, Framing]:
    """Return the framing per characteristic (UUID)."""
    framings: dict[str, Framing] = {}
    for name in table.values:
        inner = table.table(name)
        if name not in known:
            table.fault(name, f"expected a name from [characteristics] ({', '.join(known)})")
            continue
        kind = inner.word("kind", FramingKind)
        parts = kind is FramingKind.PARTS
        framings[known[name][0]] = Framing(
            kind=kind,
            first=inner.data("first") if parts else b"",
            rest=inner.data("rest") if parts else b"",
        )
        inner.close()
    return framings


def read_packets(
    tables: list[Table], known: Characteristics, framings: Mapping[str, Framing]
) -> tuple[Packet, ...]:
    """Return the packets; those of one characteristic must be told apart by their constants."""
    packets = []
    for table in tables:
        packet = _packet(table, known)
        _check_packet(table, packet)
        _check_framing(table, packet, framings.get(packet.characteristic, Framing()))
        table.close()
        packets.append(packet)
    for (_, one), (table, other) in combinations(zip(tables, packets, strict=True), 2):
        if one.characteristic == other.characteristic and not _distinct(one, other):
            table.fault(
                None,
                f"cannot be told from packet {one.name!r} on the same characteristic: give each a "
                "prefix or constants in which they differ",
            )
    return tuple(packets)


def _packet(table: Table, known: Characteristics) -> Packet:
    little = table.text("order", "little")
    if little not in {"little", "big"}:
        table.expected("order", "little or big")
    checksum = table.text("checksum", "")
    if checksum and checksum not in CHECKSUMS:
        table.expected("checksum", "one of " + ", ".join(CHECKSUMS))
    constants = _constants(table)
    field_tables = table.tables("fields")
    is_text = any(inner.values.get("type") == TEXT for inner in field_tables)
    prefixed = constants and constants[0][0] == 0 and not is_text  # offsets of text are columns
    begin = len(constants[0][1]) if prefixed else 0
    fields = read_fields(field_tables, begin, little == "little")
    ignored = table.flag("ignore", default=False)
    samples = None
    if ignored and "samples" in table:
        table.fault("samples", "expected no samples in a packet with ignore = true; remove either")
        table.get("samples")
    elif "samples" in table:
        behind = max([begin, *(f.end for f in fields)])
        samples = _samples(table.table("samples"), behind, little == "little")
    elif not ignored:
        table.fault(None, "expected [packets.samples], or ignore = true, got neither")
    length = table.integer("length", 1, _MOST_BYTES) if "length" in table else None
    return Packet(
        name=table.text("name", f"packet on {table.values.get('characteristic', '?')}"),
        characteristic=characteristic(table, "characteristic", known),
        constants=constants,
        length=length,
        trailing=table.flag("trailing", default=False),
        little=little == "little",
        checksum=checksum,
        separator=table.text("separator", ","),
        fields=fields,
        samples=samples,
    )


def _constants(table: Table) -> tuple[tuple[int, bytes], ...]:
    constants = []
    prefix = table.data("prefix", b"")
    if prefix:
        constants.append((0, prefix))
    for inner in table.tables("constants"):
        constants.append((inner.integer("at", 1, _MOST_BYTES), inner.data("bytes")))
        inner.close()
    return tuple(constants)


def _samples(table: Table, behind: int, little: bool) -> Samples:
    fields = read_fields(table.tables("fields"), 0, little)
    repeat = table.get("repeat")
    if repeat is None:
        repeat = 1
    whole = isinstance(repeat, int) and not isinstance(repeat, bool) and 1 <= repeat <= 1000
    if not whole and repeat not in {COUNT, FILL}:
        table.expected("repeat", 'a number of samples, "count" or "fill"')
    size = max([1, *(f.end for f in fields)])
    codec = table.text("codec", "")
    if codec and codec not in CODECS:
        table.expected("codec", "one of " + ", ".join(CODECS))
    samples = Samples(
        at=table.integer("at", 0, _MOST_BYTES, behind),
        repeat=repeat if isinstance(repeat, int | str) else 1,
        major=table.word("major", Major, Major.SAMPLE),
        stride=table.integer("stride", 1, _MOST_BYTES, size),
        fields=fields,
        codec=codec,
    )
    if samples.stride < size:
        table.expected("stride", f"at least {size}, the length of the fields")
    if samples.major is Major.ARRAY and samples.stride != sum(f.size for f in fields):
        table.fault("stride", "expected no unused bytes where major = array; name them as a field")
    if not samples.signals:
        table.fault("fields", "expected a field named acc or gyr, got neither")
    if codec and (len(fields) != 1 or not fields[0].type.startswith("i")):
        table.fault("fields", f"expected acc or gyr alone, of type i8, i16 or i24, with {codec}")
    table.close()
    return samples


def _check_packet(table: Table, packet: Packet) -> None:
    samples = packet.samples
    counted = samples is not None and samples.repeat == COUNT
    if counted != (packet.field(COUNT) is not None):
        table.fault(None, 'a field named count and repeat = "count" need each other; add or remove')
    for field in packet.fields:
        if field.name in {"acc", "gyr"}:
            table.fault("fields", f"expected {field.name} in [packets.samples]; move it there")
        if field.name in {COUNT, SEQUENCE} and not (field.type[0] == "u" or field.type == TEXT):
            table.fault("fields", f"expected {field.name} of an unsigned type, got {field.type}")
    for field in (*packet.fields, *(samples.fields if samples else ())):
        if field.name == TIME and field.type not in {TEXT, *_INTEGERS}:
            table.fault("fields", f"expected time of an integer type, got {field.type}")
        if field.name in {TIME, SEQUENCE, COUNT} and (field.count != 1 or field.scale != 1.0):
            table.fault("fields", f"expected {field.name} as one number without scale")
    if samples is None:
        return
    behind = max([len(packet.prefix), *(f.end for f in packet.fields)])
    if samples.at < behind and not _is_text(packet):
        table.fault("samples", f"expected samples behind the fields (at {behind} or later)")
    needed = _needed(packet, samples)
    if packet.length is not None and packet.length < needed:
        table.expected("length", f"at least {needed}, what fields and samples take")
    if packet.length is not None and (packet.trailing or samples.repeat in {COUNT, FILL}):
        table.fault("length", "expected no length where it varies (trailing, count, fill)")
    if samples.repeat == FILL and packet.trailing:
        table.fault("trailing", 'expected no trailing bytes with repeat = "fill"')


def _check_framing(table: Table, packet: Packet, framing: Framing) -> None:
    kinds = {f.type == TEXT for f in (*packet.fields, *_sample_fields(packet))}
    lines = framing.kind is FramingKind.LINES
    if kinds and kinds != {lines}:
        want = 'type = "text"' if lines else 'no type = "text"'
        table.fault("fields", f"expected {want} in packets framed as {framing.kind}")
    if lines and packet.samples is not None and packet.samples.repeat != 1:
        table.fault("samples", "expected one sample in a line of text")
    if framing.kind is FramingKind.SYNC:
        varies = packet.samples is None or isinstance(packet.samples.repeat, str) or packet.trailing
        if not packet.prefix:
            table.fault(None, "expected a prefix to find packets in a stream by; add it")
        if packet.length is None and varies:
            table.fault(None, "expected a length, as packets of a stream have one; add it")
    if framing.kind is FramingKind.PARTS and packet.samples is not None:
        if not packet.prefix.startswith(framing.first):
            table.fault("prefix", "expected to begin with what [framing] gives as first")
        if packet.trailing:
            table.fault("trailing", "expected no trailing bytes in a packet of several parts")


def _needed(packet: Packet, samples: Samples) -> int:
    if _is_text(packet) or isinstance(samples.repeat, str):
        return 0
    return max(packet.head_bytes, samples.at + samples.repeat * samples.stride) + bool(
        packet.checksum
    )


def _sample_fields(packet: Packet) -> tuple[Field, ...]:
    return packet.samples.fields if packet.samples is not None else ()


def _is_text(packet: Packet) -> bool:
    return any(f.type == TEXT for f in (*packet.fields, *_sample_fields(packet)))


def _distinct(one: Packet, other: Packet) -> bool:
    """Return whether some constant byte differs between two packets."""
    bytes_of = [
        {at + i: byte for at, data in p.constants for i, byte in enumerate(data)}
        for p in (one, other)
    ]
    return any(bytes_of[1].get(at, byte) != byte for at, byte in bytes_of[0].items())


_INTEGERS = frozenset(kind for kind in NUMBER_BYTES if kind[0] in "iu")
