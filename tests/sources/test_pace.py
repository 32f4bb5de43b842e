"""At once where nothing was before, else a period after the last one."""

from __future__ import annotations

import asyncio

import pytest

from pelvicsense.sources.pace import Pace
from pelvicsense.virtual.virtual_time import START_S, run_fast


def test_it_waits_only_where_the_last_time_is_too_near() -> None:
    async def times() -> list[float]:
        loop, pace, seen = asyncio.get_running_loop(), Pace(0.05), []
        for busy_s in (0.0, 0.0, 0.02, 0.2, 0.0):
            await asyncio.sleep(busy_s)
            await pace.wait()
            seen.append(loop.time() - START_S)
        return seen

    assert run_fast(times()) == pytest.approx([0.0, 0.05, 0.10, 0.30, 0.35])
