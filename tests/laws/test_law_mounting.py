"""Mounting: turn a sensor on its segment; heading: turn the world. Metrics stay."""

from __future__ import annotations

import numpy as np
import pytest
from pairs import METRICS, largest, pairs
from simulated import replaced, steady, turned
from streams import of_kind, run
from turned_fusion import turn_headings

from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.numerics import quaternion
from pelvicsense.synthetic import SimulatedSession

AT_CONTACT = tuple(name for name in METRICS if "at_contact" in name or "excursion" in name)
PELVIS = ("pelvic_drop_midstance_deg", "pelvic_drop_peak_deg")
HIP = ("hip_adduction_peak_deg", "thigh_rotation_peak_deg")

TIGHT_DEG = 0.01
CASES = [(activity, seed) for activity in (Activity.WALK, Activity.RUN) for seed in (0, 1)]

Paired = list[tuple[Stride, Stride]]


def compared(session: SimulatedSession, other: SimulatedSession) -> Paired:
    one, two = (of_kind(run(s.stream(), s.specs), Stride) for s in (session, other))
    assert len(one) == len(two) > 20
    return pairs(one, two)


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def sensors_turned(request: pytest.FixtureRequest) -> Paired:
    activity, seed = request.param
    session = steady(activity)
    rng = np.random.default_rng(seed)
    blocks = [
        turned(block, quaternion.normalise(rng.standard_normal(4)))
        for block in session.blocks.values()
    ]
    return compared(session, replaced(session, *blocks))


@pytest.fixture(params=[Activity.WALK, Activity.RUN])
def world_turned(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Paired:
    """Six axes see no heading; so each sensor's earth frame is turned, differently."""
    session = steady(request.param)
    plain = of_kind(run(session.stream(), session.specs), Stride)
    yaws = {
        placement: (lambda t_s, yaw=yaw: np.full(len(t_s), yaw))
        for placement, yaw in zip(Placement, (1.1, -2.3, 0.4), strict=True)
    }
    turn_headings(monkeypatch, yaws)
    other = of_kind(run(session.stream(), session.specs), Stride)
    assert len(plain) == len(other) > 20
    return pairs(plain, other)


def test_turned_sensors_see_the_same_pelvis(sensors_turned: Paired) -> None:
    assert largest(sensors_turned, PELVIS) < TIGHT_DEG
    assert largest(sensors_turned, AT_CONTACT) < TIGHT_DEG


def test_turned_sensors_see_the_same_hips(sensors_turned: Paired) -> None:
    assert largest(sensors_turned, HIP) < TIGHT_DEG


def test_a_turned_world_has_the_same_pelvis(world_turned: Paired) -> None:
    assert largest(world_turned, PELVIS) < TIGHT_DEG
    assert largest(world_turned, AT_CONTACT) < TIGHT_DEG


def test_a_turned_world_has_the_same_hips(world_turned: Paired) -> None:
    assert largest(world_turned, HIP) < TIGHT_DEG
