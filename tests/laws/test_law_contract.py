"""Contract: every source of inputs passes the same tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from law_sessions import packets, session
from streams import of_kind, run

from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.samples import Mark, SampleBlock, SensorSpec, StreamInput
from pelvicsense.recording.manifest import Manifest, SessionActivity
from pelvicsense.recording.write import write_session
from pelvicsense.sources.replay import ReplaySource


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


@pytest.fixture(params=["replay", "replay in packets", "synthetic", "synthetic in packets"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
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
