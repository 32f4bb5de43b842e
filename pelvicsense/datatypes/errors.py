"""Errors a user may meet, each with a message that says what, where and what to do.

::

    PelvicsenseError
    ├── RecordingError     a session folder, or a file in it, cannot be used
    ├── RadioError         Bluetooth, or a sensor on it, does not do what is needed
    ├── ConfigurationError a parameter or an option is out of its range
    ├── FilterRefusedError an orientation filter that failed our frame or sign checks
    └── TomlError          a text that a person wrote says something wrong, or not enough
        ├── ProfileError   … a firmware profile
        └── PlanError      … a retraining plan

The command line prints the message and exits with status 1; everything else is a bug and keeps
its traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class PelvicsenseError(Exception):
    """Base of every error that is the input's fault and not the program's."""


class RecordingError(PelvicsenseError):
    """A session folder, or a file in it, cannot be used.

    Parameters
    ----------
    path
        The file or folder at fault.
    problem
        One sentence: what is wrong, expected and got, what to do.
    line
        One-based line in the file, where there is one.
    """

    def __init__(self, path: Path, problem: str, line: int | None = None) -> None:
        where = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{where}: {problem}")
        self.path = path
        self.line = line


class RadioError(PelvicsenseError):
    """Bluetooth is not to be had, or a sensor cannot be found, reached or started."""


class ConfigurationError(PelvicsenseError):
    """A parameter or an option is out of its range, or two of them contradict."""


class FilterRefusedError(ConfigurationError):
    """An orientation filter that exists but whose results cannot be trusted."""


@dataclass(frozen=True, slots=True)
class TomlFault:
    """One thing that is wrong with a TOML text.

    Attributes
    ----------
    line
        One-based line in the text.
    key
        Where in the text, such as ``packets[0].fields[2].type``; empty for the whole of it.
    problem
        One sentence: expected, got, what to do.
    """

    line: int
    key: str
    problem: str

    def __str__(self) -> str:
        return (
            f"{self.line}: {self.key}: {self.problem}"
            if self.key
            else f"{self.line}: {self.problem}"
        )


class TomlError(PelvicsenseError):
    """A TOML text that a person wrote says something wrong, or not enough.

    Parameters
    ----------
    origin
        The file, or where else the text is from.
    faults
        Everything that is wrong, in the order of the lines; at least one.
    """

    all_shown_by = ""
    """The command that shows all faults."""

    def __init__(self, origin: str, faults: Sequence[TomlFault]) -> None:
        more = len(faults) - 1
        rest = f" (and {more} more: run `{self.all_shown_by}`)" if more else ""
        super().__init__(f"{origin}:{faults[0]}{rest}")
        self.origin = origin
        self.faults = tuple(faults)


class ProfileError(TomlError):
    """A firmware profile says something wrong, or not enough."""

    all_shown_by = "pelvicsense profiles check"


class PlanError(TomlError):
    """A retraining plan says something wrong, or not enough."""

    all_shown_by = "pelvicsense plan SUBJECT"


def error_line(error: PelvicsenseError | OSError) -> str:
    """Return an error as one line."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)
