"""Corrected copies: what changes, what stays, and what the copy says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from session_parts import ORIGIN_NS, make_block, make_manifest

from pelvicsense.datatypes.errors import ConfigurationError, RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock
from pelvicsense.recording.arrival import in_arrival_order
from pelvicsense.recording.edit import edit_session
from pelvicsense.recording.manifest import Person, SessionActivity
from pelvicsense.recording.rows import SampleRows
from pelvicsense.recording.samples import read_rows
from pelvicsense.recording.session import Session
from pelvicsense.recording.write import write_session

FIRST_NS = ORIGIN_NS + 50_000_000  # the first packet of the pelvis arrives 0.05 s after ORIGIN_NS


def at(seconds: float) -> int:
    return FIRST_NS + round(seconds * 1e9)


def samples_of(session: Session, sensor: Placement) -> SampleBlock:
    """All samples of one sensor."""
    whole: SampleRows | None = None
    for rows in read_rows(session.folder, session.manifest):
        whole = rows if whole is None else whole.joined(rows)
    assert whole is not None
    return next(block for block in whole.blocks() if block.sensor is sensor)


def edit(
    session: Session,
    name: str = "copy",
    *,
    swap_thighs: bool = False,
    trim: tuple[float, float] | None = None,
    settings: Mapping[str, str] | None = None,
) -> Session:
    return edit_session(
        session.folder,
        session.folder.with_name(name),
        swap_thighs=swap_thighs,
        trim=trim,
        settings=settings or {},
    )


def test_original_stays_and_copy_says_where_it_came_from(session: Session) -> None:
    before = {path.name: path.read_bytes() for path in session.folder.iterdir()}
    copy = edit(session, settings={"subject": "P08"})
    assert {path.name: path.read_bytes() for path in session.folder.iterdir()} == before
    assert copy.manifest.edited_from == "walk"
    assert copy.manifest.edits == ("set subject=P08",)
    again = edit(copy, "again", swap_thighs=True)
    assert again.manifest.edited_from == "copy"
    assert again.manifest.edits == ("set subject=P08", "swap-thighs")
    assert {p.stat().st_mode & 0o777 for p in again.folder.iterdir()} == {0o600}


def test_comments_and_unknown_keys_of_the_manifest_are_kept(session: Session) -> None:
    path = session.folder / "session.toml"
    path.write_text("# worn over the shirt\nweather = 'rain'\n" + path.read_text())
    text = (edit(session, settings={"speed_mps": "2.5"}).folder / "session.toml").read_text()
    assert text.startswith("# worn over the shirt\nweather = 'rain'\n")


def test_settings_change_the_manifest_and_not_the_samples(session: Session) -> None:
    copy = edit(
        session,
        settings={
            "activity": "run",
            "speed_mps": "3.2",
            "person.height_m": "1.8",
            "person.leg_length_m": "0.9",
            "started_at": "2026-01-02T03:04:05+00:00",
            "calibration.still": "0.5,4.5;10,12",
        },
    )
    assert copy.manifest.activity is SessionActivity.RUN
    assert copy.manifest.speed_mps == 3.2
    assert copy.manifest.person == Person(height_m=1.8, leg_length_m=0.9)
    assert copy.manifest.started_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert copy.manifest.still_windows_s == ((0.5, 4.5), (10.0, 12.0))
    samples = (session.folder / "samples.csv").read_bytes()
    assert (copy.folder / "samples.csv").read_bytes() == samples


def test_swap_exchanges_samples_marks_and_sensor_tables(tmp_path: Path) -> None:
    lost = Mark(host_ns=at(1), kind=MarkKind.LOST, sensor=Placement.THIGH_LEFT, text="2")
    groups = in_arrival_order([make_block(sensor) for sensor in Placement], [lost])
    session = write_session(tmp_path / "s", make_manifest(), groups)
    path = session.folder / "session.toml"
    path.write_text(path.read_text().replace("rate_hz = 100.0", "rate_hz = 120.0", 2))
    copy = edit(session, swap_thighs=True)
    rates = {sensor: spec.rate_hz for sensor, spec in copy.manifest.sensors.items()}
    assert rates == {
        Placement.PELVIS: 120.0,
        Placement.THIGH_LEFT: 100.0,
        Placement.THIGH_RIGHT: 120.0,
    }
    assert [placed.mark.sensor for placed in copy.marks] == [Placement.THIGH_RIGHT]
    for new, old in (
        (Placement.PELVIS, Placement.PELVIS),
        (Placement.THIGH_LEFT, Placement.THIGH_RIGHT),
        (Placement.THIGH_RIGHT, Placement.THIGH_LEFT),
    ):
        assert samples_of(copy, new).acc.tobytes() == make_block(old).acc.tobytes()
    edit(copy, "back", swap_thighs=True)
    assert (tmp_path / "back/samples.csv").read_bytes() == (tmp_path / "s/samples.csv").read_bytes()


def test_swap_renames_a_lone_thigh(tmp_path: Path) -> None:
    sensors = [Placement.PELVIS, Placement.THIGH_LEFT]
    session = write_session(
        tmp_path / "s", make_manifest(sensors), [[make_block(sensor) for sensor in sensors]]
    )
    copy = edit(session, swap_thighs=True)
    assert set(copy.manifest.sensors) == {Placement.PELVIS, Placement.THIGH_RIGHT}
    got = samples_of(copy, Placement.THIGH_RIGHT)
    assert got.acc.tobytes() == make_block(Placement.THIGH_LEFT).acc.tobytes()


def test_trim_keeps_what_arrived_in_the_window_and_moves_times(session: Session) -> None:
    copy = edit(session, trim=(1.0, 3.0))
    for sensor in Placement:
        whole, got = make_block(sensor), samples_of(copy, sensor)
        inside = (whole.host_ns >= at(1.0)) & (whole.host_ns < at(3.0))
        assert got.host_ns.tolist() == whole.host_ns[inside].tolist()
        assert got.acc.tobytes() == whole.acc[inside].tobytes()
    assert copy.manifest.still_windows_s == ((0.0, 1.5),)
    assert copy.manifest.started_at == datetime(2026, 11, 22, 10, 15, 1, tzinfo=UTC)
    assert copy.manifest.edits == ("trim 1 3",)


@pytest.mark.parametrize(
    ("trim", "windows"),
    [
        ((0.0, 4.0), ((0.5, 2.5),)),
        ((0.0, 1.5), ((0.5, 1.452),)),  # the last packet before 1.5 s arrives at 1.452 s
        ((0.4, 4.0), ((0.1, 2.1),)),
        ((3.0, 4.0), ()),
    ],
)
def test_trim_moves_and_clips_still_windows(
    session: Session, trim: tuple[float, float], windows: tuple[tuple[float, float], ...]
) -> None:
    assert edit(session, trim=trim).manifest.still_windows_s == windows


def test_set_values_are_not_moved_by_the_trim(session: Session) -> None:
    settings = {"calibration.still": "0.2,0.9", "started_at": "2026-01-02T03:04:05+00:00"}
    manifest = edit(session, trim=(1.0, 3.0), settings=settings).manifest
    assert manifest.still_windows_s == ((0.2, 0.9),)
    assert manifest.started_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_trim_keeps_marks_and_lasting_states(tmp_path: Path) -> None:
    marks = [
        Mark(host_ns=at(0.2), kind=MarkKind.LINK_LOST, sensor=Placement.PELVIS),
        Mark(host_ns=at(0.4), kind=MarkKind.LINK_BACK, sensor=Placement.PELVIS),
        Mark(host_ns=at(0.5), kind=MarkKind.NOTE, text="before"),
        Mark(host_ns=at(0.6), kind=MarkKind.PAUSE),
        Mark(host_ns=at(1.52), kind=MarkKind.RESUME),
        Mark(host_ns=at(3.2), kind=MarkKind.SYNC),
    ]
    groups = in_arrival_order([make_block(sensor) for sensor in Placement], marks)
    session = write_session(tmp_path / "s", make_manifest(), groups)
    copy = edit(session, trim=(1.0, 3.0))
    kept = [(placed.after_row, placed.mark.kind, placed.mark.host_ns) for placed in copy.marks]
    assert kept == [
        (0, MarkKind.PAUSE, at(1.0)),
        # packets of 5 samples from each of 3 sensors every 50 ms: 11 until 1.52 s
        (11 * 15, MarkKind.RESUME, at(1.52)),
    ]


def test_truth_goes_along_only_where_samples_stay(session: Session) -> None:
    (session.folder / "truth.csv").write_text("stride\n")
    (session.folder / "strides.csv").write_text("stride\n")
    set_only = edit(session, "set", settings={"subject": "P08"})
    assert (set_only.folder / "truth.csv").read_text() == "stride\n"
    assert not (set_only.folder / "strides.csv").exists()
    for name, copy in (
        ("swap", edit(session, "swap", swap_thighs=True)),
        ("trim", edit(session, "trim", trim=(1.0, 2.0))),
    ):
        assert not (copy.folder / "truth.csv").exists(), name


@pytest.mark.parametrize(
    ("trim", "settings", "problem"),
    [
        (None, {}, "nothing to edit; give a swap of the thighs, a trim or a setting"),
        ((2.0, 1.0), {}, "trim: expected 0 <= start < end in seconds, got 2 and 1"),
        ((-1.0, 1.0), {}, "trim: expected 0 <= start < end in seconds, got -1 and 1"),
        (None, {"sex": "f"}, "setting 'sex' does not exist; expected one of subject, activity, sp"),
        (None, {"speed_mps": "fast"}, "setting speed_mps: expected a number of m/s, got 'fast'"),
        (None, {"started_at": "2026-01-02"}, "setting started_at: expected a date and time with"),
        (None, {"calibration.still": "a"}, "setting calibration.still: expected start,end in sec"),
    ],
)
def test_impossible_edits_are_refused(
    session: Session,
    trim: tuple[float, float] | None,
    settings: Mapping[str, str],
    problem: str,
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        edit(session, trim=trim, settings=settings)
    assert [path.name for path in session.folder.parent.iterdir()] == ["walk"]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"speed_mps": "-1"}, "speed_mps: expected a number above 0, got -1.0"),
        ({"activity": "jog"}, "activity: expected one of walk, .*, got 'jog'"),
        ({"subject": ""}, "subject: expected a text in quotes, got ''"),
        ({"person.height_m": "nan"}, "person.height_m: expected a number above 0, got nan"),
        ({"calibration.still": "4.5,0.5"}, r"calibration.still: expected \[start, end\]"),
    ],
)
def test_values_out_of_range_are_refused(
    session: Session, settings: Mapping[str, str], problem: str
) -> None:
    with pytest.raises(RecordingError, match=problem):
        edit(session, settings=settings)
    assert [path.name for path in session.folder.parent.iterdir()] == ["walk"]


def test_trim_beyond_the_end_and_existing_destination_are_refused(session: Session) -> None:
    with pytest.raises(RecordingError, match="copy: would hold no samples, so it is not written"):
        edit(session, trim=(100.0, 200.0))
    assert [path.name for path in session.folder.parent.iterdir()] == ["walk"]
    with pytest.raises(RecordingError, match="walk: exists already and is never overwritten"):
        edit(session, "walk", swap_thighs=True)
