"""An event loop whose clock jumps ahead whenever everything waits: scenarios faster than life.

Nothing on the simulated radio does real input or output, so a loop that would sleep until its next
timer may as well be there at once. While a worker thread (``asyncio.to_thread``) is busy the clock
stands still: a thread takes no time, and results do not depend on how fast the machine is. A thread
must therefore not wait for a timer of the loop.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

START_S = 1000.0
"""The clock's first reading; any positive number would do."""

T = TypeVar("T")
Args = TypeVarTuple("Args")


def loop_clock_ns() -> int:
    """Return the running loop's clock, ns: a host clock that is right in real and in virtual time.

    Raises
    ------
    RuntimeError
        If called outside an event loop, a worker thread for instance.
    """
    return round(asyncio.get_running_loop().time() * 1e9)


def run_fast(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, as ``asyncio.run`` does, in virtual time.

    Raises
    ------
    StandstillError
        If every task waits and nothing can ever wake one.
    """
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


class StandstillError(RuntimeError):
    """Every task waits, no timer is set and no thread works: in real time this would hang."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop on which waiting takes no time."""

    def __init__(self) -> None:
        self._now_s = START_S
        self._threads = 0
        super().__init__(_JumpingSelector(self._jump, lambda: self._threads > 0))

    def time(self) -> float:
        """Virtual time, s."""
        return self._now_s

    def _jump(self, duration_s: float) -> None:
        self._now_s += duration_s

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Args], T], *args: *Args
    ) -> asyncio.Future[T]:
        """Run ``func`` in a thread; the clock stands still until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self._threads += 1
        future.add_done_callback(self._thread_done)
        return future

    async def shutdown_default_executor(self, *args: Any) -> None:
        """Wait for the threads' end."""
        self._threads += 1
        try:
            await super().shutdown_default_executor(*args)
        finally:
            self._threads -= 1

    def _thread_done(self, _: asyncio.Future[Any]) -> None:
        self._threads -= 1


class _JumpingSelector(selectors.DefaultSelector):
    """Reports what is ready now; where nothing is, lets time jump instead of sleeping."""

    def __init__(self, jump: Callable[[float], None], threads_work: Callable[[], bool]) -> None:
        super().__init__()
        self._jump = jump
        self._threads_work = threads_work

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0.0)
        if ready or (timeout is not None and timeout <= 0.0):
            return ready
        if self._threads_work():
            return super().select(None)  # its end wakes us through the loop's own socket
        if timeout is None:
            msg = "every task waits, no timer is set and no thread works"
            raise StandstillError(msg)
        self._jump(timeout)
        return ready
