"""The folder of a session that is being recorded: whole from its first moment, valid at any."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.recording.files import file_name, place_private, sync_folder
from pelvicsense.recording.manifest import MANIFEST_FILE, Manifest, format_manifest
from pelvicsense.recording.marks import MARK_HEADER, MARKS_FILE
from pelvicsense.recording.packets import PACKET_HEADER, PACKETS_FILE
from pelvicsense.recording.rows import HEADER, SAMPLES_FILE
from pelvicsense.sinks.append_file import AppendFile, storage_error
from pelvicsense.sinks.unfinished import RecordingLock

_OWNER_ONLY_FOLDER = 0o700


class SessionFiles:
    """The open files of one session; see :func:`begin_session`.

    Parameters
    ----------
    folder
        The new folder.
    keep_packets
        Whether there is a packets.csv.

    Raises
    ------
    RecordingError, OSError
        If a file cannot be made.
    """

    def __init__(self, folder: Path, *, keep_packets: bool) -> None:
        self.folder = folder
        self._tables: list[AppendFile] = []
        with ExitStack() as opened:
            opened.callback(RecordingLock(folder).end)
            self._samples = self._table(opened, SAMPLES_FILE, HEADER)
            self._marks = self._table(opened, MARKS_FILE, MARK_HEADER)
            self._packets: AppendFile | None = None
            if keep_packets:
                self._packets = self._table(opened, PACKETS_FILE, PACKET_HEADER)
            self._opened = opened.pop_all()

    def _table(self, opened: ExitStack, name: str, header: bytes) -> AppendFile:
        table = AppendFile(self.folder / name, header)
        opened.callback(table.close)
        self._tables.append(table)
        return table

    @property
    def byte_count(self) -> int:
        """Bytes of all tables."""
        return sum(table.length for table in self._tables)

    def establish(self, manifest: Manifest) -> None:
        """Write the manifest, with which the folder becomes a session.

        Raises
        ------
        RecordingError, OSError
            If it cannot be written.
        """
        self.sync()  # a manifest on disk promises the samples before it
        place_private(self.folder / MANIFEST_FILE, format_manifest(manifest).encode())
        sync_folder(self.folder)
        sync_folder(self.folder.parent)

    def append_group(self, rows: bytes, marks: bytes) -> None:
        """Append rows and marks of one group, both or neither.

        Raises
        ------
        RecordingError
            If they cannot be written.
        """
        length = self._samples.length
        self._samples.append(rows)
        try:
            self._marks.append(marks)
        except RecordingError:
            self._samples.cut_back(length)
            raise

    def append_packets(self, lines: bytes) -> None:
        """Append raw notifications.

        Raises
        ------
        RecordingError
            If they cannot be written.
        """
        if self._packets is not None:
            self._packets.append(lines)

    def sync(self) -> None:
        """Return once everything appended before the call would survive a power cut.

        Raises
        ------
        RecordingError
            If the disk fails.
        """
        for table in self._tables:
            table.sync()

    def close(self) -> None:
        """Close the files and say that the session ended in order."""
        self._opened.close()


def begin_session(
    out: Path, manifest: Manifest, rows: bytes, marks: bytes, packets: bytes | None
) -> SessionFiles:
    """Make a session that holds its first group; where that fails, nothing is left behind.

    Parameters
    ----------
    out
        Where session folders lie.
    manifest
        Written last, with it the folder becomes a session.
    rows, marks
        Lines of samples.csv and marks.csv.
    packets
        Lines of packets.csv; none where packets are not kept.

    Raises
    ------
    RecordingError
        If the folder cannot be written.
    """
    folder = _make_folder(out, manifest)
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            files = SessionFiles(folder, keep_packets=packets is not None)
            undo.callback(files.close)
            files.append_packets(packets or b"")
            files.append_group(rows, marks)
            files.establish(manifest)
        except OSError as error:
            raise storage_error(folder, error) from error
        undo.pop_all()
    return files


def _make_folder(out: Path, manifest: Manifest) -> Path:
    """Make ``<YYYY-MM-DD>_<HHMMSS>_<subject>`` in ``out``, in the time zone of ``started_at``.

    Where that name is taken, ``-2``, ``-3``, … is added.

    Raises
    ------
    RecordingError
        If the folder cannot be made.
    """
    name = f"{manifest.started_at:%Y-%m-%d_%H%M%S}_{file_name(manifest.subject)}"
    try:
        out.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            folder = out / (name if number == 1 else f"{name}-{number}")
            try:
                folder.mkdir(mode=_OWNER_ONLY_FOLDER)
            except FileExistsError:
                continue
            break
    except OSError as error:
        raise storage_error(out, error) from error
    return folder
