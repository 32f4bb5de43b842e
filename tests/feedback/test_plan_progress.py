"""What is said of a session of a plan while it runs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.datatypes.gait import StanceReport, StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.feedback.plan import Plan, PlannedSession, Target
from pelvicsense.feedback.plan_progress import PlanProgress
from pelvicsense.feedback.programme import FeedbackConfig
from pelvicsense.runtime.live_feedback import LiveFeedback

TARGET = Target(metric="pelvic_drop_peak_deg", activity=Activity.RUN, low=1.0, high=2.0)
STANCE = StanceReport(
    side=Side.RIGHT,
    activity=Activity.RUN,
    t_contact_s=0.0,
    t_final_contact_s=0.3,
    angles=StrideAngles(pelvic_drop_peak_deg=9.0),
    standard_errors=StrideAngles(),
    flags=(),
    known_at_s=0.4,
)


def progress(
    minutes: float, percent: float, at: float, *, now: bool, change: float | None
) -> PlanProgress:
    session = PlannedSession(minutes=minutes, feedback_percent=percent)
    plan = Plan(subject="P07", target=TARGET, sessions=(session,))
    return PlanProgress(step=plan.step(1), minutes=at, feedback_now=now, change_min=change)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (
            progress(24, 50, 4.5, now=True, change=0.5),
            "plan session 1 of 1, 4:30 of 24:00 min: feedback on for 0:30 min, then silent",
        ),
        (
            progress(24, 50, 5.25, now=False, change=0.75),
            "plan session 1 of 1, 5:15 of 24:00 min: silent now, feedback again in 0:45 min",
        ),
        (
            progress(15, 100, 5, now=True, change=None),
            "plan session 1 of 1, 5:00 of 15:00 min: feedback on until the end, 10:00 min",
        ),
        (
            progress(30, 10, 21, now=False, change=None),
            "plan session 1 of 1, 21:00 of 30:00 min: silent until the end, 9:00 min",
        ),
        (
            progress(15, 100, 15.1, now=False, change=None),
            "plan session 1 of 1, 15:06 of 15:00 min: the planned minutes are done",
        ),
    ],
)
def test_what_is_said(shown: PlanProgress, words: str) -> None:
    assert shown.words == words
    assert shown.done is ("done" in words)


def test_a_retention_check_has_neither_minutes_nor_an_end() -> None:
    step = Plan(subject="P07", target=TARGET).step(9)
    shown = PlanProgress(step=step, minutes=3.5, feedback_now=False)
    assert shown.words == "retention check, 3:30 min: no feedback: what was kept is checked"
    assert not shown.done


@given(
    percent=st.sampled_from((0.0, 10.0, 25.0, 50.0, 75.0, 100.0)),
    minutes=st.floats(0.5, 12.0),
)
def test_the_next_change_is_when_it_comes(percent: float, minutes: float) -> None:
    """What is foretold at every stance of a session is what happens later in it."""
    session = PlannedSession(minutes=minutes, feedback_percent=percent)
    feedback = LiveFeedback(FeedbackConfig(), lambda words: None)
    feedback.follow(Plan(subject="P07", target=TARGET, sessions=(session,)).step(1))
    seen: list[PlanProgress] = []
    for second in range(0, int(60 * minutes), 2):
        feedback.take([replace(STANCE, t_contact_s=float(second))])
        assert feedback.plan is not None
        seen.append(feedback.plan)
    for shown in seen[::7]:
        due = shown.minutes + (minutes if shown.change_min is None else shown.change_min)
        for later in seen:
            if shown.minutes <= later.minutes < due - 1e-9:
                assert later.feedback_now is shown.feedback_now
            elif due + 1e-9 < later.minutes < due + 0.9:
                assert later.feedback_now is not shown.feedback_now
