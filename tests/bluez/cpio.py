"""Writing an initramfs: a cpio archive in the "newc" format (Linux, buffer-format.rst)."""

from __future__ import annotations

import posixpath
import stat
from typing import BinaryIO


class CpioWriter:
    """Appends folders, files and links, owned by root, to an archive."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._inode = 0
        self._folders = {"."}

    def folder(self, path: str) -> None:
        """Add a folder and those above it."""
        if path not in self._folders:
            self.folder(posixpath.dirname(path) or ".")
            self._folders.add(path)
            self._entry(path, stat.S_IFDIR | 0o755, b"")

    def file(self, path: str, data: bytes, *, executable: bool = False) -> None:
        """Add a file and the folders it is in."""
        self.folder(posixpath.dirname(path) or ".")
        self._entry(path, stat.S_IFREG | (0o755 if executable else 0o644), data)

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self._entry(path, stat.S_IFLNK | 0o777, target.encode())

    def close(self) -> None:
        """Write the trailer."""
        self._entry("TRAILER!!!", 0, b"")

    def _entry(self, path: str, mode: int, data: bytes) -> None:
        self._inode += 1
        name = path.encode() + b"\0"
        # inode, mode, uid, gid, links, mtime, size, device (2), special device (2), name, checksum
        numbers = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        head = b"070701" + b"".join(b"%08X" % number for number in numbers) + name
        self._stream.write(_padded(head) + _padded(data))


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
