"""packets.csv: what is written reads back; what is wrong is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.recording.packets import PACKET_HEADER, Packet, encode_packet, read_packets

UUID = "15172004-4947-11e9-8646-d663bd873d93"
GOOD = f"17,pelvis,{UUID},00ff\n"
any_packets = st.lists(
    st.builds(
        Packet,
        host_ns=st.integers(0, 2**63 - 1),
        sensor=st.sampled_from(Placement),
        characteristic=st.just(UUID),
        data=st.binary(max_size=40),
    ),
    max_size=8,
)


def write(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "packets.csv").write_text(PACKET_HEADER.decode() + "\n" + text)
    return folder


@given(packets=any_packets)
def test_any_packets_read_back(
    tmp_path_factory: pytest.TempPathFactory, packets: list[Packet]
) -> None:
    text = b"".join(map(encode_packet, packets)).decode()
    assert list(read_packets(write(tmp_path_factory.mktemp("s"), text))) == packets


def test_a_torn_last_line_is_dropped(tmp_path: Path) -> None:
    (packet,) = read_packets(write(tmp_path, GOOD + GOOD[:-3]))
    assert packet.data == b"\x00\xff"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("17,pelvis,00ff", "expected 4 columns"),
        (f"-1,pelvis,{UUID},00", "host_ns: expected a whole number, got '-1'"),
        (f"17,head,{UUID},00", "sensor: expected one of pelvis"),
        (f"17,pelvis,{UUID},0g", "hex: expected pairs of hexadecimal digits, got '0g'"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(RecordingError, match=rf"packets\.csv:3: {problem}"):
        list(read_packets(write(tmp_path, GOOD + line + "\n")))


def test_a_wrong_header_is_named(tmp_path: Path) -> None:
    (tmp_path / "packets.csv").write_text("host_ns,hex\n")
    with pytest.raises(RecordingError, match=r"packets\.csv:1: expected the header"):
        list(read_packets(tmp_path))


def test_a_session_without_packets_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="packets are kept only where asked for"):
        list(read_packets(tmp_path))
