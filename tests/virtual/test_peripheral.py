"""A device on the air samples by its own clock, sends at connection events, misses nothing."""

from __future__ import annotations

import asyncio
import time

import numpy as np
import pytest
from tiny_sensor import CONTROL, DATA, FASTER, START, STOP, TinySensor, ramp_person, scene, unpack

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.virtual.advert import advert_packets
from pelvicsense.virtual.gatt import sig_uuid
from pelvicsense.virtual.sampler import Sampler
from pelvicsense.virtual.virtual_time import loop_clock_ns, run_fast


class Sampled:
    """A sampler on a ramp: acc x is the person's time."""

    def __init__(self, skew_ppm: float = 0.0, phase: float = 0.0) -> None:
        person = ramp_person(seconds=200.0)
        person.started_s = 1000.0
        self.model = TinySensor()
        feed = person.feed(Placement.PELVIS)
        self.sampler = Sampler(self.model, feed, skew_ppm, phase)
        self.sampler.boot(1000.0)
        self.model.streaming = True

    def take(self, until_s: float) -> list[tuple[int, int, float, float]]:
        return [unpack(packet) for _, packet in self.sampler.take(until_s)]


def test_samples_are_taken_at_the_instants_of_the_device_clock() -> None:
    sampled = Sampled(skew_ppm=200.0, phase=0.25)
    got = sampled.take(1100.0)
    numbers, times_us, acc, gyr = (np.array(column) for column in zip(*got, strict=True))
    true_s = (numbers + 0.25) / 100.0 / (1.0 + 200e-6)
    assert (numbers == np.arange(10_002)).all()  # 2 more than without skew, in 100 s
    np.testing.assert_allclose(times_us, (numbers + 0.25) * 1e4, atol=1.0)
    np.testing.assert_allclose(acc[2:], true_s[2:], rtol=1e-6)
    np.testing.assert_allclose(gyr[2:], 2.0 * true_s[2:], rtol=1e-6)


def test_late_or_early_makes_no_difference() -> None:
    ends_s = 1000.0 + np.cumsum(np.random.default_rng(3).uniform(0.0, 0.3, 200))
    steps, whole = Sampled(phase=0.5), Sampled(phase=0.5)
    got = [row for end_s in ends_s for row in steps.take(float(end_s))]
    assert got == whole.take(float(ends_s[-1]))


def test_a_new_rate_counts_from_now_on() -> None:
    sampled = Sampled()
    sampled.take(1002.0)
    sampled.model.rate_hz = 50.0
    got = sampled.take(1003.0)
    assert [row[0] for row in got] == list(range(101, 151))
    assert got[0][1] == 2_020_000
    assert got[0][2] == pytest.approx(2.02)


def test_nothing_is_caught_up_from_before_the_start() -> None:
    sampled = Sampled()
    sampled.model.streaming = False
    assert sampled.take(1005.0) == []
    sampled.model.streaming = True
    assert [row[0] for row in sampled.take(1005.045)] == [501, 502, 503, 504]


def test_packets_leave_at_connection_events_only() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            arrivals_ns: list[int] = []
            await client.start_notify(DATA, lambda *_: arrivals_ns.append(loop_clock_ns()))
            await client.write_gatt_char(CONTROL, START, response=True)
            await asyncio.sleep(3.0)
            await client.disconnect()
        gaps_ms = np.diff(arrivals_ns) / 1e6
        bursts = gaps_ms[gaps_ms > 0.001]
        np.testing.assert_allclose(bursts, 30.0, atol=1e-3)
        assert len(arrivals_ns) == pytest.approx(3 * len(bursts), abs=3)

    run_fast(story())


def test_start_stop_and_rate_over_the_air() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            packets = await s.stream(client)
            await asyncio.sleep(2.0)
            await client.write_gatt_char(CONTROL, FASTER, response=True)
            await asyncio.sleep(2.0)
            await client.write_gatt_char(CONTROL, STOP, response=True)
            await asyncio.sleep(0.1)
            count = len(packets)
            await asyncio.sleep(2.0)
            assert len(packets) == count == pytest.approx(600, abs=8)
            times_us = np.array([unpack(packet)[1] for packet in packets])
            steps = np.diff(times_us)
            assert set(steps[:190]) == {10_000}
            assert set(steps[-390:]) == {5_000}
            await client.disconnect()

    run_fast(story())


def test_a_stalled_event_loop_loses_no_sample() -> None:
    """In real time: the host's own code blocks the loop for a third of a second."""

    async def story() -> list[int]:
        async with scene() as s:
            client = await s.connect()
            packets = await s.stream(client)
            await asyncio.sleep(0.2)
            time.sleep(0.35)
            await asyncio.sleep(0.2)
            await client.disconnect()
            return [unpack(packet)[0] for packet in packets]

    numbers = asyncio.run(story())
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(numbers) >= 60


def test_advert_splits_over_advert_and_scan_response() -> None:
    model = TinySensor("A name of 18 bytes")
    advert, response = advert_packets(model)
    assert len(advert) <= 31
    assert len(response) <= 31
    assert advert.startswith(b"\x02\x01\x06\x11\x07")
    assert b"A name of 18 bytes" not in advert
    assert response == b"\x13\x09A name of 18 bytes"


def test_short_services_go_in_their_short_form() -> None:
    model = TinySensor("Battery")
    model.advertised_services = (sig_uuid(0x180F),)
    assert b"\x03\x03\x0f\x18" in advert_packets(model)[0]


def test_too_much_to_advertise_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="advertise less"):
        advert_packets(TinySensor("x" * 30))
