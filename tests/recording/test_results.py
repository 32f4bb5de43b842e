"""Result files: exact columns, empty where unknown, all four or none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.gait import (
    EventKind,
    Flag,
    GaitEvent,
    Stride,
    StrideAngles,
    StrideCurve,
)
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.recording.results import has_results, write_results
from pelvicsense.recording.stride_table import read_stride_columns

FILES = ["curves.csv", "events.csv", "strides.csv", "summary.json"]
HEADER = (
    "stride,side,activity,t_contact_s,t_final_contact_s,t_end_s,stride_time_s,stance_fraction,"
    "cadence_spm,pelvic_drop_at_contact_deg,pelvic_drop_midstance_deg,pelvic_drop_peak_deg,"
    "pelvic_drop_excursion_deg,hip_adduction_peak_deg,hip_adduction_excursion_deg,"
    "thigh_rotation_at_contact_deg,thigh_rotation_peak_deg,thigh_rotation_excursion_deg,valid,flags"
)
SE_HEADER = (
    "pelvic_drop_at_contact_se_deg,pelvic_drop_midstance_se_deg,pelvic_drop_peak_se_deg,"
    "pelvic_drop_excursion_se_deg,hip_adduction_peak_se_deg,hip_adduction_excursion_se_deg,"
    "thigh_rotation_at_contact_se_deg,thigh_rotation_peak_se_deg,thigh_rotation_excursion_se_deg,"
    "stance_time_se_s"
)
STRIDE = Stride(
    stride=0,
    side=Side.LEFT,
    activity=Activity.STAIRS_UP,
    t_contact_s=7.7591364,
    t_final_contact_s=8.5,
    t_end_s=8.9,
    stride_time_s=1.1408636,
    stance_fraction=0.66,
    cadence_spm=105.2,
    stance_time_se_s=0.02,
    angles=StrideAngles(pelvic_drop_peak_deg=4.51298, pelvic_drop_excursion_deg=-1e-9),
    standard_errors=StrideAngles(pelvic_drop_peak_deg=0.25),
    valid=True,
    flags=(Flag.HEADING, Flag.FIRST),
    known_at_s=9.5,
)
EVENT = GaitEvent(
    kind=EventKind.FINAL_CONTACT, side=Side.RIGHT, t_s=1.5, sigma_s=0.01, known_at_s=1.75, score=0.9
)
CURVE = StrideCurve(
    stride=3,
    side=Side.RIGHT,
    obliquity_deg=np.linspace(-1.0, 1.0, 101),
    hip_adduction_deg=np.full(101, np.nan),
    thigh_rotation_deg=np.full(101, -1e-9),
)
SUMMARY = {"version": "0", "peak": np.float64(4.5), "n": np.int64(2), "none": [float("nan"), None]}


def write(folder: Path, *, force: bool = False, note: str = "") -> None:
    write_results(
        folder,
        strides=[STRIDE],
        events=[EVENT],
        curves=[CURVE],
        summary=SUMMARY | {"note": note},
        force=force,
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_columns_and_numbers_are_exactly_those_of_the_format(tmp_path: Path) -> None:
    write(tmp_path)
    assert names(tmp_path) == FILES
    assert (tmp_path / "strides.csv").read_text() == (
        f"{HEADER},{SE_HEADER}\n"
        "0,left,stairs_up,7.759136,8.500000,8.900000,1.140864,0.6600,105.2000,"
        ",,4.5130,0.0000,,,,,,1,heading;first,,,0.2500,,,,,,,0.0200\n"
    )
    assert (tmp_path / "events.csv").read_text() == (
        "t_s,kind,side,known_at_s,score\n1.500000,final_contact,right,1.750000,0.9000\n"
    )
    curves = (tmp_path / "curves.csv").read_text().split("\n")
    assert curves[0] == "stride,side,percent,obliquity_deg,hip_adduction_deg,thigh_rotation_deg"
    assert curves[1] == "3,right,0,-1.0,,0.0"
    assert curves[101] == "3,right,100,1.0,,0.0"
    assert len(curves) == 103
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary == {"version": "0", "peak": 4.5, "n": 2, "none": [None, None], "note": ""}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_no_strides_give_headers_alone(tmp_path: Path) -> None:
    write_results(tmp_path, strides=[], events=[], curves=[], summary={})
    assert (tmp_path / "strides.csv").read_text() == f"{HEADER},{SE_HEADER}\n"
    assert (tmp_path / "curves.csv").read_text().count("\n") == 1
    assert len(read_stride_columns(tmp_path / "strides.csv")["side"]) == 0


def test_existing_results_are_kept_unless_forced(tmp_path: Path) -> None:
    assert not has_results(tmp_path)
    write(tmp_path, note="first")
    assert has_results(tmp_path)
    with pytest.raises(RecordingError, match="holds results already, which are kept; use --force"):
        write(tmp_path, note="second")
    assert json.loads((tmp_path / "summary.json").read_text())["note"] == "first"
    write(tmp_path, note="third", force=True)
    assert json.loads((tmp_path / "summary.json").read_text())["note"] == "third"


@pytest.mark.parametrize("failing", FILES)
@pytest.mark.parametrize("step", ["write", "replace"])
def test_failure_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, step: str
) -> None:
    from pelvicsense.recording import results

    write_private, replace = results.write_private, Path.replace

    def failing_write(path: Path, data: bytes) -> None:
        if failing in path.name:
            path.write_bytes(data[:10])
            raise OSError(28, "No space left on device")
        write_private(path, data)

    def failing_replace(path: Path, target: Path) -> Path:
        if failing in path.name:
            raise OSError(28, "No space left on device")
        return replace(path, target)

    (tmp_path / "samples.csv").write_text("kept")
    with monkeypatch.context() as patch:
        if step == "write":
            patch.setattr(results, "write_private", failing_write)
        else:
            patch.setattr(Path, "replace", failing_replace)
        with pytest.raises(OSError, match="No space"):
            write(tmp_path)
    assert names(tmp_path) == ["samples.csv"]
    write(tmp_path)
    assert names(tmp_path) == sorted([*FILES, "samples.csv"])


def test_failure_before_the_exchange_keeps_old_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, note="old")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pelvicsense.recording.results.write_private", full)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path, note="new", force=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_leftover_of_a_killed_run_is_cleared(tmp_path: Path) -> None:
    (tmp_path / ".strides.csv.partial").write_text("torn")
    (tmp_path / "strides.csv").write_text("exchanged, but then the run was killed")
    assert not has_results(tmp_path)
    write(tmp_path)
    assert names(tmp_path) == FILES


def test_strides_read_back_as_columns(tmp_path: Path) -> None:
    write(tmp_path)
    columns = read_stride_columns(tmp_path / "strides.csv")
    assert list(columns) == f"{HEADER},{SE_HEADER}".split(",")
    assert columns["side"].tolist() == ["left"]
    assert columns["flags"].tolist() == ["heading;first"]
    assert columns["pelvic_drop_peak_deg"].tolist() == [4.513]
    assert columns["pelvic_drop_peak_se_deg"].tolist() == [0.25]
    assert np.isnan(columns["hip_adduction_peak_deg"]).all()


def test_truth_without_standard_errors_and_with_other_words_is_read(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(HEADER + "\n7,right,stairs,1,2,3,2,0.5,60,,,5,,,,,,,1,\n")
    columns = read_stride_columns(path)
    assert columns["activity"].tolist() == ["stairs"]
    assert columns["flags"].tolist() == [""]
    assert columns["stride"].tolist() == [7.0]
    assert columns["pelvic_drop_peak_deg"].tolist() == [5.0]


def test_stride_table_with_other_columns_or_no_numbers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "strides.csv"
    with pytest.raises(RecordingError, match=r"strides.csv: cannot be read \(No such file"):
        read_stride_columns(path)
    path.write_text("stride,foot\n1,left\n")
    with pytest.raises(RecordingError, match=r"strides.csv:1: expected a header beginning with"):
        read_stride_columns(path)
    path.write_text(HEADER + "\n7,right,run,1,2,3,2,0.5,60,,,five,,,,,,,1,\n")
    with pytest.raises(RecordingError, match=r"strides.csv: cannot be parsed: .*five"):
        read_stride_columns(path)
