"""The sessions of one subject over time, from what earlier analyses wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pelvicsense.datatypes.errors import ConfigurationError, PlanError, RecordingError
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.change import LEAST_STRIDES
from pelvicsense.metrics.summary import Figure
from pelvicsense.recording.manifest import Manifest, read_manifest
from pelvicsense.recording.results import has_results
from pelvicsense.recording.session import find_sessions
from pelvicsense.report.comparison import ChangeRow, change_row
from pelvicsense.report.plan_view import PlanView, plan_view
from pelvicsense.report.shown import HEADLINES, ShownMetric
from pelvicsense.report.stored import StoredSummary, read_summary
from pelvicsense.runtime.plan import read_plan
from pelvicsense.runtime.plan_history import PlanRecord, plan_record

_MOST_NAMES = 5
"""Sessions that a notice names; of more, how many more there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSession:
    """A session that was analysed once."""

    folder: Path
    manifest: Manifest
    stored: StoredSummary

    def has(self, activity: Activity) -> bool:
        """Whether the session has strides of an activity."""
        return any(part.activity is activity for part in self.stored.summary.activities)

    def figure(self, activity: Activity, side: Side, metric: str) -> Figure | None:
        """Return a figure; none unless it rests on as many strides as a stable mean takes."""
        for part in self.stored.summary.activities:
            if part.activity is activity:
                figure = part.sides[side].figures.get(metric)
                return figure if figure is not None and figure.count >= LEAST_STRIDES else None
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """All sessions of one subject.

    Attributes
    ----------
    subject
        Whose.
    sessions
        Those that were analysed, the oldest first.
    notices
        What is left out or hard to compare, in whole sentences.
    plan
        A retraining plan and what was done of it; none without one.
    """

    subject: str
    sessions: tuple[PastSession, ...]
    notices: tuple[str, ...]
    plan: PlanView | None = None

    @property
    def activities(self) -> tuple[Activity, ...]:
        """The known activities that occur, those in most sessions first."""
        counts = Counter(
            part.activity
            for session in self.sessions
            for part in session.stored.summary.activities
            if part.activity is not Activity.UNKNOWN
        )
        return tuple(activity for activity, _ in counts.most_common())


def past_sessions(folder: Path, subject: str) -> Past:
    """Read what was found in all sessions of a subject right inside ``folder``.

    A session of which there is a corrected copy is left out, so that nothing counts twice.

    Raises
    ------
    RecordingError
        If the folder holds no session.
    ConfigurationError
        If none is of this subject.
    """
    manifests, faults = _manifests(folder)
    own = {path: m for path, m in manifests.items() if m.subject == subject}
    if not own:
        known = ", ".join(sorted({m.subject for m in manifests.values()})) or "none"
        msg = f"{folder}: expected sessions of subject {subject}, found none; subjects: {known}"
        raise ConfigurationError(msg)
    corrected = {m.edited_from for m in own.values()}
    replaced = [path.name for path in own if path.name in corrected]
    waiting: list[str] = []
    sessions: list[PastSession] = []
    for path, manifest in sorted(own.items(), key=lambda item: item[1].started_at):
        if path.name in corrected:
            continue
        if not has_results(path):
            waiting.append(path.name)
            continue
        try:
            stored = read_summary(path)
        except RecordingError as error:
            faults.append(f"{error}.")
            continue
        sessions.append(PastSession(folder=path, manifest=manifest, stored=stored))
    notices = [
        *_waiting(folder, waiting),
        *faults,
        *_replaced(replaced),
        *_comparable(sessions),
    ]
    plan = _plan(folder, subject, sessions, notices)
    return Past(subject=subject, sessions=tuple(sessions), notices=tuple(notices), plan=plan)


def _plan(
    folder: Path, subject: str, sessions: list[PastSession], notices: list[str]
) -> PlanView | None:
    """Return the plan and what was done of it; what cannot be read becomes a notice."""
    try:
        plan = read_plan(folder, subject)
    except (PlanError, RecordingError) as error:
        notices.append(f"The plan cannot be read: {error}.")
        plan = None
    records: list[PlanRecord] = []
    for session in sessions:
        try:
            record = plan_record(session.folder, session.manifest)
        except RecordingError as error:
            notices.append(f"{error}.")
        else:
            records += [record] if record is not None else []
    return plan_view(plan, records)


def _manifests(folder: Path) -> tuple[dict[Path, Manifest], list[str]]:
    found: dict[Path, Manifest] = {}
    faults = []
    for path in find_sessions(folder):
        try:
            found[path.resolve()] = read_manifest(path)
        except RecordingError as error:
            faults.append(f"Whose session it is cannot be read: {error}.")
    return found, faults


def _waiting(folder: Path, names: list[str]) -> list[str]:
    if not names:
        return []
    return [f"Without results, so left out: {_names(names)}; run `pelvicsense analyze {folder}`."]


def _replaced(names: list[str]) -> list[str]:
    return [f"Left out for corrected copies of them: {_names(names)}."] if names else []


def _comparable(sessions: list[PastSession]) -> list[str]:
    sentences = []
    if len({session.stored.made_by for session in sessions}) > 1:
        sentences.append(
            "These sessions were analysed by different versions, filters or parameters, so figures "
            "may differ for that reason; `pelvicsense analyze --force` makes them alike."
        )
    speeds = {session.manifest.speed_mps for session in sessions} - {None}
    if len(speeds) > 1:
        slow, fast = min(filter(None, speeds)), max(filter(None, speeds))
        sentences.append(
            f"Speeds differ ({slow:g} to {fast:g} m/s); angles change with speed, too."
        )
    return sentences


def _names(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One metric of one side in one activity over the sessions that know it, the oldest first."""

    side: Side
    metric: ShownMetric
    points: tuple[tuple[PastSession, Figure], ...]

    def has(self, index: int) -> bool:
        """Whether there is such a point, and a newer one."""
        return -len(self.points) <= index < len(self.points) - 1

    def days(self, index: int) -> tuple[str, str]:
        """Return the days of a point and of the newest one."""
        then, newest = self.points[index][0], self.points[-1][0]
        return f"{then.manifest.started_at:%Y-%m-%d}", f"{newest.manifest.started_at:%Y-%m-%d}"


def series(past: Past, activity: Activity, side: Side, metric: ShownMetric) -> Series:
    """Return one metric over the sessions that know it from enough strides."""
    figures = [(s, s.figure(activity, side, metric.key)) for s in past.sessions]
    return Series(
        side=side,
        metric=metric,
        points=tuple((session, figure) for session, figure in figures if figure is not None),
    )


FIRST, PREVIOUS = 0, -2
"""What the newest session is compared with: the index of a point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed in an activity up to the newest session.

    Attributes
    ----------
    days
        Of the session that is compared with, and of the newest one; a row of other days says so.
    rows
        By metric and side.
    """

    days: tuple[str, str]
    rows: tuple[ChangeRow, ...]


def comparisons(past: Past, activity: Activity) -> tuple[Changes, ...]:
    """Compare the newest session with the first, and with the previous one if that is another."""
    found = [series(past, activity, side, metric) for metric in HEADLINES for side in Side]
    more = any(len(own.points) > 2 for own in found)
    compared = (_changes(found, before) for before in ((FIRST, PREVIOUS) if more else (FIRST,)))
    return tuple(change for change in compared if change is not None)


def _changes(found: Sequence[Series], before: int) -> Changes | None:
    """Compare with the `FIRST` or the `PREVIOUS` session; none if there is no such pair."""
    found = [own for own in found if own.has(before)]
    if not found:
        return None
    ((days, _),) = Counter(own.days(before) for own in found).most_common(1)
    return Changes(days=days, rows=tuple(_row(own, before, days) for own in found))


def _row(own: Series, before: int, days: tuple[str, str]) -> ChangeRow:
    note = "" if own.days(before) == days else " to ".join(own.days(before))
    return change_row(own.side, own.metric, own.points[before][1], own.points[-1][1], note)
