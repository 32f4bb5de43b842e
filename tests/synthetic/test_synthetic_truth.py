"""Truth by the definitions of the recording format."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from synthetic_bodies import ACTIVITIES

from pelvicsense.datatypes.gait import EventKind, Flag
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.synthetic import (
    ActivityScript,
    Locomotion,
    PersonConfig,
    SimulatedSession,
    Standing,
    StrideVariation,
    ideal_sensors,
    simulate,
)
from pelvicsense.synthetic.truth import stance_angles

STEADY = StrideVariation(time_sd=0.0, amplitude_sd=0.0)
PELVIS_ONLY = ideal_sensors([Placement.PELVIS])


def session(activity: Activity, person: PersonConfig, duration_s: float = 20.0) -> SimulatedSession:
    script = ActivityScript.single(activity, duration_s, stand_s=2.0)
    return simulate(person, PELVIS_ONLY, script, seed=3)


def mean(result: SimulatedSession, side: Side, metric: str) -> float:
    values = [
        getattr(stride.angles, metric)
        for stride in result.truth_strides
        if stride.valid and stride.side is side
    ]
    assert len(values) > 5
    return float(np.mean(values))


def test_metrics_of_a_triangle() -> None:
    """Stance 0.1…0.5 s; the obliquity rises 20 deg/s to 0.2 s, then falls 10 deg/s."""
    t_s = np.arange(1001) / 1000.0
    obliquity = np.where(t_s < 0.2, 20.0 * t_s, 4.0 - 10.0 * (t_s - 0.2))
    hip = np.stack([np.zeros_like(t_s), -5.0 + 10.0 * t_s, 3.0 - 2.0 * t_s], axis=-1)
    right = stance_angles(Side.RIGHT, 0.1, 0.5, obliquity, hip)
    assert right.pelvic_drop_at_contact_deg == pytest.approx(2.0)
    assert right.pelvic_drop_midstance_deg == pytest.approx(3.0)
    assert right.pelvic_drop_peak_deg == pytest.approx(4.0)
    assert right.pelvic_drop_excursion_deg == pytest.approx(2.0)
    assert right.hip_adduction_peak_deg == pytest.approx(0.0)
    assert right.hip_adduction_excursion_deg == pytest.approx(4.0)
    assert right.thigh_rotation_at_contact_deg == pytest.approx(2.8)
    assert right.thigh_rotation_peak_deg == pytest.approx(2.8)
    assert right.thigh_rotation_excursion_deg == pytest.approx(0.0)


def test_drop_in_left_stance_has_the_other_sign() -> None:
    """Right side up is a drop only while the right foot stands; 0.1234 s is between two rows."""
    t_s = np.arange(1001) / 1000.0
    left = stance_angles(Side.LEFT, 0.1234, 0.5, 10.0 * t_s, np.zeros((1001, 3)))
    assert left.pelvic_drop_at_contact_deg == pytest.approx(-1.234)
    assert left.pelvic_drop_peak_deg == pytest.approx(-1.234)
    assert left.pelvic_drop_excursion_deg == pytest.approx(0.0)


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_requested_peaks_come_out(activity: Activity) -> None:
    person = PersonConfig(
        pelvic_drop_deg=6.0,
        hip_adduction_deg=9.0,
        thigh_rotation_deg=5.0,
        asymmetry=0.3,
        variation=STEADY,
    )
    result = session(activity, person)
    for side, share in ((Side.RIGHT, 1.15), (Side.LEFT, 0.85)):
        assert mean(result, side, "pelvic_drop_peak_deg") == pytest.approx(6.0 * share, abs=0.1)
        assert mean(result, side, "hip_adduction_peak_deg") == pytest.approx(9.0 * share, abs=0.02)
        assert mean(result, side, "thigh_rotation_peak_deg") == pytest.approx(5.0 * share, abs=0.02)


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_typical_metrics_are_those_of_people(activity: Activity) -> None:
    result = session(activity, PersonConfig(variation=STEADY))
    for side in Side:
        assert -1.0 < mean(result, side, "pelvic_drop_at_contact_deg") < 3.0
        assert 4.0 < mean(result, side, "pelvic_drop_peak_deg") < 6.0
        assert 3.0 < mean(result, side, "pelvic_drop_excursion_deg") < 5.0


def test_variation_has_the_requested_size() -> None:
    person = PersonConfig(variation=StrideVariation(time_sd=0.02, amplitude_sd=0.1))
    result = session(Activity.WALK, person, duration_s=200.0)
    right = [s for s in result.truth_strides if s.valid and s.side is Side.RIGHT]
    steps = np.diff(
        [e.t_s for e in result.truth_events if e.kind is EventKind.INITIAL_CONTACT][3:-3]
    )
    assert np.std(steps) / np.mean(steps) == pytest.approx(0.02, rel=0.15)
    peaks = np.array([s.angles.pelvic_drop_peak_deg for s in right])
    assert np.std(peaks) / np.mean(peaks) == pytest.approx(0.1, rel=0.25)


def test_timing_of_strides() -> None:
    result = session(Activity.RUN, PersonConfig(variation=STEADY))
    for stride in result.truth_strides:
        assert stride.stride_time_s == pytest.approx(120.0 / 168.0)
        assert stride.cadence_spm == pytest.approx(168.0)
        assert stride.stance_fraction == pytest.approx(0.35)
        assert stride.t_end_s - stride.t_contact_s == pytest.approx(stride.stride_time_s)
    ends = [stride.t_end_s for stride in result.truth_strides]
    assert ends == sorted(ends)
    assert [stride.stride for stride in result.truth_strides] == list(range(len(ends)))


def test_limp_spares_its_leg() -> None:
    result = session(Activity.WALK, PersonConfig(limp=0.2, variation=STEADY))
    stance = {
        side: np.mean([s.stance_fraction for s in result.truth_strides if s.side is side])
        for side in Side
    }
    assert stance[Side.RIGHT] == pytest.approx(0.62 * 0.95)
    assert stance[Side.LEFT] == pytest.approx(0.62 * 1.05)
    contacts = [e for e in result.truth_events if e.kind is EventKind.INITIAL_CONTACT]
    after = {side: [] for side in Side}
    for event, following in pairwise(contacts):
        after[event.side].append(following.t_s - event.t_s)
    assert np.mean(after[Side.RIGHT]) / np.mean(after[Side.LEFT]) == pytest.approx(0.9 / 1.1)


def test_events_alternate_and_belong_to_the_strides() -> None:
    result = session(Activity.WALK, PersonConfig())
    times = [event.t_s for event in result.truth_events]
    assert times == sorted(times)
    contacts = [e for e in result.truth_events if e.kind is EventKind.INITIAL_CONTACT]
    assert all(a.side is b.side.other for a, b in pairwise(contacts))
    known = {(e.kind, e.side, e.t_s) for e in result.truth_events}
    for stride in result.truth_strides:
        assert (EventKind.INITIAL_CONTACT, stride.side, stride.t_contact_s) in known
        assert (EventKind.FINAL_CONTACT, stride.side, stride.t_final_contact_s) in known


def test_only_blended_strides_are_flagged() -> None:
    script = ActivityScript(
        sections=(
            Standing(duration_s=2.0),
            Locomotion(activity=Activity.WALK, duration_s=20.0, u_turn_every_s=10.0),
            Locomotion(activity=Activity.RUN, duration_s=10.0),
            Standing(duration_s=2.0),
        )
    )
    result = simulate(PersonConfig(), PELVIS_ONLY, script, seed=3)
    (start_s, end_s), *_ = result.steady_windows
    for stride in result.truth_strides:
        inside = stride.t_contact_s >= start_s and stride.t_end_s <= end_s
        assert inside == (Flag.FIRST not in stride.flags and Flag.LAST not in stride.flags)
        assert stride.valid == (not stride.flags)
    seen = {flag for stride in result.truth_strides for flag in stride.flags}
    assert seen == {Flag.FIRST, Flag.LAST, Flag.ACTIVITY_CHANGE, Flag.TURN}
    assert sum(Flag.TURN in stride.flags for stride in result.truth_strides) in range(2, 7)
    activities = {stride.activity for stride in result.truth_strides}
    assert activities == {Activity.WALK, Activity.RUN}


def test_frames_agree_with_strides() -> None:
    result = session(Activity.RUN, PersonConfig())
    frames = result.truth_frames
    np.testing.assert_allclose(frames.t_s, np.arange(len(frames.t_s)) / 100.0)
    for stride in result.truth_strides:
        rows = (frames.t_s >= stride.t_contact_s) & (frames.t_s <= stride.t_final_contact_s)
        drop = stride.side.sign * frames.obliquity_deg[rows]
        assert drop.max() == pytest.approx(stride.angles.pelvic_drop_peak_deg, abs=0.1)
        adduction = frames.adduction_deg[stride.side][rows]
        assert adduction.max() == pytest.approx(stride.angles.hip_adduction_peak_deg, abs=0.2)
        rotation = frames.rotation_deg[stride.side][rows]
        assert rotation.max() == pytest.approx(stride.angles.thigh_rotation_peak_deg, abs=0.2)


def test_still_windows_hold_nothing_but_zero() -> None:
    result = session(Activity.WALK, PersonConfig())
    frames = result.truth_frames
    assert len(result.still_windows) == 2
    for start_s, end_s in result.still_windows:
        rows = (frames.t_s >= start_s) & (frames.t_s < end_s)
        assert rows.sum() > 90
        for series in (
            frames.obliquity_deg,
            *frames.flexion_deg.values(),
            *frames.adduction_deg.values(),
            *frames.rotation_deg.values(),
        ):
            assert np.all(series[rows] == 0.0)


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_mirror_law(activity: Activity) -> None:
    person = PersonConfig(asymmetry=0.3, limp=0.1, pelvic_drop_deg=7.0)
    one, other = session(activity, person), session(activity, person.mirrored())
    # Both runs hear the same radio, so that even the origin of time is the same.
    assert one.origin_ns == other.origin_ns
    assert len(one.truth_strides) == len(other.truth_strides) > 10
    for a, b in zip(one.truth_strides, other.truth_strides, strict=True):
        assert a.side is b.side.other
        assert a.angles == b.angles
        assert (a.t_contact_s, a.t_final_contact_s) == (b.t_contact_s, b.t_final_contact_s)
