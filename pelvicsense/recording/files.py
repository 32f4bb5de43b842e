"""Files that only their owner may read, and that are whole on disk before they are relied upon."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o600
"""Motion of a person is health data: nobody but the owner reads what we write."""


def create_private(path: Path) -> BinaryIO:
    """Create ``path`` with mode 0600 and open it for writing.

    Raises
    ------
    FileExistsError
        If ``path`` exists.
    """
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, OWNER_ONLY))


def flush_to_disk(stream: BinaryIO) -> None:
    """Return once everything written to ``stream`` would survive a power cut."""
    stream.flush()
    os.fsync(stream.fileno())


def write_private(path: Path, data: bytes) -> None:
    """Create ``path`` with mode 0600, holding ``data``, safe against a power cut."""
    with create_private(path) as stream:
        stream.write(data)
        flush_to_disk(stream)
