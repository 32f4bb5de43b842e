"""Time jumps where everything waits, stands still where a thread works, and tells of standstill."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pelvicsense.virtual.virtual_time import StandstillError, loop_clock_ns, run_fast


def test_sleeping_an_hour_moves_the_clock_by_an_hour() -> None:
    async def story() -> int:
        before = loop_clock_ns()
        await asyncio.sleep(3600.0)
        return loop_clock_ns() - before

    assert run_fast(story()) == 3600 * 10**9


def test_timers_fire_in_order() -> None:
    async def story() -> list[float]:
        order: list[float] = []

        async def note(delay_s: float) -> None:
            await asyncio.sleep(delay_s)
            order.append(delay_s)

        await asyncio.gather(*(note(delay_s) for delay_s in (3.0, 0.5, 2.0, 0.001)))
        return order

    assert run_fast(story()) == [0.001, 0.5, 2.0, 3.0]


def test_a_timeout_ends_a_wait() -> None:
    async def story() -> None:
        async with asyncio.timeout(5.0):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        run_fast(story())


def test_a_working_thread_stops_the_clock() -> None:
    """The timer would be due at once, were time to jump while the thread waits for us."""

    async def story() -> tuple[int, bool]:
        gate = threading.Event()
        fired = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.call_later(1.0, fired.set)
        before = loop_clock_ns()
        work = asyncio.create_task(asyncio.to_thread(gate.wait, 10.0))
        for _ in range(20):
            await asyncio.sleep(0)
        threading.Timer(0.05, gate.set).start()
        assert await work
        return loop_clock_ns() - before, fired.is_set()

    assert run_fast(story()) == (0, False)


def test_standstill_is_an_error_not_a_hang() -> None:
    async def story() -> None:
        await asyncio.Event().wait()

    with pytest.raises(StandstillError, match="every task waits"):
        run_fast(story())


def test_the_clock_is_the_loop_s_in_real_time_too() -> None:
    async def story() -> tuple[float, int, float]:
        loop = asyncio.get_running_loop()
        return loop.time(), loop_clock_ns(), loop.time()

    before_s, now_ns, after_s = asyncio.run(story())
    assert before_s - 1e-6 <= now_ns / 1e9 <= after_s + 1e-6
