"""A profile made definite: rates, places filled in, variants, values, battery."""

from __future__ import annotations

import pickle

import pytest
from shipped import PROFILES
from small_profiles import DATA, OTHER, TEXT, small

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.profiles.byte_text import parse_bytes
from pelvicsense.profiles.plan import Ask, KeepAlive, Modify, Read, Write

COMMANDS = """\
[commands]
probe = [{ read = "other", name = "model", optional = true }]
configure = [{ modify = "other", patches = [{ at = 24, bytes = "{rate} 00" }], delay_s = 0.5 }]
start = [
    { write = "other", bytes = '01 "/Meas/" {rate} 00', response = false },
    { ask = "other", bytes = "02", reply = "data", prefix = "02 C8", name = "ok", timeout_s = 3 },
]
stop = [{ write = "other", bytes = "00" }]
keep_alive = { period_s = 60, steps = [{ write = "other", bytes = "04" }] }
[firmware]
value = "model"
at = 1
count = 3
"""


def test_places_are_filled_in_for_the_rate() -> None:
    plan = small(TEXT + COMMANDS).plan({"model": b"\x01\x02\x03\x04"}, 50)
    assert plan.rate_hz == 50
    assert plan.configure == (
        Modify(characteristic=OTHER, patches=((24, b"\x32\x00"),), response=True, delay_s=0.5),
    )
    assert plan.start == (
        Write(characteristic=OTHER, data=b"\x01/Meas/\x32\x00", response=False),
        Ask(
            characteristic=OTHER,
            data=b"\x02",
            response=True,
            reply_characteristic=DATA,
            reply_prefix=b"\x02\xc8",
            name="ok",
            timeout_s=3.0,
        ),
    )
    alive = Write(characteristic=OTHER, data=b"\x04", response=True)
    assert plan.keep_alive == KeepAlive(steps=(alive,), period_s=60.0)
    assert (plan.tick_s, plan.tick_bits, plan.subscribe) == (0.001, 16, (DATA,))
    assert plan.min_notification_bytes == {DATA: 15}
    assert plan.firmware == "2.3.4"
    assert plan.spec(Placement.PELVIS).rate_hz == 50


def test_probing_comes_first() -> None:
    assert small(TEXT + COMMANDS).probe() == (
        Read(characteristic=OTHER, name="model", optional=True),
    )


def test_the_default_rate_and_the_offered_ones() -> None:
    assert small().plan({}, None).rate_hz == 100
    with pytest.raises(ConfigurationError, match=r"expected a rate of 50, 100 Hz, got 60"):
        small().plan({}, 60)


def test_a_refused_device_says_why() -> None:
    with pytest.raises(ConfigurationError, match="10 samples a second"):
        PROFILES["sensortag-cc2650"].plan({}, None)


def test_a_refused_device_needs_no_packets() -> None:
    text = TEXT[: TEXT.index("[rates]")].replace("[match]", 'refusal = "no gyroscope"\n[match]')
    profile = small(text)
    assert profile.rates_hz() == ()
    with pytest.raises(ConfigurationError, match="no gyroscope"):
        profile.plan({}, None)


def test_variants_are_told_by_what_the_device_says() -> None:
    profile = PROFILES["metamotion"]
    old = profile.plan({"acc_chip": b"\x03\x80\x01\x01"}, 100)
    new = profile.plan({"acc_chip": b"\x03\x80\x04\x01"}, 100)
    assert b"\x03\x03\x28\x0c" in [s.data for s in old.configure if isinstance(s, Write)]
    assert b"\x03\x03\xa8\x03" in [s.data for s in new.configure if isinstance(s, Write)]
    with pytest.raises(ConfigurationError, match="acc_chip = 03 80 09"):
        profile.plan({"acc_chip": b"\x03\x80\x09"}, 100)
    with pytest.raises(ConfigurationError, match="acc_chip = nothing"):
        profile.plan({}, 100)


@pytest.mark.parametrize(
    ("volts", "percent"), [(4.20, 100), (3.96, 100), (3.95, 90), (3.50, 10), (3.39, 0)]
)
def test_a_battery_table_is_read_from_high_to_low(volts: float, percent: float) -> None:
    battery = PROFILES["witmotion-ble5"].plan({}, None).battery
    assert battery is not None
    assert isinstance(battery.step, Ask)
    assert battery.step.data == bytes.fromhex("FF AA 27 64 00")
    reply = b"\x55\x71\x64\x00" + round(100 * volts).to_bytes(2, "little") + bytes(14)
    assert battery.percent(reply) == percent
    assert battery.percent(reply[:5]) is None


def test_a_percentage_out_of_range_means_nothing() -> None:
    battery = PROFILES["movella-dot"].plan({}, None).battery
    assert battery is not None
    assert battery.percent(b"\x63\x01") == 99
    assert battery.percent(b"\xff\x01") is None


def test_alternates_are_told() -> None:
    plan = PROFILES["witmotion-ble5"].plan({}, None)
    assert plan.alternates[plan.subscribe[0]] == ("0000ffe4-0000-1000-8000-00805f9b34fb",)


@pytest.mark.parametrize("name", PROFILES)
def test_a_plan_can_be_pickled(name: str) -> None:
    assert pickle.loads(pickle.dumps(PROFILES[name])).id == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FF AA 03", b"\xff\xaa\x03"),
        ("ffaa03", b"\xff\xaa\x03"),
        ('02 "d" 0A', b"\x02d\n"),
        ("", b""),
    ],
)
def test_bytes_as_people_write_them(text: str, expected: bytes) -> None:
    assert parse_bytes(text).fill({}) == expected


@pytest.mark.parametrize("text", ["FFA", "0x12", "FF {Rate}", '"open'])
def test_what_are_no_bytes_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="hex digits in pairs"):
        parse_bytes(text)
