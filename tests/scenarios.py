"""A walk logged from virtual sensors in virtual time: what was done to it, and what came of it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from shipped import PROFILES
from streams import joined, of_kind

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, StreamInput
from pelvicsense.decoding.decoder import DecodeCounters
from pelvicsense.pipeline.pipeline import Output
from pelvicsense.recording.session import open_session
from pelvicsense.runtime.analyze import analyze
from pelvicsense.runtime.log import Listeners, LogOptions, SessionLog
from pelvicsense.runtime.result import SessionResult
from pelvicsense.sinks.recorder import wall_time
from pelvicsense.sources.ble.link_state import LinkTimes
from pelvicsense.sources.ble.radio import Radio
from pelvicsense.sources.ble.source import BleSource
from pelvicsense.sources.ble.worn import WornSensor
from pelvicsense.sources.replay import ReplaySource
from pelvicsense.virtual.air import SUPERVISION_S
from pelvicsense.virtual.feed import Feed, Person
from pelvicsense.virtual.gatt import Notification, SensorModel
from pelvicsense.virtual.models import make_model
from pelvicsense.virtual.people import simulated_person
from pelvicsense.virtual.peripheral import PeripheralConfig
from pelvicsense.virtual.radio import VirtualRadio
from pelvicsense.virtual.virtual_time import loop_clock_ns, run_fast

SEED = 3
NEVER_S = 1e9
"""Supervision of a link whose loss nobody ever reports."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a virtual sensor took, row by row: true host time, device time, signals."""

    true_ns: IntArray
    device_s: FloatArray
    acc: FloatArray
    gyr: FloatArray


class OverheardModel:
    """A model that keeps what is written to it and what it samples."""

    def __init__(self, model: SensorModel) -> None:
        self.model = model
        self.written: list[tuple[str, bytes]] = []
        self.sampled: list[tuple[float, FloatArray, FloatArray]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self.model, name)

    def write(self, uuid: str, data: bytes) -> list[Notification]:
        self.written.append((uuid, data))
        return self.model.write(uuid, data)

    def sample(
        self, index: int, device_time_s: float, acc: FloatArray, gyr: FloatArray
    ) -> list[Notification]:
        self.sampled.append((device_time_s, acc, gyr))
        return self.model.sample(index, device_time_s, acc, gyr)


@dataclass(slots=True, kw_only=True, eq=False)
class WatchedPerson(Person):
    """A person whose sensors' true sampling times are kept."""

    true_s: dict[Placement, list[FloatArray]] = field(default_factory=dict)

    def feed(self, placement: Placement) -> Feed:
        return _WatchedFeed(self, placement, self.true_s.setdefault(placement, []))


class _WatchedFeed(Feed):
    def __init__(self, person: Person, placement: Placement, true_s: list[FloatArray]) -> None:
        super().__init__(person, placement)
        self._true_s = true_s

    def measure(self, loop_s: FloatArray, rate_hz: float) -> tuple[FloatArray, FloatArray]:
        self._true_s.append(loop_s)
        return Feed.measure(self, loop_s, rate_hz)


class Scene:
    """The radio, the sensors and the log, for a scenario to play with."""

    def __init__(
        self, air: VirtualRadio, models: Mapping[Placement, OverheardModel], source: BleSource
    ) -> None:
        self.air = air
        self.faults = air.faults
        self.models = models
        self.source = source
        self.log: SessionLog
        self.told: Callable[[str], None] = lambda sentence: None

    def address(self, placement: Placement) -> str:
        return self.air.sensors[placement].address

    def state(self, placement: Placement) -> str:
        return self.source.links[placement].state.value

    async def at(self, person_s: float) -> None:
        """Wait for a moment of the person's time."""
        while self.air.person.started_s is None:
            await asyncio.sleep(0.01)
        due_s = self.air.person.started_s + person_s
        await asyncio.sleep(due_s - asyncio.get_running_loop().time())

    async def until(self, condition: Callable[[], bool], timeout_s: float = 20.0) -> float:
        """Wait until something holds; return how long that took."""
        start_s = asyncio.get_running_loop().time()
        async with asyncio.timeout(timeout_s):
            while not condition():
                await asyncio.sleep(0.01)
        return asyncio.get_running_loop().time() - start_s


Story = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)  # asyncio composes its text
class Played:
    """A logged session, its analysis, and what nobody but the simulation knows."""

    result: SessionResult
    live: Sequence[Output]
    inputs: Sequence[StreamInput]
    measured: Mapping[Placement, Measured]
    counters: Mapping[Placement, DecodeCounters]
    models: Mapping[Placement, OverheardModel]
    source: BleSource
    started_ns: int
    stopping_s: float

    @property
    def marks(self) -> list[Mark]:
        return of_kind(self.inputs, Mark)

    def link_marks(self, sensor: Placement) -> list[Mark]:
        kinds = (MarkKind.LINK_LOST, MarkKind.LINK_BACK)
        return [m for m in self.marks if m.sensor is sensor and m.kind in kinds]

    def lost(self, sensor: Placement) -> int:
        """Samples that LOST marks announce."""
        lost = [m for m in self.marks if m.sensor is sensor and m.kind is MarkKind.LOST]
        return sum(int(mark.text) for mark in lost)

    def samples(self, sensor: Placement) -> SampleBlock:
        return joined([b for b in of_kind(self.inputs, SampleBlock) if b.sensor is sensor])

    @property
    def first_ns(self) -> int:
        return min(int(block.host_ns[0]) for block in of_kind(self.inputs, SampleBlock))

    @property
    def last_ns(self) -> int:
        return max(int(block.host_ns[-1]) for block in of_kind(self.inputs, SampleBlock))

    def person_s(self, session_s: float) -> float:
        """The person's time of a time since the first sample."""
        return session_s + (self.first_ns - self.started_ns) * 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a scenario starts from."""

    model: str = "imu6-open"
    activity: str = "walk"
    seconds: float = 36.0
    log_seconds: float | None = None
    supervision_s: float = SUPERVISION_S
    times: LinkTimes | None = None
    config: PeripheralConfig | None = None
    placements: tuple[Placement, ...] = tuple(Placement)


async def nothing(scene: Scene) -> None:
    """Disturb nothing."""


def play(
    story: Story = nothing,
    setting: Setting | None = None,
    prepare: Callable[[Scene], None] = lambda scene: None,
) -> Played:
    """Log a walk while ``story`` happens; ``prepare`` is called before anyone connects."""
    with tempfile.TemporaryDirectory(prefix="pelvicsense-") as out:
        return run_fast(_play(story, setting or Setting(), prepare, Path(out)))


@cache
def calm(setting: Setting) -> Played:
    """The same without a story."""
    return play(setting=setting)


def sensors(setting: Setting) -> tuple[VirtualRadio, dict[Placement, OverheardModel]]:
    """The person and the sensors on the air."""
    models = {
        placement: OverheardModel(make_model(setting.model, f"{number:04X}"))
        for number, placement in enumerate(setting.placements, start=1)
    }
    known = simulated_person(setting.activity, setting.seconds, SEED)
    person = WatchedPerson(
        tracks=known.tracks, errors=known.errors, seed=known.seed, strides=known.strides
    )
    air = VirtualRadio(
        person, models, SEED, config=setting.config, supervision_s=setting.supervision_s
    )
    return air, models


def source_for(air: VirtualRadio, times: LinkTimes | None = None) -> BleSource:
    """The sensors of a radio as the log takes them; inside the radio's block only."""
    radio = Radio(
        client_backend=air.client_backend,
        scanner_backend=air.scanner_backend,
        clock_ns=loop_clock_ns,
    )
    worn = [WornSensor(placement=p, name=sensor.address) for p, sensor in air.sensors.items()]
    return BleSource(radio, list(PROFILES.values()), worn, times)


async def _play(
    story: Story, setting: Setting, prepare: Callable[[Scene], None], out: Path
) -> Played:
    air, models = sensors(setting)
    live: list[Output] = []
    async with air:
        source = source_for(air, setting.times)
        scene = Scene(air, models, source)
        prepare(scene)
        await source.find(scene.told)
        await source.connect(scene.told)
        options = LogOptions(
            out=out,
            subject="P01",
            duration_s=setting.log_seconds or setting.seconds,
        )
        listeners = Listeners(outputs=live.extend)
        scene.log = SessionLog(source, options, wall_time(loop_clock_ns), listeners)
        told = asyncio.create_task(story(scene))
        folder = await scene.log.run()
        await asyncio.wait_for(told, timeout=0.1)
        newest_ns = max(
            int(np.rint(1e9 * times[-1][-1])) for times in air.person.true_s.values() if times
        )
        stopping_s = (loop_clock_ns() - newest_ns) * 1e-9
        assert air.person.started_s is not None
        started_ns = round(air.person.started_s * 1e9)
    assert folder is not None
    return Played(
        result=analyze(folder),
        live=live,
        inputs=[item for group in ReplaySource(open_session(folder)) for item in group],
        measured={place: _measured(models[place], air.person.true_s[place]) for place in models},
        counters={place: replace(d.counters) for place, d in source.decoders.items()},
        models=models,
        source=source,
        started_ns=started_ns,
        stopping_s=stopping_s,
    )


def _measured(model: OverheardModel, true_s: Sequence[FloatArray]) -> Measured:
    device_s, acc, gyr = zip(*model.sampled, strict=True)
    return Measured(
        np.rint(1e9 * np.concatenate(true_s)).astype(np.int64),
        np.array(device_s),
        np.array(acc),
        np.array(gyr),
    )
