"""Files that only their owner may read, and that are whole on disk before they are relied upon."""

from __future__ import annotations

import os
import re
from io import FileIO
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o600
"""Motion of a person is health data: nobody but the owner reads what we write."""


def file_name(subject: str) -> str:
    """Return a subject as part of a file name: letters, digits, ``._-`` stay, else ``-``."""
    return re.sub(r"[^\w.-]", "-", subject)


def create_private(path: Path) -> BinaryIO:
    """Create ``path`` with mode 0600 and open it for writing.

    Raises
    ------
    FileExistsError
        If ``path`` exists.
    """
    return open(path, "xb", opener=_open_private)


def create_private_unbuffered(path: Path) -> FileIO:
    """Create ``path`` with mode 0600; what is written to it is with the operating system at once.

    Raises
    ------
    FileExistsError
        If ``path`` exists.
    """
    return FileIO(path, "x", opener=_open_private)


def _open_private(name: str, flags: int) -> int:
    return os.open(name, flags, OWNER_ONLY)


def flush_to_disk(stream: BinaryIO) -> None:
    """Return once everything written to ``stream`` would survive a power cut."""
    stream.flush()
    os.fsync(stream.fileno())


def write_private(path: Path, data: bytes) -> None:
    """Create ``path`` with mode 0600, holding ``data``, safe against a power cut."""
    with create_private(path) as stream:
        stream.write(data)
        flush_to_disk(stream)


def place_private(path: Path, data: bytes) -> None:
    """Make ``path`` hold ``data``, whole or not at all, even after a power cut.

    The caller makes the name itself lasting: :func:`sync_folder`.
    """
    partial = path.with_name(f".{path.name}.partial")
    write_private(partial, data)
    partial.replace(path)


def sync_folder(folder: Path) -> None:
    """Return once the names in ``folder`` would survive a power cut.

    Windows cannot open folders and needs no such call.
    """
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
