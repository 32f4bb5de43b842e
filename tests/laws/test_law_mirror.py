"""Mirror: swap the sides and mirror the person; left and right metrics swap, signs stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pairs import METRICS, largest, pairs
from streams import of_kind, run

from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.synthetic import (
    ActivityScript,
    PersonConfig,
    SimulatedSession,
    ideal_sensors,
    simulate,
    worn_sensors,
)

ACTIVITIES = (Activity.WALK, Activity.RUN, Activity.STAIRS_UP, Activity.STAIRS_DOWN)
PERSON = PersonConfig(asymmetry=0.4, limp=0.1)


def strides(session: SimulatedSession) -> list[Stride]:
    return of_kind(run(session.stream(), session.specs), Stride)


def mirrored(session: SimulatedSession) -> SimulatedSession:
    """The same samples seen in a mirror that swaps z: a rate, being axial, keeps only its z."""
    polar, axial = np.array([1.0, 1.0, -1.0]), np.array([-1.0, -1.0, 1.0])

    def other(sensor: Placement) -> Placement:
        return sensor if sensor.side is None else Placement.thigh(sensor.side.other)

    blocks = {
        other(sensor): SampleBlock(
            sensor=other(sensor),
            host_ns=block.host_ns,
            tick=block.tick,
            acc=block.acc * polar,
            gyr=block.gyr * axial,
        )
        for sensor, block in session.blocks.items()
    }
    return replace(session, blocks=blocks)


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_samples_in_a_mirror(activity: Activity) -> None:
    """Noise and all: what is left is the resolution of landmarks and of the heading."""
    script = ActivityScript.single(activity, 18.0)
    session = simulate(PERSON, worn_sensors(), script, seed=4)
    seen, in_mirror = strides(session), strides(mirrored(session))
    assert len(seen) == len(in_mirror) > 15
    paired = pairs(seen, in_mirror, swap_sides=True, within_s=0.03)
    assert largest(paired, METRICS) < 0.2
    assert all(one.valid == other.valid for one, other in paired)
    assert all(one.flags == other.flags for one, other in paired)


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_a_mirrored_person(activity: Activity) -> None:
    script = ActivityScript.single(activity, 18.0)
    seen = strides(simulate(PERSON, ideal_sensors(), script, seed=4))
    mirror_image = simulate(PERSON.mirrored(), ideal_sensors(), script.mirrored(), seed=4)
    in_mirror = strides(mirror_image)
    assert len(seen) == len(in_mirror) > 15
    assert largest(pairs(seen, in_mirror, swap_sides=True), METRICS) < 0.5


def test_the_person_is_lopsided_enough_for_a_swap_to_show() -> None:
    session = simulate(PERSON, ideal_sensors(), ActivityScript.single(Activity.WALK, 18.0), seed=4)
    left, right = (
        np.mean([s.angles.pelvic_drop_peak_deg for s in strides(session) if s.side is side])
        for side in (Side.LEFT, Side.RIGHT)
    )
    assert right - left > 1.0
