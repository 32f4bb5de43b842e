"""Typed look-ups in a TOML table; errors name file, key, what was expected and what was got."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NoReturn, TypeGuard, TypeVar

from pelvicsense.datatypes.errors import RecordingError

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class TomlTable:
    """One table of a TOML file.

    Parameters
    ----------
    path
        The file, for messages.
    values
        The table as ``tomllib`` gives it.
    name
        Dotted name of the table; empty for the top level.
    """

    def __init__(self, path: Path, values: Mapping[str, object], name: str = "") -> None:
        self.path = path
        self.values = values
        self.name = name

    def refuse(self, key: str, expected: str) -> NoReturn:
        """Raise the error that says what ``key`` should have been."""
        full = f"{self.name}.{key}" if self.name else key
        got = repr(self.values[key]) if key in self.values else "nothing"
        raise RecordingError(self.path, f"{full}: expected {expected}, got {got}; correct the file")

    def optional(self, key: str, read: Callable[[str], T]) -> T | None:
        """Return ``read(key)`` where the key is there, else none."""
        return read(key) if key in self.values else None

    def table(self, key: str) -> TomlTable:
        """Return a table inside this one; an absent one is empty."""
        inner = self.values.get(key, {})
        if not isinstance(inner, dict):
            self.refuse(key, "a table")
        return TomlTable(self.path, inner, f"{self.name}.{key}" if self.name else key)

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self.values.get(key)
        if not isinstance(value, str) or not value:
            self.refuse(key, "a text in quotes")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.values.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(key, "a list of texts in quotes")
        return tuple(value)

    def word(self, key: str, words: type[E]) -> E:
        """Return a member of an enumeration of words."""
        value = self.values.get(key)
        if not isinstance(value, str) or value not in set(words):
            self.refuse(key, "one of " + ", ".join(words))
        return words(value)

    def number(self, key: str) -> float:
        """Return a finite number."""
        value = self.values.get(key)
        if not _is_number(value):
            self.refuse(key, "a number")
        return float(value)

    def positive(self, key: str) -> float:
        """Return a finite number above zero."""
        value = self.values.get(key)
        if not _is_number(value) or not value > 0:
            self.refuse(key, "a number above 0")
        return float(value)

    def integer(self, key: str, lowest: int, highest: int) -> int:
        """Return a whole number within the limits."""
        value = self.values.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            self.refuse(key, f"a whole number from {lowest} to {highest}")
        return value

    def moment(self, key: str) -> datetime:
        """Return a date and time with its offset from UTC."""
        value = self.values.get(key)
        if not isinstance(value, datetime) or value.tzinfo is None:
            self.refuse(key, "a date and time with offset, such as 2026-11-22T10:15:00+00:00")
        return value

    def windows(self, key: str) -> tuple[tuple[float, float], ...]:
        """Return windows ``[start, end]``: one pair, or a list of pairs; 0 ≤ start < end."""
        value = self.values.get(key)
        pairs = [value] if isinstance(value, list) and all(map(_is_number, value)) else value
        if not isinstance(pairs, list) or not all(map(_is_window, pairs)):
            self.refuse(key, "[start, end] in seconds with 0 <= start < end, or a list of such")
        return tuple((float(start), float(end)) for start, end in pairs)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_window(value: object) -> bool:
    if not isinstance(value, Sequence) or len(value) != 2 or not all(map(_is_number, value)):
        return False
    return bool(0 <= value[0] < value[1])
