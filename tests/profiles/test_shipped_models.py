"""Every simulated device, driven by its profile alone: found, configured, decoded, stopped.

The models pack their bytes by hand and never see a profile; so where both agree, two readings of a
device's documents agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from device_link import DeviceLink
from numpy.typing import NDArray
from shipped import PROFILES, profile_of

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.decoding.decoder import Decoder
from pelvicsense.profiles.plan import DevicePlan
from pelvicsense.profiles.recognise import Advert, recognise
from pelvicsense.profiles.schema import Profile
from pelvicsense.virtual.gatt import SensorModel
from pelvicsense.virtual.models import MODELS, make_model

Array = NDArray[np.float64]

G, DPS = 9.80665, np.pi / 180
DURATION_S = 3.0
FLOAT = 1e-6

# One step of the wire format: acceleration in m/s², angular rate in rad/s.
QUANTA = {
    "movella-dot": (FLOAT, FLOAT),
    "witmotion-ble5": (16 * G / 32768, 2000 * DPS / 32768),
    "metamotion-bmi160": (G / 2048, DPS / 16.4),
    "metamotion-bmi270": (G / 2048, DPS / 16.4),
    "movesense": (0.244e-3 * 9.807, 0.07 * DPS),
    "polar-verity-sense": (8 * G / 32768, 2000 * DPS / 32768),
    "thingy52": (G / 1024, DPS / 32),
    "bluest": (1e-3 * G, 0.1 * DPS),
    "adafruit-ble": (FLOAT, FLOAT),
    "arduino-nano33": (FLOAT, FLOAT),
    "gear-vr-controller": (G / 2048, DPS / 14.285),
    "muse": (G / 16384, 0.0074768 * DPS),
    "sensortag-cc2650": (8 * G / 32768, 500 * DPS / 65536),
    "imu6-open": (16 * G / 32768, 2000 * DPS / 32768),
}
TIMED = {
    "movella-dot",
    "movesense",
    "polar-verity-sense",
    "bluest",
    "gear-vr-controller",
    "imu6-open",
}
NUMBERED = {"muse"}


@dataclass
class Session:
    """A device that was probed, configured and started by its profile."""

    profile: Profile
    plan: DevicePlan
    link: DeviceLink

    @classmethod
    def start(cls, key: str, model: SensorModel, rate_hz: float | None = None) -> Session:
        # What the profile of a refused device says is tested all the same.
        profile = replace(profile_of(key), refusal="")
        link = DeviceLink(model)
        link.run(profile.probe())
        plan = profile.plan(link.values, rate_hz)
        link.run(plan.configure)
        link.subscribe(*plan.subscribe)
        link.run(plan.start)
        return cls(profile, plan, link)

    def decoder(self) -> Decoder:
        return Decoder(self.profile, self.plan, self.link.values, Placement.PELVIS)


def signal(rate_hz: float, duration_s: float = DURATION_S) -> tuple[Array, Array]:
    """Return a movement within the narrowest ranges: 2 g and 245 deg/s."""
    t = np.arange(round(duration_s * rate_hz)) / rate_hz
    phase = 2 * np.pi * t[:, None] * np.array([0.9, 1.4, 2.3]) + np.array([0.1, 1.0, 2.0])
    acc = np.array([0.0, 0.0, G]) + np.array([5.0, 8.0, 6.0]) * np.sin(phase)
    return acc, np.array([3.5, 2.0, 1.0]) * np.cos(phase)


def decode(decoder: Decoder, arrived: Iterable[tuple[int, str, bytes]]) -> list[SampleBlock]:
    return [b for ns, uuid, data in arrived for b in decoder.feed(ns, uuid, data).blocks]


def rows(blocks: list[SampleBlock], name: str) -> Array:
    return np.concatenate([getattr(block, name) for block in blocks])


def test_every_profile_has_a_model() -> None:
    assert {profile_of(key).id for key in MODELS} == set(PROFILES)


@pytest.mark.parametrize("key", MODELS)
class TestEveryPair:
    def test_advert_is_recognised(self, key: str) -> None:
        model = make_model(key, "174630000192")
        advert = Advert(
            name=model.name,
            services=frozenset(model.advertised_services),
            manufacturer_ids=frozenset(model.manufacturer_data),
        )
        found = recognise(advert, PROFILES.values())
        assert found is not None
        assert found is profile_of(key)

    def test_signal_comes_through(self, key: str) -> None:
        session = Session.start(key, make_model(key, "0001"))
        model, plan = session.link.model, session.plan
        assert model.streaming
        assert model.rate_hz == pytest.approx(plan.rate_hz)
        acc, gyr = signal(plan.rate_hz)
        decoder = session.decoder()
        blocks = decode(decoder, session.link.stream(acc, gyr))

        got_acc, got_gyr = rows(blocks, "acc"), rows(blocks, "gyr")
        assert len(acc) - 30 <= len(got_acc) <= len(acc)
        assert decoder.counters.lost == decoder.counters.duplicates == 0
        # The WitMotion's stream begins in the middle of a frame.
        assert sum(decoder.counters.bad.values()) == (1 if key == "witmotion-ble5" else 0)
        # Acceleration joined by time is interpolated; at these instants nothing is between.
        acc_step, gyr_step = QUANTA[key]
        np.testing.assert_allclose(got_acc, acc[: len(got_acc)], rtol=0, atol=acc_step)
        np.testing.assert_allclose(got_gyr, gyr[: len(got_gyr)], rtol=0, atol=gyr_step)

    def test_times(self, key: str) -> None:
        session = Session.start(key, make_model(key, "0001"))
        plan = session.plan
        blocks = decode(session.decoder(), session.link.stream(*signal(plan.rate_hz)))
        if key in TIMED:
            assert plan.tick_s is not None
            ticks = rows(blocks, "tick")
            since = (ticks - ticks[0]) * plan.tick_s
            expected = np.arange(len(since)) / plan.rate_hz
            # A packet's own time is rounded, and so is the interval its samples are spread over.
            np.testing.assert_allclose(since, expected, rtol=0, atol=2 * plan.tick_s)
        elif key in NUMBERED:
            np.testing.assert_array_equal(rows(blocks, "tick"), np.arange(len(rows(blocks, "acc"))))
            assert plan.tick_s is None
        else:
            assert all(block.tick is None for block in blocks)
            assert plan.tick_s is None

    def test_stops(self, key: str) -> None:
        session = Session.start(key, make_model(key, "0001"))
        session.link.run(session.plan.stop)
        session.link.unsubscribe()
        assert not session.link.model.streaming
        assert session.link.stream(*signal(10.0)) == []

    def test_every_rate(self, key: str) -> None:
        for rate_hz in profile_of(key).rates_hz():
            session = Session.start(key, make_model(key, "0001"), rate_hz)
            assert session.link.model.rate_hz == pytest.approx(rate_hz)
            acc, gyr = signal(rate_hz, 1.5)
            got = decode(session.decoder(), session.link.stream(acc, gyr))
            assert len(rows(got, "acc")) >= len(acc) - 30

    def test_comes_back_after_a_lost_link(self, key: str) -> None:
        model = make_model(key, "0001")
        first = Session.start(key, model)
        first.link.stream(*signal(first.plan.rate_hz, 0.55))
        model.disconnected()
        again = Session.start(key, model)
        acc, gyr = signal(again.plan.rate_hz)
        decoder = again.decoder()
        again.link.samples = 1000
        got = rows(decode(decoder, again.link.stream(acc, gyr)), "acc")
        assert len(acc) - 30 <= len(got) <= len(acc)
        np.testing.assert_allclose(got, acc[: len(got)], rtol=0, atol=QUANTA[key][0])

    def test_notifications_fit(self, key: str) -> None:
        session = Session.start(key, make_model(key, "0001"))
        heard = session.link.stream(*signal(session.plan.rate_hz))
        most = session.link.model.max_mtu - 3
        for _, uuid, data in heard:
            assert len(data) <= most
            assert len(data) >= session.plan.min_notification_bytes.get(uuid, 0)

    def test_battery(self, key: str) -> None:
        session = Session.start(key, make_model(key, "0001", battery_percent=75.0))
        battery = session.plan.battery
        if battery is None:
            assert "battery" not in session.profile.confidence
            return
        session.link.run([battery.step])
        assert battery.percent(session.link.values["battery"]) == 75.0


@pytest.mark.parametrize(
    ("key", "missing", "step"),
    [
        ("movella-dot", 3, 1),
        ("movesense", 1, 16),
        ("gear-vr-controller", 2, 3),
        ("imu6-open", 2, 5),
        ("bluest", 2, 1),
    ],
)
def test_lost_packets_are_counted(key: str, missing: int, step: int) -> None:
    session = Session.start(key, make_model(key, "0001"), 208.0 if key == "movesense" else None)
    acc, gyr = signal(session.plan.rate_hz)
    heard = session.link.stream(acc, gyr)
    parts = 2 if key == "movesense" else 1
    middle = len(heard) // 2 // parts * parts
    del heard[middle : middle + missing * parts]
    decoder = session.decoder()
    got = rows(decode(decoder, heard), "acc")
    assert decoder.counters.lost == missing * step
    gone = range(middle // parts * step, (middle // parts + missing) * step)
    kept = np.delete(acc, list(gone), axis=0)[: len(got)]
    np.testing.assert_allclose(got, kept, rtol=0, atol=QUANTA[key][0])


@pytest.mark.parametrize("lost_first", ["acc", "gyr"])
def test_lost_packets_of_one_of_two_sensors(lost_first: str) -> None:
    """Muse: one sensor's packet is lost; the samples of both that belong to it go."""
    session = Session.start("muse", make_model("muse", "0001"))
    acc, gyr = signal(session.plan.rate_hz)
    heard = session.link.stream(acc, gyr)
    middle = len(heard) // 2 // 2 * 2 + (lost_first == "acc")
    del heard[middle]
    decoder = session.decoder()
    blocks = decode(decoder, heard)
    gone = list(range(middle // 2 * 3, middle // 2 * 3 + 3))
    got = rows(blocks, "acc"), rows(blocks, "gyr")
    for values, truth, quantum in zip(got, (acc, gyr), QUANTA["muse"], strict=True):
        kept = np.delete(truth, gone, axis=0)[: len(values)]
        np.testing.assert_allclose(values, kept, rtol=0, atol=quantum)
    assert decoder.counters.lost == 3


def test_gear_vr_is_kept_alive() -> None:
    session = Session.start("gear-vr-controller", make_model("gear-vr-controller", "0001"))
    alive = session.plan.keep_alive
    assert alive is not None
    model, still = session.link.model, np.zeros(3)
    due_s = alive.period_s
    for second in range(300):
        model.sample(second, float(second), still, still)
        if second >= due_s:
            session.link.run(alive.steps)
            due_s += alive.period_s
        assert model.streaming
    for second in range(300, 400):
        model.sample(second, float(second), still, still)
    assert not model.streaming, "without keep-alives it must have fallen silent"


def test_sensortag_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="10 samples a second"):
        profile_of("sensortag-cc2650").plan({})


@pytest.mark.parametrize("key", ["movella-dot", "imu6-open"])
def test_identify_makes_the_device_show_itself(key: str) -> None:
    session = Session.start(key, make_model(key, "0001"))
    session.link.run(session.plan.stop)
    session.link.run(session.plan.identify)
    assert session.link.model.identified == 1
