"""Links that break and come back: each a scenario, in virtual time."""

from __future__ import annotations

import asyncio

import checks
import pytest
from scenarios import NEVER_S, Played, Scene, Setting, calm, play

from pelvicsense.datatypes.placement import Placement

PELVIS, LEFT, RIGHT = Placement


async def lost_and_back(scene: Scene, *sensors: Placement) -> None:
    """Wait until sensors are lost, and then until they stream again."""
    await scene.until(lambda: all(scene.state(sensor) == "lost" for sensor in sensors))
    await scene.until(lambda: all(scene.state(sensor) == "streaming" for sensor in sensors))


def checked(played: Played, *touched: Placement) -> list[tuple[float, float]]:
    """Check everything of a log in which sensors were away once; return when."""
    checks.check(played, touched)
    away_s = checks.away(played, *touched)
    assert len(away_s) == len(touched)
    checks.same_outside(played, *touched)
    checks.unknown_inside(played, *touched)
    for sensor in Placement:
        in_gaps = checks.accounted(played, sensor)
        assert sensor in touched or in_gaps == 0
    return away_s


def test_an_undisturbed_log() -> None:
    played = calm(Setting())
    assert checked(played) == []
    assert len(checks.strides(played)) > 20


def test_a_link_that_drops_is_back_at_once() -> None:
    async def story(scene: Scene) -> None:
        await scene.at(14.0)
        scene.faults.drop(scene.address(LEFT))
        await lost_and_back(scene, LEFT)

    ((start_s, end_s),) = checked(play(story), LEFT)
    assert start_s == pytest.approx(14.0, abs=0.1)
    assert end_s - start_s < 1.5


def test_out_of_range_and_back() -> None:
    async def story(scene: Scene) -> None:
        await scene.at(14.0)
        scene.faults.silence(scene.address(PELVIS), 4.0)
        await lost_and_back(scene, PELVIS)

    ((start_s, end_s),) = checked(play(story), PELVIS)
    assert start_s == pytest.approx(14.0, abs=0.1)
    assert 4.0 < end_s - start_s < 6.0


def test_refused_connections_are_tried_again() -> None:
    async def story(scene: Scene) -> None:
        await scene.at(14.0)
        scene.faults.refuse(scene.address(RIGHT))
        scene.faults.drop(scene.address(RIGHT))
        await scene.at(17.0)
        assert scene.state(RIGHT) == "lost"
        assert "connection" in scene.source.links[RIGHT].trouble
        scene.faults.refuse(scene.address(RIGHT), None)
        await lost_and_back(scene, RIGHT)

    checked(play(story), RIGHT)


def test_kicked_connections_are_tried_again() -> None:
    async def story(scene: Scene) -> None:
        await scene.at(14.0)
        scene.faults.kick(scene.address(LEFT), times=4)
        scene.faults.drop(scene.address(LEFT))
        await lost_and_back(scene, LEFT)

    checked(play(story), LEFT)


def test_all_links_lost_at_once_come_back_one_after_another() -> None:
    async def story(scene: Scene) -> None:
        await scene.at(14.0)
        for sensor in Placement:
            scene.faults.drop(scene.address(sensor))
        await lost_and_back(scene, *Placement)

    checked(play(story), *Placement)


def test_a_sensor_that_reboots_starts_its_clock_anew() -> None:
    async def story(scene: Scene) -> None:
        await scene.at(14.0)
        await scene.faults.reboot(scene.address(PELVIS))
        await lost_and_back(scene, PELVIS)

    played = play(story)
    checked(played, PELVIS)
    assert played.result.links[PELVIS].restarts == 1
    assert played.result.links[LEFT].restarts == 0


def test_a_battery_that_dies_stops_nobody_else() -> None:
    async def story(scene: Scene) -> None:
        await scene.at(18.0)
        await scene.faults.die(scene.address(RIGHT))
        await scene.at(26.0)
        assert scene.state(RIGHT) == "lost"
        assert "not seen" in scene.source.links[RIGHT].trouble

    played = play(story)
    checks.analysed_as_it_was_live(played)
    for sensor in (PELVIS, LEFT):
        checks.ran_on(played, sensor)
    checks.in_order_and_once(played, RIGHT)
    assert [mark.kind for mark in played.link_marks(RIGHT)] == ["link_lost"]
    ((start_s, end_s),) = checks.away(played, RIGHT)
    assert (start_s, end_s) == pytest.approx((18.0, 36.0), abs=0.3)
    checks.same_outside(played, RIGHT)
    checks.unknown_inside(played, RIGHT)
    assert played.stopping_s < 3.0


def test_the_adapter_off_and_on() -> None:
    async def story(scene: Scene) -> None:
        await scene.at(14.0)
        await scene.faults.adapter_off()
        await scene.at(16.0)
        assert "switched off" in scene.source.links[PELVIS].trouble
        await scene.faults.adapter_on()
        await lost_and_back(scene, *Placement)

    checked(play(story), *Placement)


def test_a_hung_link_that_reports_nothing_is_made_anew() -> None:
    """As with a system service that died: no callback, and ``is_connected`` stays true."""

    async def story(scene: Scene) -> None:
        await scene.at(13.0)
        scene.faults.silence(scene.address(LEFT), 5.0)
        await scene.until(lambda: scene.state(LEFT) == "stalled", 1.0)
        await lost_and_back(scene, LEFT)

    played = play(story, Setting(supervision_s=NEVER_S))
    checked(played, LEFT)
    assert "no data for 3 s" in played.link_marks(LEFT)[0].text


def test_a_short_silence_loses_nothing() -> None:
    async def story(scene: Scene) -> None:
        for moment_s in (12.0, 15.0, 18.0):
            await scene.at(moment_s)
            scene.faults.silence(scene.address(LEFT), 0.6)
            await asyncio.sleep(0.58)
            assert scene.state(LEFT) == "stalled"

    played = play(story)
    assert checked(played) == []
    assert played.result.links[LEFT].longest_gap_s == 0.0
