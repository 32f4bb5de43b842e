"""What is recorded reads back exactly, in order of arrival, and belongs to its owner alone."""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from live_groups import (
    ORIGIN_NS,
    ROWS_PER_GROUP,
    STARTED_AT,
    flat_groups,
    group,
    make_manifest,
    recorded,
    recorder,
    wall_at,
)
from simulated import steady
from streams import assert_same, grouped, in_packets, run

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, StreamInput
from pelvicsense.recording.manifest import Manifest
from pelvicsense.recording.packets import Packet, read_packets
from pelvicsense.recording.session import open_session
from pelvicsense.runtime.analyze import analyze
from pelvicsense.sinks.recorder import SessionRecorder, wall_time
from pelvicsense.sources.replay import ReplaySource

finite = st.floats(allow_nan=False, allow_infinity=False)
words = st.text(alphabet='abcä ",;|', max_size=8)


@st.composite
def live_groups(draw: st.DrawFn) -> list[list[StreamInput]]:
    """Groups of any packets and marks in order of arrival; a sensor sends ticks, or none."""
    ticked = {sensor: draw(st.booleans()) for sensor in Placement}
    now_ns = draw(st.integers(0, 2**60))
    groups: list[list[StreamInput]] = [[]]
    for _ in range(draw(st.integers(1, 12))):
        now_ns += draw(st.integers(0, 2**30))
        sensor = draw(st.sampled_from(Placement))
        kind = draw(st.sampled_from(["packet", "packet", "mark", "border"]))
        if kind == "border":
            groups.append([])
        elif kind == "mark":
            mark = draw(st.sampled_from([MarkKind.NOTE, MarkKind.LINK_LOST, MarkKind.STILL_END]))
            groups[-1].append(
                Mark(
                    host_ns=now_ns,
                    kind=mark,
                    sensor=draw(st.none() | st.just(sensor)),
                    text=draw(words),
                )
            )
        else:
            n = draw(st.integers(0, 4))
            ticks = hnp.arrays(np.int64, n, elements=st.integers(-(2**63), 2**63 - 1))
            groups[-1].append(
                SampleBlock(
                    sensor=sensor,
                    host_ns=np.full(n, now_ns),
                    tick=draw(ticks) if ticked[sensor] else None,
                    acc=draw(hnp.arrays(np.float64, (n, 3), elements=finite)),
                    gyr=draw(hnp.arrays(np.float64, (n, 3), elements=finite)),
                )
            )
    return groups


@settings(max_examples=60)
@given(groups=live_groups())
def test_any_stream_reads_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, groups: list[list[StreamInput]]
) -> None:
    out = tmp_path_factory.mktemp("out")
    with recorder(out) as sink:
        for items in groups:
            sink.write(items)
    rows = sum(len(i) for items in groups for i in items if isinstance(i, SampleBlock))
    assert sink.row_count == rows
    if not rows:
        assert list(out.iterdir()) == []
        return
    assert sink.folder is not None
    assert recorded(sink.folder) == flat_groups(groups)


def test_the_order_between_sensors_in_a_group_is_that_of_arrival(tmp_path: Path) -> None:
    pelvis, left, right = group(0)
    later = group(1)
    with recorder(tmp_path) as sink:
        sink.write([right, left, pelvis, *later[::-1]])
    assert sink.folder is not None
    assert recorded(sink.folder) == flat_groups([[pelvis, left, right], later])


def test_the_recording_of_a_live_run_says_what_the_live_run_said(tmp_path: Path) -> None:
    made = steady(Activity.WALK, ideal=False)
    packets = in_packets(list(made.blocks.values()), made.marks)
    groups = grouped(packets, range(0, len(packets), 9), merge=False)
    manifest = replace(
        make_manifest(STARTED_AT), sensors={spec.placement: spec for spec in made.specs}
    )
    with SessionRecorder(tmp_path, lambda at: manifest, wall_at) as sink:
        for items in groups:
            sink.write(items)
    assert sink.folder is not None
    replay = ReplaySource(open_session(sink.folder))
    assert_same(run(replay, replay.specs), run(groups, made.specs))
    assert analyze(sink.folder).strides


def test_marks_before_the_first_sample_are_kept_for_it(tmp_path: Path) -> None:
    early = Mark(host_ns=ORIGIN_NS - 7, kind=MarkKind.STILL_START)
    with recorder(tmp_path) as sink:
        sink.write([early])
        assert list(tmp_path.iterdir()) == []
        sink.write(group(0))
    assert sink.folder is not None
    assert recorded(sink.folder) == flat_groups([[early], group(0)])


def test_a_session_without_samples_leaves_nothing(tmp_path: Path) -> None:
    with recorder(tmp_path / "out", keep_packets=True) as sink:
        sink.write([Mark(host_ns=1, kind=MarkKind.NOTE)])
        sink.write_packets([PACKET])
        sink.sync()
    assert sink.folder is None
    assert list(tmp_path.iterdir()) == []


def test_a_group_is_in_the_file_when_write_returns(tmp_path: Path) -> None:
    with recorder(tmp_path) as sink:
        for index in range(5):
            sink.write(group(index))
            assert sink.folder is not None
            assert recorded(sink.folder) == flat_groups(map(group, range(index + 1)))
            tables = [sink.folder / name for name in ("samples.csv", "marks.csv")]
            assert sink.byte_count == sum(path.stat().st_size for path in tables)


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    with recorder(tmp_path, keep_packets=True) as sink:
        previous = os.umask(0)
        try:
            sink.write(group(3))
        finally:
            os.umask(previous)
        assert sink.folder is not None
        assert stat.S_IMODE(sink.folder.stat().st_mode) == 0o700
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in sink.folder.iterdir()}
    names = ("session.toml", "samples.csv", "marks.csv", "packets.csv", ".recording")
    assert modes == dict.fromkeys(names, 0o600)


def test_the_manifest_and_the_name_tell_when_the_first_sample_arrived(tmp_path: Path) -> None:
    with recorder(tmp_path) as sink:
        sink.write(group(20))
    assert sink.folder is not None
    assert sink.folder.name == "2026-11-22_101531_P07"
    assert open_session(sink.folder).manifest == make_manifest(wall_at(ORIGIN_NS + 1_000_000_000))


def test_no_session_is_overwritten(tmp_path: Path) -> None:
    for _ in range(3):
        with recorder(tmp_path) as sink:
            sink.write(group(0))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"2026-11-22_101530_P07{suffix}" for suffix in ("", "-2", "-3")]


def test_a_subject_that_is_no_file_name_stays_inside_the_folder(tmp_path: Path) -> None:
    def manifest(at: datetime) -> Manifest:
        return replace(make_manifest(at), subject="../a b")

    with SessionRecorder(tmp_path, manifest, wall_at) as sink:
        sink.write(group(0))
    assert [path.name for path in tmp_path.iterdir()] == ["2026-11-22_101530_..-a-b"]


def test_the_wall_clock_is_that_of_the_stamp() -> None:
    before = datetime.now(UTC)
    moment = wall_time(lambda: 10_000_000_000)(7_000_000_000)
    assert before <= moment + timedelta(seconds=3) <= datetime.now(UTC)
    assert moment.utcoffset() is not None


PACKET = Packet(
    host_ns=ORIGIN_NS,
    sensor=Placement.PELVIS,
    characteristic="15172004-4947-11e9-8646-d663bd873d93",
    data=bytes.fromhex("00ff10"),
)


def test_packets_are_kept_where_asked_for(tmp_path: Path) -> None:
    packets = [replace(PACKET, host_ns=ORIGIN_NS + i, data=bytes(range(i))) for i in range(5)]
    with recorder(tmp_path, keep_packets=True) as sink:
        sink.write_packets(packets[:2])
        sink.write(group(0))
        sink.write_packets(packets[2:])
    assert sink.folder is not None
    assert list(read_packets(sink.folder)) == packets


def test_packets_are_not_kept_otherwise(tmp_path: Path) -> None:
    with recorder(tmp_path) as sink:
        sink.write(group(0))
        sink.write_packets([PACKET])
    assert sink.folder is not None
    assert not (sink.folder / "packets.csv").exists()


def test_a_sync_and_a_start_reach_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with recorder(tmp_path, keep_packets=True) as sink:
        sink.write(group(3))
        folder = sink.folder
        assert folder is not None
        names = ("samples.csv", "marks.csv", "packets.csv")
        tables = [(folder / name).stat().st_ino for name in names]
        manifest = (folder / "session.toml").stat().st_ino
        folders = [folder.stat().st_ino, tmp_path.stat().st_ino]
        assert synced == [*tables, manifest, *folders]  # folders after the rename
        synced.clear()
        sink.write(group(4))
        assert synced == []
        sink.sync()
        assert synced == tables
        synced.clear()
    assert synced == tables


def test_a_slow_disk_stops_neither_writing_nor_lets_files_close_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go_on = threading.Event(), threading.Event()
    sink = recorder(tmp_path)
    sink.write(group(0))

    def slow(descriptor: int) -> None:
        entered.set()
        assert go_on.wait(30)
        os.fstat(descriptor)  # fails if it was closed meanwhile

    monkeypatch.setattr(os, "fsync", slow)
    faults: list[BaseException] = []

    def watched(call: object) -> None:
        try:
            call()  # type: ignore[operator]
        except BaseException as error:
            faults.append(error)

    syncing = threading.Thread(target=watched, args=(sink.sync,))
    syncing.start()
    assert entered.wait(30)
    sink.write(group(1))
    assert sink.row_count == 2 * ROWS_PER_GROUP
    closing = threading.Thread(target=watched, args=(sink.close,))
    closing.start()
    assert sink.folder is not None
    assert (sink.folder / ".recording").exists()  # not closed as long as the disk works
    go_on.set()
    syncing.join()
    closing.join()
    assert faults == []
    assert recorded(sink.folder) == flat_groups([group(0), group(1)])


def test_nothing_can_be_written_after_the_end(tmp_path: Path) -> None:
    sink = recorder(tmp_path)
    sink.write(group(0))
    sink.close()
    sink.close()
    sink.sync()
    with pytest.raises(ValueError, match="closed"):
        sink.write(group(1))


def _spoilt(block: StreamInput, **changes: object) -> StreamInput:
    assert isinstance(block, SampleBlock)
    return replace(block, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"host_ns": np.full(5, ORIGIN_NS)},
        {"tick": None},
        {"gyr": np.full((5, 3), np.nan)},
    ],
    ids=["falling", "tick", "nan"],
)
def test_samples_that_no_reader_would_take_end_the_recording(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    bad = [_spoilt(group(1)[0], **changes), *group(1)[1:]]
    with recorder(tmp_path) as sink:
        sink.write(group(0))
        with pytest.raises(RecordingError, match="samples from row 15 on"):
            sink.write(bad)
        with pytest.raises(RecordingError, match="samples from row 15 on"):
            sink.write(group(2))
    assert sink.folder is not None
    assert recorded(sink.folder) == flat_groups([group(0)])


def test_a_sensor_that_the_manifest_does_not_name_is_refused(tmp_path: Path) -> None:
    def manifest(at: datetime) -> Manifest:
        full = make_manifest(at)
        return replace(full, sensors={Placement.PELVIS: full.sensors[Placement.PELVIS]})

    with (
        SessionRecorder(tmp_path, manifest, wall_at) as sink,
        pytest.raises(RecordingError, match="samples of thigh_left, which the manifest"),
    ):
        sink.write(group(0))
    assert list(tmp_path.iterdir()) == []
