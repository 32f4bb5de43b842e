"""Replay: both ways of feeding give the same data, and pacing keeps the recorded gaps."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, SensorSpec, StreamInput
from pelvicsense.recording.arrival import in_arrival_order
from pelvicsense.recording.manifest import Manifest, SessionActivity
from pelvicsense.recording.session import Session
from pelvicsense.recording.write import write_session
from pelvicsense.sources.replay import ReplaySource, paced

ORIGIN_NS = 7_000_000_000
MARKS = [
    Mark(host_ns=ORIGIN_NS - 1, kind=MarkKind.NOTE, text="start"),
    Mark(host_ns=ORIGIN_NS + 400_000_000, kind=MarkKind.PAUSE),
    Mark(host_ns=ORIGIN_NS + 400_000_000, kind=MarkKind.RESUME),
    Mark(host_ns=ORIGIN_NS + 9_000_000_000, kind=MarkKind.SYNC),
]


def make_block(sensor: Placement) -> SampleBlock:
    """300 samples in packets of 4; those of the thighs arrive together."""
    rng = np.random.default_rng(len(sensor))
    late_ns = 0 if sensor is Placement.PELVIS else 3_000_000
    return SampleBlock(
        sensor=sensor,
        host_ns=ORIGIN_NS + late_ns + np.arange(300) // 4 * 40_000_000,
        tick=None if sensor is Placement.THIGH_LEFT else np.arange(300),
        acc=rng.normal([0.0, 9.8, 0.0], 0.1, (300, 3)),
        gyr=rng.normal(0.0, 0.1, (300, 3)),
    )


@pytest.fixture
def session(tmp_path: Path) -> Session:
    manifest = Manifest(
        started_at=datetime(2026, 11, 22, tzinfo=UTC),
        subject="P01",
        activity=SessionActivity.UNKNOWN,
        sensors={
            sensor: SensorSpec(placement=sensor, profile="simulated", rate_hz=100.0)
            for sensor in Placement
        },
    )
    groups = in_arrival_order([make_block(sensor) for sensor in Placement], MARKS)
    return write_session(tmp_path / "s", manifest, groups)


def played(groups: list[list[StreamInput]], sensor: Placement) -> list[object]:
    """What one sensor's consumer sees: its samples as plain rows, and the marks between them."""
    seen: list[object] = []
    for item in (item for group in groups for item in group):
        if isinstance(item, Mark):
            seen.append(item)
        elif item.sensor is sensor:
            ticks = [None] * len(item) if item.tick is None else item.tick.tolist()
            columns = (item.host_ns.tolist(), ticks, item.acc.tolist(), item.gyr.tolist())
            seen.extend(zip(*columns, strict=True))
    return seen


@pytest.mark.parametrize("chunk_bytes", [2000, 10**9])
@pytest.mark.parametrize("sensor", Placement)
def test_blocks_and_packets_give_the_same_data(
    session: Session, sensor: Placement, chunk_bytes: int
) -> None:
    source = ReplaySource(session, chunk_bytes)
    blocks, packets = list(source), list(source.packets())
    assert played(blocks, sensor) == played(packets, sensor)
    rows = [item for item in played(blocks, sensor) if not isinstance(item, Mark)]
    assert rows == played([[make_block(sensor)]], sensor)
    assert [item for item in played(blocks, sensor) if isinstance(item, Mark)] == MARKS


def test_marks_stand_between_the_samples_where_they_were_recorded(session: Session) -> None:
    seen = played(list(ReplaySource(session)), Placement.PELVIS)
    # the packet of the pelvis that arrived at the very time of the pause came before it
    assert [seen.index(mark) for mark in MARKS] == [0, 45, 46, 303]


@pytest.mark.parametrize("chunk_bytes", [2000, 10**9])
def test_a_packet_is_one_group(session: Session, chunk_bytes: int) -> None:
    packets = list(ReplaySource(session, chunk_bytes).packets())
    sizes = [len(group[0]) for group in packets if isinstance(group[0], SampleBlock)]
    assert sizes == [4] * 225
    assert all(len(group) == 1 for group in packets)


def test_source_can_be_played_again_and_knows_its_sensors(session: Session) -> None:
    source = ReplaySource(session)
    assert len(list(source)) == len(list(source)) > 0
    assert [spec.placement for spec in source.specs] == list(Placement)


def test_faults_of_the_recording_show_while_playing(session: Session) -> None:
    with (session.folder / "samples.csv").open("a") as stream:
        stream.write("nonsense\n")
    with pytest.raises(RecordingError, match=r"samples\.csv:902: expected 9 columns"):
        list(ReplaySource(session).packets())


class FakeTime:
    """A clock that moves only when someone sleeps on it."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


@pytest.mark.parametrize("speed", [1.0, 4.0])
def test_pacing_keeps_the_recorded_gaps(session: Session, speed: float) -> None:
    time = FakeTime()
    source = ReplaySource(session)
    due = []
    for group in paced(source.packets(), speed, time.clock, time.sleep):
        host_ns = group[0].host_ns if isinstance(group[0], Mark) else group[0].host_ns[-1]
        due.append((int(host_ns) - (ORIGIN_NS - 1)) * 1e-9 / speed)
        assert time.now_s - 100.0 == pytest.approx(due[-1], abs=1e-9)
    assert due[-1] == pytest.approx(9.0 / speed, abs=1e-6)
    assert all(seconds > 0 for seconds in time.slept)


def test_a_slow_consumer_is_not_made_slower(session: Session) -> None:
    time = FakeTime()
    for _ in paced(ReplaySource(session).packets(), 1.0, time.clock, time.sleep):
        time.now_s += 0.5  # each group takes longer than the gap to the next
    assert sum(time.slept) == 0.0


def test_without_speed_nothing_waits(session: Session) -> None:
    time = FakeTime()
    source = ReplaySource(session)
    groups = list(paced(source.packets(), None, time.clock, time.sleep))
    assert len(groups) == 225 + len(MARKS)
    assert time.slept == []


def test_speed_must_be_above_zero(session: Session) -> None:
    time = FakeTime()
    with pytest.raises(ValueError, match="speed: expected a number above 0 or none, got 0"):
        list(paced(ReplaySource(session), 0.0, time.clock, time.sleep))
