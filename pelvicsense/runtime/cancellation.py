"""A cancellation that a library swallowed on its way up is taken up again."""

from __future__ import annotations

import asyncio


def heed_cancellation() -> None:
    """Raise what the current task was told already: ``wait_for`` of Python 3.11 may swallow it.

    Raises
    ------
    asyncio.CancelledError
        If the current task has been cancelled.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
