"""Counters and device time: losses, repetitions, ticks of samples, counters beyond belief."""

from __future__ import annotations

import struct

import pytest
from decoding_streams import STEP_NS, decoder, feed, ticks_of
from small_profiles import DATA, with_packets

from pelvicsense.decoding.decoder import Decoder
from pelvicsense.profiles.schema import Profile

FIELDS = """\
fields = [{ name = "acc", type = "i8", unit = "g" }, { name = "gyr", type = "i8", unit = "dps" }]
"""


def profile(head: str, repeat: int = 1, time: str = "") -> Profile:
    samples = f"[packets.samples]\nrepeat = {repeat}\n{FIELDS}"
    return with_packets(f'[[packets]]\ncharacteristic = "data"\nfields = [{head}]\n{samples}{time}')


COUNTED = profile('{ name = "sequence", type = "u8" }', repeat=2)
TIMED = profile('{ name = "time", type = "u16" }', time="[time]\ntick_s = 0.001\n")
BOTH = profile(
    '{ name = "sequence", type = "u8" }, { name = "time", type = "u16" }',
    repeat=2,
    time='[time]\ntick_s = 0.001\nanchor = "first"\n',
)


def counted(number: int) -> tuple[str, bytes]:
    return DATA, bytes([number % 256]) + bytes(12)


def timed(ms: int) -> tuple[str, bytes]:
    return DATA, struct.pack("<H", ms % 65536) + bytes(6)


def both(number: int, ms: int) -> tuple[str, bytes]:
    return DATA, struct.pack("<BH", number % 256, ms % 65536) + bytes(12)


def lost(into: Decoder, notifications: list[tuple[str, bytes]]) -> list[int]:
    return [into.feed(i * STEP_NS, *one).lost for i, one in enumerate(notifications)]


def test_a_counter_shows_what_is_lost_and_numbers_the_samples() -> None:
    into = decoder(COUNTED)
    sent = [counted(n) for n in (253, 254, 257, 258)]  # wraps at 256
    assert lost(into, sent) == [0, 0, 4, 0]
    again = feed(decoder(COUNTED), sent)
    assert ticks_of(again) == [506, 507, 508, 509, 514, 515, 516, 517]
    assert (into.counters.packets, into.counters.samples, into.counters.lost) == (4, 8, 4)


def test_a_repeated_packet_is_dropped_and_counted() -> None:
    for one, sent in (
        (COUNTED, [counted(1), counted(1), counted(2)]),
        (TIMED, [timed(10), timed(10), timed(20)]),
    ):
        into = decoder(one)
        blocks = feed(into, sent)
        assert len(blocks) == 2
        assert (into.counters.duplicates, into.counters.lost) == (1, 0)


def test_a_jump_in_time_of_whole_packets_is_a_loss() -> None:
    into = decoder(TIMED)
    steps = [0, 10, 20, 50, 60, 1060, 1070]
    assert lost(into, [timed(65500 + ms) for ms in steps]) == [0, 0, 0, 2, 0, 99, 0]


def test_jitter_and_a_slow_device_are_no_loss() -> None:
    into = decoder(TIMED)
    assert sum(lost(into, [timed(ms) for ms in (0, 12, 20, 33, 40, 51)])) == 0
    slow = [timed(12 * i) for i in range(200)]
    assert sum(lost(decoder(TIMED), slow)) == 0


def test_a_device_of_another_rate_loses_nothing_once_that_is_clear() -> None:
    into = decoder(TIMED)
    losses = lost(into, [timed(25 * i) for i in range(100)])
    assert sum(losses[4:]) == 0
    missing = [timed(25 * i) for i in (100, 101, 104, 105)]
    assert lost(into, missing) == [0, 0, 2, 0]


@pytest.mark.parametrize(
    ("anchor", "expected"), [("first", [100, 110, 120]), ("last", [80, 90, 100])]
)
def test_one_time_for_several_samples(anchor: str, expected: list[int]) -> None:
    time = f'[time]\ntick_s = 0.001\nanchor = "{anchor}"\n'
    one = profile('{ name = "time", type = "u16" }', repeat=3, time=time)
    sent = [(DATA, struct.pack("<H", 100) + bytes(18)), (DATA, struct.pack("<H", 133) + bytes(18))]
    blocks = feed(decoder(one), sent)
    assert ticks_of(blocks[:1]) == expected
    # the packet before shows that the device takes 11 ms for a sample
    step = [133, 144, 155] if anchor == "first" else [111, 122, 133]
    assert ticks_of(blocks[1:]) == step


def test_with_both_the_counter_counts_and_the_time_tells_time() -> None:
    into = decoder(BOTH)
    sent = [both(1, 1000), both(2, 1020), both(5, 1080)]
    blocks = feed(into, sent)
    assert ticks_of(blocks) == [1000, 1010, 1020, 1030, 1080, 1090]
    assert into.counters.lost == 4


def test_a_counter_beyond_belief_is_dropped_and_changes_nothing() -> None:
    wide = profile('{ name = "sequence", type = "u16" }', repeat=2)

    def packet(number: int) -> tuple[str, bytes]:
        return DATA, struct.pack("<H", number) + bytes(12)

    good = [packet(n) for n in range(10)]
    spoiled = [*good[:5], packet(40_000), *good[5:]]
    into = decoder(wide)
    assert ticks_of(feed(into, spoiled)) == ticks_of(feed(decoder(wide), good))
    assert (into.counters.lost, into.counters.bad) == (0, {"order": 1})


def test_a_time_beyond_belief_is_dropped_and_changes_nothing() -> None:
    into = decoder(TIMED)
    blocks = feed(into, [timed(0), timed(10), timed(40_000), timed(20), timed(30)])
    assert ticks_of(blocks) == [0, 10, 20, 30]
    assert (into.counters.lost, into.counters.bad) == (0, {"order": 1})


def test_a_device_that_begins_anew_is_followed_from_its_second_packet() -> None:
    into = decoder(TIMED)
    blocks = feed(into, [timed(50_000), timed(50_010), timed(5), timed(15), timed(25)])
    assert ticks_of(blocks) == [50_000, 50_010, 15, 25]
    assert into.counters.lost == 0


def test_behind_a_lost_link_nothing_is_counted_as_missing() -> None:
    into = decoder(COUNTED)
    feed(into, [counted(1), counted(2)])
    into.restart()
    blocks = feed(into, [counted(9), counted(10)], begin_ns=10**10)
    assert into.counters.lost == 0
    assert into.counters.packets == 4
    assert ticks_of(blocks) == [18, 19, 20, 21]  # the counter went on


def test_a_device_without_time_or_counter_has_no_ticks() -> None:
    one = with_packets(f'[[packets]]\ncharacteristic = "data"\n[packets.samples]\n{FIELDS}')
    (block,) = feed(decoder(one), [(DATA, bytes(6))])
    assert block.tick is None
