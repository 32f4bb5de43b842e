"""session.toml: reads back as written; what is wrong is named with key, expected and got."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from session_parts import make_manifest

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SensorSpec
from pelvicsense.recording.manifest import (
    Manifest,
    Person,
    SessionActivity,
    read_manifest,
    write_manifest,
)

GOOD = """\
format_version = 1
started_at = 2026-11-22T10:15:00+00:00   # a comment
subject = "P07"
activity = "run"
weather = "rain"

[person]
height_m = 1.8
leg_length_m = 0.9

[sensors.pelvis]
profile = "movella-dot"
rate_hz = 60
tick_s = 1e-6
tick_bits = 32
colour = "blue"

[calibration]
still = [0.5, 4.5]
"""


def read(folder: Path, text: str) -> Manifest:
    (folder / "session.toml").write_text(text)
    return read_manifest(folder)


def test_reads_what_the_format_describes(tmp_path: Path) -> None:
    manifest = read(tmp_path, GOOD)
    assert manifest == Manifest(
        started_at=datetime(2026, 11, 22, 10, 15, tzinfo=UTC),
        subject="P07",
        activity=SessionActivity.RUN,
        person=Person(height_m=1.8, leg_length_m=0.9),
        sensors={
            Placement.PELVIS: SensorSpec(
                placement=Placement.PELVIS,
                profile="movella-dot",
                rate_hz=60.0,
                tick_s=1e-6,
                tick_bits=32,
            )
        },
        still_windows_s=((0.5, 4.5),),
    )


def test_several_still_windows(tmp_path: Path) -> None:
    text = GOOD.replace("[0.5, 4.5]", "[[0.5, 4.5], [60, 65]]")
    assert read(tmp_path, text).still_windows_s == ((0.5, 4.5), (60.0, 65.0))


@pytest.mark.parametrize("windows", [(), ((0.5, 4.5),), ((0.5, 4.5), (60.0, 65.25))])
def test_written_manifest_reads_back(
    tmp_path: Path, windows: tuple[tuple[float, float], ...]
) -> None:
    manifest = make_manifest(
        continues="before",
        speed_mps=2.5,
        person=Person(leg_length_m=0.87),
        still_windows_s=windows,
        edited_from="raw",
        edits=("swap-thighs", 'set subject="x"'),
    )
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert (tmp_path / "session.toml").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write_manifest(tmp_path, manifest)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("format_version = 1", "format_version = 2", "expected format_version 1, got 2; update"),
        ("format_version = 1", "", "format_version: expected a whole number from 1 to .*nothing"),
        ("2026-11-22T10:15:00+00:00", "2026-11-22T10:15:00", "started_at: expected a date and"),
        ("2026-11-22T10:15:00+00:00", '"today"', "started_at: expected .*, got 'today'; correct"),
        ('subject = "P07"', "", "subject: expected a text in quotes, got nothing"),
        ('"run"', '"jog"', "activity: expected one of walk, run, .*, got 'jog'; correct the file"),
        ("height_m = 1.8", "height_m = -1", r"person.height_m: expected a number above 0, got -1"),
        ("height_m = 1.8", "height_m = true", "person.height_m: expected a number above 0, got T"),
        ("rate_hz = 60", "rate_hz = inf", "sensors.pelvis.rate_hz: expected a number above 0, got"),
        ("rate_hz = 60", "", "sensors.pelvis.rate_hz: expected a number above 0, got nothing"),
        ("tick_bits = 32", "tick_bits = 65", "sensors.pelvis.tick_bits: expected a whole .* 1 to"),
        ("tick_s = 1e-6", "tick_s = 0", "sensors.pelvis.tick_s: expected a number above 0, got 0"),
        ("[sensors.pelvis]", "[sensors.chest]", "sensors.chest: expected one of pelvis, thigh_le"),
        ("[sensors.pelvis]", "[nothing]", r"sensors: expected a table \[sensors.<pelvis \| thig"),
        ("[0.5, 4.5]", "[4.5, 0.5]", r"calibration.still: expected \[start, end\] .*\[4.5, 0.5\]"),
        ("[0.5, 4.5]", "[[0.5, 4.5], [1]]", "calibration.still: expected .* or a list of such"),
        ("[0.5, 4.5]", "4.5", "calibration.still: expected .*, got 4.5"),
        ("[person]\n", "person = 3\n[x]\n", "person: expected a table, got 3"),
        ("[person]", "[person", "is no valid TOML: .*line 7"),
    ],
)
def test_wrong_key_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in GOOD
    with pytest.raises(RecordingError, match=problem) as caught:
        read(tmp_path, GOOD.replace(old, new))
    assert str(caught.value).startswith(f"{tmp_path / 'session.toml'}: ")


def test_missing_or_foreign_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"session.toml: cannot be read \(No such file"):
        read_manifest(tmp_path)
    (tmp_path / "session.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RecordingError, match="expected UTF-8 text"):
        read_manifest(tmp_path)
