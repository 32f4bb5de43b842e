"""Telling a recording that runs from one that crashed.

While a session is recorded, the file ``.recording`` lies in its folder, locked. The operating
system takes the lock away when the process ends, however it ends; the file goes only at an orderly
end. So a ``.recording`` that nobody locks is that of a session that was cut short. The file is
empty: process numbers are used again and mean nothing in another container.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.recording.files import OWNER_ONLY
from pelvicsense.recording.manifest import Manifest, read_manifest

RECORDING_FILE = ".recording"
_LOOK_S = 1.0
"""A second process that looks whether we run may hold our lock for a moment."""


class RecordingLock:
    """Held from the first sample to the orderly end.

    Parameters
    ----------
    folder
        The session folder, just made.

    Raises
    ------
    OSError
        If the file cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / RECORDING_FILE
        self._lock = _lock(self._path)
        self._lock.acquire(timeout=_LOOK_S)

    def end(self) -> None:
        """Say that the session ended in order."""
        self._lock.release()
        with suppress(OSError):  # at worst the session is told of as unfinished
            self._path.unlink()


def find_unfinished(out: Path, subject: str) -> Path | None:
    """Return the newest session of ``subject`` in ``out`` that was cut short, if there is one."""
    unfinished = dict(_unfinished(out, subject))
    return max(unfinished, key=lambda folder: unfinished[folder].started_at, default=None)


def forget_unfinished(out: Path, subject: str) -> None:
    """Do not find the unfinished sessions of ``subject`` again; they stay as they are."""
    for folder, _ in _unfinished(out, subject):
        with suppress(OSError):  # a folder that may not be written is told of again
            (folder / RECORDING_FILE).unlink()


def is_being_recorded(folder: Path) -> bool:
    """Return whether a process records into a session folder now."""
    path = folder / RECORDING_FILE
    return path.exists() and not _nobody_holds(path)


def _unfinished(out: Path, subject: str) -> Iterator[tuple[Path, Manifest]]:
    for path in sorted(out.glob(f"*/{RECORDING_FILE}")):
        try:
            manifest = read_manifest(path.parent)
        except RecordingError:  # killed before it became a session: nothing to carry on
            continue
        if manifest.subject == subject and _nobody_holds(path):
            yield path.parent, manifest


def _nobody_holds(path: Path) -> bool:
    try:
        with _lock(path).acquire(timeout=0):
            return True
    except (Timeout, OSError):  # held, or somebody else's
        return False


def _lock(path: Path) -> FileLock:
    return FileLock(path, mode=OWNER_ONLY, thread_local=False)
