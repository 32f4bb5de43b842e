"""How a user reaches a running log: signals, keys, and a named pipe."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.runtime.log import SessionLog
from pelvicsense.runtime.log_commands import KEYS, carry_out

Say = Callable[[str], None]
"""Shows a sentence."""

_NOTE_KEY = "n"
_ERASE = ("\x7f", "\b")


@contextmanager
def on_signals(actions: dict[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    """Let signals call ``actions`` in the running event loop, until the block is left."""
    loop = asyncio.get_running_loop()

    def act(number: int, frame: FrameType | None) -> None:
        del frame
        loop.call_soon_threadsafe(actions[signal.Signals(number)])

    before = {number: signal.signal(number, act) for number in actions}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def controls(log: SessionLog, pipe: Path | None, say: Say) -> Iterator[None]:
    """Let keys (where there is a terminal) and lines from ``pipe`` steer the log.

    Raises
    ------
    ConfigurationError
        If the pipe cannot be made, or is something else.
    """
    with ExitStack() as stack:
        if sys.platform != "win32":
            if sys.stdin.isatty():
                stack.enter_context(_keyboard(_Keys(log, say)))
            if pipe is not None:
                stack.enter_context(_pipe(pipe, lambda line: say(carry_out(log, line))))
        elif pipe is not None:
            msg = f"{pipe}: named pipes are not to be had on Windows; leave --control out"
            raise ConfigurationError(msg)
        yield


class _Keys:
    """Single keys, and a line for a note after ``n``."""

    def __init__(self, log: SessionLog, say: Say) -> None:
        self._log = log
        self._say = say
        self._note: str | None = None

    def press(self, key: str) -> None:
        if self._note is not None:
            self._type(key)
        elif key == _NOTE_KEY:
            self._note = ""
            self._say("note (Enter ends it): ")
        elif key in KEYS:
            self._say(carry_out(self._log, KEYS[key]))

    def _type(self, key: str) -> None:
        assert self._note is not None
        if key == "\n":
            if self._note.strip():
                self._say(carry_out(self._log, f"note {self._note}"))
            self._note = None
        else:
            self._note = self._note[:-1] if key in _ERASE else self._note + key


if sys.platform != "win32":
    import termios
    import tty

    @contextmanager
    def _keyboard(keys: _Keys) -> Iterator[None]:
        """Read the terminal key by key."""
        fd = sys.stdin.fileno()
        before = termios.tcgetattr(fd)
        loop = asyncio.get_running_loop()

        def read() -> None:
            data = os.read(fd, 64)
            if not data:  # the terminal went away; the log goes on
                loop.remove_reader(fd)
            for key in data.decode(errors="ignore").replace("\r", "\n"):
                keys.press(key)

        tty.setcbreak(fd)
        loop.add_reader(fd, read)
        try:
            yield
        finally:
            loop.remove_reader(fd)
            termios.tcsetattr(fd, termios.TCSADRAIN, before)

    @contextmanager
    def _pipe(path: Path, take: Callable[[str], None]) -> Iterator[None]:
        """Make a named pipe and take lines from it, from any number of writers."""
        try:
            if not path.exists():
                os.mkfifo(path, 0o600)
            if not path.is_fifo():
                msg = f"{path}: expected a named pipe or nothing, got a file; choose another name"
                raise ConfigurationError(msg)
            fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)  # for writing too: never at its end
        except OSError as error:
            msg = f"{path}: the pipe cannot be made ({error.strerror}); choose another place"
            raise ConfigurationError(msg) from error
        loop = asyncio.get_running_loop()
        pending = bytearray()

        def read() -> None:
            pending.extend(os.read(fd, 4096))
            *lines, rest = pending.split(b"\n")
            pending[:] = rest
            for line in lines:
                take(line.decode(errors="replace"))

        loop.add_reader(fd, read)
        try:
            yield
        finally:
            loop.remove_reader(fd)
            os.close(fd)
            path.unlink(missing_ok=True)
