"""Notifications of one sensor → blocks of samples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.decoding.continuity import Continuity
from pelvicsense.decoding.framing import Framer, make_framer
from pelvicsense.decoding.joining import Joiner, OrderJoiner, TimeJoiner
from pelvicsense.decoding.packet import PacketCodec
from pelvicsense.decoding.text_packet import TextPacketCodec
from pelvicsense.profiles.layout import (
    NUMBER_BYTES,
    SEQUENCE,
    Framing,
    FramingKind,
    JoinBy,
    Packet,
)
from pelvicsense.profiles.plan import DevicePlan, Values
from pelvicsense.profiles.schema import Behaviour, Profile

AnyCodec = PacketCodec | TextPacketCodec


@dataclass(slots=True)
class DecodeCounters:
    """What a sensor's packets have been since the beginning, over all losses of its link.

    Attributes
    ----------
    packets, samples
        Packets with samples that were understood; samples handed on.
    lost
        Samples known to be missing.
    duplicates
        Packets that repeated the one before.
    ignored
        Packets that the profile knows and ignores.
    bad
        Reason → how many were dropped for it: ``characteristic``, ``unknown`` (no packet of the
        profile begins so), ``length``, ``checksum``, ``number`` (not finite), ``columns``,
        ``text``, ``order`` (counter or time beyond belief), ``framing`` (bytes between packets).
    """

    packets: int = 0
    samples: int = 0
    lost: int = 0
    duplicates: int = 0
    ignored: int = 0
    bad: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What one notification brought.

    Attributes
    ----------
    blocks
        At most one.
    lost
        Samples known to be missing just before it.
    problem
        What was wrong with it; none if nothing was.
    """

    blocks: tuple[SampleBlock, ...] = ()
    lost: int = 0
    problem: str | None = None


_Rows = tuple[IntArray | None, FloatArray, FloatArray]


class Decoder:
    """Decodes one sensor's notifications; malformed bytes change nothing but the counters.

    Parameters
    ----------
    profile, plan, values
        The device's profile, what :meth:`Profile.plan` made of it, and what all its steps brought:
        probing, and then configuring and starting, as some devices tell their scale only then.
    placement
        The sensor's name in the blocks.

    Raises
    ------
    ConfigurationError
        If the device did not tell a value that the decoding needs.
    """

    def __init__(
        self, profile: Profile, plan: DevicePlan, values: Values, placement: Placement
    ) -> None:
        behaviour = profile.variant(values).behaviour
        self._placement = placement
        self.counters = DecodeCounters()
        self._codecs = packet_codecs(behaviour, values)
        self._framers = framers(behaviour, self._codecs)
        self._order = {
            signals: Continuity(1.0 / plan.rate_hz, behaviour.time, bits)
            for signals, bits in _streams(behaviour).items()
        }
        self._joiner = _joiner(behaviour, plan.rate_hz)

    def restart(self) -> None:
        """Forget what is unfinished after the link was lost; the counters go on."""
        for framer in self._framers.values():
            framer.restart()
        for order in self._order.values():
            order.restart()
        if self._joiner is not None:
            self._joiner.restart()

    def feed(self, host_ns: int, characteristic: str, data: bytes | bytearray) -> Decoded:
        """Decode one notification.

        Parameters
        ----------
        host_ns
            Host monotonic clock at its arrival, ns.
        characteristic
            As ``DevicePlan.subscribe`` names it.
        data
            Its value, of any content.
        """
        framer = self._framers.get(characteristic)
        if framer is None:
            return self._bad("characteristic", characteristic, data)
        frames, faults = framer.feed(bytes(data))
        parts: list[_Rows] = []
        lost = 0
        reason = ""
        if faults:
            reason = "framing"
            self.counters.bad[reason] += faults
        for frame in frames:
            outcome = self._packet(host_ns, self._codecs[characteristic], frame)
            if isinstance(outcome, str):
                reason = reason or outcome
            else:
                rows, missing = outcome
                lost += missing
                parts += [rows] if len(rows[1]) else []
        problem = f"{reason}: {_shown(characteristic, data)}" if reason else None
        self.counters.lost += lost
        blocks = (self._block(host_ns, parts),) if parts else ()
        return Decoded(blocks=blocks, lost=lost, problem=problem)

    def _packet(
        self, host_ns: int, choices: list[tuple[Packet, AnyCodec | None]], frame: bytes
    ) -> tuple[_Rows, int] | str:
        """Return a packet's rows and the samples lost before them, or why there are none."""
        packet, codec = choose(choices, frame)
        if packet is None:
            self.counters.bad["unknown"] += 1
            return "unknown"
        if codec is None:
            self.counters.ignored += 1
            return ""
        reading = codec.unpack(frame)
        if isinstance(reading, str):
            self.counters.bad[reading] += 1
            return reading
        placed = self._order[frozenset(reading.signals)].place(host_ns, reading)
        if placed == "duplicate":
            self.counters.duplicates += 1
            return ""
        if isinstance(placed, str):
            self.counters.bad[placed] += 1
            return placed
        self.counters.packets += 1
        if self._joiner is None:
            rows = placed.ticks, reading.signals["acc"], reading.signals["gyr"]
            return rows, placed.lost
        (signal, values), *_ = reading.signals.items()
        joined = self._joiner.feed(signal, placed.ticks, values, placed.lost)
        unseen = placed.lost if signal == "gyr" and isinstance(self._joiner, TimeJoiner) else 0
        return (joined.ticks, joined.acc, joined.gyr), joined.lost + unseen

    def _block(self, host_ns: int, parts: list[_Rows]) -> SampleBlock:
        ticks, acc, gyr = parts[0]
        if len(parts) > 1:
            acc = np.concatenate([part[1] for part in parts])
            gyr = np.concatenate([part[2] for part in parts])
            ticked = [part[0] for part in parts if part[0] is not None]
            ticks = np.concatenate(ticked) if ticked else None
        self.counters.samples += len(acc)
        return SampleBlock(
            sensor=self._placement,
            host_ns=np.full(len(acc), host_ns, dtype=np.int64),
            tick=ticks,
            acc=acc,
            gyr=gyr,
        )

    def _bad(self, reason: str, characteristic: str, data: bytes | bytearray) -> Decoded:
        self.counters.bad[reason] += 1
        return Decoded(problem=f"{reason}: {_shown(characteristic, data)}")


def choose(
    choices: list[tuple[Packet, AnyCodec | None]], frame: bytes
) -> tuple[Packet | None, AnyCodec | None]:
    """Return the packet whose constants a frame has, and its codec; none where it is ignored."""
    for packet, codec in choices:
        if all(frame[at : at + len(data)] == data for at, data in packet.constants):
            return packet, codec
    return None, None


def packet_codecs(
    behaviour: Behaviour, values: Values
) -> dict[str, list[tuple[Packet, AnyCodec | None]]]:
    """Return, per characteristic, the packets and their codecs; none for ignored ones."""
    codecs: dict[str, list[tuple[Packet, AnyCodec | None]]] = {}
    for packet in behaviour.packets:
        codec: AnyCodec | None = None
        if packet.samples is not None:
            lines = behaviour.framing_of(packet.characteristic) is FramingKind.LINES
            make = TextPacketCodec if lines else PacketCodec
            codec = make(packet, packet.samples, values, behaviour.axes)
        codecs.setdefault(packet.characteristic, []).append((packet, codec))
    return codecs


def framers(
    behaviour: Behaviour, codecs: dict[str, list[tuple[Packet, AnyCodec | None]]]
) -> dict[str, Framer]:
    """Return the framer of each characteristic."""

    def make(characteristic: str) -> Framer:
        choices = codecs[characteristic]

        def whole(frame: bytes) -> bool:
            codec = choose(choices, frame)[1]
            return codec is None or codec.rows(frame) is not None

        packets = [packet for packet, _ in choices]
        return make_framer(behaviour.framing.get(characteristic, Framing()), packets, whole)

    return {characteristic: make(characteristic) for characteristic in codecs}


def _streams(behaviour: Behaviour) -> dict[frozenset[str], int | None]:
    """Return what the packets carry and how wide their counter is."""
    streams: dict[frozenset[str], int | None] = {}
    for packet in behaviour.packets:
        if packet.samples is not None:
            counter = packet.field(SEQUENCE)
            bits = None if counter is None else 8 * NUMBER_BYTES.get(counter.type, 8)
            streams[packet.samples.signals] = bits
    return streams


def _joiner(behaviour: Behaviour, rate_hz: float) -> Joiner | None:
    if behaviour.join is JoinBy.ORDER:
        return OrderJoiner(rate_hz)
    if behaviour.join is JoinBy.TIME:
        time = behaviour.time
        period = 1.0 if time is None else 1.0 / rate_hz / time.tick_s
        return TimeJoiner(rate_hz, period, 64 if time is None else time.bits)
    return None


def _shown(characteristic: str, data: bytes | bytearray) -> str:
    head = bytes(data[:32]).hex(" ")
    return f"{len(data)} bytes on {characteristic}: {head}{' …' if len(data) > 32 else ''}"
