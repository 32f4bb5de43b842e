"""The minutes of a plan go on where a crash cut them short."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pelvicsense.datatypes.placement import Activity
from pelvicsense.feedback.plan import Plan, PlannedSession, PlanStep, Target
from pelvicsense.feedback.programme import FeedbackConfig
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.manifest import read_manifest, write_manifest
from pelvicsense.runtime.analyze import analyze
from pelvicsense.runtime.live_feedback import LiveFeedback
from pelvicsense.runtime.plan import entry_of
from pelvicsense.runtime.plan_resumed import resumed

RUN = Path(__file__).parents[2] / "recordings" / "run"
TARGET = Target(metric="pelvic_drop_peak_deg", activity=Activity.RUN, low=-2.0, high=-1.0)
PLAN = Plan(
    subject="P07",
    target=TARGET,
    sessions=(
        PlannedSession(minutes=2.0, feedback_percent=50.0),
        PlannedSession(minutes=3.0, feedback_percent=50.0),
    ),
)
STEP = PLAN.step(1)
CONFIG = PipelineConfig()


def cut_short(folder: Path, step: PlanStep | None) -> Path:
    """Put down a recording of a session of the plan, or of none."""
    session = folder / "cut"
    shutil.copytree(RUN, session, ignore=shutil.ignore_patterns("truth*"))
    manifest = replace(read_manifest(session), plan=entry_of(step) if step is not None else None)
    (session / "session.toml").unlink()
    write_manifest(session, manifest)
    return session


@pytest.mark.parametrize("begun_min", [0.0, 0.7])
def test_the_minutes_of_all_recordings_that_are_carried_on_count(
    tmp_path: Path, begun_min: float
) -> None:
    before = replace(STEP, begun_min=begun_min)
    session = cut_short(tmp_path, before)
    done = analyze(session).adherence
    assert done is not None
    assert done.minutes > 0.4
    carried_on = resumed(STEP, session, CONFIG)
    assert carried_on == replace(STEP, begun_min=begun_min + done.minutes)
    feedback = LiveFeedback(FeedbackConfig(), lambda words: None)
    feedback.follow(carried_on)
    assert feedback.plan is not None
    assert feedback.plan.minutes == begun_min + done.minutes
    assert feedback.plan.feedback_now is (begun_min + done.minutes < 1.0)


def test_what_was_told_later_is_judged_as_it_was_told(tmp_path: Path) -> None:
    """With a minute done before, all of this recording lies in the silent second one."""
    silent = analyze(cut_short(tmp_path, replace(STEP, begun_min=1.0))).adherence
    assert silent is not None
    assert (silent.cues, silent.with_feedback.judged) == (0, 0)
    assert silent.without_feedback.judged > 50
    assert silent.minutes < 1.0


@pytest.mark.parametrize(
    "other", [None, PLAN.step(2), replace(STEP, target=replace(TARGET, high=3.0))]
)
def test_another_session_is_begun_from_its_beginning(
    tmp_path: Path, other: PlanStep | None
) -> None:
    assert resumed(STEP, cut_short(tmp_path, other), CONFIG) == STEP


def test_a_recording_that_tells_nothing_adds_nothing(tmp_path: Path) -> None:
    session = cut_short(tmp_path, STEP)
    (session / "samples.csv").write_text("nonsense\n")
    assert resumed(STEP, session, CONFIG) == STEP
    assert resumed(None, session, CONFIG) is None
    assert resumed(STEP, None, CONFIG) == STEP
