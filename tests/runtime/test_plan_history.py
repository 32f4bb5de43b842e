"""A plan file beside the sessions, and which session comes next."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pelvicsense.datatypes.errors import ConfigurationError, PlanError, RecordingError
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.datatypes.samples import SensorSpec
from pelvicsense.feedback.adherence import Adherence, InZone
from pelvicsense.feedback.plan import Plan, PlannedSession, PlanStep, Target
from pelvicsense.recording.manifest import Manifest, SessionActivity, read_manifest, write_manifest
from pelvicsense.recording.plan_entry import PlanEntry
from pelvicsense.runtime.plan import check_free, entry_of, plan_path, read_plan, step_of, write_plan
from pelvicsense.runtime.plan_history import adherence_document, next_step, subject_records

PELVIS = SensorSpec(placement=Placement.PELVIS, profile="simulated", rate_hz=60.0)
PLAN = Plan(
    subject="P/07",
    target=Target(metric="cadence_spm", activity=Activity.RUN, low=170.0, high=175.0),
    sessions=(
        PlannedSession(minutes=10.0, feedback_percent=100.0),
        PlannedSession(minutes=20.0, feedback_percent=50.0),
    ),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_plan(tmp_path, PLAN, "made up")
    return tmp_path


def put(folder: Path, name: str, step: PlanStep, minutes: float | None, **extra: str) -> None:
    """Put down a session of the plan; without minutes it was not analysed."""
    session = folder / name
    session.mkdir()
    manifest = Manifest(
        started_at=datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=len(list(folder.iterdir()))),
        subject=PLAN.subject,
        activity=SessionActivity.RUN,
        sensors={Placement.PELVIS: PELVIS},
        plan=entry_of(step),
        edited_from=extra.get("edited_from"),
    )
    write_manifest(session, manifest)
    if minutes is not None:
        done = Adherence(
            step=step,
            minutes=minutes,
            cues=3,
            with_feedback=InZone(judged=40, inside=10),
            without_feedback=InZone(judged=0, inside=0),
        )
        text = json.dumps({"plan": adherence_document(done)})
        (session / "summary.json").write_text(text)


def test_a_plan_lies_beside_the_sessions_for_its_owner_only(folder: Path) -> None:
    path = plan_path(folder, "P/07")
    assert path == folder / "P-07.plan.toml"
    assert path.stat().st_mode & 0o077 == 0
    assert read_plan(folder, "P/07") == PLAN
    assert read_plan(folder, "P08") is None
    with pytest.raises(ConfigurationError, match="--force"):
        check_free(folder, "P/07", force=False)
    check_free(folder, "P/07", force=True)


def test_a_plan_of_another_subject_is_refused(folder: Path) -> None:
    with pytest.raises(PlanError, match="expected 'P-07', got 'P/07'"):
        read_plan(folder, "P-07")


def test_a_session_of_a_plan_comes_back_from_the_manifest(folder: Path) -> None:
    for number in (1, 2, 3):
        put(folder, f"s{number}", PLAN.step(number), None)
        entry = read_manifest(folder / f"s{number}").plan
        assert entry is not None
        assert step_of(entry) == PLAN.step(number)


def test_words_in_a_manifest_that_mean_nothing_are_refused() -> None:
    entry = entry_of(PLAN.step(1)).as_dict() | {"activity": "swim"}
    with pytest.raises(ConfigurationError, match=r"\[plan\] of session\.toml"):
        step_of(PlanEntry(**entry))  # type: ignore[arg-type]


def upcoming(folder: Path) -> int:
    step = next_step(folder, PLAN.subject)
    assert step is not None
    return step.number


def test_sessions_follow_when_half_of_their_minutes_are_done(folder: Path) -> None:
    assert upcoming(folder) == 1
    put(folder, "cut-short", PLAN.step(1), 3.0)
    assert upcoming(folder) == 1
    put(folder, "carried-on", PLAN.step(1), 2.0)
    assert upcoming(folder) == 2
    put(folder, "not-analysed", PLAN.step(2), None)
    assert upcoming(folder) == 2
    put(folder, "whole", PLAN.step(2), 20.0)
    assert upcoming(folder) == 3
    put(folder, "check", PLAN.step(3), 5.0)
    assert upcoming(folder) == 3
    assert next_step(folder, "P08") is None


def test_a_corrected_copy_does_not_count_twice(folder: Path) -> None:
    put(folder, "first", PLAN.step(1), 3.0)
    put(folder, "copy", PLAN.step(1), 3.0, edited_from="first")
    assert [record.folder.name for record in subject_records(folder, PLAN.subject)] == ["copy"]
    assert upcoming(folder) == 1


def test_results_without_the_plan_are_refused(folder: Path) -> None:
    put(folder, "old", PLAN.step(1), 3.0)
    (folder / "old" / "summary.json").write_text("{}")
    with pytest.raises(RecordingError, match=r"analyze --force .*old; or .* --plan off"):
        next_step(folder, PLAN.subject)
