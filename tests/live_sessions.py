"""A live session with a window's eyes and hands, on a simulated radio, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from shipped import PROFILES

from pelvicsense.dashboard.view_model import ViewModel
from pelvicsense.dashboard.view_state import Page, View
from pelvicsense.datatypes.placement import Placement
from pelvicsense.profiles.schema import Profile
from pelvicsense.runtime.live import LiveOptions, LiveWorker
from pelvicsense.runtime.log import LogOptions
from pelvicsense.sinks.sound import Player, Sound
from pelvicsense.sources.ble.radio import Radio
from pelvicsense.sources.ble.worn import WornSensor
from pelvicsense.virtual.models import make_model
from pelvicsense.virtual.radio import VirtualRadio, virtual_person
from pelvicsense.virtual.virtual_time import loop_clock_ns, run_fast


@dataclass(frozen=True, slots=True)
class Air:
    """The simulated radio as the worker wants it."""

    radio: Radio
    profiles: tuple[Profile, ...]
    worn: tuple[WornSensor, ...]


class Mute:
    """An audio device that nobody hears."""

    def start(self, callback_generator: Player) -> None:
        self.player = callback_generator

    def close(self) -> None:
        pass


class Window:
    """Sees views and gives commands; what it looks at it looks at thirty times a second."""

    def __init__(
        self, worker: LiveWorker, running: asyncio.Task[None], virtual: VirtualRadio, out: Path
    ) -> None:
        self.worker = worker
        self.running = running
        self.closing = False
        """The end of the worker is wanted."""
        self.virtual = virtual
        self.out = out
        self.model = ViewModel(worker.buffer)
        self.pages: list[Page] = []

    def look(self) -> View:
        view = self.model.view()
        if self.pages[-1:] != [view.page]:
            self.pages.append(view.page)
        return view

    async def until(self, seen: Callable[[View], object], timeout_s: float = 60.0) -> View:
        """Look until something is seen."""
        view = self.look()
        async with asyncio.timeout(timeout_s):
            while not seen(view):
                await asyncio.sleep(1 / 30)
                view = self.look()
        return view

    async def to_recording(self, swapped: bool = False) -> None:
        """Find the sensors, choose who is where, connect, start."""
        await self.until(lambda view: len(view.ready.sensors) == len(Placement))
        places = dict(zip(Placement, Placement, strict=True))
        if swapped:
            places[Placement.THIGH_LEFT] = Placement.THIGH_RIGHT
            places[Placement.THIGH_RIGHT] = Placement.THIGH_LEFT
        for sensor, place in places.items():
            self.worker.place(self.virtual.address(sensor), place)
        await self.until(lambda view: view.ready.can_connect)
        self.worker.connect()
        await self.until(lambda view: view.ready.can_start)
        self.worker.start()
        await self.until(lambda view: view.page is Page.CALIBRATE)

    async def to_session(self) -> View:
        """Go on until the calibration is accepted."""
        await self.to_recording()
        return await self.until(lambda view: view.page is Page.SESSION)

    async def to_summary(self) -> View:
        """Stop and wait for the summary."""
        self.worker.stop()
        return await self.until(
            lambda view: view.page is Page.SUMMARY and not view.summary.working, timeout_s=600.0
        )


Story = Callable[[Window], Awaitable[None]]


def live(
    story: Story,
    out: Path,
    *,
    activity: str = "walk",
    seconds: float = 60.0,
    log: LogOptions | None = None,
    worn: bool = False,
    repeat: bool = False,
) -> None:
    """Let a story happen to a live session, then close the window and wait until all has ended."""
    models = {place: make_model("imu6-open", place.value[-4:]) for place in Placement}
    virtual = virtual_person(activity, seconds, models, 41, repeat=repeat)
    run_fast(_live(story, out, virtual, log or LogOptions(out=out, subject="P01"), worn))


async def _live(
    story: Story, out: Path, virtual: VirtualRadio, log: LogOptions, worn: bool
) -> None:
    @asynccontextmanager
    async def open_air() -> AsyncIterator[Air]:
        async with virtual:
            radio = Radio(
                client_backend=virtual.client_backend,
                scanner_backend=virtual.scanner_backend,
                clock_ns=loop_clock_ns,
            )
            known = [
                WornSensor(placement=place, name=virtual.address(place)) for place in Placement
            ]
            yield Air(radio, tuple(PROFILES.values()), tuple(known) if worn else ())

    worker = LiveWorker(
        LiveOptions(
            open_air=open_air,
            log=log,
            open_sound=lambda: Sound(Mute),
            choices=out / "choices.toml",
        )
    )
    running = asyncio.create_task(worker.run())
    while not hasattr(virtual, "faults"):
        await asyncio.sleep(0.01)
    try:
        window = Window(worker, running, virtual, out)
        telling = asyncio.create_task(story(window))
        await asyncio.wait([telling, running], return_when=asyncio.FIRST_COMPLETED)
        if running.done() and not window.closing:
            telling.cancel()
            running.result()  # the worker failed: say so
        await telling
    finally:
        worker.close()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(running, 60.0)
