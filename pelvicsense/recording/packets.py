"""packets.csv: notifications as they came off the radio, kept on request for finding faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement

PACKETS_FILE = "packets.csv"
PACKET_COLUMNS = ("host_ns", "sensor", "characteristic", "hex")
PACKET_HEADER = ",".join(PACKET_COLUMNS).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One notification.

    Attributes
    ----------
    host_ns
        Host monotonic clock at arrival, ns.
    sensor
        Whose it is.
    characteristic
        UUID of the characteristic that sent it, 128 bits, lower case.
    data
        Its bytes; may be none.
    """

    host_ns: int
    sensor: Placement
    characteristic: str
    data: bytes


def encode_packet(packet: Packet) -> bytes:
    """Return the line of packets.csv."""
    fields = (str(packet.host_ns), packet.sensor.value, packet.characteristic, packet.data.hex())
    return (",".join(fields) + "\n").encode()


def read_packets(folder: Path) -> Iterator[Packet]:
    """Yield the packets of a session in order of arrival; a torn last line is dropped.

    Raises
    ------
    RecordingError
        If there is no packets.csv, its header differs or a line is wrong; the message names file
        and line.
    """
    path = folder / PACKETS_FILE
    try:
        stream = path.open("rb")
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); packets are kept only where asked for"
        raise RecordingError(path, problem) from error
    with stream:
        for line, raw in enumerate(stream, start=1):
            if not raw.endswith(b"\n"):
                return
            content = raw[:-1].decode("utf-8", errors="replace")
            if line > 1:
                yield _parse_line(path, line, content)
            elif content != PACKET_HEADER.decode():
                problem = f"expected the header {PACKET_HEADER.decode()!r}, got {content[:120]!r}"
                raise RecordingError(path, problem, line)


def _parse_line(path: Path, line: int, content: str) -> Packet:
    fields = content.split(",")
    if len(fields) != len(PACKET_COLUMNS):
        expected = f"{len(PACKET_COLUMNS)} columns ({','.join(PACKET_COLUMNS)})"
        raise RecordingError(path, f"expected {expected}, got {len(fields)}", line)
    host_ns, sensor, characteristic, digits = fields
    if not (host_ns.isascii() and host_ns.isdigit()):
        raise RecordingError(path, f"host_ns: expected a whole number, got {host_ns!r}", line)
    if sensor not in set(Placement):
        problem = f"sensor: expected one of {', '.join(Placement)}, got {sensor!r}"
        raise RecordingError(path, problem, line)
    try:
        data = bytes.fromhex(digits)
    except ValueError as error:
        problem = f"hex: expected pairs of hexadecimal digits, got {digits[:40]!r}"
        raise RecordingError(path, problem, line) from error
    return Packet(
        host_ns=int(host_ns), sensor=Placement(sensor), characteristic=characteristic, data=data
    )
