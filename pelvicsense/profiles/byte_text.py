"""Bytes as a profile writes them: ``FF AA 03 {rate} 00`` or ``01 63 "/Meas/IMU6/" {rate} 00``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_TOKEN = re.compile(r'\s*(?:\{(?P<name>[a-z][a-z0-9_]*)\}|"(?P<text>[^"]*)"|(?P<hex>[0-9A-Fa-f]+))')

EXPECTED = 'bytes such as "FF AA 03 00": hex digits in pairs, "text" in double quotes, {name}'
"""What a text of bytes looks like, for messages."""


@dataclass(frozen=True, slots=True)
class ByteText:
    """Bytes with places to fill in; a part is either bytes or the name of a place."""

    parts: tuple[bytes | str, ...]

    @property
    def names(self) -> frozenset[str]:
        """The places to fill in."""
        return frozenset(part for part in self.parts if isinstance(part, str))

    def fill(self, known: Mapping[str, bytes]) -> bytes:
        """Return the bytes with every place filled in; ``known`` must have them all."""
        return b"".join(known[part] if isinstance(part, str) else part for part in self.parts)

    def __str__(self) -> str:
        shown = (f"{{{p}}}" if isinstance(p, str) else p.hex(" ").upper() for p in self.parts)
        return " ".join(shown)


def parse_bytes(text: str) -> ByteText:
    """Read bytes as a profile writes them.

    Raises
    ------
    ValueError
        If the text is none; the message says where it stops making sense.
    """
    parts: list[bytes | str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or len(token["hex"] or "") % 2:
            msg = f"expected {EXPECTED}; got {text[at:].strip()!r}"
            raise ValueError(msg)
        if token["name"] is not None:
            parts.append(token["name"])
        elif token["text"] is not None:
            parts.append(token["text"].encode())
        else:
            parts.append(bytes.fromhex(token["hex"]))
        at = token.end()
    return ByteText(_joined(parts))


def _joined(parts: list[bytes | str]) -> tuple[bytes | str, ...]:
    """Join neighbouring bytes."""
    joined: list[bytes | str] = []
    for part in parts:
        if joined and isinstance(part, bytes) and isinstance(joined[-1], bytes):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)
