"""What is compared: two sessions, or two stretches of one, analysed alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.metrics.summary import SessionSummary
from pelvicsense.report.comparison import WITHIN_ONE, stretch_summary
from pelvicsense.report.shown import clock_text
from pelvicsense.runtime.analyze import Progress, analyze
from pelvicsense.runtime.result import SessionResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two sets of figures, and what to know before comparing them.

    Attributes
    ----------
    names
        What they are called, the earlier one first.
    before, now
        Their figures.
    notices
        In whole sentences, gravest first.
    """

    names: tuple[str, str]
    before: SessionSummary
    now: SessionSummary
    notices: tuple[str, ...]


def pair_of(
    sessions: Sequence[Path], stretches: Sequence[str], progress: Progress | None = None
) -> Pair:
    """Analyse what is to be compared.

    Parameters
    ----------
    sessions
        Two session folders; or one, with two ``stretches``.
    stretches
        Such as ``0:300``, seconds since the first sample.
    progress
        Told how far the analyses are, 0…1.

    Raises
    ------
    ConfigurationError
        If it is not two things that are to be compared, or a stretch makes no sense.
    RecordingError
        If a session cannot be analysed.
    """
    if (len(sessions), len(stretches)) not in {(2, 0), (1, 2)}:
        msg = (
            "compare: expected two sessions, or one session and two --stretch START:END, got "
            f"{len(sessions)} sessions and {len(stretches)} stretches"
        )
        raise ConfigurationError(msg)
    if stretches:
        return _two_stretches(sessions[0], [_stretch(text) for text in stretches], progress)
    half = _halves(progress)
    return _two_sessions(*(analyze(s, progress=p) for s, p in zip(sessions, half, strict=True)))


def _halves(progress: Progress | None) -> tuple[Progress | None, Progress | None]:
    if progress is None:
        return None, None
    return lambda share: progress(0.5 * share), lambda share: progress(0.5 + 0.5 * share)


def _two_sessions(before: SessionResult, now: SessionResult) -> Pair:
    old, new = before.manifest, now.manifest
    notices = []
    if before.folder.resolve() == now.folder.resolve():
        notices.append("Both are the same session.")
    if old.subject != new.subject:
        notices.append(
            f"The subjects differ ({old.subject}, {new.subject}): a difference is one between "
            "persons, not a change."
        )
    if old.speed_mps != new.speed_mps and None not in (old.speed_mps, new.speed_mps):
        notices.append(
            f"The speeds differ ({old.speed_mps:g} and {new.speed_mps:g} m/s); angles change with "
            "speed, too."
        )
    notices += [f"{r.name}: {notice}" for r in (before, now) for notice in r.notices]
    return Pair(
        names=(before.name, now.name),
        before=before.summary,
        now=now.summary,
        notices=tuple(notices),
    )


def _two_stretches(
    session: Path, stretches: Sequence[tuple[float, float]], progress: Progress | None
) -> Pair:
    (start, end), (start2, end2) = stretches
    if start < end2 and start2 < end:
        msg = (
            f"stretch: expected two that do not overlap, got {start:g}:{end:g} and "
            f"{start2:g}:{end2:g}"
        )
        raise ConfigurationError(msg)
    result = analyze(session, progress=progress)
    for first, last in stretches:
        if first >= result.duration_s:
            msg = (
                f"stretch {first:g}:{last:g}: expected a start within the session, which lasts "
                f"{result.duration_s:.0f} s ({clock_text(result.duration_s)})"
            )
            raise ConfigurationError(msg)
    before, now = (stretch_summary(result.strides, *stretch) for stretch in stretches)
    return Pair(
        names=(f"{start:g}–{end:g} s", f"{start2:g}–{end2:g} s"),
        before=before,
        now=now,
        notices=(WITHIN_ONE, *result.notices),
    )


def _stretch(text: str) -> tuple[float, float]:
    start_text, _, end_text = text.partition(":")
    try:
        start, end = float(start_text), float(end_text)
    except ValueError:
        start, end = 0.0, -1.0
    if not 0.0 <= start < end:
        msg = f"stretch: expected START:END in seconds such as 0:300, got {text!r}"
        raise ConfigurationError(msg)
    return start, end
