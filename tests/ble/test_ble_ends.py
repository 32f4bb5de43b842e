"""A log ends in order and soon, whatever its sensors do; the sensors are told to stop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import checks
import pytest
from scenarios import NEVER_S, Scene, Setting, play, sensors, source_for

from pelvicsense.datatypes.placement import Placement
from pelvicsense.runtime.log import LogOptions, SessionLog
from pelvicsense.sinks.recorder import wall_time
from pelvicsense.sources.ble.link_state import LinkState
from pelvicsense.sources.ble.source import BleSource
from pelvicsense.virtual.models import imu6_open
from pelvicsense.virtual.virtual_time import loop_clock_ns, run_fast

PELVIS, LEFT, RIGHT = Placement
SOON_S = 3.0
STOP = (imu6_open.CONTROL, b"\x00")


def test_the_duration_ends_it() -> None:
    played = play(setting=Setting(log_seconds=8.0))
    checks.check(played)
    assert played.stopping_s < 1.0
    assert played.result.duration_s == pytest.approx(8.0, abs=0.3)
    for model in played.models.values():
        assert model.written[-1] == STOP


@pytest.mark.parametrize("hung_s", [0.2, 2.0, 3.5])
def test_a_hung_sensor_does_not_hold_it_up(hung_s: float) -> None:
    """Stopped before the watchdog noticed, after, and while the link is made anew."""

    async def story(scene: Scene) -> None:
        await scene.at(8.0)
        scene.faults.silence(scene.address(LEFT))
        await asyncio.sleep(hung_s)
        scene.log.stop()

    setting = Setting(log_seconds=60.0, supervision_s=NEVER_S)
    played = play(story, setting)
    assert played.stopping_s < SOON_S
    checks.analysed_as_it_was_live(played)
    for sensor in (PELVIS, RIGHT):
        checks.ran_on(played, sensor)
        assert played.models[sensor].written[-1] == STOP
    assert len(played.link_marks(LEFT)) == (hung_s > 3.0)


def test_stopped_while_a_sensor_is_looked_for() -> None:
    async def story(scene: Scene) -> None:
        await scene.at(8.0)
        await scene.faults.die(scene.address(RIGHT))
        await scene.until(lambda: scene.state(RIGHT) == "lost")
        await asyncio.sleep(2.0)
        scene.log.stop()

    played = play(story, Setting(log_seconds=60.0))
    assert played.stopping_s < SOON_S
    checks.analysed_as_it_was_live(played)


@pytest.mark.parametrize("after_s", [0.05, 0.3, 1.0])
def test_cancelled_while_it_connects_it_lets_go_of_every_sensor(after_s: float) -> None:
    async def story() -> None:
        air, models = sensors(Setting(supervision_s=NEVER_S))
        async with air:
            source = source_for(air)
            await source.find(lambda sentence: None)
            air.faults.silence(air.address(RIGHT))
            connecting = asyncio.create_task(source.connect(lambda sentence: None))
            await asyncio.sleep(after_s)
            connecting.cancel()
            start_s = asyncio.get_running_loop().time()
            with pytest.raises(asyncio.CancelledError):
                await connecting
            assert asyncio.get_running_loop().time() - start_s < SOON_S
            air.faults.silence(air.address(RIGHT), 0.0)
            again = source_for(air)  # who is still connected does not advertise
            await again.find(lambda sentence: None)
            await again.connect(lambda sentence: None)
            await again.stop()
            assert all(model.written[-1] == STOP for model in models.values())

    run_fast(story())


def test_a_cancellation_that_a_library_swallowed_ends_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.11's ``wait_for`` does so where what it waits for is done at the same moment."""
    start = BleSource.start

    async def swallowing(source: BleSource) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(1.0)
        await start(source)

    monkeypatch.setattr(BleSource, "start", swallowing)

    async def story() -> None:
        air, models = sensors(Setting())
        async with air:
            source = source_for(air)
            await source.find(lambda _: None)
            await source.connect(lambda _: None)
            log = SessionLog(
                source, LogOptions(out=tmp_path, subject="P01"), wall_time(loop_clock_ns)
            )
            running = asyncio.create_task(log.run())
            await asyncio.sleep(0.5)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                async with asyncio.timeout(20.0):
                    await running
            assert all(model.written[-1] == STOP for model in models.values())

    run_fast(story())


def test_a_stop_while_the_sensors_start_ends_the_log() -> None:
    """Between the first sensor's start and the last one's, everything is half up."""

    async def log(stop_after_s: float) -> None:
        air, _ = sensors(Setting())
        async with air:
            source = source_for(air)
            await source.find(lambda _: None)
            await source.connect(lambda _: None)
            starting = asyncio.create_task(source.start())
            await asyncio.sleep(stop_after_s)
            await source.stop()
            async with asyncio.timeout(20.0):
                await starting
                async for _ in source.groups():
                    pass
            assert all(link.state is LinkState.STOPPED for link in source.links.values())

    for stop_after_s in (0.0, 0.002, 0.01, 0.05, 0.2):
        run_fast(log(stop_after_s))
