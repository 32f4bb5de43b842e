"""Doing something as soon as there is reason to, but not too often."""

from __future__ import annotations

import asyncio


class Pace:
    """Waits only as long as the last time is too near.

    Parameters
    ----------
    period_s
        Least time from one to the next.
    """

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self._due_s = 0.0

    async def wait(self) -> None:
        """Return at once where the last return is a period ago, or else when it is."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._due_s - loop.time()))
        self._due_s = loop.time() + self._period_s
