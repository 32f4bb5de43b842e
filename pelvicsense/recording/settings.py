"""The keys of a manifest that a user may set, and how their values are written as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from pelvicsense.datatypes.errors import ConfigurationError


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        msg = "no offset from UTC"
        raise ValueError(msg)
    return moment


def _windows(text: str) -> list[list[float]] | list[float]:
    pairs = [[float(number) for number in pair.split(",")] for pair in text.split(";")]
    return pairs[0] if len(pairs) == 1 else pairs


SETTINGS: Mapping[str, tuple[Callable[[str], object], str]] = MappingProxyType(
    {
        "subject": (str, "a code"),
        "activity": (str, "walk, run, stairs, exercise, mixed or unknown"),
        "speed_mps": (float, "a number of m/s"),
        "person.height_m": (float, "a number of metres"),
        "person.leg_length_m": (float, "a number of metres"),
        "started_at": (_moment, "a date and time with offset, such as 2026-11-22T10:15:00+00:00"),
        "calibration.still": (_windows, "start,end in seconds, several joined by ;"),
    }
)
"""How each value is read, and what it should look like; the manifest checks its range."""


def parse_settings(settings: Mapping[str, str]) -> dict[str, object]:
    """Turn texts into the values of a manifest.

    Raises
    ------
    ConfigurationError
        If a key is none of `SETTINGS` or its value cannot be read.
    """
    return {key: _parse(key, text) for key, text in settings.items()}


def _parse(key: str, text: str) -> object:
    if key not in SETTINGS:
        msg = f"setting {key!r} does not exist; expected one of {', '.join(SETTINGS)}"
        raise ConfigurationError(msg)
    read, expected = SETTINGS[key]
    try:
        return read(text)
    except ValueError as error:
        msg = f"setting {key}: expected {expected}, got {text!r}"
        raise ConfigurationError(msg) from error
