"""Heading over time: drift is followed, a real change of rotation is not mistaken for it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from simulated import replaced
from streams import of_kind, run
from turned_fusion import turn_headings

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.numerics import quaternion
from pelvicsense.synthetic import (
    ActivityScript,
    PersonConfig,
    SimulatedSession,
    StrideVariation,
    ideal_sensors,
    simulate,
)

STEADY = StrideVariation(time_sd=0.01, amplitude_sd=0.02)
GROUP_S = 1.0


@cache
def long_gait(activity: Activity) -> SimulatedSession:
    script = ActivityScript.single(activity, 200.0)
    return simulate(PersonConfig(variation=STEADY), ideal_sensors(), script, seed=61)


def rotation_deg(session: SimulatedSession, side: Side) -> FloatArray:
    """Time and peak thigh rotation of the valid strides of a side, (n, 2)."""
    strides = of_kind(run(session.stream(GROUP_S), session.specs), Stride)
    return np.array(
        [
            (stride.t_contact_s, stride.angles.thigh_rotation_peak_deg)
            for stride in strides
            if stride.side is side and stride.valid
        ]
    )


@pytest.mark.parametrize(
    ("activity", "rate_deg_per_min"), [(Activity.WALK, 3.0), (Activity.RUN, -3.0)]
)
def test_drift_is_followed(
    activity: Activity, rate_deg_per_min: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three minutes at 3 °/min: 9° if it were not."""
    session = long_gait(activity)
    plain = rotation_deg(session, Side.LEFT)
    rate = np.deg2rad(rate_deg_per_min) / 60.0
    turn_headings(monkeypatch, {Placement.THIGH_LEFT: lambda t_s: rate * t_s})
    drifting = rotation_deg(session, Side.LEFT)
    assert len(plain) == len(drifting) > 80
    difference = drifting[:, 1] - plain[:, 1]
    late = plain[:, 0] > 120.0
    assert np.abs(np.median(difference[late]) - np.median(difference[:15])) < 1.0
    assert np.nanmax(np.abs(difference)) < 2.0


def more_internal(session: SimulatedSession, side: Side, by_deg: float) -> SimulatedSession:
    """The thigh turns more inward from 90 s on, within 10 s; aligned sensors."""
    thigh = Placement.thigh(side)
    block = session.blocks[thigh]
    t = 1e-9 * (block.host_ns - session.origin_ns)
    share = np.clip((t - 90.0) / 10.0, 0.0, 1.0)
    most = side.sign * np.deg2rad(by_deg)
    angle = most * 0.5 * (1.0 - np.cos(np.pi * share))
    rate = most * 0.5 * np.pi / 10.0 * np.sin(np.pi * share)
    about_y = np.zeros((len(t), 3))
    about_y[:, 1] = -angle
    q = quaternion.from_rotation_vector(about_y)
    gyr = quaternion.rotate(q, block.gyr)
    gyr[:, 1] += rate
    return replaced(
        session,
        SampleBlock(
            sensor=thigh,
            host_ns=block.host_ns,
            tick=block.tick,
            acc=quaternion.rotate(q, block.acc),
            gyr=gyr,
        ),
    )


@pytest.mark.parametrize(
    ("activity", "side"), [(Activity.WALK, Side.LEFT), (Activity.RUN, Side.RIGHT)]
)
def test_a_real_change_is_reported(activity: Activity, side: Side) -> None:
    session = long_gait(activity)
    before_s, after_s = (60.0, 88.0), (130.0, 190.0)
    plain = rotation_deg(session, side)
    changed = rotation_deg(more_internal(session, side, 8.0), side)

    def median(strides: FloatArray, span_s: tuple[float, float]) -> float:
        return float(
            np.median(strides[(strides[:, 0] > span_s[0]) & (strides[:, 0] < span_s[1]), 1])
        )

    assert median(changed, after_s) - median(plain, after_s) == pytest.approx(8.0, abs=1.5)
    assert median(changed, before_s) == pytest.approx(median(plain, before_s), abs=0.1)
