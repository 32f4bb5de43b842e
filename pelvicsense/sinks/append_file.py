"""A file that grows line by line and is valid at every moment, whatever goes wrong."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.recording.files import create_private_unbuffered

_FULL = "the disk is full; what was recorded is kept: free space, then start again"
_FORBIDDEN = "writing is not permitted; choose another folder or change its permissions"
_GONE = "it was removed meanwhile; start again, and leave the folder alone while recording"

_CAUSES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: (
        "the file may not grow any further here; what was recorded is kept: raise the limit "
        "(ulimit -f) or choose another disk, then start again"
    ),
    errno.EROFS: "the disk is read-only; choose another folder",
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.ENOENT: _GONE,
    errno.EIO: "the disk does not work as it should; what was recorded may suffer: check the disk",
}


def storage_error(path: Path, error: OSError) -> RecordingError:
    """Return why ``path`` cannot be written, and what to do."""
    cause = _CAUSES.get(error.errno or 0, f"{error.strerror or error}; choose another folder")
    return RecordingError(path, f"cannot be written: {cause}")


class AppendFile:
    """Whole lines at the end of a new file, with the operating system as soon as written.

    Parameters
    ----------
    path
        The file to make; mode 0600.
    header
        First line, without its line end.

    Raises
    ------
    RecordingError
        If the file cannot be made.
    """

    def __init__(self, path: Path, header: bytes) -> None:
        self.path = path
        self.length = 0
        try:
            self._file = create_private_unbuffered(path)
        except OSError as error:
            raise storage_error(path, error) from error
        try:
            self.append(header + b"\n")
        except RecordingError:
            self.close()
            raise

    def append(self, lines: bytes) -> None:
        """Write ``lines``: all of them, or none where that fails.

        Raises
        ------
        RecordingError
            If they cannot be written, or the file was removed meanwhile.
        """
        if not lines:
            return
        start = self.length
        try:
            if os.fstat(self._file.fileno()).st_nlink == 0:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            rest = memoryview(lines)
            while rest:  # a disk that fills up takes a part first and refuses the rest
                rest = rest[self._file.write(rest) or 0 :]
        except OSError as error:
            self.cut_back(start)
            raise storage_error(self.path, error) from error
        self.length = start + len(lines)

    def cut_back(self, length: int) -> None:
        """Drop everything beyond ``length`` bytes; nothing must be appended afterwards."""
        with suppress(OSError):  # what then stays ends in a torn line, which readers drop
            self._file.truncate(length)
        self.length = length

    def sync(self) -> None:
        """Return once everything appended before the call would survive a power cut.

        May run in another thread than :meth:`append`.

        Raises
        ------
        RecordingError
            If the disk fails.
        """
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise storage_error(self.path, error) from error

    def close(self) -> None:
        """Close the file; nothing can be appended any more."""
        self._file.close()
