"""A line of text with numbers in columns: bytes ↔ samples in SI in the sensor frame."""

from __future__ import annotations

import numpy as np

from pelvicsense.decoding.packet import Reading, SignalField
from pelvicsense.profiles.layout import SEQUENCE, TIME, Packet, Samples
from pelvicsense.profiles.plan import Values
from pelvicsense.profiles.units import SIGNAL_UNITS


class TextPacketCodec:
    """Unpacks and packs one kind of line; the line's end is the framing's business."""

    def __init__(
        self, packet: Packet, samples: Samples, values: Values, axes: tuple[tuple[int, int], ...]
    ) -> None:
        self.packet = packet
        self._samples = samples
        self._separator = packet.separator.encode()
        self.signals = [
            SignalField(packet, f, values, axes) for f in samples.fields if f.name in SIGNAL_UNITS
        ]
        self._columns = {f.name: samples.at + f.at for f in samples.fields}
        self._columns |= {f.name: f.at for f in packet.fields}
        self._width = max([samples.at + f.end for f in samples.fields])
        self._width = max([self._width, *(f.end for f in packet.fields)])

    def rows(self, frame: bytes) -> int | None:
        """Return 1: a line holds one sample."""
        del frame
        return 1

    def unpack(self, frame: bytes) -> Reading | str:
        """Return what a line says, or in one word why it is bad."""
        columns = frame[len(self.packet.prefix) :].split(self._separator)
        if len(columns) != self._width:
            return "columns"
        signals = {}
        try:
            for signal in self.signals:
                at = self._columns[signal.name]
                raw = np.array([[float(text) for text in columns[at : at + 3]]])
                if not np.isfinite(raw).all():
                    return "number"
                signals[signal.name] = signal.si(raw)
            sequence, time = (self._whole(columns, name) for name in (SEQUENCE, TIME))
        except ValueError:
            return "text"
        return Reading(1, sequence, time, None, signals)

    def _whole(self, columns: list[bytes], name: str) -> int | None:
        if name not in self._columns:
            return None
        number = int(columns[self._columns[name]])
        if not 0 <= number < 1 << 64:
            msg = f"{name}: expected a tick or counter, got {number}"
            raise ValueError(msg)
        return number

    def pack(self, reading: Reading) -> bytes:
        """Return the line that says this; columns of no meaning are 0."""
        columns = ["0"] * self._width
        for signal in self.signals:
            at = self._columns[signal.name]
            row = signal.raw(reading.signals[signal.name])[0]
            columns[at : at + 3] = [repr(float(value)) for value in row]
        for name, number in ((SEQUENCE, reading.sequence), (TIME, reading.time)):
            if name in self._columns:
                columns[self._columns[name]] = str(number or 0)
        return self.packet.prefix + self.packet.separator.join(columns).encode()
