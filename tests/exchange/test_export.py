"""Exports, read by somebody else's reader wherever there is one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pelvicsense.cli import export as export_command
from pelvicsense.cli.app import run
from pelvicsense.datatypes.errors import PelvicsenseError
from pelvicsense.datatypes.gait import EventKind
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.exchange.exports import c3d, fit, opensim
from pelvicsense.exchange.exports.angles import (
    hip_angles_deg,
    opensim_angles_deg,
    pelvis_angles_deg,
)
from pelvicsense.exchange.exports.fit_bytes import crc
from pelvicsense.exchange.exports.motion import AnalysedSession, BodyMotion, analyse_motion
from pelvicsense.exchange.exports.run import EXPORTS
from pelvicsense.exchange.imports.run import About, import_session
from pelvicsense.recording.session import open_session
from pelvicsense.recording.stride_table import read_stride_columns
from pelvicsense.runtime.analyze import analyze


@pytest.fixture(scope="module")
def files(analysed: AnalysedSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every export of the session with a gap; named as ``--to``."""
    folder = tmp_path_factory.mktemp("exports")
    for name, export in EXPORTS.items():
        export(analysed, folder / name)
    return folder


def known(angles: np.ndarray) -> np.ndarray:
    return np.asarray(angles[np.isfinite(angles)])


def test_every_export_is_the_owners_alone(files: Path) -> None:
    written = [path for path in files.rglob("*") if path.is_file()]
    assert len(written) == 20
    if sys.platform != "win32":
        assert {path.stat().st_mode & 0o777 for path in written} == {0o600}


def test_nothing_is_overwritten(analysed: AnalysedSession, tmp_path: Path) -> None:
    for name, export in EXPORTS.items():
        (tmp_path / name).write_text("mine")
        with pytest.raises(PelvicsenseError, match="never overwritten"):
            export(analysed, tmp_path / name)
        assert (tmp_path / name).read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == len(EXPORTS)


# -- OpenSim -----------------------------------------------------------------------------------


def _opensim_script(code: str, folder: Path) -> str:
    """Run code with OpenSim's own libraries, in a process of its own: they talk a lot."""
    if find_spec("opensim") is None:
        pytest.skip("opensim is not installed (pip install opensim)")
    script = Path(__file__).with_name("opensim_reader.py")
    done = subprocess.run(
        [sys.executable, str(script), code, str(folder)],
        cwd=folder.parent,  # it leaves a log
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()[-1]


def test_opensim_reads_both_files(files: Path, analysed: AnalysedSession) -> None:
    told = json.loads(_opensim_script("read", files / "opensim"))
    assert told["bodies"] == ["pelvis_imu", "femur_l_imu", "femur_r_imu"]
    assert told["angles"] == list(opensim_angles_deg(analysed.motion))
    assert told["rate"] == 100.0
    assert told["degrees"] == "yes"
    assert told["rows"] == [told["rows"][0]] * 2
    angle = opensim_angles_deg(analysed.motion)["hip_adduction_l"]
    assert told["known"] == len(known(angle))
    assert told["sum"] == pytest.approx(float(known(angle).sum()), abs=1e-3)


def test_opensims_kinematics_turn_the_angles_into_the_orientations(files: Path) -> None:
    assert float(_opensim_script("kinematics", files / "opensim")) < 1e-7


def test_opensense_finds_our_angles_from_our_orientations(files: Path) -> None:
    """Its calibration puts the zero into the first row; ours is the mean of the still pose."""
    assert float(_opensim_script("inverse", files / "opensim")) < 0.7


def test_opensim_angles_have_its_signs() -> None:
    """Each movement of the pelvis alone, from what the words mean."""

    def turn(axis: int, degrees: float) -> BodyMotion:
        c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
        i, j = (axis + 1) % 3, (axis + 2) % 3
        matrix = np.eye(3)
        matrix[i, i] = matrix[j, j] = c
        matrix[j, i], matrix[i, j] = s, -s
        return BodyMotion(rate_hz=100.0, pelvis=matrix[None], thighs={})

    up_at_right = turn(0, -10.0)  # about forward: the right end of z rises
    assert up_at_right.pelvis[0, 1, 2] > 0.0
    assert pelvis_angles_deg(up_at_right)["obliquity"][0] == pytest.approx(10.0)
    assert opensim_angles_deg(up_at_right)["pelvis_list"][0] == pytest.approx(-10.0)
    leaning_forward = turn(2, -10.0)  # about right: up moves forward
    assert leaning_forward.pelvis[0, 0, 1] > 0.0
    assert pelvis_angles_deg(leaning_forward)["tilt"][0] == pytest.approx(10.0)
    assert opensim_angles_deg(leaning_forward)["pelvis_tilt"][0] == pytest.approx(-10.0)
    to_the_left = turn(1, 10.0)  # about up: forward moves to the left
    assert to_the_left.pelvis[0, 2, 0] < 0.0
    assert pelvis_angles_deg(to_the_left)["heading"][0] == pytest.approx(10.0)
    assert opensim_angles_deg(to_the_left)["pelvis_rotation"][0] == pytest.approx(10.0)


def test_a_session_without_an_angle_is_refused(analysed: AnalysedSession, tmp_path: Path) -> None:
    nothing = np.full_like(analysed.motion.pelvis, np.nan)
    blind = replace(analysed, motion=replace(analysed.motion, pelvis=nothing))
    with pytest.raises(PelvicsenseError, match="no angle is known"):
        opensim.export(blind, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


# -- BIDS --------------------------------------------------------------------------------------


def test_the_bids_validator_finds_no_error(files: Path) -> None:
    validator = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))
    if validator is None:
        pytest.skip("bids-validator-deno is not installed (pip install bids-validator-deno)")
    done = subprocess.run(
        [validator, "--format", "json", "--max-rows", "-1", str(files / "bids-motion")],
        check=False,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)
    errors = [one for one in found["issues"]["issues"] if one["severity"] == "error"]
    assert errors == []
    assert found["summary"]["modalities"] == ["motion"]


def test_bids_comes_back_as_a_session(files: Path, tmp_path: Path) -> None:
    import_session([files / "bids-motion"], tmp_path / "back", About(subject="P07"))
    result = analyze(tmp_path / "back")
    assert set(result.links) == set(Placement)
    assert result.summary.valid > 15


def test_bids_names_a_kind_of_sensor_once(files: Path) -> None:
    folder = files / "bids-motion" / "sub-P07" / "motion"
    sidecar = json.loads((folder / "sub-P07_task-walk_tracksys-imu_motion.json").read_text())
    assert sidecar["Manufacturer"] == "simulated"


def test_bids_says_what_is_missing(files: Path) -> None:
    folder = files / "bids-motion" / "sub-P07" / "motion"
    stem = "sub-P07_task-walk_tracksys-imu"
    names = pl.read_csv(folder / f"{stem}_channels.tsv", separator="\t")["name"].to_list()
    table = pl.read_csv(
        folder / f"{stem}_motion.tsv",
        separator="\t",
        has_header=False,
        new_columns=names,
        null_values="n/a",
    )
    gap = table.slice(1520, 60)
    assert gap["thigh_left_accel_x"].null_count() == 60
    assert gap["hip_left_adduction"].null_count() == 60
    assert gap["pelvis_accel_x"].null_count() == 0
    assert gap["hip_right_adduction"].null_count() == 0


# -- C3D ---------------------------------------------------------------------------------------


def test_ezc3d_reads_the_angles_and_events(files: Path, analysed: AnalysedSession) -> None:
    ezc3d = pytest.importorskip("ezc3d", reason="ezc3d is not installed (pip install ezc3d)")
    read = ezc3d.c3d(str(files / "c3d"))
    parameters, points = read["parameters"], read["data"]["points"]
    assert parameters["POINT"]["LABELS"]["value"] == ["LHipAngles", "RHipAngles", "PelvisAngles"]
    assert parameters["POINT"]["ANGLES"]["value"] == parameters["POINT"]["LABELS"]["value"]
    assert parameters["POINT"]["RATE"]["value"] == [100.0]
    assert parameters["SUBJECTS"]["NAMES"]["value"] == ["P07"]
    hip = hip_angles_deg(analysed.motion, Side.LEFT)
    np.testing.assert_allclose(points[1, 0], hip["adduction"], atol=1e-5)
    np.testing.assert_allclose(points[2, 0], hip["rotation"], atol=1e-5)
    obliquity = pelvis_angles_deg(analysed.motion)["obliquity"]
    np.testing.assert_allclose(points[1, 2], obliquity, atol=1e-5)
    events = sorted(analysed.result.events, key=lambda event: event.t_s)
    minutes, seconds = parameters["EVENT"]["TIMES"]["value"]
    np.testing.assert_allclose(60.0 * minutes + seconds, [e.t_s for e in events], atol=1e-4)
    assert parameters["EVENT"]["CONTEXTS"]["value"] == [e.side.capitalize() for e in events]
    strikes = [label == "Foot Strike" for label in parameters["EVENT"]["LABELS"]["value"]]
    assert strikes == [e.kind is EventKind.INITIAL_CONTACT for e in events]


def test_a_long_trial_with_many_events_is_whole(analysed: AnalysedSession, tmp_path: Path) -> None:
    ezc3d = pytest.importorskip("ezc3d", reason="ezc3d is not installed (pip install ezc3d)")
    frames = 70_000
    motion = BodyMotion(rate_hz=100.0, pelvis=np.tile(np.eye(3), (frames, 1, 1)), thighs={})
    event = analysed.result.events[0]
    events = [replace(event, t_s=float(i)) for i in range(4000)]
    (tmp_path / "long.c3d").write_bytes(c3d.encode(motion, events, "P07"))
    read = ezc3d.c3d(str(tmp_path / "long.c3d"))
    assert read["data"]["points"].shape == (4, 1, frames)
    group = read["parameters"]["EVENT"]
    assert group["USED"]["value"] == [4000]
    times = np.hstack([group[f"TIMES{suffix}"]["value"] for suffix in ("", *range(2, 17))])
    np.testing.assert_allclose(60.0 * times[0] + times[1], np.arange(4000.0), atol=1e-4)


def test_more_contacts_than_c3d_holds_are_refused(
    analysed: AnalysedSession, tmp_path: Path
) -> None:
    many = replace(analysed.result, events=analysed.result.events * 80)
    with pytest.raises(PelvicsenseError, match=r"has room for 4000; cut a stretch"):
        c3d.export(replace(analysed, result=many), tmp_path / "out.c3d")
    assert list(tmp_path.iterdir()) == []


# -- FIT ---------------------------------------------------------------------------------------


def test_garmins_reader_sees_drop_once_a_second(files: Path, analysed: AnalysedSession) -> None:
    sdk = pytest.importorskip(
        "garmin_fit_sdk", reason="garmin-fit-sdk is not installed (pip install garmin-fit-sdk)"
    )
    assert sdk.Decoder(sdk.Stream.from_file(str(files / "fit"))).check_integrity()
    messages, errors = sdk.Decoder(sdk.Stream.from_file(str(files / "fit"))).read()
    assert errors == []
    assert messages["file_id_mesgs"][0]["type"] == "activity"
    assert messages["session_mesgs"][0]["sport"] == "walking"
    fields = messages["field_description_mesgs"]
    assert [one["field_name"] for one in fields] == ["pelvic_drop_left", "pelvic_drop_right"]
    assert {one["units"] for one in fields} == {"deg"}
    records = messages["record_mesgs"]
    started = analysed.session.manifest.started_at
    assert [(r["timestamp"] - started).total_seconds() for r in records] == [*range(len(records))]
    shown = [record["developer_fields"] for record in records if "developer_fields" in record]
    for key, side in ((0, Side.LEFT), (1, Side.RIGHT)):
        true = [
            stride.angles.pelvic_drop_peak_deg
            for stride in analysed.result.strides
            if stride.valid and stride.side is side
        ]
        seen = [one[key] for one in shown if not np.isnan(one[key])]
        assert len(seen) > 6
        assert all(min(abs(value - one) for one in true) < 1e-5 for value in seen)


def test_a_second_without_a_valid_stride_shows_nothing(analysed: AnalysedSession) -> None:
    rows = fit.per_second(analysed.result.strides, 28)
    assert rows[2] == (2, None, (None, None))
    invalid = [replace(stride, valid=False) for stride in analysed.result.strides]
    assert {row[1:] for row in fit.per_second(invalid, 28)} == {(None, (None, None))}


def test_the_checksum_is_that_of_the_protocol() -> None:
    assert crc(b"123456789") == 0xBB3D  # CRC-16/ARC, its published check value


# -- tables ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_hold_what_the_analysis_found(
    kind: str, files: Path, analysed: AnalysedSession
) -> None:
    read = pl.read_csv if kind == "csv" else pl.read_parquet
    tables = {
        name: read(files / kind / f"{name}.{kind}")
        for name in ("angles", "strides", "events", "curves")
    }
    result = analysed.result
    assert tables["angles"].height == len(analysed.motion)
    assert tables["strides"].height == len(result.strides)
    assert tables["events"].height == len(result.events)
    assert tables["curves"].height == 101 * len(result.curves)
    obliquity = pelvis_angles_deg(analysed.motion)["obliquity"]
    shown = tables["angles"]["obliquity_deg"].to_numpy()
    np.testing.assert_allclose(shown, obliquity, atol=6e-5)
    gap = tables["angles"].filter(pl.col("t_s").is_between(15.2, 15.8))
    assert gap["hip_adduction_left_deg"].null_count() == gap.height > 50
    assert gap["hip_adduction_right_deg"].null_count() == 0
    assert tables["strides"]["valid"].sum() == result.summary.valid


def test_the_stride_table_is_that_of_the_session(files: Path, analysed: AnalysedSession) -> None:
    own = read_stride_columns(files / "csv" / "strides.csv")
    peaks = [stride.angles.pelvic_drop_peak_deg for stride in analysed.result.strides]
    np.testing.assert_allclose(own["pelvic_drop_peak_deg"].astype(float), peaks, atol=6e-5)


# -- command -----------------------------------------------------------------------------------


def test_the_command_offers_every_export() -> None:
    assert tuple(EXPORTS) == export_command.FORMATS


def test_the_command_exports_and_leaves_the_session_alone(
    analysed: AnalysedSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = analysed.session.folder
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    arguments = ["export", str(folder), "--to", "fit", "--out", str(tmp_path / "walk.fit")]
    assert run(arguments) == 0
    assert "walk.fit: fit, " in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert run(arguments) == 1
    assert "never overwritten" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["c3d", "fit"])
def test_a_file_has_the_ending_by_which_it_is_known(
    kind: str, analysed: AnalysedSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(analysed.session.folder)
    assert run(["export", folder, "--to", kind, "--out", str(tmp_path / "walk")]) == 1
    assert f"expected a file name that ends in .{kind}, got 'walk'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_reading_a_session_again_gives_the_same_motion(analysed: AnalysedSession) -> None:
    again = analyse_motion(open_session(analysed.session.folder))
    np.testing.assert_array_equal(again.motion.pelvis, analysed.motion.pelvis)
