"""A session folder: open it, find it, play its inputs back in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.samples import Mark
from pelvicsense.recording.manifest import MANIFEST_FILE, Manifest, read_manifest
from pelvicsense.recording.marks import PlacedMark, read_marks
from pelvicsense.recording.rows import SampleRows
from pelvicsense.recording.samples import CHUNK_BYTES, has_torn_tail, read_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session folder that can be read.

    Attributes
    ----------
    folder
        Where it is.
    manifest, marks
        What session.toml and marks.csv say.
    torn_tail
        samples.csv ends inside a line, as after a crash; that line is not read. Worth telling.
    """

    folder: Path
    manifest: Manifest
    marks: tuple[PlacedMark, ...]
    torn_tail: bool

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.folder.resolve().name


def open_session(folder: Path) -> Session:
    """Read everything but the samples.

    Raises
    ------
    RecordingError
        If ``folder`` is no session, or its manifest or marks are wrong.
    """
    if not folder.is_dir():
        raise RecordingError(folder, "expected a session folder, found none; check the path")
    return Session(
        folder=folder,
        manifest=read_manifest(folder),
        marks=read_marks(folder),
        torn_tail=has_torn_tail(folder),
    )


def find_sessions(path: Path) -> list[Path]:
    """Return ``path`` itself where it is a session, else the sessions right inside it, sorted.

    Raises
    ------
    RecordingError
        If there is none.
    """
    if (path / MANIFEST_FILE).is_file():
        return [path]
    if not path.is_dir():
        raise RecordingError(path, "expected a session folder, found none; check the path")
    inside = [entry for entry in path.iterdir() if not entry.name.startswith(".")]
    sessions = sorted(entry for entry in inside if (entry / MANIFEST_FILE).is_file())
    if not sessions:
        problem = f"holds no session: no {MANIFEST_FILE} in it or in a folder right inside it"
        raise RecordingError(path, problem)
    return sessions


def read_inputs(session: Session, chunk_bytes: int = CHUNK_BYTES) -> Iterator[SampleRows | Mark]:
    """Yield rows and marks in order of arrival; rows are cut where a mark falls between them.

    Raises
    ------
    RecordingError
        As :func:`~pelvicsense.recording.samples.read_rows`.
    """
    waiting = deque(session.marks)
    for chunk in read_rows(session.folder, session.manifest, chunk_bytes):
        rows = chunk
        while waiting and waiting[0].after_row < rows.first_row + len(rows):
            placed = waiting.popleft()
            cut = placed.after_row - rows.first_row
            if cut:
                yield rows[:cut]
                rows = rows[cut:]
            yield placed.mark
        yield rows
    for placed in waiting:
        yield placed.mark
