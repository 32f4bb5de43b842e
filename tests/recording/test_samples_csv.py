"""samples.csv: what is written reads back bit for bit; what is wrong is named with its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from session_parts import ORIGIN_NS, make_block, make_manifest

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.recording.manifest import Manifest
from pelvicsense.recording.rows import HEADER, encode_rows, rows_from_blocks
from pelvicsense.recording.samples import first_host_ns, has_torn_tail, read_rows, read_samples
from pelvicsense.recording.session import Session, open_session
from pelvicsense.recording.write import write_session

GOOD = "6000000000000,pelvis,7,0.0,0.0,9.8,0.0,0.0,0.0"


def joined(folder: Path, manifest: Manifest, chunk_bytes: int) -> dict[Placement, SampleBlock]:
    parts: dict[Placement, list[SampleBlock]] = {}
    for blocks in read_samples(folder, manifest, chunk_bytes):
        for block in blocks:
            parts.setdefault(block.sensor, []).append(block)
    return {
        sensor: SampleBlock(
            sensor=sensor,
            host_ns=np.concatenate([b.host_ns for b in blocks]),
            tick=None
            if blocks[0].tick is None
            else np.concatenate([b.tick for b in blocks if b.tick is not None]),
            acc=np.concatenate([b.acc for b in blocks]),
            gyr=np.concatenate([b.gyr for b in blocks]),
        )
        for sensor, blocks in parts.items()
    }


def assert_same(got: SampleBlock, expected: SampleBlock) -> None:
    assert got.host_ns.tolist() == expected.host_ns.tolist()
    assert (got.tick is None) == (expected.tick is None)
    if got.tick is not None and expected.tick is not None:
        assert got.tick.tolist() == expected.tick.tolist()
    assert got.acc.tobytes() == expected.acc.tobytes()
    assert got.gyr.tobytes() == expected.gyr.tobytes()


finite = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def sample_blocks(draw: st.DrawFn, sensor: Placement) -> SampleBlock:
    n = draw(st.integers(1, 12))
    gaps = draw(hnp.arrays(np.int64, n, elements=st.integers(0, 2**40)))
    ticks = hnp.arrays(np.int64, n, elements=st.integers(-(2**63), 2**63 - 1))
    return SampleBlock(
        sensor=sensor,
        host_ns=draw(st.integers(0, 2**60)) + np.cumsum(gaps),
        tick=draw(st.none() | ticks),
        acc=draw(hnp.arrays(np.float64, (n, 3), elements=finite)),
        gyr=draw(hnp.arrays(np.float64, (n, 3), elements=finite)),
    )


@settings(max_examples=40, deadline=None)
@given(
    blocks=st.tuples(*(sample_blocks(sensor) for sensor in Placement)),
    chunk_bytes=st.integers(300, 4000),
)
def test_any_samples_read_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, blocks: tuple[SampleBlock, ...], chunk_bytes: int
) -> None:
    folder = tmp_path_factory.mktemp("round") / "trip"
    session = write_session(folder, make_manifest(), [list(blocks)])
    read = joined(folder, session.manifest, chunk_bytes)
    for block in blocks:
        assert_same(read[block.sensor], block)


@pytest.mark.parametrize("chunk_bytes", [1500, 10**9])
def test_chunk_size_changes_nothing_and_no_packet_is_cut(
    session: Session, chunk_bytes: int
) -> None:
    read = joined(session.folder, session.manifest, chunk_bytes)
    assert {s: len(b) for s, b in read.items()} == dict.fromkeys(Placement, 500)
    for sensor in Placement:
        assert_same(read[sensor], make_block(sensor))
    next_row = 0
    for rows in read_rows(session.folder, session.manifest, chunk_bytes):
        assert rows.first_row == next_row
        assert len(rows) % 5 == 0
        next_row += len(rows)
    assert next_row == 1500


def test_rows_are_in_order_of_arrival(session: Session) -> None:
    host_ns = np.concatenate(
        [rows.host_ns for rows in read_rows(session.folder, session.manifest, 4096)]
    )
    assert (np.diff(host_ns) >= 0).all()
    assert first_host_ns(session.folder, session.manifest) == host_ns[0] == ORIGIN_NS + 50_000_000


def test_floats_are_written_as_the_shortest_text_that_reads_back() -> None:
    block = SampleBlock(
        sensor=Placement.PELVIS,
        host_ns=np.array([1]),
        tick=None,
        acc=np.array([[0.1, -0.0, 1e-7]]),
        gyr=np.array([[1 / 3, 5e-324, 1.7976931348623157e308]]),
    )
    line = encode_rows(rows_from_blocks([block], (Placement.PELVIS,), 0)).decode()
    assert line.startswith("1,pelvis,,0.1,-0.0,")
    numbers = [float(text) for text in line.split(",")[3:]]
    assert np.array(numbers).tobytes() == np.r_[block.acc[0], block.gyr[0]].tobytes()


def test_sensor_without_tick_beside_one_with_tick(tmp_path: Path) -> None:
    blocks = [make_block(Placement.PELVIS, tick=False), make_block(Placement.THIGH_LEFT)]
    session = write_session(tmp_path / "s", make_manifest(), [blocks])
    read = joined(session.folder, session.manifest, 4096)
    assert read[Placement.PELVIS].tick is None
    assert read[Placement.THIGH_LEFT].tick is not None


@pytest.mark.parametrize("tail", ["6000000000000,pelvis,7,0.0,0.0", GOOD, "6", "\x00\x00\x00"])
def test_torn_last_line_is_dropped_and_told(session: Session, tail: str) -> None:
    assert not session.torn_tail
    with (session.folder / "samples.csv").open("a") as stream:
        stream.write(tail)
    assert has_torn_tail(session.folder)
    assert open_session(session.folder).torn_tail
    for chunk_bytes in (5000, 10**9):
        read = joined(session.folder, session.manifest, chunk_bytes)
        assert sum(map(len, read.values())) == 1500


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (GOOD.rsplit(",", 1)[0], "expected 9 columns (host_ns,sensor,tick,"),
        (GOOD + ",1.0", "got 10"),
        ("", "got 1"),
        (GOOD.replace("pelvis", "chest"), "sensor: expected one that session.toml names (pelvis,"),
        (GOOD.replace("pelvis", ""), "got ''; add its [sensors.…] table"),
        (GOOD.replace("9.8", "nan"), "acc_z: expected a finite number, got 'nan'"),
        (GOOD.replace("9.8", "-Infinity"), "acc_z: expected a finite number, got '-Infinity'"),
        (GOOD.replace("9.8", "1e999"), "acc_z: expected a finite number, got '1e999'"),
        (GOOD.replace("9.8", ""), "acc_z: expected a number, got ''"),
        (GOOD.replace("9.8", "9,8"), "got 10"),
        (GOOD.replace("9.8", "9.8x"), "acc_z: expected a number, got '9.8x'"),
        (GOOD.replace(",7,", ",7.5,"), "tick: expected a whole number or nothing, got '7.5'"),
        (GOOD.replace(",7,", ",,"), "tick: expected given as in all earlier rows of pelvis"),
        ("x" + GOOD, "host_ns: expected a whole number of ns, got 'x6000000000000'"),
        (GOOD.replace("6000", "99999999999"), "host_ns: expected a whole number of ns"),
        (
            GOOD.replace("6000", "4000"),
            "host_ns: expected 5000502000000 or later, got 4000000000000",
        ),
        ('"' + GOOD + '"', "host_ns: expected a whole number of ns"),
    ],
)
@pytest.mark.parametrize("chunk_bytes", [700, 10**9])
def test_wrong_line_is_named(
    session: Session,
    spoil: Callable[[int, str], Path],
    content: str,
    problem: str,
    chunk_bytes: int,
) -> None:
    path = spoil(150, content)
    with pytest.raises(RecordingError) as caught:
        list(read_rows(session.folder, session.manifest, chunk_bytes))
    assert str(caught.value).startswith(f"{path}:150: ")
    assert caught.value.line == 150
    assert problem in str(caught.value)


def test_tick_where_earlier_rows_had_none_is_named(tmp_path: Path) -> None:
    blocks = [make_block(Placement.PELVIS, 200, tick=False)]
    session = write_session(tmp_path / "s", make_manifest([Placement.PELVIS]), [blocks])
    with (session.folder / "samples.csv").open("a") as stream:
        stream.write(GOOD + "\n")
    with pytest.raises(RecordingError, match=r"csv:202: tick: expected empty as in all earlier"):
        list(read_rows(session.folder, session.manifest, 500))


@pytest.mark.parametrize(
    "header",
    ["time,sensor", HEADER.decode() + "\r", "\ufeff" + HEADER.decode(), HEADER.decode() + ",mag_x"],
)
def test_header_that_differs_is_refused(
    session: Session, spoil: Callable[[int, str], Path], header: str
) -> None:
    path = spoil(1, header)
    expected = f"{path}:1: expected the header '{HEADER.decode()}', got {header!r}"
    with pytest.raises(RecordingError, match=re.escape(expected)):
        list(read_rows(session.folder, session.manifest))


@pytest.mark.parametrize("rows", ["", "5000"])
def test_file_without_samples_is_refused(session: Session, rows: str) -> None:
    (session.folder / "samples.csv").write_text(HEADER.decode() + "\n" + rows)
    with pytest.raises(RecordingError, match=r"samples.csv: holds no samples"):
        list(read_rows(session.folder, session.manifest))


def test_missing_file_is_refused(session: Session) -> None:
    (session.folder / "samples.csv").unlink()
    with pytest.raises(RecordingError, match=r"samples.csv: cannot be read \(No such file"):
        list(read_rows(session.folder, session.manifest))
    with pytest.raises(RecordingError, match="every session folder needs this file"):
        open_session(session.folder)


def scaled(folder: Path, acc: float, gyr: float, fast_rows: slice = slice(0)) -> Session:
    still = make_block(Placement.THIGH_LEFT)
    rate = still.gyr.copy()
    rate[fast_rows, 1] = 3.5
    block = SampleBlock(
        sensor=still.sensor,
        host_ns=still.host_ns,
        tick=still.tick,
        acc=still.acc * acc,
        gyr=rate * gyr,
    )
    return write_session(folder, make_manifest(), [[make_block(Placement.PELVIS), block]])


@pytest.mark.parametrize(
    ("acc", "gyr", "problem"),
    [
        (1 / 9.80665, 1.0, "acceleration of thigh_left looks like g, not m/s².*multiply.* 9.80665"),
        (1000 / 9.80665, 1.0, "acceleration of thigh_left looks like milli-g.*by 0.00980665"),
        (1.0, 57.3, "angular rate of thigh_left looks like deg/s, not rad/s.*by 0.0174532925"),
    ],
)
def test_other_units_are_refused(tmp_path: Path, acc: float, gyr: float, problem: str) -> None:
    session = scaled(tmp_path / "s", acc, gyr, slice(100, 130))
    with pytest.raises(RecordingError, match=problem):
        list(read_rows(session.folder, session.manifest))


def test_a_short_burst_or_a_fast_swing_is_no_matter_of_units(tmp_path: Path) -> None:
    for name, gyr, fast in (("knock", 57.3, slice(100, 104)), ("sprint", 8.0, slice(100, 400))):
        session = scaled(tmp_path / name, 1.0, gyr, fast)
        rows = list(read_rows(session.folder, session.manifest))
        assert sum(map(len, rows)) == 1000


def test_one_spoilt_sample_is_no_matter_of_units(tmp_path: Path) -> None:
    block = make_block(Placement.PELVIS)
    acc = block.acc.copy()
    acc[250] = 1e300
    spoilt = SampleBlock(
        sensor=block.sensor, host_ns=block.host_ns, tick=block.tick, acc=acc, gyr=block.gyr
    )
    session = write_session(tmp_path / "s", make_manifest([Placement.PELVIS]), [[spoilt]])
    assert_same(joined(session.folder, session.manifest, 10**9)[Placement.PELVIS], spoilt)
