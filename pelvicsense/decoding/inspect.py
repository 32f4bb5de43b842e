"""What is in captured packets, field by field, for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.decoding.codecs import CODECS
from pelvicsense.decoding.decoder import AnyCodec, choose, framers, packet_codecs
from pelvicsense.decoding.numbers import NumberGrid
from pelvicsense.decoding.packet import PacketCodec, Reading, place
from pelvicsense.profiles.layout import NUMBER_BYTES, TEXT, Field, Packet, read_number
from pelvicsense.profiles.plan import Values
from pelvicsense.profiles.schema import Profile

_SI_UNITS = {"acc": "m/s²", "gyr": "rad/s"}


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as sent and as meant.

    Attributes
    ----------
    sample
        Which sample of the packet; none for a field of the packet itself.
    name
        Of the field.
    raw
        As sent.
    values, unit
        What they mean: SI and sensor frame for ``acc`` and ``gyr``, else in the profile's unit.
    """

    sample: int | None
    name: str
    raw: tuple[float, ...]
    values: tuple[float, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class PacketView:
    """One packet; ``problem`` says why there are no fields, and is empty where there are."""

    name: str
    data: bytes
    fields: tuple[FieldView, ...] = ()
    problem: str = ""


def inspect(
    profile: Profile, values: Values, notifications: Sequence[tuple[str, bytes]]
) -> tuple[list[PacketView], int]:
    """Return the packets in consecutive notifications, and how often bytes were thrown away.

    Raises
    ------
    ConfigurationError
        If no variant, or no scale, follows from ``values``.
    """
    behaviour = profile.variant(values).behaviour
    codecs = packet_codecs(behaviour, values)
    cutters = framers(behaviour, codecs)
    views: list[PacketView] = []
    faults = 0
    for characteristic, data in notifications:
        if characteristic not in cutters:
            views.append(PacketView("", data, problem="the profile knows no packets there"))
            continue
        frames, thrown = cutters[characteristic].feed(data)
        faults += thrown
        views += [_view(codecs[characteristic], frame) for frame in frames]
    return views, faults


def _view(choices: list[tuple[Packet, AnyCodec | None]], frame: bytes) -> PacketView:
    packet, codec = choose(choices, frame)
    if packet is None:
        return PacketView("", frame, problem="no packet of the profile begins so")
    if codec is None:
        if len(frame) < packet.head_bytes:
            return PacketView(packet.name, frame, problem="bad length")
        return PacketView(packet.name, frame, _head(packet, frame))
    reading = codec.unpack(frame)
    if isinstance(reading, str):
        return PacketView(packet.name, frame, problem=f"bad {reading}")
    if isinstance(codec, PacketCodec):
        fields = _head(packet, frame) + _samples(packet, frame, reading)
    else:
        fields = _columns(packet, frame, reading)
    return PacketView(packet.name, frame, fields)


def _head(packet: Packet, frame: bytes) -> tuple[FieldView, ...]:
    views = []
    for field in packet.fields:
        size = NUMBER_BYTES[field.type]
        raw = tuple(
            read_number(frame, field.at + i * size, field.type, packet.little)
            for i in range(field.count)
        )
        views.append(FieldView(None, field.name, raw, _scaled(field, raw), field.unit))
    return tuple(views)


def _samples(packet: Packet, frame: bytes, reading: Reading) -> tuple[FieldView, ...]:
    samples = packet.samples
    assert samples is not None
    columns = []
    for field in samples.fields:
        if samples.codec:
            size = NUMBER_BYTES[field.type]
            raw = CODECS[samples.codec].decode(frame[samples.at :], size)
        else:
            at, stride = place(samples, field)(reading.rows)
            grid = NumberGrid(field.type, packet.little, field.count)
            raw = grid.read(frame, at, reading.rows, stride)  # type: ignore[assignment]
        columns.append((field, np.asarray(raw)))
    return tuple(
        _sample(i, field, tuple(raw[i].tolist()), reading)
        for i in range(reading.rows)
        for field, raw in columns
    )


def _columns(packet: Packet, frame: bytes, reading: Reading) -> tuple[FieldView, ...]:
    samples = packet.samples
    assert samples is not None
    texts = frame[len(packet.prefix) :].split(packet.separator.encode())

    def raw(field: Field, begin: int) -> tuple[float, ...]:
        at = begin + field.at
        return tuple(_number(text) for text in texts[at : at + field.count])

    head = [FieldView(None, f.name, r := raw(f, 0), r, f.unit) for f in packet.fields]
    return (*head, *(_sample(0, f, raw(f, samples.at), reading) for f in samples.fields))


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _sample(i: int, field: Field, raw: tuple[float, ...], reading: Reading) -> FieldView:
    si: FloatArray | None = reading.signals.get(field.name)
    if si is not None:
        return FieldView(i, field.name, raw, tuple(si[i].tolist()), _SI_UNITS[field.name])
    return FieldView(i, field.name, raw, _scaled(field, raw), field.unit)


def _scaled(field: Field, raw: tuple[float, ...]) -> tuple[float, ...]:
    if isinstance(field.scale, float) and field.scale != 1.0 and field.type != TEXT:
        return tuple(number * field.scale for number in raw)
    return raw
