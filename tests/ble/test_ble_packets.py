"""Packets that come late, twice, spoiled or not at all; requests that are refused."""

from __future__ import annotations

import asyncio

import checks
import numpy as np
import pytest
from scenarios import Scene, Setting, play

from pelvicsense.datatypes.errors import RadioError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.runtime.log_status import notices
from pelvicsense.virtual.gatt import UNLIKELY_ERROR
from pelvicsense.virtual.models import imu6_open
from pelvicsense.virtual.models.firmware import BATTERY_LEVEL

PELVIS, LEFT, RIGHT = Placement


def test_lost_notifications_are_counted_to_the_sample() -> None:
    def prepare(scene: Scene) -> None:
        for sensor in Placement:
            scene.faults.path(scene.address(sensor)).loss = 0.05

    played = play(prepare=prepare)
    checks.analysed_as_it_was_live(played)
    for sensor in Placement:
        checks.in_order_and_once(played, sensor)
        assert checks.accounted(played, sensor) == 0
        assert 0.02 < played.lost(sensor) / len(played.measured[sensor].true_ns) < 0.1
        assert played.lost(sensor) == played.counters[sensor].lost
        assert played.lost(sensor) == played.result.links[sensor].lost
    checks.only_true_strides(played)


def test_duplicates_are_recorded_once() -> None:
    def prepare(scene: Scene) -> None:
        for sensor in Placement:
            scene.faults.path(scene.address(sensor)).duplicate = 0.2

    played = play(prepare=prepare)
    checks.check(played)
    checks.same_outside(played)
    assert min(counters.duplicates for counters in played.counters.values()) > 50


def test_garbage_changes_nothing_but_the_counters() -> None:
    def prepare(scene: Scene) -> None:
        scene.faults.path(scene.address(LEFT)).garbage = 0.05

    async def story(scene: Scene) -> None:
        await scene.at(20.0)
        assert any("cannot be read" in notice for notice in notices(scene.source))

    played = play(story, prepare=prepare)
    checks.analysed_as_it_was_live(played)
    for sensor in (PELVIS, RIGHT):
        checks.ran_on(played, sensor)
    checks.in_order_and_once(played, LEFT)
    assert checks.accounted(played, LEFT) == 0
    bad = played.counters[LEFT].bad.total()
    assert bad > 10
    assert played.lost(LEFT) == 5 * bad


def test_jitter_and_stalls_lose_nothing_and_bend_no_stride() -> None:
    def prepare(scene: Scene) -> None:
        for sensor in Placement:
            scene.faults.path(scene.address(sensor)).jitter_s = 0.02

    async def story(scene: Scene) -> None:
        for moment_s in np.arange(9.0, 30.0, 1.5):
            await scene.at(float(moment_s))
            for sensor in (PELVIS, RIGHT):
                scene.faults.silence(scene.address(sensor), 0.4)

    played = play(story, prepare=prepare)
    checks.check(played)
    checks.same_outside(played)


def test_short_packets_from_the_start_are_explained() -> None:
    def prepare(scene: Scene) -> None:
        scene.faults.limit_mtu(scene.address(RIGHT), 23)

    with pytest.raises(RadioError, match=r"thigh right .* cut to 20 bytes.*another Bluetooth"):
        play(prepare=prepare)


def test_short_packets_after_a_reconnection_are_explained_and_the_others_run_on() -> None:
    async def story(scene: Scene) -> None:
        await scene.at(20.0)
        scene.faults.limit_mtu(scene.address(RIGHT), 23)
        scene.faults.drop(scene.address(RIGHT))
        await scene.at(30.0)
        assert any("cut to 20 bytes" in notice for notice in notices(scene.source))

    played = play(story)
    checks.analysed_as_it_was_live(played)
    for sensor in (PELVIS, LEFT):
        checks.ran_on(played, sensor)
    ((start_s, _),) = checks.away(played, RIGHT)
    assert start_s == pytest.approx(20.0, abs=0.1)
    checks.unknown_inside(played, RIGHT)
    checks.same_outside(played, RIGHT)


def test_a_sensor_that_refuses_to_start_says_so() -> None:
    def prepare(scene: Scene) -> None:
        scene.faults.att_error(scene.address(LEFT), imu6_open.CONTROL, UNLIKELY_ERROR)

    with pytest.raises(RadioError, match=r"thigh left .* refused a request"):
        play(prepare=prepare)


def test_a_battery_that_cannot_be_read_is_no_reason_not_to_record() -> None:
    def prepare(scene: Scene) -> None:
        for sensor in Placement:
            scene.faults.att_error(scene.address(sensor), BATTERY_LEVEL, UNLIKELY_ERROR)

    played = play(setting=Setting(log_seconds=5.0), prepare=prepare)
    checks.check(played)
    assert all(link.battery_percent is None for link in played.source.links.values())


def test_a_sensor_that_refuses_after_a_reconnection_is_asked_again() -> None:
    async def story(scene: Scene) -> None:
        await scene.at(14.0)
        scene.faults.att_error(scene.address(LEFT), imu6_open.CONTROL, UNLIKELY_ERROR)
        scene.faults.drop(scene.address(LEFT))
        await asyncio.sleep(2.0)
        assert "refused a request" in scene.source.links[LEFT].trouble
        scene.faults.att_error(scene.address(LEFT), imu6_open.CONTROL, None)
        await scene.until(lambda: scene.state(LEFT) == "streaming")

    played = play(story)
    checks.check(played, [LEFT])
    checks.same_outside(played, LEFT)
