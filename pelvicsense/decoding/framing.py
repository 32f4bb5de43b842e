"""Notifications → packets, where a packet is not simply a notification.

Every framer gives the same packets however the stream is cut into notifications, and holds at most
one packet's bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from pelvicsense.profiles.layout import Framing, FramingKind, Packet

_LONGEST_LINE = 512


class Framer(Protocol):
    """Cuts one characteristic's notifications into packets."""

    def feed(self, data: bytes) -> tuple[list[bytes], int]:
        """Return the packets that are complete now, and how often bytes had to be thrown away."""
        ...

    def restart(self) -> None:
        """Forget an unfinished packet."""
        ...


class WholeFramer:
    """A notification is a packet."""

    def feed(self, data: bytes) -> tuple[list[bytes], int]:
        """Return the notification."""
        return [data], 0

    def restart(self) -> None:
        """Do nothing: nothing is held."""


class SyncFramer:
    """A stream in which each packet begins with its prefix and has its length.

    Bytes that are no packet's beginning are skipped up to the next prefix; a packet behind skipped
    bytes counts only once another packet's prefix follows it, for a prefix may appear by chance.
    """

    def __init__(self, packets: Sequence[Packet]) -> None:
        self._frames = [(p.prefix, p.shortest_bytes) for p in packets]
        self._longest_prefix = max(len(prefix) for prefix, _ in self._frames)
        self.restart()

    def restart(self) -> None:
        """Forget an unfinished packet; the stream begins anew, with a packet."""
        self._held = b""
        self._synced = True

    def feed(self, data: bytes) -> tuple[list[bytes], int]:
        """Return the packets that are complete now, and how often the stream lost its way."""
        held = self._held + data
        packets: list[bytes] = []
        faults = at = 0
        while at < len(held):
            length = self._length(held, at)
            if length == 0:  # nothing begins here
                faults += self._synced
                self._synced = False
                at += 1
                continue
            end = at + (length or 0)
            if length is None or end > len(held):
                break
            if not self._synced:
                follower = self._length(held, end)
                if follower is None:
                    break
                if follower == 0:
                    at += 1
                    continue
                self._synced = True
            packets.append(held[at:end])
            at = end
        self._held = held[at:]
        return packets, faults

    def _length(self, held: bytes, at: int) -> int | None:
        """Return the length of the packet that begins here; 0 if none can; none: not known yet."""
        begin = held[at : at + self._longest_prefix]
        maybe = False
        for prefix, length in self._frames:
            if begin.startswith(prefix):
                return length
            maybe = maybe or prefix.startswith(begin)
        return None if maybe else 0


class LineFramer:
    """A stream of lines; the first is dropped, as its beginning may be missing."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget an unfinished line."""
        self._held = b""
        self._skipping = True

    def feed(self, data: bytes) -> tuple[list[bytes], int]:
        """Return the lines that are complete now, without ends, and how many were too long."""
        *whole, self._held = (self._held + data).split(b"\n")
        faults = 0
        lines = []
        for line in whole:
            too_long = self._skipping or len(line) > _LONGEST_LINE
            faults += too_long and not self._skipping
            self._skipping = False
            if not too_long and line.strip():
                lines.append(line.strip())
        if len(self._held) > _LONGEST_LINE:
            faults += not self._skipping
            self._skipping = True
            self._held = b""
        return lines, faults


class PartsFramer:
    """A packet that goes on in the next notification while it is no whole number of samples."""

    def __init__(self, framing: Framing, whole: Callable[[bytes], bool]) -> None:
        self._framing = framing
        self._whole = whole
        self.restart()

    def restart(self) -> None:
        """Forget an unfinished packet."""
        self._held = b""

    def feed(self, data: bytes) -> tuple[list[bytes], int]:
        """Return the packet that is complete now, and how many were left unfinished."""
        if data.startswith(self._framing.rest):
            packet, self._held = self._held, b""
            if not packet:
                return [], 1
            packet += data[len(self._framing.rest) :]
            return ([packet], 0)
        faults = 1 if self._held else 0
        self._held = b""
        if data.startswith(self._framing.first) and not self._whole(data):
            self._held = data
            return [], faults
        return [data], faults


def make_framer(
    framing: Framing, packets: Sequence[Packet], whole: Callable[[bytes], bool]
) -> Framer:
    """Return the framer of one characteristic.

    Parameters
    ----------
    framing
        As the profile says.
    packets
        All that arrive there.
    whole
        Whether the bytes of a packet of several parts are complete.
    """
    if framing.kind is FramingKind.SYNC:
        return SyncFramer(packets)
    if framing.kind is FramingKind.LINES:
        return LineFramer()
    if framing.kind is FramingKind.PARTS:
        return PartsFramer(framing, whole)
    return WholeFramer()
