"""Retraining plans where they lie: beside the sessions, one file per subject."""

from __future__ import annotations

from pathlib import Path

from pelvicsense.datatypes.errors import ConfigurationError, RecordingError
from pelvicsense.datatypes.placement import Activity
from pelvicsense.feedback.plan import Plan, PlannedSession, PlanStep, Target
from pelvicsense.feedback.plan_text import format_plan, parse_plan
from pelvicsense.recording.files import file_name, place_private
from pelvicsense.recording.plan_entry import PlanEntry


def plan_path(folder: Path, subject: str) -> Path:
    """Return where the plan of a subject lies, if there is one."""
    return folder / f"{file_name(subject)}.plan.toml"


def read_plan(folder: Path, subject: str) -> Plan | None:
    """Read the plan of a subject; none if there is none.

    Raises
    ------
    PlanError
        With everything that is wrong with it, by line.
    RecordingError
        If it cannot be read.
    """
    path = plan_path(folder, subject)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(path, f"cannot be read ({error}); correct the file") from error
    return parse_plan(text, str(path), subject)


def check_free(folder: Path, subject: str, *, force: bool) -> None:
    """Do nothing if the plan of a subject may be written.

    Raises
    ------
    ConfigurationError
        If there is one already and ``force`` is not given.
    """
    path = plan_path(folder, subject)
    if path.exists() and not force:
        msg = f"{path}: is there already and is kept; use --force to replace it"
        raise ConfigurationError(msg)


def write_plan(folder: Path, plan: Plan, made_from: str) -> Path:
    """Write a plan beside the sessions, in place of an earlier one; return its path.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    path = plan_path(folder, plan.subject)
    folder.mkdir(parents=True, exist_ok=True)
    path.with_name(f".{path.name}.partial").unlink(missing_ok=True)  # of a run that was killed
    place_private(path, format_plan(plan, made_from).encode())
    return path


def entry_of(step: PlanStep) -> PlanEntry:
    """Return a session of a plan as session.toml holds it."""
    target = step.target
    return PlanEntry(
        session=step.number,
        of=step.count,
        minutes=step.session.minutes,
        feedback_percent=step.session.feedback_percent,
        metric=target.metric,
        activity=target.activity.value,
        low=target.low,
        high=target.high,
        begun_min=step.begun_min,
    )


def step_of(entry: PlanEntry) -> PlanStep:
    """Return what session.toml says of a session of a plan.

    Raises
    ------
    ConfigurationError
        If a word or a number in it means nothing.
    """
    try:
        target = Target(
            metric=entry.metric,
            activity=Activity(entry.activity),
            low=entry.low,
            high=entry.high,
        )
    except ValueError as error:
        raise ConfigurationError(f"[plan] of session.toml: {error}; correct the file") from error
    return PlanStep(
        number=entry.session,
        count=entry.of,
        session=PlannedSession(minutes=entry.minutes, feedback_percent=entry.feedback_percent),
        target=target,
        begun_min=entry.begun_min,
    )
