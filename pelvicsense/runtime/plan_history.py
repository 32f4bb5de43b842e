"""What was done of a plan so far, and so which of its sessions comes next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.feedback.adherence import Adherence, InZone
from pelvicsense.feedback.plan import PlanStep
from pelvicsense.recording.manifest import MANIFEST_FILE, Manifest, read_manifest
from pelvicsense.recording.results import SUMMARY_FILE
from pelvicsense.runtime.plan import read_plan, step_of

DONE_SHARE = 0.5
"""A session is done with this share of its minutes: one that was cut short early is repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRecord:
    """A recorded session of a plan."""

    folder: Path
    began: datetime
    adherence: Adherence


def adherence_document(adherence: Adherence) -> dict[str, Any]:
    """Return plain values, as summary.json holds them under ``plan``."""
    return {
        "session": adherence.step.number,
        "of": adherence.step.count,
        "minutes": adherence.minutes,
        "planned_minutes": adherence.step.session.minutes,
        "cues": adherence.cues,
        "with_feedback": _in_zone_document(adherence.with_feedback),
        "without_feedback": _in_zone_document(adherence.without_feedback),
    }


def _in_zone_document(zone: InZone) -> dict[str, Any]:
    return {"judged": zone.judged, "in_zone": zone.inside}


def plan_record(folder: Path, manifest: Manifest) -> PlanRecord | None:
    """Return what was done in a session; none if it is of no plan, or was not analysed.

    Raises
    ------
    RecordingError
        If its results cannot be read.
    """
    if manifest.plan is None:
        return None
    path = folder / SUMMARY_FILE
    try:
        plain = json.loads(path.read_bytes())["plan"]
        done = Adherence(
            step=step_of(manifest.plan),
            minutes=float(plain["minutes"]),
            cues=int(plain["cues"]),
            with_feedback=_in_zone(plain["with_feedback"]),
            without_feedback=_in_zone(plain["without_feedback"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, KeyError, TypeError, ValueError) as error:
        problem = (
            f"says nothing of the plan ({error!r}); write it anew: pelvicsense analyze --force "
            f"{folder}; or record without it: --plan off, or --plan with a session's number"
        )
        raise RecordingError(path, problem) from error
    return PlanRecord(folder=folder, began=manifest.started_at, adherence=done)


def _in_zone(plain: Mapping[str, Any]) -> InZone:
    return InZone(judged=int(plain["judged"]), inside=int(plain["in_zone"]))


def done_sessions(records: Iterable[PlanRecord]) -> set[int]:
    """Return the numbers of the sessions that are done.

    Recordings of one session count together: one may have been cut short, and carried on.
    """
    minutes: dict[int, float] = {}
    planned: dict[int, float] = {}
    for record in records:
        step = record.adherence.step
        minutes[step.number] = minutes.get(step.number, 0.0) + record.adherence.minutes
        planned[step.number] = step.session.minutes
    return {n for n, total in minutes.items() if total >= DONE_SHARE * planned[n]}


def subject_records(folder: Path, subject: str) -> list[PlanRecord]:
    """Return what was done of the plan of a subject right inside ``folder``, the oldest first.

    A session of which there is a corrected copy is left out, as is one that cannot be read.
    """
    own: dict[Path, Manifest] = {}
    for path in folder.glob(f"*/{MANIFEST_FILE}"):
        try:
            manifest = read_manifest(path.parent)
        except RecordingError:  # somebody else's folder
            continue
        if manifest.subject == subject:
            own[path.parent] = manifest
    corrected = {manifest.edited_from for manifest in own.values()}
    records = [plan_record(p, manifest) for p, manifest in own.items() if p.name not in corrected]
    return sorted((r for r in records if r is not None), key=lambda record: record.began)


def next_step(folder: Path, subject: str) -> PlanStep | None:
    """Return the session of the plan that comes next; none if the subject has no plan.

    After the last one it is a check of what was kept.

    Raises
    ------
    PlanError, RecordingError
        If the plan, or the results of a session of it, cannot be read.
    """
    plan = read_plan(folder, subject)
    if plan is None:
        return None
    done = done_sessions(subject_records(folder, subject))
    return plan.step(min(max(done, default=0), len(plan.sessions)) + 1)
