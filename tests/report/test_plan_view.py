"""A retraining plan in trends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_up import manifest, put_session, walk

from pelvicsense.datatypes.placement import Activity
from pelvicsense.feedback.adherence import Adherence, InZone
from pelvicsense.feedback.plan import Plan, PlannedSession, Target
from pelvicsense.report.history import past_sessions
from pelvicsense.report.page import trends_page
from pelvicsense.report.plan_view import plan_view
from pelvicsense.runtime.plan import entry_of, plan_path, write_plan
from pelvicsense.runtime.result import SessionResult

PLAN = Plan(
    subject="P07",
    target=Target(metric="pelvic_drop_peak_deg", activity=Activity.WALK, low=2.0, high=4.0),
    sessions=(
        PlannedSession(minutes=10.0, feedback_percent=100.0),
        PlannedSession(minutes=20.0, feedback_percent=50.0),
        PlannedSession(minutes=30.0, feedback_percent=10.0),
    ),
)
DONE = {  # session: days, minutes, in zone with feedback, without
    1: (0.0, 11.0, (200, 80), (0, 0)),
    2: (2.0, 19.0, (100, 60), (100, 40)),
}
CHECK = (30.0, 5.0, (0, 0), (50, 22))


def put(folder: Path, like: SessionResult, number: int) -> None:
    days, minutes, told, silent = DONE.get(number, CHECK)
    step = PLAN.step(number)
    done = Adherence(
        step=step,
        minutes=minutes,
        cues=7,
        with_feedback=InZone(judged=told[0], inside=told[1]),
        without_feedback=InZone(judged=silent[0], inside=silent[1]),
    )
    of = manifest("P07", days, plan=entry_of(step))
    put_session(folder, f"s{number}", replace(like, adherence=done), of, walk(3.0))


@pytest.fixture
def folder(tmp_path: Path, walk_result: SessionResult) -> Path:
    write_plan(tmp_path, PLAN, "made up")
    for number in DONE:
        put(tmp_path, walk_result, number)
    return tmp_path


def test_what_was_done_and_what_is_to_come(folder: Path) -> None:
    view = past_sessions(folder, "P07").plan
    assert view is not None
    assert view.sentences == (
        "Target, walk: pelvic drop peak 2.0 to 4.0°.",
        "2 of 3 sessions done, 30 of 60 minutes; next is session 3.",
    )
    first, second, third = view.rows
    assert (first.minutes, first.with_feedback, first.without_feedback) == (
        "11.0 / 10",
        "40 %",
        "–",
    )
    assert (second.with_feedback, second.without_feedback, second.cues) == ("60 %", "40 %", "7")
    assert (third.began, third.minutes, third.feedback) == ("", "30", "10 %")


def test_what_was_kept_is_told_against_the_last_minutes_without_feedback(
    folder: Path, walk_result: SessionResult
) -> None:
    put(folder, walk_result, 4)
    view = past_sessions(folder, "P07").plan
    assert view is not None
    assert view.rows[-1].session == "retention"
    assert view.sentences[-1] == (
        "Retention: 28 days after the last training session 44 % of 50 in the zone without "
        "feedback; in session 2, the last with such minutes, 40 % of 100."
    )


def test_without_the_file_what_was_done_is_still_shown(folder: Path) -> None:
    plan_path(folder, "P07").unlink()
    view = past_sessions(folder, "P07").plan
    assert view is not None
    assert len(view.rows) == 2
    assert "no plan file" in view.sentences[1]
    assert plan_view(None, []) is None


def test_a_plan_that_is_wrong_is_a_notice(folder: Path) -> None:
    plan_path(folder, "P07").write_text("subject = 3")
    past = past_sessions(folder, "P07")
    assert any("The plan cannot be read" in notice for notice in past.notices)
    assert past.plan is not None


def test_the_page_shows_it(folder: Path) -> None:
    page = trends_page(past_sessions(folder, "P07"))
    assert "Retraining plan" in page
    assert "2 of 3 sessions done" in page
    assert "to come" in page
