"""New files and folders: whole, or not there at all; readable by their owner only."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.recording.files import write_private


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a folder to write into, which becomes ``path`` at the end.

    Raises
    ------
    RecordingError
        If ``path`` exists already.
    """
    partial = _partial(path)
    partial.mkdir(parents=True)
    try:
        yield partial
        partial.rename(path)
    except BaseException:
        shutil.rmtree(partial)
        raise


def new_file(path: Path, data: bytes) -> None:
    """Write a file.

    Raises
    ------
    RecordingError
        If ``path`` exists already.
    """
    partial = _partial(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_private(partial, data)
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _partial(path: Path) -> Path:
    if path.exists():
        problem = "exists already and is never overwritten; choose another name or remove it"
        raise RecordingError(path, problem)
    partial = path.with_name(f".{path.name}.partial")
    if partial.is_dir():  # of a run that was killed
        shutil.rmtree(partial)
    partial.unlink(missing_ok=True)
    return partial
