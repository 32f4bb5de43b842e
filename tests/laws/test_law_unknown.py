"""Unknown stays unknown: an empty value and a flag that says why, never a number."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from pairs import METRICS
from simulated import go, replaced, sitting_until, stand, steady, with_outage
from streams import of_kind, run

from pelvicsense.datatypes.calibration import Calibration, CalibrationNews, CalibrationRefusal
from pelvicsense.datatypes.gait import Flag, StanceReport, Stride, StrideAngles, StrideCurve
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.numerics import quaternion
from pelvicsense.pipeline.pipeline import Output
from pelvicsense.synthetic import (
    ActivityScript,
    PersonConfig,
    SimulatedSession,
    ideal_sensors,
    simulate,
    worn_sensors,
)

DROP = tuple(name for name in METRICS if name.startswith("pelvic_drop"))
HIP = tuple(name for name in METRICS if not name.startswith("pelvic_drop"))


def unknown(angles: StrideAngles, names: tuple[str, ...]) -> bool:
    return all(math.isnan(getattr(angles, name)) for name in names)


def known(angles: StrideAngles, names: tuple[str, ...]) -> bool:
    return all(math.isfinite(getattr(angles, name)) for name in names)


@cache
def outputs_with_gap(placement: Placement, gap_s: float) -> list[Output]:
    """A long walk whose sensor falls silent at 20 s."""
    script = ActivityScript.single(Activity.WALK, 42.0)
    sensors = with_outage(ideal_sensors(), placement, 20.0, gap_s)
    session = simulate(PersonConfig(), sensors, script, seed=6)
    return run(session.stream(group_s=1.0), session.specs)


def before_and_after(outputs: list[Output]) -> tuple[list[Stride], list[Stride]]:
    """Strides that ended before the gap, and those that began behind it."""
    strides = of_kind(outputs, Stride)
    before = [stride for stride in strides if stride.t_end_s < 19.95]
    after = [stride for stride in strides if stride.t_contact_s > 20.05]
    assert len(before) > 10
    return before, after


@pytest.mark.parametrize("gap_s", [0.1, 0.4, 1.0])
@pytest.mark.parametrize("placement", Placement)
def test_nothing_is_told_from_a_sensor_in_its_gap(placement: Placement, gap_s: float) -> None:
    outputs = outputs_with_gap(placement, gap_s)
    for row in of_kind(outputs, Stride):
        own = placement.side in (None, row.side)
        if own and row.t_contact_s < 20.0 + gap_s and row.t_end_s > 20.02:
            assert Flag.GAP in row.flags
            assert not row.valid
    for stance in of_kind(outputs, StanceReport):
        if stance.t_contact_s < 20.0 + gap_s and stance.t_final_contact_s > 20.02:
            own = placement.side in (None, stance.side)
            assert unknown(stance.angles, HIP) or not own
            assert unknown(stance.angles, DROP) or placement is not Placement.PELVIS


@pytest.mark.parametrize("placement", Placement)
def test_values_come_back_behind_a_gap(placement: Placement) -> None:
    before, after = before_and_after(outputs_with_gap(placement, 0.4))
    assert all(known(stride.angles, METRICS) for stride in before)
    assert all(known(stride.angles, DROP) for stride in after)
    assert len(after) > 15
    assert known(after[-1].angles, METRICS)
    assert known(after[-2].angles, METRICS)


def test_a_bridged_gap_costs_nothing() -> None:
    """Up to 50 ms is interpolated."""
    whole = [s for s in of_kind(outputs_with_gap(Placement.PELVIS, 0.03), Stride) if s.valid]
    assert {side for s in whole for side in [s.side] if s.t_contact_s < 20.0 < s.t_end_s}
    assert all(known(stride.angles, METRICS) for stride in whole)


def test_a_lost_heading_empties_hip_angles_until_the_joint_shows_it_again() -> None:
    """The thigh is settled again seconds before its heading is known."""
    _, after = before_and_after(outputs_with_gap(Placement.THIGH_LEFT, 1.0))
    left = [stride for stride in after if stride.side is Side.LEFT]
    right = [stride for stride in after if stride.side is Side.RIGHT]
    without = [stride for stride in left if Flag.HEADING in stride.flags]
    assert without
    for stride in without:
        assert known(stride.angles, DROP)
        assert unknown(stride.angles, HIP)
        assert unknown(stride.standard_errors, HIP)
    again = [stride for stride in left if stride.t_contact_s > without[-1].t_end_s]
    assert again
    assert all(known(stride.angles, METRICS) for stride in (*again, *right))


def test_curves_are_as_unknown_as_their_strides() -> None:
    outputs = outputs_with_gap(Placement.PELVIS, 0.4)
    curves = {curve.stride: curve for curve in of_kind(outputs, StrideCurve)}
    for stride in of_kind(outputs, Stride):
        curve = curves[stride.stride]
        if stride.valid:
            assert np.all(np.isfinite(curve.obliquity_deg))
        if Flag.GAP in stride.flags and unknown(stride.angles, DROP):
            assert np.all(np.isnan(curve.obliquity_deg))
            assert np.all(np.isnan(curve.hip_adduction_deg))
            assert np.all(np.isnan(curve.thigh_rotation_deg))


def test_without_a_still_pose_times_are_told_and_angles_are_not() -> None:
    script = ActivityScript(sections=(go(Activity.WALK, 20.0),))
    session = simulate(PersonConfig(), ideal_sensors(), script, seed=7)
    outputs = run(session.stream(), session.specs)
    strides = of_kind(outputs, Stride)
    assert strides
    for row in (*strides, *of_kind(outputs, StanceReport)):
        assert unknown(row.angles, METRICS)
        assert unknown(row.standard_errors, METRICS)
        assert Flag.CALIBRATION in row.flags
    assert not any(stride.valid for stride in strides)
    assert all(np.all(np.isnan(c.obliquity_deg)) for c in of_kind(outputs, StrideCurve))


@pytest.mark.parametrize("side", Side)
def test_without_a_thigh_its_hip_angles_are_unknown(side: Side) -> None:
    placements = (Placement.PELVIS, Placement.thigh(side))
    script = ActivityScript.single(Activity.WALK, 18.0)
    session = simulate(PersonConfig(), ideal_sensors(placements), script, seed=8)
    strides = of_kind(run(session.stream(), session.specs), Stride)
    assert {stride.side for stride in strides} == set(Side)
    for stride in strides:
        assert known(stride.angles, DROP)
        assert known(stride.angles, HIP) == (stride.side is side)
        assert unknown(stride.angles, HIP) == (stride.side is not side)
        assert (Flag.NOT_WORN in stride.flags) == (stride.side is not side)


def sitting_first() -> SimulatedSession:
    """Sits for 8 s with level thighs, stands up, walks at once."""
    script = ActivityScript(sections=(stand(10.0), go(Activity.WALK, 15.0)), mark_still=False)
    session = simulate(PersonConfig(), worn_sensors(), script, seed=9)
    blocks = []
    for side in Side:
        thigh = Placement.thigh(side)
        lateral = quaternion.rotate(
            session.truth_worn[thigh].sensor_from_segment, np.array([0.0, 0.0, 1.0])
        )
        blocks.append(sitting_until(session.blocks[thigh], lateral, 8.0))
    return replaced(session, *blocks)


def test_a_sitting_pose_is_refused_in_words_and_gives_no_angle() -> None:
    session = sitting_first()
    outputs = run(session.stream(), session.specs, still_windows_s=[(0.5, 7.5)])
    outcomes = [news.outcome for news in of_kind(outputs, CalibrationNews)]
    refusals = [outcome for outcome in outcomes if isinstance(outcome, CalibrationRefusal)]
    assert refusals
    assert "does not look like standing" in refusals[0].reason
    assert "stand upright and still" in refusals[0].reason
    assert not any(isinstance(outcome, Calibration) for outcome in outcomes)
    assert all(unknown(stride.angles, METRICS) for stride in of_kind(outputs, Stride))


@pytest.mark.parametrize("placement", Placement)
def test_a_sensor_that_stops_gives_no_stride_that_counts_afterwards(placement: Placement) -> None:
    _, after = before_and_after(outputs_with_gap(placement, math.inf))
    for stride in after:
        if placement.side in (None, stride.side):
            assert Flag.GAP in stride.flags
            assert not stride.valid
            assert unknown(stride.angles, HIP)
        else:
            assert known(stride.angles, METRICS)
    assert bool(after) == (placement is not Placement.PELVIS)


def test_an_empty_value_always_has_its_reason() -> None:
    """Over all kinds of trouble: unknown means flagged, and known has an uncertainty."""
    rows = [
        row
        for placement in Placement
        for gap_s in (0.2, math.inf)
        for row in of_kind(outputs_with_gap(placement, gap_s), StanceReport)
    ]
    plain = steady(Activity.RUN)
    rows += of_kind(run(plain.stream(), plain.specs), StanceReport)
    reasons = {Flag.GAP, Flag.HEADING, Flag.CALIBRATION, Flag.CURVE, Flag.NOT_WORN}
    assert len(rows) > 100
    for row in rows:
        for name in METRICS:
            missing = math.isnan(getattr(row.angles, name))
            assert missing == math.isnan(getattr(row.standard_errors, name))
            assert not missing or reasons & set(row.flags), (row, name)


def test_flags_are_said_once() -> None:
    for row in of_kind(outputs_with_gap(Placement.PELVIS, 0.4), Stride):
        assert len(set(row.flags)) == len(row.flags)
