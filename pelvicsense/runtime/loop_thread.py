"""A thread with an event loop of its own: the window's thread hands it calls and never waits."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Callable, Coroutine
from typing import Any

from pelvicsense.datatypes.errors import PelvicsenseError, error_line


class LoopThread:
    """Runs one coroutine to its end.

    Bluetooth needs a thread whose event loop is never held up, and on Windows one that no window
    lives in.

    Parameters
    ----------
    main
        Makes the coroutine, in the thread.
    failed
        Told in words what ended it, if an error did; in the thread.
    name
        Of the thread.
    """

    def __init__(
        self,
        main: Callable[[], Coroutine[Any, Any, None]],
        failed: Callable[[str], None],
        name: str,
    ) -> None:
        self._main = main
        self._failed = failed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        """Start the thread; returns when calls can be handed over."""
        self._thread.start()
        self._running.wait()

    def post(self, call: Callable[[], object]) -> None:
        """Let the loop make a call soon; after the end nothing happens."""
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(call)
        except RuntimeError:  # closed in the same moment
            return

    def cancel(self) -> None:
        """Cancel the coroutine: it ends in order, as soon as it can."""
        self.post(lambda: self._task.cancel() if self._task is not None else None)

    def ended(self, timeout_s: float = 0.0) -> bool:
        """Return whether the thread has ended, after waiting so long at most."""
        if self._thread.ident is not None:  # it was started
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    async def run(self) -> None:
        """Run in the caller's event loop instead of a thread; errors come out as they are."""
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._running.set()
        await self._main()

    def _run(self) -> None:
        try:
            asyncio.run(self.run())
        except asyncio.CancelledError:
            return  # ended by `cancel`
        except (PelvicsenseError, OSError) as error:
            self._failed(error_line(error))
        except Exception as error:
            traceback.print_exc()  # a bug keeps its traceback
            self._failed(f"a fault of this program ended the session: {error!r}; please report it")
        finally:
            self._loop = None
