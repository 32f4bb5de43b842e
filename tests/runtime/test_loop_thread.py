"""A thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pelvicsense.datatypes.errors import RadioError
from pelvicsense.runtime.loop_thread import LoopThread


def test_calls_are_made_in_the_threads_loop() -> None:
    seen: list[str] = []
    done = asyncio.Event()

    async def main() -> None:
        await done.wait()

    thread = LoopThread(main, seen.append, "worker")
    assert thread.ended()  # never started
    thread.start()
    thread.post(lambda: seen.append(threading.current_thread().name))
    assert not thread.ended()
    thread.post(done.set)
    assert thread.ended(10.0)
    assert seen == ["worker"]
    thread.post(lambda: seen.append("too late"))
    assert seen == ["worker"]


def test_cancelled_it_ends_in_order() -> None:
    seen: list[str] = []

    async def main() -> None:
        try:
            await asyncio.sleep(3600.0)
        finally:
            seen.append("tidied up")

    thread = LoopThread(main, seen.append, "worker")
    thread.start()
    thread.cancel()
    assert thread.ended(10.0)
    assert seen == ["tidied up"]


def test_an_error_comes_out_in_words() -> None:
    seen: list[str] = []

    async def main() -> None:
        raise RadioError("Bluetooth is switched off; switch it on")

    thread = LoopThread(main, seen.append, "worker")
    thread.start()
    assert thread.ended(10.0)
    assert seen == ["Bluetooth is switched off; switch it on"]


def test_a_bug_keeps_its_traceback_and_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []

    async def main() -> None:
        raise ZeroDivisionError("oh")

    thread = LoopThread(main, seen.append, "worker")
    thread.start()
    assert thread.ended(10.0)
    assert "ZeroDivisionError('oh')" in seen[0]
    assert "Traceback" in capsys.readouterr().err
