"""``pelvicsense log`` as a user runs it: a program of its own, on the machine's Bluetooth."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sysconfig
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

from bluez.machine import Machine

from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import MarkKind
from pelvicsense.recording.marks import read_marks
from pelvicsense.recording.session import find_sessions

Status: TypeAlias = dict[str, Any]
"""A line of ``--status-json``."""

_WAIT_S = 120.0


class Logger:
    """A running ``pelvicsense log``.

    Attributes
    ----------
    status
        Its newest status; empty before the first.
    said
        What it told the user.
    """

    def __init__(self, process: asyncio.subprocess.Process, out: Path) -> None:
        self.status: Status = {}
        self.said = ""
        self._process = process
        self._out = out
        self._changed = asyncio.Event()
        self._readers = (
            asyncio.create_task(self._read_status()),
            asyncio.create_task(self._read_said()),
        )

    async def until(self, holds: Callable[[Status], bool]) -> None:
        """Wait for a status."""
        try:
            async with asyncio.timeout(_WAIT_S):
                while not (self.status and holds(self.status)):
                    assert self._process.returncode is None, f"it ended: {self.said}"
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"not within {_WAIT_S:.0f} s: {self.status} {self.said}") from None

    async def until_streaming(self, samples: int) -> None:
        """Wait until all sensors stream and each has sent so many samples more than now."""
        before = {name: sensor["samples"] for name, sensor in self._sensors().items()}
        await self.until(
            lambda status: all(
                sensor["state"] == "streaming"
                and sensor["samples"] >= before.get(name, 0) + samples
                for name, sensor in status["sensors"].items()
            )
        )

    async def until_marked(self, kind: MarkKind, *sensors: Placement, times: int = 1) -> None:
        """Wait until the session says this so often of each of these sensors."""
        async with asyncio.timeout(_WAIT_S):
            while any(self._marked(kind, sensor) < times for sensor in sensors):
                await asyncio.sleep(0.1)

    def _marked(self, kind: MarkKind, sensor: Placement) -> int:
        (folder,) = find_sessions(self._out)
        return sum(
            placed.mark.kind is kind and placed.mark.sensor is sensor
            for placed in read_marks(folder)
        )

    async def stop(self) -> None:
        """Press Ctrl-C, and wait for a good end."""
        self._process.send_signal(signal.SIGINT)
        assert await self.ended() == 0, self.said

    async def ended(self) -> int:
        """Wait for its end; return its exit status."""
        async with asyncio.timeout(_WAIT_S):
            await asyncio.gather(*self._readers)
            return await self._process.wait()

    def kill(self) -> None:
        """End it at once, where it has not ended."""
        if self._process.returncode is None:
            self._process.kill()

    def _sensors(self) -> Mapping[str, Any]:
        return self.status["sensors"] if self.status else {}

    async def _read_status(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.status = json.loads(line)
            self._changed.set()
        await self._process.wait()
        self._changed.set()

    async def _read_said(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self.said += line.decode()


@asynccontextmanager
async def logging(machine: Machine, folder: Path, *options: str) -> AsyncIterator[Logger]:
    """Run ``pelvicsense log`` with these options; sessions and settings go to ``folder``."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sysconfig.get_path("scripts"), "pelvicsense")), "log",
        "--out", str(folder), "--status-json", "--keep-packets", *options,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(machine, folder),
    )  # fmt: skip
    logger = Logger(process, folder)
    try:
        yield logger
    finally:
        logger.kill()
        await logger.ended()


def _environment(machine: Machine, folder: Path) -> dict[str, str]:
    settings = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("CONFIG", "STATE")}
    return {**os.environ, **settings, **machine.bus_environment}
