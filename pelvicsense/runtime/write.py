"""A result into its files."""

from __future__ import annotations

from pathlib import Path

from pelvicsense.recording.results import has_results, write_results
from pelvicsense.runtime.document import summary_document
from pelvicsense.runtime.result import SessionResult


def result_folder(session: Path, out: Path | None) -> Path:
    """Return where the results of a session go: into it, or into ``out``/<session name>."""
    return session if out is None else out / session.resolve().name


def write_result(result: SessionResult, folder: Path, *, force: bool = False) -> bool:
    """Write strides.csv, events.csv, curves.csv and summary.json, all or none.

    Parameters
    ----------
    result
        What to write.
    folder
        Where; made if it is not there.
    force
        Replace results that are there already.

    Returns
    -------
    bool
        False if there were results already, which were kept.

    Raises
    ------
    OSError
        If the files cannot be written.
    """
    if has_results(folder) and not force:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    write_results(
        folder,
        strides=result.strides,
        events=result.events,
        curves=result.curves,
        summary=summary_document(result),
        force=force,
    )
    return True
