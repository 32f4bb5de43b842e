"""Finding and connecting: namesakes, strangers, races, and what is said when it fails."""

from __future__ import annotations

import checks
import pytest
from scenarios import Scene, Setting, play, sensors, source_for
from shipped import PROFILES

from pelvicsense.datatypes.errors import RadioError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.sources.ble.radio import Radio
from pelvicsense.sources.ble.source import BleSource
from pelvicsense.sources.ble.worn import WornSensor
from pelvicsense.virtual.radio import VirtualRadio
from pelvicsense.virtual.virtual_time import loop_clock_ns, run_fast

PELVIS, LEFT, RIGHT = Placement
SHORT = Setting(log_seconds=4.0)


def say(sentence: str) -> None:
    """Nobody listens."""


def source_of(air: VirtualRadio, *worn: WornSensor) -> BleSource:
    radio = Radio(
        client_backend=air.client_backend,
        scanner_backend=air.scanner_backend,
        clock_ns=loop_clock_ns,
    )
    return BleSource(radio, list(PROFILES.values()), worn)


def found(model: str, *worn: WornSensor, count: int = 3) -> BleSource:
    """Look for sensors among some of one kind."""

    async def story() -> BleSource:
        setting = Setting(model=model, placements=tuple(Placement)[:count])
        async with sensors(setting)[0] as air:
            source = source_of(air, *worn)
            await source.find(say)
            return source

    return run_fast(story())


def test_a_name_that_several_sensors_have_is_not_guessed() -> None:
    with pytest.raises(RadioError, match=r"3 sensors have this name \(C0:.*give the address"):
        found("movella-dot", WornSensor(placement=PELVIS, name="Movella DOT"))


def test_namesakes_are_told_apart_by_address() -> None:
    played = play(setting=Setting(model="movella-dot", log_seconds=4.0))
    assert {link.sighting.name for link in played.source.links.values()} == {"Movella DOT"}
    checks.check(played)


def test_names_are_found_in_any_case_of_letters() -> None:
    source = found("imu6-open", WornSensor(placement=PELVIS, name="imu6-0001"))
    assert source.links[PELVIS].profile.id == "imu6-open"


def test_one_sensor_cannot_be_worn_twice() -> None:
    with pytest.raises(RadioError, match="are the same sensor"):
        found(
            "imu6-open",
            WornSensor(placement=PELVIS, name="IMU6-0001"),
            WornSensor(placement=LEFT, name="imu6-0001"),
        )


def test_a_sensor_that_is_not_there_is_named_with_those_that_are() -> None:
    words = r"IMU6-9999: not seen within 15 s \(sensors seen: .*IMU6-0001.*wake it"
    with pytest.raises(RadioError, match=words):
        found("imu6-open", WornSensor(placement=PELVIS, name="IMU6-9999"))


def test_a_sensor_too_slow_for_gait_is_refused_with_the_reason() -> None:
    with pytest.raises(RadioError, match="at most 10 samples a second"):
        found("sensortag-cc2650", WornSensor(placement=PELVIS, name="CC2650 SensorTag"), count=1)


def test_a_profile_that_does_not_exist_is_told() -> None:
    with pytest.raises(RadioError, match="no profile is called wrist"):
        found("imu6-open", WornSensor(placement=PELVIS, name="IMU6-0001", profile="wrist"))


def test_bluetooth_that_is_off_is_told() -> None:
    async def story() -> None:
        async with sensors(Setting())[0] as air:
            await air.faults.adapter_off()
            await source_for(air).find(say)

    with pytest.raises(RadioError, match="Bluetooth is switched off; switch it on"):
        run_fast(story())


def test_a_sensor_that_cannot_be_connected_lets_the_others_go() -> None:
    async def story() -> None:
        air, _ = sensors(Setting())
        async with air:
            source = source_for(air)
            air.faults.refuse(air.address(RIGHT))
            await source.find(say)
            with pytest.raises(RadioError, match=r"thigh right \(IMU6-0003\): the connection"):
                await source.connect(say)
            assert all(link.state.value == "stopped" for link in source.links.values())
            again = source_for(air)  # who is still connected does not advertise
            air.faults.refuse(air.address(RIGHT), None)
            await again.find(say)
            await again.connect(say)
            await again.stop()

    run_fast(story())


def test_connections_that_fail_at_first_are_tried_again() -> None:
    def prepare(scene: Scene) -> None:
        for sensor in Placement:
            scene.faults.kick(scene.address(sensor))

    checks.check(play(setting=SHORT, prepare=prepare))


def test_a_slow_sensor_among_fast_ones() -> None:
    def prepare(scene: Scene) -> None:
        scene.faults.path(scene.address(PELVIS)).delay_s = 0.05

    played = play(setting=SHORT, prepare=prepare)
    checks.check(played)


def test_a_link_that_drops_while_the_others_are_connected_is_made_anew() -> None:
    """And is no gap: nothing was recorded before."""
    dropped: list[str] = []

    def prepare(scene: Scene) -> None:
        def told(sentence: str) -> None:
            if "thigh right" in sentence:
                dropped.append(sentence)
                scene.faults.drop(scene.address(PELVIS))

        scene.told = told

    played = play(setting=SHORT, prepare=prepare)
    assert dropped
    checks.check(played)
