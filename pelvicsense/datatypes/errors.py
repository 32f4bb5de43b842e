"""Errors a user may meet, each with a message that says what, where and what to do.

::

    PelvicsenseError
    ├── RecordingError     a session folder, or a file in it, cannot be used
    ├── ConfigurationError a parameter or an option is out of its range
    └── FilterRefusedError an orientation filter that failed our frame or sign checks

The command line prints the message and exits with status 1; everything else is a bug and keeps
its traceback.
"""

from __future__ import annotations

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


class ConfigurationError(PelvicsenseError):
    """A parameter or an option is out of its range, or two of them contradict."""


class FilterRefusedError(ConfigurationError):
    """An orientation filter that exists but whose results cannot be trusted."""


def error_line(error: PelvicsenseError | OSError) -> str:
    """Return an error as one line."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)
