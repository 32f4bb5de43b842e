"""Samples → notifications: the inverse of the decoder, for tests and simulated devices."""

from __future__ import annotations

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.decoding.decoder import AnyCodec, packet_codecs
from pelvicsense.decoding.packet import Reading
from pelvicsense.profiles.layout import Anchor, FramingKind, Packet
from pelvicsense.profiles.plan import DevicePlan, Values
from pelvicsense.profiles.schema import Profile


class Encoder:
    """Encodes one sensor's samples, rounded to what its packets can hold.

    Where a profile has several packets of the same content, the first is used.

    Parameters
    ----------
    profile, plan, values
        As for the decoder.
    packet_rows
        Samples in a packet where the profile leaves it open.
    most_bytes
        Longest notification, for packets that come in parts.
    """

    def __init__(
        self,
        profile: Profile,
        plan: DevicePlan,
        values: Values,
        *,
        packet_rows: int = 4,
        most_bytes: int = 152,
    ) -> None:
        self._behaviour = profile.variant(values).behaviour
        self._most_bytes = most_bytes
        self._sequence = 0
        self._codecs: dict[frozenset[str], tuple[Packet, AnyCodec]] = {}
        for choices in packet_codecs(self._behaviour, values).values():
            for packet, codec in choices:
                if codec is not None and packet.samples is not None:
                    self._codecs.setdefault(packet.samples.signals, (packet, codec))
        repeats = {packet.samples.repeat for packet, _ in self._codecs.values() if packet.samples}
        fixed = {repeat for repeat in repeats if isinstance(repeat, int)}
        self.packet_rows = max(fixed, default=packet_rows)
        self._period = 1.0 if plan.tick_s is None else 1.0 / (plan.rate_hz * plan.tick_s)

    def encode(
        self, tick: IntArray | None, acc: FloatArray, gyr: FloatArray
    ) -> list[tuple[str, bytes]]:
        """Return notifications: pairs of characteristic and bytes.

        Parameters
        ----------
        tick
            (n,) device time; none where the device has no clock.
        acc, gyr
            (n, 3) m/s² and rad/s, sensor frame; n a multiple of ``packet_rows``.

        Raises
        ------
        ValueError
            If n is not.
        """
        rows = self.packet_rows
        if len(acc) % rows:
            msg = f"expected a multiple of {rows} samples, got {len(acc)}"
            raise ValueError(msg)
        notifications = []
        for first in range(0, len(acc), rows):
            part = slice(first, first + rows)
            times = None if tick is None else tick[part]
            for signals, (packet, codec) in self._codecs.items():
                chosen = {"acc": acc[part], "gyr": gyr[part]}
                chosen = {name: chosen[name] for name in sorted(signals)}
                frame = codec.pack(self._reading(rows, times, chosen))
                notifications += self._notifications(packet, frame)
            self._sequence += 1
        return notifications

    def _reading(
        self, rows: int, times: IntArray | None, signals: dict[str, FloatArray]
    ) -> Reading:
        time = None
        if times is not None and self._behaviour.time is not None:
            time = int(times[-1 if self._behaviour.time.anchor is Anchor.LAST else 0])
        return Reading(rows, self._sequence, time, times, signals)

    def _notifications(self, packet: Packet, frame: bytes) -> list[tuple[str, bytes]]:
        uuid = packet.characteristic
        kind = self._behaviour.framing_of(uuid)
        if kind is FramingKind.LINES:
            begin = b"\n" if self._sequence == 0 else b""  # ends the line that nobody saw begin
            return [(uuid, begin + frame + b"\n")]
        if kind is not FramingKind.PARTS or len(frame) <= self._most_bytes:
            return [(uuid, frame)]
        framing = self._behaviour.framing[uuid]
        cut = self._most_bytes - len(framing.rest)
        first, rest = frame[: self._most_bytes], frame[self._most_bytes :]
        pieces = [rest[i : i + cut] for i in range(0, len(rest), cut)]
        return [(uuid, first), *((uuid, framing.rest + piece) for piece in pieces)]
