"""However a stream is cut into notifications, the same packets come out."""

from __future__ import annotations

import struct
from itertools import pairwise

import numpy as np
import pytest
from decoding_streams import acc_of, decoder, feed
from hypothesis import given
from hypothesis import strategies as st
from shipped import PROFILES
from small_profiles import DATA, with_packets

from pelvicsense.decoding.decoder import DecodeCounters
from pelvicsense.profiles.schema import Profile

WIT = PROFILES["witmotion-ble5"]
WIT_DATA = WIT.characteristics["data"][0]

LINES = with_packets(
    """\
[[packets]]
characteristic = "data"
prefix = '"I,"'
fields = [{ name = "time", type = "text" }]
[packets.samples]
fields = [
    { name = "acc", type = "text", unit = "g" },
    { name = "other", type = "text" },
    { name = "gyr", type = "text", unit = "dps" },
]
[time]
tick_s = 1e-6
[framing]
data = { kind = "lines" }
"""
)


def frame(number: int) -> bytes:
    return b"\x55\x61" + struct.pack("<9h", number, *range(8))


def line(number: int) -> bytes:
    return f"I,{1000 * number},{number},0,1,9.9,10,20,30\r\n".encode()


def cuts(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def numbers(
    profile: Profile, characteristic: str, pieces: list[bytes]
) -> tuple[list[float], DecodeCounters]:
    into = decoder(profile)
    blocks = feed(into, [(characteristic, piece) for piece in pieces])
    return acc_of(blocks)[:, 0].tolist(), into.counters


pieces_of_wit = st.lists(
    st.one_of(
        st.integers(1, 30).map(frame),
        st.binary(max_size=12),
        st.just(frame(3)[:11]),
        st.just(b"\x55\x71" + bytes(18)),
    ),
    max_size=12,
)


@given(parts=pieces_of_wit, places=st.lists(st.integers(0, 400), max_size=12))
def test_a_stream_of_bytes_may_be_cut_anywhere(parts: list[bytes], places: list[int]) -> None:
    data = b"".join(parts)
    whole, counted = numbers(WIT, WIT_DATA, [data])
    for pieces in (cuts(data, places), [bytes([byte]) for byte in data]):
        got, counters = numbers(WIT, WIT_DATA, pieces)
        assert got == whole
        assert counters == counted


@given(places=st.lists(st.integers(0, 200), max_size=9))
def test_every_frame_of_a_clean_stream_comes_out(places: list[int]) -> None:
    data = b"".join(frame(n) for n in range(1, 7))
    got, counters = numbers(WIT, WIT_DATA, cuts(data, places))
    assert np.round(np.array(got) / (16 * 9.80665 / 32768)).tolist() == [1, 2, 3, 4, 5, 6]
    assert not counters.bad


def test_the_stream_is_found_again_behind_bytes_of_no_meaning() -> None:
    data = frame(1) + frame(2)[:7] + b"\x00\x01" + frame(3) + frame(4) + frame(5)
    got, counters = numbers(WIT, WIT_DATA, [data])
    # the cut frame takes bytes of the one behind it; then two whole ones must follow each other
    assert len(got) == 4
    assert counters.bad == {"framing": 1}


def test_frames_of_another_length_are_not_taken_for_ours() -> None:
    vibration = b"\x55\x61" + bytes(range(1, 27))
    got, _ = numbers(WIT, WIT_DATA, [vibration] * 20)
    assert len(got) == 1  # the first cannot be told


def test_a_lost_link_ends_an_unfinished_frame() -> None:
    into = decoder(WIT)
    feed(into, [(WIT_DATA, frame(1) + frame(2)[:9])])
    into.restart()
    assert len(acc_of(feed(into, [(WIT_DATA, frame(3))]))) == 1
    assert into.counters.packets == 2
    assert not into.counters.bad


@given(places=st.lists(st.integers(0, 200), max_size=9))
def test_lines_may_be_cut_anywhere(places: list[int]) -> None:
    data = b"ead of nobody\n" + b"".join(line(n) for n in range(1, 6))
    got, counters = numbers(LINES, DATA, cuts(data, places))
    assert got == [9.80665 * n for n in range(1, 6)]
    assert not counters.bad


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"I,1,2,3\n", "columns"),
        (b"I,1,x,0,1,9,1,2,3\n", "text"),
        (b"I,1,nan,0,1,9,1,2,3\n", "number"),
        (b"I,1,1e999,0,1,9,1,2,3\n", "number"),
        (b"I,1.5,1,0,1,9,1,2,3\n", "text"),
        (b"I,-5,1,0,1,9,1,2,3\n", "text"),
        (b">echo\n", "unknown"),
        (b"x" * 600 + b"\n", "framing"),
        (b"\xff\xfe\n", "unknown"),
    ],
)
def test_a_bad_line_is_dropped_and_counted(text: bytes, reason: str) -> None:
    got, counters = numbers(LINES, DATA, [b"\n" + line(1), text, line(2)])
    assert got == [9.80665, 2 * 9.80665]
    assert counters.bad == {reason: 1}


MOVESENSE = PROFILES["movesense"]
SENSE_DATA = MOVESENSE.characteristics["data"][0]


def imu6(time_ms: int, n: int = 8) -> bytes:
    return b"\x02\x63" + struct.pack(f"<I{6 * n}f", time_ms, *range(6 * n))


def test_a_packet_in_two_parts_is_put_together() -> None:
    whole = imu6(0)
    first, rest = whole[:152], b"\x03\x63" + whole[152:]
    got, counters = numbers(MOVESENSE, SENSE_DATA, [first, rest])
    assert got == [0, 3, 6, 9, 12, 15, 18, 21]
    assert not counters.bad


def test_a_part_without_its_other_is_dropped_and_counted() -> None:
    whole = imu6(0)
    first, rest = whole[:152], b"\x03\x63" + whole[152:]
    for pieces in ([rest, imu6(77)], [first, imu6(77)]):
        got, counters = numbers(MOVESENSE, SENSE_DATA, pieces)
        assert len(got) == 8
        assert counters.bad == {"framing": 1}


def test_answers_to_commands_are_ignored() -> None:
    into = decoder(MOVESENSE)
    assert feed(into, [(SENSE_DATA, b"\x01\x63\xc8\x00")]) == []
    assert into.counters == DecodeCounters(ignored=1)
