"""Truth: the synthetic person's known angles come back within a stated bound."""

from __future__ import annotations

import numpy as np
import pytest
from pairs import METRICS, largest, pairs, rms
from simulated import steady
from streams import of_kind, run

from pelvicsense.datatypes.gait import Flag, Stride, StrideAngles
from pelvicsense.datatypes.placement import Activity
from pelvicsense.synthetic import SimulatedSession

# Root mean square error per stride with common consumer sensors at any mounting, degrees. Angles
# at a contact, and so excursions, inherit its timing.
BOUNDS: dict[Activity, StrideAngles] = {
    Activity.WALK: StrideAngles(
        pelvic_drop_at_contact_deg=0.4,
        pelvic_drop_midstance_deg=0.2,
        pelvic_drop_peak_deg=0.2,
        pelvic_drop_excursion_deg=0.4,
        hip_adduction_peak_deg=0.5,
        hip_adduction_excursion_deg=0.5,
        thigh_rotation_at_contact_deg=0.6,
        thigh_rotation_peak_deg=0.6,
        thigh_rotation_excursion_deg=0.5,
    ),
    Activity.RUN: StrideAngles(
        pelvic_drop_at_contact_deg=0.4,
        pelvic_drop_midstance_deg=0.4,
        pelvic_drop_peak_deg=0.4,
        pelvic_drop_excursion_deg=0.5,
        hip_adduction_peak_deg=1.0,
        hip_adduction_excursion_deg=0.6,
        thigh_rotation_at_contact_deg=1.0,
        thigh_rotation_peak_deg=1.0,
        thigh_rotation_excursion_deg=0.8,
    ),
    Activity.STAIRS_UP: StrideAngles(
        pelvic_drop_at_contact_deg=1.5,
        pelvic_drop_midstance_deg=0.4,
        pelvic_drop_peak_deg=0.3,
        pelvic_drop_excursion_deg=1.5,
        hip_adduction_peak_deg=1.2,
        hip_adduction_excursion_deg=1.5,
        thigh_rotation_at_contact_deg=0.8,
        thigh_rotation_peak_deg=0.8,
        thigh_rotation_excursion_deg=0.8,
    ),
    Activity.STAIRS_DOWN: StrideAngles(
        pelvic_drop_at_contact_deg=1.3,
        pelvic_drop_midstance_deg=0.9,
        pelvic_drop_peak_deg=0.3,
        pelvic_drop_excursion_deg=1.3,
        hip_adduction_peak_deg=0.8,
        hip_adduction_excursion_deg=1.2,
        thigh_rotation_at_contact_deg=0.8,
        thigh_rotation_peak_deg=0.8,
        thigh_rotation_excursion_deg=0.8,
    ),
}

Paired = list[tuple[Stride, Stride]]


def in_full_motion(strides: list[Stride], session: SimulatedSession) -> list[Stride]:
    """Valid strides of steady gait: the first and last steps have no definite truth."""
    start_s, end_s = session.steady_windows[0]
    return [
        stride
        for stride in strides
        if stride.valid and start_s < stride.t_contact_s and stride.t_end_s < end_s
    ]


@pytest.fixture(scope="module", params=list(BOUNDS))
def activity(request: pytest.FixtureRequest) -> Activity:
    return Activity(request.param)


@pytest.fixture(scope="module")
def session(activity: Activity) -> SimulatedSession:
    return steady(activity, 25.0, ideal=False, seed=21)


@pytest.fixture(scope="module")
def with_truth(session: SimulatedSession) -> Paired:
    found = of_kind(run(session.stream(), session.specs), Stride)
    return pairs(in_full_motion(found, session), session.truth_strides)


def test_every_stride_is_found(with_truth: Paired, session: SimulatedSession) -> None:
    expected = in_full_motion(list(session.truth_strides), session)
    assert len(with_truth) >= 0.95 * len(expected)
    assert len(expected) > 20


@pytest.mark.parametrize("metric", METRICS)
def test_known_angles_come_back(with_truth: Paired, activity: Activity, metric: str) -> None:
    bound = getattr(BOUNDS[activity], metric)
    assert rms(with_truth, metric) < bound
    assert largest(with_truth, [metric]) < 3.0 * bound


@pytest.mark.parametrize("metric", METRICS)
def test_the_stated_uncertainty_is_not_too_small(with_truth: Paired, metric: str) -> None:
    """Far fewer than one in twenty errors exceed two standard uncertainties."""
    stated = np.array([getattr(found.standard_errors, metric) for found, _ in with_truth])
    errors = np.array(
        [getattr(f.angles, metric) - getattr(t.angles, metric) for f, t in with_truth]
    )
    assert np.all(stated > 0.0)
    assert np.mean(np.abs(errors) > 2.0 * stated) <= 0.1


def test_nothing_is_withheld_on_a_straight_path(with_truth: Paired) -> None:
    allowed = {Flag.BEFORE_CALIBRATION, Flag.FIRST, Flag.LOW_CONFIDENCE}
    assert not {flag for found, _ in with_truth for flag in found.flags} - allowed


def test_the_activity_is_seen(with_truth: Paired, activity: Activity) -> None:
    right = [found.activity is activity for found, _ in with_truth]
    assert np.mean(right) > 0.9
