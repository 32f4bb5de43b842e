"""One kind of packet: bytes ↔ samples in SI in the sensor frame."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.decoding.codecs import CODECS
from pelvicsense.decoding.numbers import NumberGrid
from pelvicsense.profiles.layout import (
    COUNT,
    FILL,
    NUMBER_BYTES,
    SEQUENCE,
    TIME,
    Field,
    Major,
    Packet,
    Samples,
    ValueNumber,
    read_number,
)
from pelvicsense.profiles.plan import Values
from pelvicsense.profiles.units import SIGNAL_UNITS


@dataclass(frozen=True, slots=True)
class Reading:
    """What one packet said.

    Attributes
    ----------
    rows
        How many samples.
    sequence, time
        Counter and device time of the packet, where it has them.
    times
        (rows,) device time of each sample, where the packet has them.
    signals
        ``acc`` (rows, 3) m/s², ``gyr`` (rows, 3) rad/s, or one of them.
    """

    rows: int
    sequence: int | None
    time: int | None
    times: IntArray | None
    signals: Mapping[str, FloatArray]


class SignalField:
    """Where ``acc`` or ``gyr`` is in a packet, and what makes SI values of it."""

    def __init__(
        self, packet: Packet, field: Field, values: Values, axes: tuple[tuple[int, int], ...]
    ) -> None:
        assert packet.samples is not None
        scale = field.scale.read(values) if isinstance(field.scale, ValueNumber) else field.scale
        factor = scale * SIGNAL_UNITS[field.name][field.unit]
        self.name = field.name
        self.grid = NumberGrid(field.type, packet.little, field.count)
        self._place = place(packet.samples, field)
        order = [axis for axis, _ in axes]
        self._order = None if order == [0, 1, 2] else order
        self._factor = np.array([sign * factor for _, sign in axes])

    def read(self, frame: bytes, rows: int) -> FloatArray:
        """Return (rows, 3) in SI; the bytes must be there."""
        at, stride = self._place(rows)
        return self.si(self.grid.read(frame, at, rows, stride).astype(np.float64))

    def write(self, frame: bytearray, si: FloatArray) -> None:
        """Write (rows, 3) in SI."""
        at, stride = self._place(len(si))
        self.grid.write(frame, at, stride, self.raw(si))

    def si(self, raw: FloatArray) -> FloatArray:
        """Return the device's numbers as SI in the sensor frame."""
        turned: FloatArray = raw if self._order is None else raw[:, self._order]
        product: FloatArray = turned * self._factor
        return product

    def raw(self, si: FloatArray) -> FloatArray:
        """Return SI in the sensor frame as the device's numbers."""
        numbers: FloatArray = si / self._factor
        if self._order is None:
            return numbers
        back = np.empty_like(numbers)
        back[:, self._order] = numbers
        return back


class _Place:
    """Offset and stride of a field in the samples, given how many there are."""

    def __init__(self, at: int, stride: int, per_row: int) -> None:
        self._at, self._stride, self._per_row = at, stride, per_row

    def __call__(self, rows: int) -> tuple[int, int]:
        return self._at + self._per_row * rows, self._stride


def place(samples: Samples, field: Field) -> _Place:
    """Return where a field of the samples is: rows → offset of the first, stride."""
    if samples.major is Major.SAMPLE:
        return _Place(samples.at + field.at, samples.stride, 0)
    return _Place(samples.at, field.size, field.at)


class PacketCodec:
    """Unpacks and packs one kind of packet; see :class:`~pelvicsense.profiles.layout.Packet`."""

    def __init__(
        self, packet: Packet, samples: Samples, values: Values, axes: tuple[tuple[int, int], ...]
    ) -> None:
        self.packet = packet
        self._samples = samples
        self.signals = [
            SignalField(packet, f, values, axes) for f in samples.fields if f.name in SIGNAL_UNITS
        ]
        times = samples.field(TIME)
        self._times = None if times is None else NumberGrid(times.type, packet.little, 1)
        self._times_place = None if times is None else place(samples, times)
        self._codec = CODECS[samples.codec] if samples.codec else None
        self._check = 1 if packet.checksum else 0
        self._shortest = packet.shortest_bytes
        self._has_floats = any(signal.grid.is_float for signal in self.signals)
        self._head = [f for f in packet.fields if f.name in {TIME, SEQUENCE}]

    def rows(self, frame: bytes) -> int | None:
        """Return how many samples a packet of this length holds; none if no whole number."""
        samples, length = self._samples, len(frame) - self._check
        if len(frame) < self._shortest:
            return None
        if samples.repeat == FILL:
            rows, rest = divmod(length - samples.at, samples.stride)
            return rows if rest == 0 else None
        rows = samples.repeat if isinstance(samples.repeat, int) else self._count(frame)
        needed = self.packet.length
        if needed is None:
            needed = max(samples.at + rows * samples.stride, self.packet.head_bytes) + self._check
        fits = len(frame) == needed or (self.packet.trailing and len(frame) > needed)
        return rows if fits and rows > 0 else None

    def unpack(self, frame: bytes) -> Reading | str:
        """Return what a packet says, or in one word why it is bad."""
        if self._check and _checksum(self.packet.checksum, frame[:-1]) != frame[-1]:
            return "checksum"
        if self._codec is not None:
            return self._unpack_codec(frame)
        rows = self.rows(frame)
        if rows is None:
            return "length"
        signals = self._read_signals(frame, rows)
        if signals is None:
            return "number"
        times = None
        if self._times is not None and self._times_place is not None:
            at, stride = self._times_place(rows)
            times = self._times.read(frame, at, rows, stride)[:, 0].astype(np.int64)
        return self._reading(frame, rows, times, signals)

    def _read_signals(self, frame: bytes, rows: int) -> dict[str, FloatArray] | None:
        if not self._has_floats:
            return {signal.name: signal.read(frame, rows) for signal in self.signals}
        with np.errstate(all="ignore"):  # signalling NaN, overflow: refused like any other
            signals = {signal.name: signal.read(frame, rows) for signal in self.signals}
            finite = all(math.isfinite(values.sum()) for values in signals.values())
        return signals if finite else None

    def _unpack_codec(self, frame: bytes) -> Reading | str:
        assert self._codec is not None
        if len(frame) < self._samples.at:
            return "length"
        signal = self.signals[0]
        size = NUMBER_BYTES[signal.grid.kind]
        raw = self._codec.decode(frame[self._samples.at : len(frame) - self._check], size)
        if raw is None:
            return "length"
        values = {signal.name: signal.si(raw.astype(np.float64))}
        return self._reading(frame, len(raw), None, values)

    def _reading(
        self,
        frame: bytes,
        rows: int,
        times: IntArray | None,
        signals: Mapping[str, FloatArray],
    ) -> Reading:
        head = {
            f.name: int(read_number(frame, f.at, f.type, self.packet.little)) for f in self._head
        }
        return Reading(rows, head.get(SEQUENCE), head.get(TIME), times, signals)

    def _count(self, frame: bytes) -> int:
        field = self.packet.field(COUNT)
        assert field is not None
        return int(read_number(frame, field.at, field.type, self.packet.little))

    def pack(self, reading: Reading) -> bytes:
        """Return the packet that says this; bytes of no meaning are 0."""
        samples, packet = self._samples, self.packet
        if self._codec is not None:
            frame = bytearray(samples.at)
        else:
            size = max(samples.at + reading.rows * samples.stride, packet.head_bytes)
            frame = bytearray(size if packet.length is None else packet.length - self._check)
        for at, data in packet.constants:
            frame[at : at + len(data)] = data
        head = {COUNT: reading.rows, SEQUENCE: reading.sequence, TIME: reading.time}
        for field in packet.fields:
            number = head.get(field.name) or 0
            if field.name in head:
                size = NUMBER_BYTES[field.type]
                number &= (1 << 8 * size) - 1
                order = "little" if packet.little else "big"
                frame[field.at : field.end] = number.to_bytes(size, order)  # type: ignore[arg-type]
        self._pack_samples(frame, reading)
        if packet.checksum:
            frame.append(_checksum(packet.checksum, frame))
        return bytes(frame)

    def _pack_samples(self, frame: bytearray, reading: Reading) -> None:
        if self._codec is not None:
            signal = self.signals[0]
            size = NUMBER_BYTES[signal.grid.kind]
            half = 1 << (8 * size - 1)
            raw = np.clip(np.rint(signal.raw(reading.signals[signal.name])), -half, half - 1)
            frame += self._codec.encode(raw.astype(np.int64), size)
            return
        for signal in self.signals:
            signal.write(frame, reading.signals[signal.name])
        if self._times is not None and self._times_place is not None and reading.times is not None:
            at, stride = self._times_place(reading.rows)
            self._times.write(frame, at, stride, reading.times[:, None])


def _checksum(kind: str, data: bytes | bytearray) -> int:
    if kind == "sum8":
        return sum(data) & 0xFF
    result = 0
    for byte in data:
        result ^= byte
    return result
