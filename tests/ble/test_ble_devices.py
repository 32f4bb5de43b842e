"""Every shipped profile on the air: recognised, started, decoded, lost, found again, stopped."""

from __future__ import annotations

from itertools import pairwise

import checks
import numpy as np
import pytest
from scenarios import Measured, Played, Scene, Setting, play
from shipped import profile_of

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.profiles.layout import JoinBy
from pelvicsense.profiles.plan import Ask, Modify, Step, Write
from pelvicsense.profiles.schema import Profile
from pelvicsense.virtual.models import MODELS

PELVIS, LEFT, RIGHT = Placement
DEVICES = tuple(key for key in MODELS if not profile_of(key).refusal)

ACC_QUANTUM_MPS2 = 0.01
"""The coarsest wire format: 1 mg and 2⁻¹⁰ g."""
GYR_QUANTUM_RADPS = 0.0018
"""0.1 °/s."""
INTERPOLATED_MPS2 = 0.2
LONGEST_WAY_NS = 300_000_000
"""A packet fills and waits for its turn; the slowest holds a quarter of a second."""


@pytest.mark.parametrize("device", DEVICES)
def test_a_device(device: str) -> None:
    """A short log in which the left sensor's link drops."""

    async def story(scene: Scene) -> None:
        await scene.at(7.0)
        scene.faults.drop(scene.address(LEFT))
        await scene.until(lambda: scene.state(LEFT) == "lost")
        await scene.until(lambda: scene.state(LEFT) == "streaming")

    played = play(story, Setting(model=device, seconds=25.0, log_seconds=12.0))
    for sensor in Placement:
        is_recognised_and_tells_its_battery(played, sensor, profile_of(device))
        is_recorded_as_it_measured(played, sensor)
        is_told_to_stop(played, sensor)
    checks.analysed_as_it_was_live(played)
    checks.gaps_are_marked(played, LEFT)
    assert [mark.kind for mark in played.link_marks(LEFT)] == ["link_lost", "link_back"]
    for sensor in (PELVIS, RIGHT):
        is_untouched(played, sensor)


def is_recognised_and_tells_its_battery(
    played: Played, sensor: Placement, profile: Profile
) -> None:
    link = played.source.links[sensor]
    assert link.profile is profile
    if link.plan.battery is None:
        assert link.battery_percent is None
    else:
        assert link.battery_percent == pytest.approx(80.0, abs=5.0)


def is_recorded_as_it_measured(played: Played, sensor: Placement) -> None:
    """Every sample between two losses of the link, in SI, at its time."""
    link, measured = played.source.links[sensor], played.measured[sensor]
    join = link.profile.variant(link.values).behaviour.join
    for block in stretches(played, sensor):
        taken = rows_taken(block, measured)
        assert np.max(np.abs(block.gyr - measured.gyr[taken])) <= GYR_QUANTUM_RADPS
        acc = np.abs(block.acc - measured.acc[taken])
        if join is JoinBy.TIME:  # interpolated to the times of the angular rate
            assert np.sqrt(np.mean(acc**2)) <= INTERPOLATED_MPS2
        else:
            assert np.max(acc) <= ACC_QUANTUM_MPS2
        way_ns = block.host_ns - measured.true_ns[taken]
        assert np.all((way_ns > 0) & (way_ns < LONGEST_WAY_NS))
        has_right_ticks(block, link.plan.tick_s, measured.device_s[taken])


def has_right_ticks(block: SampleBlock, tick_s: float | None, device_s: FloatArray) -> None:
    if tick_s is not None:
        assert block.tick is not None
        apart_s = (block.tick - block.tick[0]) * tick_s - (device_s - device_s[0])
        assert np.max(np.abs(apart_s)) <= 2.0 * tick_s + 0.0005
    elif block.tick is not None:  # a counter
        assert np.all(np.diff(block.tick) == 1)


def is_told_to_stop(played: Played, sensor: Placement) -> None:
    plan, model = played.source.links[sensor].plan, played.models[sensor]
    wanted = [write for step in plan.stop for write in writes(step)]
    assert model.written[len(model.written) - len(wanted) :] == wanted
    assert not (plan.stop and model.streaming)


def is_untouched(played: Played, sensor: Placement) -> None:
    assert played.link_marks(sensor) == []
    assert played.lost(sensor) == 0
    (block,) = stretches(played, sensor)
    assert len(block) > 0.9 * len(played.measured[sensor].true_ns)


def writes(step: Step) -> list[tuple[str, bytes]]:
    assert not isinstance(step, Modify)
    return [(step.characteristic, step.data)] if isinstance(step, Write | Ask) else []


def stretches(played: Played, sensor: Placement) -> list[SampleBlock]:
    """A sensor's rows, cut where its link was lost."""
    block = played.samples(sensor)
    borders = [int(back_ns) for _, back_ns in checks.gaps(played, sensor)]
    cuts = [0, *np.searchsorted(block.host_ns, borders).tolist(), len(block)]
    return [
        SampleBlock(
            sensor=sensor,
            host_ns=block.host_ns[a:b],
            tick=None if block.tick is None else block.tick[a:b],
            acc=block.acc[a:b],
            gyr=block.gyr[a:b],
        )
        for a, b in pairwise(cuts)
    ]


def rows_taken(block: SampleBlock, measured: Measured) -> IntArray:
    """Which consecutive samples these rows are: those that fit best before they arrived."""
    newest = int(np.searchsorted(measured.true_ns, block.host_ns[0]))
    span = min(len(block), 100)

    def misfit(first: int) -> float:
        return float(np.sum((measured.gyr[first : first + span] - block.gyr[:span]) ** 2))

    first = min(range(max(0, newest - 60), newest), key=misfit)
    return np.arange(first, first + len(block))
