"""Typed look-ups in a TOML text that a person wrote, which collect every fault.

After a fault a look-up returns something of the right type, so that reading can go on; what was
read is used only if there were no faults.
"""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeGuard, TypeVar

from pelvicsense.datatypes.errors import ProfileError, TomlError, TomlFault
from pelvicsense.profiles.byte_text import EXPECTED, ByteText, parse_bytes
from pelvicsense.profiles.toml_lines import KeyPath, key_lines, shown

E = TypeVar("E", bound=StrEnum)

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Document:
    """A TOML text, the lines of its keys, and the faults found so far.

    Parameters
    ----------
    text, origin
        The text, and where it is from.
    error
        What is raised.

    Raises
    ------
    TomlError
        If the text is not TOML at all.
    """

    def __init__(self, text: str, origin: str, error: type[TomlError] = ProfileError) -> None:
        self.origin = origin
        self._error = error
        try:
            self.values: dict[str, object] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as fault:
            place = re.search(r"\(at line (\d+), .*\)|\(at end of document\)", str(fault))
            last = text.count("\n") + 1
            line = int(place[1]) if place and place[1] else last
            problem = f"not TOML: {fault}; correct the line"
            raise error(origin, [TomlFault(line, "", problem)]) from fault
        self._lines = key_lines(text)
        self._faults: dict[TomlFault, None] = {}

    def root(self) -> Table:
        """Return the top level."""
        return Table(self, self.values, ())

    def overlaid(self, index: int) -> Table:
        """Return the top level with variant ``index`` laid over it."""
        variants = self.values["variants"]
        assert isinstance(variants, list)
        return Table(self, _overlay(self.values, variants[index]), (), ("variants", index))

    def line(self, path: KeyPath, overlay: KeyPath = ()) -> tuple[int, KeyPath]:
        """Return the line of a key, or of the nearest table around it, and the key's full path."""
        for end in range(len(path), -1, -1):
            for root in (overlay, ()):
                place = (*root, *path[:end])
                if place in self._lines:
                    return self._lines[place], (*root, *path)
        return 1, path

    def fault(self, path: KeyPath, problem: str, overlay: KeyPath = ()) -> None:
        """Note a fault."""
        line, full = self.line(path, overlay)
        self._faults[TomlFault(line, shown(full), problem)] = None

    def raise_faults(self) -> None:
        """Raise what was found, if anything was."""
        if self._faults:
            raise self._error(self.origin, sorted(self._faults, key=lambda f: (f.line, f.key)))


def _overlay(base: Mapping[str, object], over: object) -> dict[str, object]:
    """Return ``base`` with the keys of ``over``; tables are merged, all else is replaced."""
    merged = dict(base)
    for key, value in over.items() if isinstance(over, dict) else ():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = _overlay(below, value) if both and isinstance(below, dict) else value
    return merged


class Table:
    """One table; remembers which of its keys were asked for."""

    def __init__(
        self, document: Document, values: Mapping[str, object], path: KeyPath, overlay: KeyPath = ()
    ) -> None:
        self.document = document
        self.values = values
        self.path = path
        self._overlay_path = overlay
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.values

    @property
    def line(self) -> int:
        """Line on which the table begins."""
        return self.document.line(self.path, self._overlay_path)[0]

    def fault(self, key: str | int | None, problem: str) -> None:
        """Note a fault of a key, or of the table itself."""
        path = self.path if key is None else (*self.path, key)
        self.document.fault(path, problem, self._overlay_path)

    def expected(self, key: str, what: str) -> None:
        """Note that a key should have been something else."""
        got = repr(self.values[key]) if key in self.values else "nothing"
        self.fault(key, f"expected {what}, got {got}")

    def close(self, *elsewhere: str) -> None:
        """Note every key that nobody asked for; ``elsewhere`` are read by others."""
        known = self._asked | set(elsewhere)
        for key in self.values:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = (
                    f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(sorted(known))
                )
                self.fault(key, f"unknown key; {hint}")

    def get(self, key: str) -> object:
        """Return a value as it is; none where there is none."""
        self._asked.add(key)
        return self.values.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            self.expected(key, "a text in quotes")
            return ""
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; an absent one is empty."""
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.expected(key, "a list of texts in quotes")
            return ()
        return tuple(value)

    def word(self, key: str, words: type[E], default: E | None = None) -> E:
        """Return a member of an enumeration of words."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or value not in set(words):
            self.expected(key, "one of " + ", ".join(words))
            return next(iter(words))
        return words(value)

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.expected(key, "true or false")
            return default
        return value

    def number(self, key: str, default: float | None = None, least: float = -math.inf) -> float:
        """Return a finite number above ``least``."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        if not is_number(value) or not value > least:
            bound = "" if math.isinf(least) else f" above {least:g}"
            self.expected(key, f"a number{bound}")
            return 1.0
        return float(value)

    def integer(self, key: str, lowest: int, highest: int, default: int | None = None) -> int:
        """Return a whole number within the limits."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            self.expected(key, f"a whole number from {lowest} to {highest}")
            return lowest
        return value

    def template(self, key: str) -> ByteText:
        """Return bytes with places to fill in."""
        value = self.get(key)
        if not isinstance(value, str):
            self.expected(key, EXPECTED)
            return ByteText(())
        try:
            return parse_bytes(value)
        except ValueError as error:
            self.fault(key, str(error))
            return ByteText(())

    def data(self, key: str, default: bytes | None = None) -> bytes:
        """Return bytes without places to fill in; at least one unless there is a default."""
        if key not in self.values and default is not None:
            self._asked.add(key)
            return default
        template = self.template(key)
        if template.names:
            self.fault(key, "expected bytes without {…} here")
            return b""
        return template.fill({})

    def table(self, key: str) -> Table:
        """Return a table inside this one; an absent one is empty."""
        value = self.get(key)
        if value is not None and not isinstance(value, dict):
            self.expected(key, "a table")
        inner = value if isinstance(value, dict) else {}
        return Table(self.document, inner, (*self.path, key), self._overlay_path)

    def tables(self, key: str) -> list[Table]:
        """Return a list of tables; an absent one is empty."""
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.expected(key, "a list of tables")
            return []
        path = (*self.path, key)
        return [
            Table(self.document, item, (*path, i), self._overlay_path)
            for i, item in enumerate(value)
        ]

    def uuid(self, key: str | int, value: object) -> str:
        """Return a UUID after checking that it is one, with its 128 bits."""
        if isinstance(value, str) and _UUID.fullmatch(value.lower()):
            return value.lower()
        hint = (
            "; a 16-bit UUID abcd is 0000abcd-0000-1000-8000-00805f9b34fb if the device uses the "
            "standard base: look, some do not"
        )
        problem = "expected a UUID of 128 bits such as 15172003-4947-11e9-8646-d663bd873d93"
        self.fault(key, f"{problem}, got {value!r}{hint if len(str(value)) <= 6 else ''}")
        return ""


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
