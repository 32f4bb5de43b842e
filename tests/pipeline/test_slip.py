"""A sensor slips: what depends on it is withheld from then on, until a new calibration."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from simulated import at, go, stand, with_marks
from streams import of_kind, run

from pelvicsense.datatypes.calibration import SlipNews
from pelvicsense.datatypes.gait import Flag, Stride, StrideCurve
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.datatypes.samples import MarkKind
from pelvicsense.metrics.summary import ANGLES
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Output, Pipeline
from pelvicsense.synthetic import (
    ActivityScript,
    PersonConfig,
    SimulatedSession,
    Slip,
    simulate,
    worn_sensors,
)

SLIP_S, NOTICED_S = 24.0, 31.0


@cache
def slipping(placement: Placement, axis: int = 0) -> SimulatedSession:
    turn = [0.0, 0.0, 0.0]
    turn[axis] = 13.0
    slip = Slip(at_s=SLIP_S, turn_deg=(turn[0], turn[1], turn[2]))
    sensors = [
        replace(sensor, slips=(slip,)) if sensor.placement is placement else sensor
        for sensor in worn_sensors()
    ]
    moving = go(Activity.WALK, 34.0)
    script = ActivityScript(sections=(stand(6.0), moving, stand(6.0), go(Activity.WALK, 24.0)))
    return simulate(PersonConfig(), sensors, script, 5)


@cache
def outputs(placement: Placement, axis: int = 0) -> list[Output]:
    session = slipping(placement, axis)
    return run(session.stream(10.0), session.specs)


def known(stride: Stride) -> set[str]:
    return {name for name in ANGLES if not math.isnan(getattr(stride.angles, name))}


def late(found: list[Output], side: Side) -> list[Stride]:
    return [s for s in of_kind(found, Stride) if s.side is side and s.t_contact_s > NOTICED_S]


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("placement", list(Placement))
def test_the_slipped_sensor_is_named(placement: Placement, axis: int) -> None:
    (news,) = of_kind(outputs(placement, axis), SlipNews)
    assert news.placement is placement
    assert SLIP_S < news.known_at_s < NOTICED_S
    assert abs(news.turn_deg[axis] - 13.0) < 2.0


def test_a_slipped_thigh_leaves_the_drop_and_the_other_side() -> None:
    found = outputs(Placement.THIGH_LEFT)
    for stride in late(found, Side.LEFT):
        assert Flag.SLIP in stride.flags
        assert known(stride) == {
            *(name for name in ANGLES if name.startswith("pelvic_drop")),
            "thigh_rotation_excursion_deg",
        }
    for stride in late(found, Side.RIGHT):
        assert Flag.SLIP not in stride.flags
        assert known(stride) == set(ANGLES)


def test_a_slipped_pelvis_leaves_the_excursion_of_the_drop_alone() -> None:
    session, found = slipping(Placement.PELVIS), outputs(Placement.PELVIS)
    strides = [stride for side in Side for stride in late(found, side) if stride.valid]
    errors = [
        stride.angles.pelvic_drop_excursion_deg - true.angles.pelvic_drop_excursion_deg
        for stride in strides
        for true in session.truth_strides
        if true.valid and abs(true.t_contact_s - stride.t_contact_s) < 0.1
    ]
    assert len(errors) > 30
    assert np.sqrt(np.mean(np.square(errors))) < 1.0
    for stride in strides:
        assert Flag.SLIP in stride.flags
        assert known(stride) == {"pelvic_drop_excursion_deg"}
    numbers = {stride.stride for stride in strides}
    for curve in of_kind(found, StrideCurve):
        assert curve.stride not in numbers or np.isnan(curve.obliquity_deg).all()


def test_strides_given_before_a_slip_was_known_do_not_count_from_then_on() -> None:
    found = outputs(Placement.PELVIS)
    (news,) = of_kind(found, SlipNews)
    since = [s for s in of_kind(found, Stride) if s.known_at_s >= news.known_at_s]
    assert all(Flag.SLIP in stride.flags for stride in since)
    assert not any(stride.valid for stride in since if "pelvic_drop_peak_deg" in known(stride))


def test_a_new_calibration_forgets_the_slip() -> None:
    session = slipping(Placement.PELVIS)
    marked = with_marks(
        session,
        at(session, 40.5, MarkKind.RECALIBRATE),
        at(session, 41.0, MarkKind.STILL_START),
        at(session, 45.0, MarkKind.STILL_END),
    )
    found = run(marked.stream(10.0), marked.specs)
    assert len(of_kind(found, SlipNews)) == 1
    anew = [s for s in of_kind(found, Stride) if s.t_contact_s > 48.0]
    assert len(anew) > 20
    assert not any(Flag.SLIP in stride.flags for stride in anew)
    assert sum(known(stride) == set(ANGLES) for stride in anew) > 20


def test_groups_and_a_pickle_in_between_change_nothing() -> None:
    session = slipping(Placement.PELVIS)
    pipeline = Pipeline(PipelineConfig(), session.specs)
    found: list[Output] = []
    for number, group in enumerate(session.stream(0.13)):
        if number % 60 == 59:
            pipeline = pickle.loads(pickle.dumps(pipeline))
        found += pipeline.feed(group)
    found += pipeline.finish()
    assert repr(of_kind(found, Stride)) == repr(of_kind(outputs(Placement.PELVIS), Stride))
    assert of_kind(found, SlipNews) == of_kind(outputs(Placement.PELVIS), SlipNews)
