"""The unchanged ``pelvicsense log`` and bleak on the real BlueZ, through its faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from bluez.conftest import Play
from bluez.logger import logging
from bluez.recorded import Recorded, missing, recorded
from bluez.world import Sensor, World

from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import MarkKind
from pelvicsense.recording.session import find_sessions

pytestmark = pytest.mark.bluez

PELVIS, LEFT, RIGHT = Placement.PELVIS, Placement.THIGH_LEFT, Placement.THIGH_RIGHT
BOARDS = dict.fromkeys((PELVIS, LEFT, RIGHT), "imu6-open")
MIXED = {PELVIS: "movella-dot", LEFT: "witmotion-ble5", RIGHT: "movesense"}
TIMED = (PELVIS, RIGHT)  # the one on the left has no clock: nobody can tell what it lost
SAMPLES_PER_PACKET = 5
LOST_AND_BACK = [MarkKind.LINK_LOST, MarkKind.LINK_BACK]


def assert_told(session: Recorded, placement: Placement, sensor: Sensor) -> None:
    """Everything was recorded once and in order, or is said to be lost."""
    assert session.lost(placement) == SAMPLES_PER_PACKET * missing(session.links(placement), sensor)


def test_everything_sent_is_recorded_once_and_in_order(play: Play, tmp_path: Path) -> None:
    async def scenario(world: World) -> None:
        async with world.worn(BOARDS) as sensors:
            async with logging(world.machine, tmp_path, *world.named(sensors)) as log:
                await log.until_streaming(samples=500)
                await log.stop()
            session = recorded(tmp_path)
            assert session.sensors == tuple(BOARDS)
            for placement, sensor in sensors.items():
                assert session.losses(placement) == []
                assert session.rows(placement) >= 500
                assert_told(session, placement, sensor)

    play(scenario)


def test_three_makes_of_sensors_serve_together(play: Play, tmp_path: Path) -> None:
    async def scenario(world: World) -> None:
        async with world.worn(MIXED) as sensors:
            async with logging(world.machine, tmp_path, *world.named(sensors)) as log:
                await log.until_streaming(samples=200)
                await log.stop()
            session = recorded(tmp_path)
            assert session.sensors == tuple(MIXED)
            for placement, sensor in sensors.items():
                assert session.losses(placement) == []
                gone = missing(session.links(placement), sensor)
                if placement in TIMED:
                    assert (session.lost(placement) > 0) == (gone > 0)

    play(scenario)


def test_a_dropped_link_is_made_anew_and_the_others_lose_nothing(
    play: Play, tmp_path: Path
) -> None:
    async def scenario(world: World) -> None:
        async with world.worn(BOARDS) as sensors:
            async with logging(world.machine, tmp_path, *world.named(sensors)) as log:
                await log.until_streaming(samples=200)
                for times in (1, 2):
                    world.air.drop(sensors[LEFT].address)
                    await log.until_marked(MarkKind.LINK_BACK, LEFT, times=times)
                    await log.until_streaming(samples=200)
                await log.stop()
            session = recorded(tmp_path)
            assert session.losses(LEFT) == 2 * LOST_AND_BACK
            assert session.losses(PELVIS) == session.losses(RIGHT) == []
            for placement, sensor in sensors.items():
                assert_told(session, placement, sensor)

    play(scenario)


def test_a_sensor_out_of_range_for_long_is_found_again(play: Play, tmp_path: Path) -> None:
    async def scenario(world: World) -> None:
        async with world.worn(BOARDS) as sensors:
            async with logging(world.machine, tmp_path, *world.named(sensors)) as log:
                await log.until_streaming(samples=200)
                world.air.silence(sensors[RIGHT].address)
                await log.until_marked(MarkKind.LINK_LOST, RIGHT)
                await log.until(lambda status: status["sensors"][RIGHT]["state_s"] > 6.0)
                world.air.silence(sensors[RIGHT].address, 0.0)
                await log.until_marked(MarkKind.LINK_BACK, RIGHT)
                await log.until_streaming(samples=200)
                await log.stop()
            session = recorded(tmp_path)
            assert session.losses(RIGHT) == LOST_AND_BACK
            for placement, sensor in sensors.items():
                assert_told(session, placement, sensor)

    play(scenario)


def test_an_adapter_switched_off_and_on_brings_all_sensors_back(play: Play, tmp_path: Path) -> None:
    async def scenario(world: World) -> None:
        async with world.worn(BOARDS) as sensors:
            async with logging(world.machine, tmp_path, *world.named(sensors)) as log:
                await log.until_streaming(samples=200)
                await world.power(on=False)
                await log.until_marked(MarkKind.LINK_LOST, *BOARDS)
                await log.until(lambda status: "switched off" in str(status["notices"]))
                await world.power(on=True)
                await log.until_marked(MarkKind.LINK_BACK, *BOARDS)
                await log.until_streaming(samples=200)
                await log.stop()
            session = recorded(tmp_path)
            for placement, sensor in sensors.items():
                assert session.losses(placement) == LOST_AND_BACK
                assert session.reasons(placement) == ["disconnected"]
                assert_told(session, placement, sensor)

    play(scenario)


def test_a_killed_bluetoothd_is_noticed_by_silence_and_its_successor_is_used(
    play: Play, tmp_path: Path
) -> None:
    """Nobody reports a loss here: D-Bus and bleak still call the sensors connected."""

    async def scenario(world: World) -> None:
        async with world.worn(BOARDS) as sensors:
            async with logging(world.machine, tmp_path, *world.named(sensors)) as log:
                await log.until_streaming(samples=200)
                await world.kill_daemon()
                await log.until_marked(MarkKind.LINK_LOST, *BOARDS)
                await world.restore()
                await log.until_marked(MarkKind.LINK_BACK, *BOARDS)
                await log.until_streaming(samples=200)
                await log.stop()
            session = recorded(tmp_path)
            for placement, sensor in sensors.items():
                assert session.losses(placement) == LOST_AND_BACK
                assert session.reasons(placement)[0].startswith("no data for")
                assert_told(session, placement, sensor)

    play(scenario)


def test_a_sensor_that_ends_its_first_connections_is_connected_all_the_same(
    play: Play, tmp_path: Path
) -> None:
    async def scenario(world: World) -> None:
        async with world.worn(BOARDS) as sensors:
            sensors[PELVIS].peripheral.kicks = 1
            async with logging(world.machine, tmp_path, *world.named(sensors)) as log:
                await log.until_streaming(samples=100)
                await log.stop()
            session = recorded(tmp_path)
            for placement, sensor in sensors.items():
                assert session.losses(placement) == []
                assert_told(session, placement, sensor)

    play(scenario)


def test_a_logger_that_was_killed_is_carried_on_by_the_next(play: Play, tmp_path: Path) -> None:
    """The first one's links stand on in bluetoothd: its sensors do not advertise."""

    async def scenario(world: World) -> None:
        async with world.worn(BOARDS) as sensors:
            async with logging(world.machine, tmp_path, *world.named(sensors)) as log:
                await log.until_streaming(samples=200)
                log.kill()
            async with logging(world.machine, tmp_path, *world.named(sensors)) as log:
                await log.until_streaming(samples=200)
                await log.stop()
            first, second = (Recorded(folder) for folder in find_sessions(tmp_path))
            assert second.continues is not None
            for placement, sensor in sensors.items():
                assert second.losses(placement) == []
                assert missing([*first.links(placement), *second.links(placement)], sensor) == 0

    play(scenario)


def test_a_second_logger_is_refused_and_leaves_the_first_alone(play: Play, tmp_path: Path) -> None:
    async def scenario(world: World) -> None:
        async with world.worn(BOARDS) as sensors:
            async with logging(world.machine, tmp_path, *world.named(sensors)) as log:
                await log.until_streaming(samples=100)
                async with logging(world.machine, tmp_path, *world.named(sensors)) as other:
                    assert await other.ended() == 1
                assert "another" in other.said
                await log.until_streaming(samples=100)
                await log.stop()
            session = recorded(tmp_path)
            for placement, sensor in sensors.items():
                assert session.losses(placement) == []
                assert_told(session, placement, sensor)

    play(scenario)


def test_an_adapter_pulled_out_and_plugged_in_brings_all_sensors_back(
    play: Play, tmp_path: Path
) -> None:
    async def scenario(world: World) -> None:
        async with world.worn(BOARDS) as sensors:
            async with logging(world.machine, tmp_path, *world.named(sensors)) as log:
                await log.until_streaming(samples=200)
                await world.unplug()
                await log.until_marked(MarkKind.LINK_LOST, *BOARDS)
                await log.until(lambda status: "no Bluetooth adapter" in str(status["notices"]))
                await world.restore()
                await log.until_marked(MarkKind.LINK_BACK, *BOARDS)
                await log.until_streaming(samples=200)
                await log.stop()
            session = recorded(tmp_path)
            for placement, sensor in sensors.items():
                assert session.losses(placement) == LOST_AND_BACK
                assert_told(session, placement, sensor)

    play(scenario)


def test_an_adapter_that_is_off_is_said(play: Play, tmp_path: Path) -> None:
    async def scenario(world: World) -> None:
        await world.power(on=False)
        async with logging(world.machine, tmp_path, "--pelvis", "A", "--thigh-left", "B") as log:
            assert await log.ended() == 1
        assert "Bluetooth is switched off" in log.said

    play(scenario)


def test_a_bluetoothd_that_does_not_run_is_said(play: Play, tmp_path: Path) -> None:
    async def scenario(world: World) -> None:
        await world.kill_daemon()
        async with logging(world.machine, tmp_path, "--pelvis", "A", "--thigh-left", "B") as log:
            assert await log.ended() == 1
        assert "Bluetooth service" in log.said

    play(scenario)
