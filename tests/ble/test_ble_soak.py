"""Hours of signal from three sensors with bad links: nothing unaccounted for, nothing piling up.

``SOAK_HOURS`` sets the length; run by ``make soak``.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import checks
import numpy as np
import pytest
from scenarios import Measured, source_for
from streams import joined

from pelvicsense.clock.config import ClockConfig
from pelvicsense.clock.intake import Intake, IntakeState
from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, StreamInput
from pelvicsense.pipeline.pipeline import Output
from pelvicsense.recording.session import open_session
from pelvicsense.runtime.analyze import analyze
from pelvicsense.runtime.log import Listeners, LogOptions, SessionLog
from pelvicsense.runtime.result import SessionResult
from pelvicsense.sinks.recorder import wall_time
from pelvicsense.sources.replay import ReplaySource
from pelvicsense.virtual import radio
from pelvicsense.virtual.feed import Feed, Person
from pelvicsense.virtual.gatt import Notification, SensorModel
from pelvicsense.virtual.models import make_model
from pelvicsense.virtual.people import simulated_person
from pelvicsense.virtual.radio import VirtualRadio
from pelvicsense.virtual.virtual_time import loop_clock_ns, run_fast

pytestmark = [pytest.mark.soak, pytest.mark.timeout(0)]

HOURS = float(os.environ.get("SOAK_HOURS", "2"))
SEED = 64
"""Draws clocks of which one is far too fast and one far too slow."""
SKEW_PPM = 200.0
LOSS = 0.05
DISCONNECTS = 50
RATE_HZ = 100.0

SETTLED_S = 300.0
"""By then clocks so far apart have carried packets through all phases of a connection interval."""
APART_MS = 5.0
GROWTH_MB = 8.0
"""Scatter of an allocator; a leak of one float per sample would be twice that in two hours."""
GROWTH_BLOCKS = 20_000
"""Objects that Python holds beyond what it held before, give or take those in use."""


class Ledger:
    """A model that keeps when it sampled, by its own clock and by the host's.

    In memory that is taken beforehand: the rest of the program is to be watched, not this.
    """

    def __init__(self, model: SensorModel, rows: int) -> None:
        self._model = model
        self._device_s = np.full(rows, np.nan)
        self._true_s = np.full(rows, np.nan)
        self._sampled = self._true = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._model, name)

    def sample(
        self, index: int, device_time_s: float, acc: FloatArray, gyr: FloatArray
    ) -> list[Notification]:
        self._device_s[self._sampled] = device_time_s
        self._sampled += 1
        return self._model.sample(index, device_time_s, acc, gyr)

    def measures(self, loop_s: FloatArray) -> None:
        self._true_s[self._true : self._true + len(loop_s)] = loop_s
        self._true += len(loop_s)

    def measured(self) -> Measured:
        assert self._true == self._sampled
        true_ns = np.rint(1e9 * self._true_s[: self._true]).astype(np.int64)
        none = np.empty((0, 3))
        return Measured(true_ns, self._device_s[: self._sampled], none, none)


class LedgerFeed(Feed):
    ledger: Ledger

    def measure(self, loop_s: FloatArray, rate_hz: float) -> tuple[FloatArray, FloatArray]:
        self.ledger.measures(loop_s)
        return super().measure(loop_s, rate_hz)


@dataclass(slots=True, kw_only=True, eq=False)
class LedgerPerson(Person):
    ledgers: dict[Placement, Ledger]

    def feed(self, placement: Placement) -> Feed:
        feed = LedgerFeed(self, placement)
        feed.ledger = self.ledgers[placement]
        return feed


@dataclass(kw_only=True)
class Soaked:
    """What a soak leaves behind, as the checks want it."""

    result: SessionResult
    inputs: list[StreamInput]
    measured: dict[Placement, Measured]
    live: str
    memory: list[tuple[float, int]]
    disconnects: dict[Placement, int]

    def samples(self, sensor: Placement) -> SampleBlock:
        return joined([b for b in self.inputs if isinstance(b, SampleBlock) and b.sensor is sensor])

    def marks(self, sensor: Placement, kind: MarkKind) -> list[Mark]:
        marks = [item for item in self.inputs if isinstance(item, Mark)]
        return [mark for mark in marks if mark.sensor is sensor and mark.kind is kind]


async def soak(length_s: float, out: Path) -> Soaked:
    """Log three sensors with bad links; every one is dropped or out of range again and again."""
    rows = round((length_s + 60.0) * RATE_HZ * 1.001)
    ledgers = {
        place: Ledger(make_model("imu6-open", f"{number:04X}"), rows)
        for number, place in enumerate(Placement, start=1)
    }
    known = simulated_person("walk", 300.0, SEED, repeat=True)
    person = LedgerPerson(
        tracks=known.tracks,
        errors=known.errors,
        seed=known.seed,
        repeat_s=known.repeat_s,
        ledgers=ledgers,
    )
    strides = hashlib.blake2b()
    memory: list[tuple[float, int]] = []

    def count(outputs: Sequence[Output]) -> None:
        for output in outputs:
            if isinstance(output, Stride):
                strides.update(repr(output).encode())

    async with VirtualRadio(person, ledgers, SEED) as air:
        for place in Placement:
            air.faults.path(air.address(place)).loss = LOSS
        source = source_for(air)
        await source.find(lambda sentence: None)
        await source.connect(lambda sentence: None)
        options = LogOptions(out=out, subject="P01", duration_s=length_s)
        log = SessionLog(source, options, wall_time(loop_clock_ns), Listeners(outputs=count))
        helpers = [
            asyncio.create_task(disconnect(air, length_s)),
            asyncio.create_task(weigh(memory, length_s)),
        ]
        folder = await log.run()
        await asyncio.gather(*helpers)
    assert folder is not None
    return Soaked(
        result=analyze(folder),
        inputs=[item for group in ReplaySource(open_session(folder)) for item in group],
        measured={place: ledger.measured() for place, ledger in ledgers.items()},
        live=strides.hexdigest(),
        memory=memory,
        disconnects={place: link.losses for place, link in source.links.items()},
    )


async def disconnect(air: VirtualRadio, length_s: float) -> None:
    """Let the sensors lose their links in turn; every third time they are out of range."""
    sensors = list(Placement)
    for number in range(DISCONNECTS):
        await asyncio.sleep(length_s / (DISCONNECTS + 1))
        address = air.address(sensors[number % 3])
        if number // 3 % 3 == 2:
            air.faults.silence(address, 4.0)
        else:
            air.faults.drop(address)


async def weigh(memory: list[tuple[float, int]], length_s: float) -> None:
    """Note how many MB this process and how many blocks Python holds, at eighths of the log."""
    page = os.sysconf("SC_PAGE_SIZE")
    for _ in range(7):
        await asyncio.sleep(length_s / 8)
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        memory.append((pages * page * 1e-6, sys.getallocatedblocks()))


def errors_ms(soaked: Soaked, sensor: Placement) -> tuple[FloatArray, FloatArray]:
    """Mean error of a sensor's reconstructed sampling times, ms, in each second that it sent."""
    block = soaked.samples(sensor)
    spec = soaked.result.manifest.sensors[sensor]
    origin_ns = min(int(b.host_ns[0]) for b in soaked.inputs if isinstance(b, SampleBlock))
    track = Intake(ClockConfig(), spec).feed(IntakeState(), [block], origin_ns, final=True)
    rows = rows_kept(np.concatenate([block.acc, block.gyr], axis=1), track.values)
    true_ns = soaked.measured[sensor].true_ns[checks.rows_taken(soaked, sensor)][rows]
    true_s = (true_ns - origin_ns) * 1e-9
    seconds = np.maximum(true_s, 0.0).astype(np.int64)
    count = np.bincount(seconds)
    total = np.bincount(seconds, weights=1e3 * (track.time_s - true_s))
    (there,) = np.nonzero(count)
    return there, total[there] / count[there]


def rows_kept(values: FloatArray, kept: FloatArray) -> IntArray:
    """Which rows of ``values`` are in ``kept``, in order: some came too late for the clock."""
    everything = [row.tobytes() for row in np.ascontiguousarray(values)]
    rows = np.empty(len(kept), dtype=np.int64)
    row = -1
    for index, wanted in enumerate(np.ascontiguousarray(kept)):
        row = everything.index(wanted.tobytes(), row + 1)
        rows[index] = row
    return rows


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_soak(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(radio, "SKEW_PPM", SKEW_PPM)
    soaked = run_fast(soak(3600.0 * HOURS, tmp_path))
    print(f"\nsoak: {HOURS:g} h of signal, {sum(soaked.disconnects.values())} disconnects")
    for sensor in Placement:
        taken = checks.rows_taken(soaked, sensor)
        assert np.all(np.diff(taken) > 0)
        in_gaps = checks.accounted(soaked, sensor)
        checks.gaps_are_marked(soaked, sensor)
        lost = sum(int(mark.text) for mark in soaked.marks(sensor, MarkKind.LOST))
        before, after = int(taken[0]), len(soaked.measured[sensor].true_ns) - 1 - int(taken[-1])
        sent = len(soaked.measured[sensor].true_ns)
        assert sent == len(taken) + lost + in_gaps + before + after
        assert before + after < RATE_HZ
        assert len(soaked.marks(sensor, MarkKind.LINK_BACK)) == soaked.disconnects[sensor]
        link = soaked.result.links[sensor]
        print(
            f"  {sensor}: sent {sent} = recorded {len(taken)} + lost {lost} + in gaps {in_gaps} "
            f"+ at the ends {before + after}; skew {link.skew_ppm:.1f} ppm, "
            f"clock ± {1e3 * link.clock_sigma_s:.1f} ms"
        )
    assert sum(soaked.disconnects.values()) == DISCONNECTS
    same_strides(soaked)
    sensors_agree(soaked)
    memory_is_constant(soaked)


def same_strides(soaked: Soaked) -> None:
    analysed = hashlib.blake2b()
    for stride in soaked.result.strides:
        analysed.update(repr(stride).encode())
    valid = sum(stride.valid for stride in soaked.result.strides)
    print(f"  strides: {len(soaked.result.strides)}, valid {valid}; live = analysed")
    assert analysed.hexdigest() == soaked.live


def sensors_agree(soaked: Soaked) -> None:
    errors = {sensor: errors_ms(soaked, sensor) for sensor in Placement}
    for one, other in combinations(Placement, 2):
        seconds, mine, theirs = np.intersect1d(
            errors[one][0], errors[other][0], return_indices=True
        )
        apart = np.abs(errors[one][1][mine] - errors[other][1][theirs])[seconds > SETTLED_S]
        middle, high, most = np.quantile(apart, [0.5, 0.95, 1.0])
        print(f"  {one} – {other}: median {middle:.1f}, 95 % {high:.1f}, most {most:.1f} ms apart")
        assert most <= APART_MS


def memory_is_constant(soaked: Soaked) -> None:
    print("  MB: " + ", ".join(f"{mb:.1f}" for mb, _ in soaked.memory))
    print("  Python's blocks: " + ", ".join(f"{blocks}" for _, blocks in soaked.memory))
    (before_mb, before_blocks), (after_mb, after_blocks) = soaked.memory[2], soaked.memory[-1]
    assert after_mb - before_mb < GROWTH_MB
    assert after_blocks - before_blocks < GROWTH_BLOCKS
