"""A retraining plan and what was done of it, as reports show it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pelvicsense.feedback.adherence import InZone
from pelvicsense.feedback.plan import Plan, PlannedSession
from pelvicsense.report.shown import UNKNOWN_TEXT
from pelvicsense.runtime.plan_history import PlanRecord, done_sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One recording of a planned session, or a session that is still to come, as texts.

    Attributes
    ----------
    session, began
        Which, and when; ``began`` is empty if it is to come.
    minutes, feedback
        Minutes of gait, done and planned; share of them with feedback.
    with_feedback, without_feedback
        What lay in the zone while feedback was given, and while it was not.
    cues
        How often the person was told something.
    """

    session: str
    began: str
    minutes: str
    feedback: str
    with_feedback: str = ""
    without_feedback: str = ""
    cues: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan: its sentences, and a row per recording or session."""

    sentences: tuple[str, ...]
    rows: tuple[PlanRow, ...]


COLUMNS: Sequence[tuple[str, str]] = (
    ("session", "session"),
    ("began", "began"),
    ("minutes", "minutes"),
    ("feedback", "feedback"),
    ("with_feedback", "in zone, with"),
    ("without_feedback", "without"),
    ("cues", "cues"),
)
"""Fields of a row, and what they are called."""

MEANING = (
    "Minutes of gait, done / planned; breaks are left out. In zone, with and without: share of "
    "stances (of a cadence: of groups of eight strides) inside the target in the minutes with "
    "feedback, and in those without."
)


def plan_view(plan: Plan | None, records: Sequence[PlanRecord]) -> PlanView | None:
    """Return what is shown of a plan; none if there is neither a plan nor a session of one."""
    if plan is None and not records:
        return None
    ordered = sorted(records, key=lambda record: (record.adherence.step.number, record.began))
    rows = {
        number: [_done_row(record) for record in group]
        for number, group in groupby(ordered, key=lambda record: record.adherence.step.number)
    }
    if plan is not None:
        for number, session in enumerate(plan.sessions, start=1):
            rows.setdefault(number, [_coming_row(number, session)])
    sentences = [_target(plan, ordered), *_adherence(plan, ordered), *_retention(ordered)]
    return PlanView(
        sentences=tuple(sentences),
        rows=tuple(row for number in sorted(rows) for row in rows[number]),
    )


def _done_row(record: PlanRecord) -> PlanRow:
    done = record.adherence
    step = done.step
    planned = "" if step.retention else f" / {step.session.minutes:g}"
    return PlanRow(
        session="retention" if step.retention else f"{step.number}",
        began=f"{record.began:%Y-%m-%d %H:%M}",
        minutes=f"{done.minutes:.1f}{planned}",
        feedback=_percent(step.session.feedback_percent / 100.0),
        with_feedback=_percent(done.with_feedback.share),
        without_feedback=_percent(done.without_feedback.share),
        cues=f"{done.cues}",
    )


def _coming_row(number: int, session: PlannedSession) -> PlanRow:
    return PlanRow(
        session=f"{number}",
        began="",
        minutes=f"{session.minutes:g}",
        feedback=_percent(session.feedback_percent / 100.0),
    )


def _target(plan: Plan | None, records: Sequence[PlanRecord]) -> str:
    target = plan.target if plan is not None else records[-1].adherence.step.target
    activity = target.activity.replace("_", " ")
    others = {record.adherence.step.target for record in records} - {target}
    changed = "; earlier sessions had another one" if others else ""
    return f"Target, {activity}: {target.words}{changed}."


def _adherence(plan: Plan | None, records: Sequence[PlanRecord]) -> list[str]:
    if plan is None:
        return ["There is no plan file any more; what was recorded of it is shown."]
    count = len(plan.sessions)
    done = {number for number in done_sessions(records) if number <= count}
    minutes = sum(r.adherence.minutes for r in records if not r.adherence.step.retention)
    planned = sum(session.minutes for session in plan.sessions)
    following = max(done, default=0) + 1
    coming = f"next is session {following}" if following <= count else "next is a retention check"
    return [
        f"{len(done)} of {count} sessions done, {minutes:.0f} of {planned:.0f} minutes; {coming}."
    ]


def _retention(records: Sequence[PlanRecord]) -> list[str]:
    """Say what lay in the zone without feedback after the plan, and at its end."""
    trained = [r for r in records if not r.adherence.step.retention]
    checks = sorted((r for r in records if r.adherence.step.retention), key=lambda r: r.began)
    if not checks or not trained:
        return []
    last = max(trained, key=lambda record: record.began)
    unaided = [r for r in trained if r.adherence.without_feedback.judged]
    before = max(unaided, key=lambda record: record.began, default=None)
    then = (
        f"; in session {before.adherence.step.number}, the last with such minutes, "
        f"{_of(before.adherence.without_feedback)}"
        if before is not None
        else ""
    )
    return [
        f"Retention: {(check.began - last.began).days} days after the last training session "
        f"{_of(check.adherence.without_feedback)} in the zone without feedback{then}."
        for check in checks
    ]


def _of(zone: InZone) -> str:
    return f"{_percent(zone.share)} of {zone.judged}"


def _percent(share: float) -> str:
    return UNKNOWN_TEXT if math.isnan(share) else f"{100.0 * share:.0f} %"
