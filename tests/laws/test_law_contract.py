"""Contract: every source of inputs passes the same tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from law_sessions import packets, session
from scenarios import Setting, sensors, source_for
from streams import of_kind, run

from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, SensorSpec, StreamInput
from pelvicsense.recording.manifest import Manifest, SessionActivity
from pelvicsense.recording.write import write_session
from pelvicsense.sources.replay import ReplaySource
from pelvicsense.virtual.virtual_time import run_fast


@dataclass(frozen=True)
class Source:
    """What the contract is about: specs beforehand, then groups of inputs."""

    specs: Sequence[SensorSpec]
    groups: Callable[[], Iterable[Sequence[StreamInput]]]


def recorded(folder: Path) -> ReplaySource:
    manifest = Manifest(
        started_at=datetime(2026, 11, 22, tzinfo=UTC),
        subject="P01",
        activity=SessionActivity.WALK,
        sensors={spec.placement: spec for spec in session("walk").specs},
    )
    return ReplaySource(write_session(folder, manifest, [packets("walk")]))


@cache
def on_the_air(turn: int) -> Source:
    """Virtual sensors over the simulated radio, in virtual time; the ``turn``-th time."""
    del turn
    length_s = 26.0
    groups: list[list[StreamInput]] = []

    async def listen() -> tuple[SensorSpec, ...]:
        loop = asyncio.get_running_loop()
        async with sensors(Setting(seconds=length_s))[0] as air:
            source = source_for(air)
            await source.find(lambda sentence: None)
            await source.connect(lambda sentence: None)
            await source.start()
            loop.call_later(3.0, source.mark, MarkKind.NOTE, "stands")
            loop.call_later(0.5 * length_s, air.faults.drop, air.address(Placement.THIGH_LEFT))
            stopping = asyncio.create_task(later(length_s, source.stop))
            async for group in source.groups():
                groups.append(group)
            await stopping
            return tuple(link.plan.spec(place) for place, link in source.links.items())

    return Source(run_fast(listen()), lambda: groups)


async def later(delay_s: float, do: Callable[[], Coroutine[None, None, None]]) -> None:
    await asyncio.sleep(delay_s)
    await do()


@pytest.fixture(params=["replay", "replay in packets", "synthetic", "synthetic in packets", "ble"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    if request.param == "ble":
        turns = count()
        return Source(on_the_air(0).specs, lambda: on_the_air(next(turns) % 2).groups())
    made = session("walk")
    if request.param == "synthetic":
        return Source(made.specs, made.stream)
    if request.param == "synthetic in packets":
        return Source(made.specs, lambda: made.stream(group_s=0.02))
    replay = recorded(tmp_path / "walk")
    groups = replay.packets if request.param == "replay in packets" else replay.__iter__
    return Source(replay.specs, groups)


class TestSource:
    def test_no_group_and_no_block_is_empty(self, source: Source) -> None:
        groups = list(source.groups())
        assert groups
        for group in groups:
            assert group
            assert all(len(item) for item in group if isinstance(item, SampleBlock))

    def test_it_yields_samples_and_marks_only(self, source: Source) -> None:
        kinds = {type(item) for group in source.groups() for item in group}
        assert kinds == {SampleBlock, Mark}

    def test_the_specs_cover_every_sensor_once(self, source: Source) -> None:
        announced = [spec.placement for spec in source.specs]
        assert len(set(announced)) == len(announced)
        blocks = [b for g in source.groups() for b in g if isinstance(b, SampleBlock)]
        assert {block.sensor for block in blocks} <= set(announced)

    def test_stamps_of_a_sensor_never_fall(self, source: Source) -> None:
        newest: dict[str, int] = {}
        for group in source.groups():
            for item in group:
                if isinstance(item, SampleBlock):
                    stamps = np.concatenate([[newest.get(item.sensor, 0)], item.host_ns])
                    assert np.all(np.diff(stamps) >= 0)
                    newest[item.sensor] = int(item.host_ns[-1])

    def test_groups_are_stretches_of_host_time(self, source: Source) -> None:
        """What comes in a later group did not arrive before what came in an earlier one."""
        newest = -(2**62)
        for group in source.groups():
            samples = [item.host_ns for item in group if isinstance(item, SampleBlock)]
            if samples:
                assert min(int(stamps[0]) for stamps in samples) >= newest
                newest = max(int(stamps[-1]) for stamps in samples)

    def test_marks_stay_among_their_samples(self, source: Source) -> None:
        newest = -(2**62)
        for group in source.groups():
            for item in group:
                if isinstance(item, Mark):
                    assert item.host_ns >= newest
                    newest = item.host_ns

    def test_ticks_come_where_they_are_announced(self, source: Source) -> None:
        ticking = {spec.placement: spec.tick_s is not None for spec in source.specs}
        for group in source.groups():
            for item in group:
                if isinstance(item, SampleBlock):
                    assert (item.tick is not None) == ticking[item.sensor]

    def test_values_are_finite_and_cannot_be_written_to(self, source: Source) -> None:
        for group in source.groups():
            for item in group:
                if isinstance(item, SampleBlock):
                    assert np.all(np.isfinite(item.acc))
                    assert np.all(np.isfinite(item.gyr))
                    assert not item.acc.flags.writeable

    def test_it_can_be_played_twice(self, source: Source) -> None:
        once, again = (
            [int(item.host_ns[-1]) for g in source.groups() for item in g if hasattr(item, "acc")]
            for _ in range(2)
        )
        assert once == again

    def test_a_pipeline_finds_strides_in_it(self, source: Source) -> None:
        assert len(of_kind(run(source.groups(), source.specs), Stride)) > 10
