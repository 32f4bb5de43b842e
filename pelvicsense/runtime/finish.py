"""What is told of a session that has just ended, and of the one before it."""

from __future__ import annotations

from pathlib import Path

from pelvicsense.datatypes.errors import PelvicsenseError, RecordingError, error_line
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.manifest import MANIFEST_FILE, read_manifest
from pelvicsense.runtime.analyze import Progress, analyze
from pelvicsense.runtime.result import SessionResult
from pelvicsense.runtime.write import write_result
from pelvicsense.sinks.live_facts import Finished


def finish(folder: Path | None, config: PipelineConfig, progress: Progress) -> Finished:
    """Analyse a session, write its results, and analyse the subject's session before it.

    The analysis gives what was shown live, bit for bit. What cannot be analysed is told in words.

    Parameters
    ----------
    folder
        The session; none if no sample came.
    config
        Parameters of the analysis.
    progress
        Told how far it is, 0…1.
    """
    if folder is None:
        return Finished(folder="", no_comparison="nothing was recorded: no sample came")
    try:
        result = analyze(folder, config=config, progress=lambda share: progress(0.5 * share))
        write_result(result, folder)
    except (PelvicsenseError, OSError) as error:
        return Finished(folder=str(folder), notices=(error_line(error),))
    return finished(result, config, lambda share: progress(0.5 + 0.5 * share))


def finished(result: SessionResult, config: PipelineConfig, progress: Progress) -> Finished:
    """Analyse the subject's session before an analysed one, and return what is told of both."""
    before, no_comparison = _analysed_before(result.folder, config, progress)
    return Finished(
        folder=str(result.folder),
        duration_s=result.duration_s,
        summary=result.summary,
        notices=result.notices,
        before_name=before.name if before is not None else "",
        before=before.summary if before is not None else None,
        no_comparison=no_comparison,
    )


def _analysed_before(
    folder: Path, config: PipelineConfig, progress: Progress
) -> tuple[SessionResult | None, str]:
    last = last_session_before(folder)
    if last is None:
        return None, "this is the first session of this subject"
    try:
        return analyze(last, config=config, progress=lambda share: progress(0.5 + 0.5 * share)), ""
    except (PelvicsenseError, OSError) as error:
        return None, f"the session before cannot be analysed: {error_line(error)}"


def last_session_before(folder: Path) -> Path | None:
    """Return the newest earlier session of the same subject beside ``folder``; none if none is."""
    own = read_manifest(folder)
    earlier = {}
    for manifest_file in folder.resolve().parent.glob(f"*/{MANIFEST_FILE}"):
        other = manifest_file.parent
        try:
            manifest = read_manifest(other)
        except RecordingError:  # somebody else's folder
            continue
        if manifest.subject == own.subject and manifest.started_at < own.started_at:
            earlier[other] = manifest.started_at
    return max(earlier, key=lambda other: earlier[other], default=None)
