"""Acceleration and rate in separate packets become samples of both."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from decoding_streams import acc_of, decoder, feed, gyr_of, ticks_of
from small_profiles import DATA, OTHER, with_packets

from pelvicsense.profiles.schema import Profile

ACC, GYR = DATA, OTHER


def profile(join: str, head: str, rows: int = 1, time: str = "") -> Profile:
    def packet(characteristic: str, name: str, unit: str) -> str:
        return (
            f'[[packets]]\ncharacteristic = "{characteristic}"\nfields = [{head}]\n'
            f"[packets.samples]\nrepeat = {rows}\n"
            f'fields = [{{ name = "{name}", type = "i16", unit = "{unit}" }}]\n'
        )

    packets = packet("data", "acc", "m/s2") + packet("other", "gyr", "rad/s")
    return with_packets(packets + time, top=f'join = "{join}"\n')


BY_ORDER = profile("order", "")
BY_NUMBER = profile("order", '{ name = "sequence", type = "u8" }')
TIME = '{ name = "time", type = "u16" }'
BY_TIME = profile("time", TIME, time="[time]\ntick_s = 0.001\n")


def row(*head: int, value: int) -> bytes:
    codes = {0: "", 1: "B"}[len(head)]
    return struct.pack(f"<{codes}3h", *head, value, 0, 0)


def at(ms: int, value: int) -> bytes:
    return struct.pack("<H3h", ms % 65536, value, 0, 0)


def test_the_nth_meets_the_nth() -> None:
    sent = []
    for n in range(10):
        sent += [(ACC, row(value=n)), (GYR, row(value=100 + n))]
    blocks = feed(decoder(BY_ORDER), sent)
    assert acc_of(blocks)[:, 0].tolist() == list(range(10))
    assert gyr_of(blocks)[:, 0].tolist() == list(range(100, 110))


def test_samples_of_one_block_arrive_with_the_later_of_both() -> None:
    into = decoder(BY_ORDER)
    assert into.feed(5, ACC, row(value=1)).blocks == ()
    (block,) = into.feed(9, GYR, row(value=2)).blocks
    assert block.host_ns.tolist() == [9]


def test_a_stream_that_stays_ahead_has_lost_its_partner() -> None:
    sent = []
    for n in range(400):
        sent += [(ACC, row(value=n))] if n != 150 else []  # lost, and nothing shows it
        sent += [(GYR, row(value=n))]
    into = decoder(BY_ORDER)
    blocks = feed(into, sent)
    acc, gyr = acc_of(blocks)[:, 0], gyr_of(blocks)[:, 0]
    assert np.count_nonzero(acc != gyr) < 250  # the second of the loss and the one behind it
    assert (acc[-90:] == gyr[-90:]).all()
    assert into.counters.lost == 1


def test_a_stream_that_began_later_is_waited_for() -> None:
    sent = [(ACC, row(value=n)) for n in range(7)]
    for n in range(7, 300):
        sent += [(ACC, row(value=n)), (GYR, row(value=n))]
    blocks = feed(decoder(BY_ORDER), sent)
    assert (acc_of(blocks)[150:, 0] == gyr_of(blocks)[150:, 0]).all()


def test_packets_that_change_places_are_no_loss() -> None:
    rng = np.random.default_rng(4)
    sent = []
    for n in range(1000):
        pair = [(ACC, row(value=n)), (GYR, row(value=n))]
        sent += pair if rng.random() < 0.7 else pair[::-1]
    into = decoder(BY_ORDER)
    blocks = feed(into, sent)
    assert (acc_of(blocks) == gyr_of(blocks)).all()
    assert into.counters.lost == 0


def test_counters_keep_the_places_of_lost_samples() -> None:
    sent = []
    for n in range(20):
        sent += [(ACC, row(n, value=n))] if n not in {5, 6} else []
        sent += [(GYR, row(n, value=n))] if n != 12 else []
    into = decoder(BY_NUMBER)
    blocks = feed(into, sent)
    kept = [n for n in range(20) if n not in {5, 6, 12}]
    assert acc_of(blocks)[:, 0].tolist() == kept
    assert gyr_of(blocks)[:, 0].tolist() == kept
    assert ticks_of(blocks) == kept
    assert into.counters.lost == 3


def test_by_time_the_rate_is_kept_and_the_acceleration_interpolated() -> None:
    sent = []
    for n in range(20):
        sent += [(ACC, at(10 * n, 100 * n)), (GYR, at(10 * n + 4, n))]
    blocks = feed(decoder(BY_TIME), sent)
    assert ticks_of(blocks) == [10 * n + 4 for n in range(19)]
    assert gyr_of(blocks)[:, 0].tolist() == list(range(19))
    np.testing.assert_allclose(acc_of(blocks)[:, 0], [100 * n + 40 for n in range(19)], rtol=1e-12)


def test_at_equal_times_nothing_is_changed() -> None:
    values = [3, -7, 12345, 2, 1]
    sent = [
        one for n, v in enumerate(values) for one in ((GYR, at(10 * n, v)), (ACC, at(10 * n, v)))
    ]
    blocks = feed(decoder(BY_TIME), sent)
    assert acc_of(blocks)[:, 0].tolist() == values
    assert gyr_of(blocks)[:, 0].tolist() == values


def test_no_acceleration_is_made_up_across_a_gap() -> None:
    sent = []
    for n in range(20):
        sent += [(ACC, at(10 * n, n))] if n not in {8, 9} else []
        sent += [(GYR, at(10 * n + 4, n))]
    into = decoder(BY_TIME)
    blocks = feed(into, sent)
    assert gyr_of(blocks)[:, 0].tolist() == [n for n in range(19) if n not in {7, 8, 9}]
    assert into.counters.lost == 3


@pytest.mark.parametrize("begin", [0, 65_000, 32_700])
def test_joining_goes_on_where_the_clock_wraps(begin: int) -> None:
    sent = []
    for n in range(200):
        sent += [(ACC, at(begin + 10 * n, n)), (GYR, at(begin + 10 * n, n))]
    blocks = feed(decoder(BY_TIME), sent)
    assert acc_of(blocks)[:, 0].tolist() == list(range(200))


def test_nothing_piles_up_while_one_stream_is_silent() -> None:
    for one, sent in (
        (BY_ORDER, [(GYR, row(value=n)) for n in range(3000)]),
        (BY_TIME, [(GYR, at(10 * n, n)) for n in range(3000)]),
        (BY_TIME, [(ACC, at(10 * n, n)) for n in range(3000)]),
    ):
        into = decoder(one)
        assert feed(into, sent) == []
        assert into.counters.lost in {0, 2600}  # all but four seconds of the rate


def test_a_lost_link_forgets_what_waits() -> None:
    into = decoder(BY_ORDER)
    feed(into, [(ACC, row(value=1)), (ACC, row(value=2))])
    into.restart()
    blocks = feed(into, [(ACC, row(value=3)), (GYR, row(value=4))])
    assert acc_of(blocks)[:, 0].tolist() == [3]
