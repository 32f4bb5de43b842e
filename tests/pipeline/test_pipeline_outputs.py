"""What a pipeline says: order, numbers, times at which things are known, marks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from simulated import at, go, stand, steady, with_marks
from streams import exact, of_kind, run

from pelvicsense.datatypes.calibration import Calibration, CalibrationNews, CalibrationRefusal
from pelvicsense.datatypes.gait import Flag, GaitEvent, StanceReport, Stride, StrideCurve
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.datatypes.samples import Mark, MarkKind
from pelvicsense.pipeline.config import PipelineConfig, ScheduleConfig
from pelvicsense.pipeline.pipeline import Output, Pipeline
from pelvicsense.synthetic import (
    ActivityScript,
    PersonConfig,
    SimulatedSession,
    ideal_sensors,
    simulate,
    worn_sensors,
)

ACTIVITIES = (Activity.WALK, Activity.RUN, Activity.STAIRS_UP, Activity.STAIRS_DOWN)


@cache
def outputs(activity: Activity) -> tuple[Output, ...]:
    session = steady(activity, 25.0, ideal=False, seed=81)
    return tuple(run(session.stream(), session.specs))


@cache
def two_walks() -> SimulatedSession:
    script = ActivityScript(
        sections=(stand(5.0), go(Activity.WALK, 12.0), stand(5.0), go(Activity.WALK, 12.0)),
        mark_still=False,
    )
    return simulate(PersonConfig(), worn_sensors(), script, seed=82)


def with_marks_at(session: SimulatedSession, *marks: tuple[float, MarkKind]) -> list[Output]:
    placed = (at(session, time_s, kind) for time_s, kind in marks)
    marked = with_marks(session, *placed)
    return run(marked.stream(), marked.specs)


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_nothing_is_said_before_it_is_known_nor_later_than_its_successor(
    activity: Activity,
) -> None:
    known = [
        output.known_at_s for output in outputs(activity) if not isinstance(output, StrideCurve)
    ]
    assert known == sorted(known)
    for stride in of_kind(outputs(activity), Stride):
        assert stride.known_at_s >= stride.t_end_s


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_strides_are_numbered_and_each_has_its_curve(activity: Activity) -> None:
    strides = of_kind(outputs(activity), Stride)
    curves = of_kind(outputs(activity), StrideCurve)
    assert [stride.stride for stride in strides] == list(range(len(strides)))
    assert [(c.stride, c.side) for c in curves] == [(s.stride, s.side) for s in strides]


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_a_value_once_reported_is_never_changed(activity: Activity) -> None:
    reports = {
        (report.side, report.t_contact_s): report
        for report in of_kind(outputs(activity), StanceReport)
    }
    for stride in of_kind(outputs(activity), Stride):
        report = reports[stride.side, stride.t_contact_s]
        assert exact(stride.angles) == exact(report.angles)
        assert exact(stride.standard_errors) == exact(report.standard_errors)
        assert stride.t_final_contact_s == report.t_final_contact_s
        assert set(report.flags) <= set(stride.flags)


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_the_columns_of_a_stride_agree_with_each_other(activity: Activity) -> None:
    for stride in of_kind(outputs(activity), Stride):
        angles = stride.angles
        assert stride.t_contact_s < stride.t_final_contact_s < stride.t_end_s
        assert stride.stride_time_s == pytest.approx(stride.t_end_s - stride.t_contact_s)
        share = (stride.t_final_contact_s - stride.t_contact_s) / stride.stride_time_s
        assert stride.stance_fraction == pytest.approx(share)
        assert stride.cadence_spm == pytest.approx(120.0 / stride.stride_time_s)
        assert angles.pelvic_drop_excursion_deg == pytest.approx(
            angles.pelvic_drop_peak_deg - angles.pelvic_drop_at_contact_deg
        )
        assert angles.thigh_rotation_excursion_deg == pytest.approx(
            angles.thigh_rotation_peak_deg - angles.thigh_rotation_at_contact_deg
        )
        assert angles.pelvic_drop_peak_deg >= angles.pelvic_drop_midstance_deg - 1e-9


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_curves_show_the_values_of_their_strides(activity: Activity) -> None:
    """Obliquity is seen from the right, the hips from their own side."""
    for stride, curve in zip(
        of_kind(outputs(activity), Stride), of_kind(outputs(activity), StrideCurve), strict=True
    ):
        drop = stride.side.sign * curve.obliquity_deg
        stance = slice(0, int(100.0 * stride.stance_fraction) + 1)
        angles = stride.angles
        assert drop[0] == pytest.approx(angles.pelvic_drop_at_contact_deg, abs=1e-6)
        assert drop[stance].max() == pytest.approx(angles.pelvic_drop_peak_deg, abs=0.1)
        rotation, adduction = curve.thigh_rotation_deg, curve.hip_adduction_deg
        assert rotation[0] == pytest.approx(angles.thigh_rotation_at_contact_deg, abs=1e-6)
        assert rotation[stance].max() == pytest.approx(angles.thigh_rotation_peak_deg, abs=0.3)
        assert adduction[stance].max() == pytest.approx(angles.hip_adduction_peak_deg, abs=0.3)


@pytest.mark.parametrize(
    ("activity", "stance_s", "stride_s"),
    [
        (Activity.WALK, 0.1, 0.3),
        (Activity.RUN, 0.1, 0.3),
        (Activity.STAIRS_UP, 0.15, 0.3),
        (Activity.STAIRS_DOWN, 0.3, 0.3),
    ],
)
def test_values_are_known_soon(activity: Activity, stance_s: float, stride_s: float) -> None:
    """95th percentile in signal time, once calibrated; one row more for the rounding."""
    late = [
        report.known_at_s - report.t_final_contact_s
        for report in of_kind(outputs(activity), StanceReport)
        if Flag.BEFORE_CALIBRATION not in report.flags
    ]
    assert np.percentile(late, 95) <= stance_s + 0.01
    late = [
        stride.known_at_s - stride.t_end_s
        for stride in of_kind(outputs(activity), Stride)
        if Flag.BEFORE_CALIBRATION not in stride.flags
    ]
    assert np.percentile(late, 95) <= stride_s + 0.01


@pytest.mark.parametrize("activity", [Activity.WALK, Activity.RUN])
def test_strides_before_the_calibration_are_reported_with_it(activity: Activity) -> None:
    [news] = of_kind(outputs(activity), CalibrationNews)
    early = [s for s in of_kind(outputs(activity), Stride) if s.t_end_s < news.known_at_s - 0.3]
    assert len(early) >= 5
    for stride in early:
        assert Flag.BEFORE_CALIBRATION in stride.flags
        assert stride.known_at_s == pytest.approx(news.known_at_s, abs=0.011)
        assert stride.valid


def test_a_pause_is_marked_and_does_not_count() -> None:
    session = two_walks()
    plain = of_kind(run(session.stream(), session.specs), Stride)
    said = with_marks_at(session, (24.0, MarkKind.PAUSE), (27.0, MarkKind.RESUME))
    paused = of_kind(said, Stride)
    assert len(paused) == len(plain)
    inside = [s for s in paused if s.t_contact_s < 27.0 and s.t_end_s > 24.02]
    assert inside
    for stride in paused:
        assert (Flag.PAUSED in stride.flags) == (stride in inside)
        assert not (stride.valid and stride in inside)


def test_a_pause_before_the_calibration_counts_as_well() -> None:
    said = with_marks_at(two_walks(), (7.0, MarkKind.PAUSE), (8.0, MarkKind.RESUME))
    inside = [s for s in of_kind(said, Stride) if s.t_contact_s < 8.0 and s.t_end_s > 7.02]
    assert inside
    assert all(Flag.PAUSED in s.flags and not s.valid for s in inside)


def test_an_open_pause_lasts() -> None:
    said = with_marks_at(two_walks(), (24.0, MarkKind.PAUSE))
    for stride in of_kind(said, Stride):
        if stride.t_contact_s > 24.02:
            assert Flag.PAUSED in stride.flags
            assert not stride.valid


def test_recalibrating_forgets_the_old_pose_and_goes_on_numbering() -> None:
    said = with_marks_at(two_walks(), (17.5, MarkKind.RECALIBRATE))
    accepted = [
        news.outcome
        for news in of_kind(said, CalibrationNews)
        if isinstance(news.outcome, Calibration)
    ]
    assert len(accepted) == 2
    assert accepted[0].still.end < 550
    assert accepted[1].still.first >= 1750
    numbers = [stride.stride for stride in of_kind(said, Stride)]
    assert numbers == list(range(len(numbers)))
    assert len([s for s in of_kind(said, Stride) if s.t_contact_s > 23.0]) > 10


def test_a_stated_pose_counts_instead_of_found_ones() -> None:
    session = two_walks()
    stated = run(session.stream(), session.specs, still_windows_s=[(18.0, 21.0)])
    outcomes = [news.outcome for news in of_kind(stated, CalibrationNews)]
    accepted = [outcome for outcome in outcomes if isinstance(outcome, Calibration)]
    assert [outcome.still.first for outcome in accepted] == [1800]
    assert accepted[0].still.stated


def test_a_stated_pose_that_moves_is_refused() -> None:
    session = two_walks()
    outcomes = of_kind(
        run(session.stream(), session.specs, still_windows_s=[(8.0, 11.0)]), CalibrationNews
    )
    assert isinstance(outcomes[0].outcome, CalibrationRefusal)
    assert "is not still" in outcomes[0].outcome.reason
    assert outcomes[0].known_at_s == pytest.approx(11.0, abs=0.02)


@pytest.mark.parametrize(
    "marks",
    [
        ((10.0, MarkKind.NOTE), (12.0, MarkKind.SYNC), (13.0, MarkKind.CUE)),
        ((10.0, MarkKind.LINK_LOST), (11.0, MarkKind.LINK_BACK)),
        ((10.0, MarkKind.RESUME),),
        ((10.0, MarkKind.STILL_END),),
    ],
    ids=["notes", "link", "resume alone", "still end alone"],
)
def test_marks_that_change_nothing(marks: Sequence[tuple[float, MarkKind]]) -> None:
    session = two_walks()
    plain = run(session.stream(), session.specs)
    assert exact(with_marks_at(session, *marks)) == exact(plain)


def test_signal_time_is_that_of_the_newest_complete_row() -> None:
    session = steady(Activity.WALK)
    pipeline = Pipeline(PipelineConfig(), session.specs)
    assert pipeline.signal_time_s < 0.0
    times = []
    for group in session.stream(1.0):
        pipeline.feed(group)
        times.append(pipeline.signal_time_s)
    assert all(one <= other for one, other in pairwise(times))
    assert times[-1] == pytest.approx(29.0, abs=0.1)


def test_events_are_those_of_the_strides() -> None:
    events = {(e.side, e.t_s) for e in of_kind(outputs(Activity.WALK), GaitEvent)}
    for stride in of_kind(outputs(Activity.WALK), Stride):
        for time_s in (stride.t_contact_s, stride.t_final_contact_s, stride.t_end_s):
            assert (stride.side, time_s) in events


def test_a_long_wait_between_pose_and_walk_is_no_trouble() -> None:
    """Steps too few to calibrate on go by until the pose has left what is kept."""
    few_steps = (go(Activity.WALK, 4.0), stand(2.0))
    script = ActivityScript(
        sections=(stand(5.0), *few_steps, *few_steps, *few_steps, go(Activity.WALK, 12.0)),
        mark_still=False,
    )
    session = simulate(PersonConfig(), ideal_sensors(), script, seed=83)
    config = PipelineConfig(schedule=ScheduleConfig(hold_s=12.0))
    said = run(session.stream(1.0), session.specs, config=config)
    outcomes = [news.outcome for news in of_kind(said, CalibrationNews)]
    assert outcomes
    for outcome in outcomes:
        if isinstance(outcome, CalibrationRefusal):
            assert "still" in outcome.reason


def test_marks_alone_say_nothing() -> None:
    session = steady(Activity.WALK)
    pipeline = Pipeline(PipelineConfig(), session.specs)
    assert pipeline.feed([Mark(host_ns=1, kind=MarkKind.RECALIBRATE)]) == []
    assert pipeline.feed([]) == []
    assert pipeline.calibration is None


def test_quality_knows_every_sensor() -> None:
    session = steady(Activity.WALK, ideal=False)
    pipeline = Pipeline(PipelineConfig(), session.specs)
    for group in session.stream():
        pipeline.feed(group)
    pipeline.finish()
    for placement in Placement:
        quality = pipeline.quality()[placement]
        assert quality.samples == len(session.blocks[placement])
        assert quality.rate_hz == pytest.approx(100.0, abs=0.1)
        assert quality.rejected == 0
