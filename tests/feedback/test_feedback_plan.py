"""A retraining plan: as published, as text, from a baseline, and what was done of it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.datatypes.errors import ConfigurationError, PlanError
from pelvicsense.datatypes.gait import StanceReport, Stride, StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.feedback.adherence import InZone, adherence
from pelvicsense.feedback.plan import (
    PUBLISHED_SESSIONS,
    TARGET_METRICS,
    Plan,
    PlannedSession,
    Target,
)
from pelvicsense.feedback.plan_make import angle_target, cadence_target
from pelvicsense.feedback.plan_text import format_plan, parse_plan
from pelvicsense.feedback.programme import FeedbackConfig
from pelvicsense.feedback.tones import ToneConfig
from pelvicsense.feedback.zone import BaselineGoal, CadenceGoal, Metric

TARGET = Target(metric="pelvic_drop_peak_deg", activity=Activity.RUN, low=2.0, high=4.0)
PLAN = Plan(subject="P07", target=TARGET)


def test_the_usual_plan_is_as_published() -> None:
    minutes = [session.minutes for session in PUBLISHED_SESSIONS]
    assert (len(minutes), minutes[0], minutes[-1]) == (8, 15, 30)
    assert minutes == sorted(minutes)
    shares = [session.feedback_percent for session in PUBLISHED_SESSIONS]
    assert shares == [100, 100, 100, 100, 75, 50, 25, 10]


numbers = st.integers(1, 600).map(lambda tenths: tenths / 10)
zones = st.tuples(numbers, numbers).filter(lambda pair: pair[0] < pair[1])
plans = st.builds(
    lambda subject, metric, activity, zone, sessions: Plan(
        subject=subject,
        target=Target(metric=metric, activity=activity, low=zone[0], high=zone[1]),
        sessions=tuple(
            PlannedSession(minutes=minutes, feedback_percent=float(percent))
            for minutes, percent in sessions
        ),
    ),
    st.text(min_size=1).filter(lambda text: text.strip()),
    st.sampled_from(TARGET_METRICS),
    st.sampled_from([Activity.WALK, Activity.RUN, Activity.STAIRS_UP]),
    zones,
    st.lists(st.tuples(numbers, st.integers(0, 100)), min_size=1, max_size=12),
)


@given(plans, st.text())
def test_a_plan_reads_back_as_it_was_written(plan: Plan, made_from: str) -> None:
    assert parse_plan(format_plan(plan, made_from), "plan", plan.subject) == plan


TEXT = """\
subject = "P07"
sessions = [
    { minutes = 15, feedback_percent = 100 },
    { minutes = 20, feedback_percent = 50 },
]
[target]
metric = "pelvic_drop_peak_deg"
activity = "run"
low = 2.0
high = 4.0
"""


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("P07", "P08", "1: subject: expected 'P07', got 'P08'"),
        ("minutes = 20", "minutes = 0", "4: sessions[1].minutes: expected a number above 0, got 0"),
        ("= 50", "= 150", "4: sessions[1].feedback_percent: expected a number from 0 to 100"),
        ("= 50", "= 'half'", "4: sessions[1].feedback_percent: expected a number, got 'half'"),
        ("minutes = 15", "minuts = 15", "3: sessions[0].minuts: unknown key; did you mean"),
        ("pelvic_drop_peak_deg", "drop", "7: target.metric: expected one of pelvic_drop_peak_deg,"),
        ('"run"', '"unknown"', "8: target.activity: expected one of walk, run,"),
        ("low = 2.0", "low = 5.0", "9: target.low: zone: expected two numbers of degrees"),
        ("high = 4.0\n", "", "6: target.high: expected a number, got nothing"),
        ("[target]", "[goal]", "1: target.metric: expected a text in quotes, got nothing"),
        ("= 50 }", "= 50", "4: not TOML:"),
    ],
)
def test_every_mistake_is_told_by_its_line(right: str, wrong: str, fault: str) -> None:
    assert right in TEXT
    with pytest.raises(PlanError) as caught:
        parse_plan(TEXT.replace(right, wrong), "P07.plan.toml", "P07")
    assert any(str(found).startswith(fault) for found in caught.value.faults), caught.value.faults
    assert str(caught.value).startswith("P07.plan.toml:")


def test_several_mistakes_are_told_together() -> None:
    text = TEXT.replace("= 100", "= -1").replace('"run"', '"swim"').replace("low", "lo")
    with pytest.raises(PlanError, match="pelvicsense plan SUBJECT") as caught:
        parse_plan(text, "plan", "P07")
    assert [found.line for found in caught.value.faults] == [3, 6, 8, 9]


def test_sessions_follow_in_order_and_a_check_comes_last() -> None:
    tones = ToneConfig(volume=0.2)
    fifth = PLAN.step(5).configure(FeedbackConfig(sound=False, tones=tones))
    assert (fifth.share, fifth.minutes, fifth.sound, fifth.tones) == (0.75, 24, False, tones)
    check = PLAN.step(9)
    assert check.retention
    assert check.configure(FeedbackConfig()).share == 0.0
    with pytest.raises(ConfigurationError, match="from 1 to 8"):
        PLAN.step(10)


def stance(drop_deg: float, t_s: float) -> StanceReport:
    return StanceReport(
        side=Side.LEFT,
        activity=Activity.RUN,
        t_contact_s=t_s,
        t_final_contact_s=t_s + 0.3,
        angles=StrideAngles(pelvic_drop_peak_deg=drop_deg),
        standard_errors=StrideAngles(),
        flags=(),
        known_at_s=t_s + 0.4,
    )


def test_adherence_counts_with_and_without_feedback_apart() -> None:
    plan = Plan(
        subject="P07",
        target=TARGET,
        sessions=(PlannedSession(minutes=2.0, feedback_percent=50.0),),
    )
    known = [stance(3.0 if i % 4 else 6.0, float(i)) for i in range(181)]
    done = adherence(plan.step(1), known)
    assert done.minutes == pytest.approx(3.0)
    assert done.with_feedback == InZone(judged=60, inside=45)
    assert done.without_feedback == InZone(judged=121, inside=90)
    assert done.cues == 15
    assert math.isnan(adherence(plan.step(1), []).with_feedback.share)


def strides(activity: Activity, count: int, drop_deg: float) -> list[Stride]:
    return [
        Stride(
            stride=i,
            side=Side.LEFT,
            activity=activity,
            t_contact_s=float(i),
            t_final_contact_s=i + 0.3,
            t_end_s=i + 0.7,
            stride_time_s=0.7,
            stance_fraction=0.4,
            cadence_spm=160.0,
            stance_time_se_s=0.02,
            angles=StrideAngles(pelvic_drop_peak_deg=drop_deg + (0.5 if i % 2 else -0.5)),
            standard_errors=StrideAngles(),
            valid=True,
            flags=(),
            known_at_s=i + 0.8,
        )
        for i in range(count)
    ]


def test_a_target_comes_from_the_usual_activity() -> None:
    both = [*strides(Activity.WALK, 10, 3.0), *strides(Activity.RUN, 30, 7.0)]
    own = angle_target(both, Metric.PELVIC_DROP_PEAK, BaselineGoal(less_deg=3.0))
    assert own.target.activity is Activity.RUN
    assert (own.target.low, own.target.high) == pytest.approx((3.0, 5.0))
    assert own.words == "30 strides had 7.0 ± 0.5°; wanted: 3° less."
    cadence = cadence_target(both, CadenceGoal())
    assert (cadence.target.low, cadence.target.high) == pytest.approx((172.0, 176.0))
    assert cadence.target.words == "cadence 172 to 176 steps/min"


def test_without_enough_strides_there_is_no_target() -> None:
    with pytest.raises(ConfigurationError, match="got none"):
        cadence_target([], CadenceGoal())
    few = strides(Activity.RUN, 5, 7.0)
    with pytest.raises(ConfigurationError, match="expected 7 strides"):
        angle_target(few, Metric.PELVIC_DROP_PEAK, BaselineGoal())
