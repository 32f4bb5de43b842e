from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest

from pelvicsense.cli.app import run
from pelvicsense.cli.tables import clock_time, number
from pelvicsense.recording.session import open_session
from pelvicsense.recording.stride_table import BASE_COLUMNS, read_stride_columns


def test_replay_prints_strides_and_latencies(
    simulated_walk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["replay", str(simulated_walk), "--headless", "--speed", "max"]) == 0
    out = capsys.readouterr().out
    assert "calibrated from" in out
    assert len(re.findall(r"stride \d+ .*\d+ ms", out)) >= 20
    assert re.search(r"walk +\d+ +\d+ +\d+ +\d+ +\d+ +\d+", out)
    assert "before the calibration are not among them" in out


def test_info_shows_what_was_worn_and_how_sure_the_calibration_is(
    simulated_walk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["info", str(simulated_walk)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"left thigh +timestamp +\d+ 100\.0", out)
    assert "Calibration: accepted" in out
    assert "Missing, pelvis: nowhere" in out
    assert max(map(len, out.splitlines())) <= 80


def test_info_says_that_thighs_look_swapped(
    simulated_walk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    swapped = tmp_path / "swapped"
    assert run(["edit", str(simulated_walk), "--swap-thighs", "--out", str(swapped)]) == 0
    assert run(["info", str(swapped)]) == 0
    out = capsys.readouterr().out
    assert "Calibration: none." in out
    assert "look swapped" in " ".join(out.split())
    assert "made from walk: swap-thighs" in out


def test_edit_puts_the_copy_beside_the_original(walk: Path) -> None:
    before = (walk / "samples.csv").read_bytes()
    assert run(["edit", str(walk), "--set", "subject=P08", "--set", "person.height_m=1.8"]) == 0
    manifest = open_session(walk.with_name("walk-edited")).manifest
    assert (manifest.subject, manifest.person.height_m) == ("P08", 1.8)
    assert manifest.edited_from == "walk"
    assert (walk / "samples.csv").read_bytes() == before


def test_compare_filters_shows_errors_and_refusals(
    simulated_walk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compare-filters", str(simulated_walk)]) == 0
    out = capsys.readouterr().out
    for name in ("vqf", "madgwick", "mahony", "aqua", "ekf"):
        assert len(re.findall(rf"^{name} ", out, re.MULTILINE)) == 3
    assert "Errors against truth.csv" in out
    assert "ukf: its covariance" in out
    assert not (simulated_walk / "strides.csv").exists()


def test_bench_shows_every_stage(simulated_walk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", str(simulated_walk), "--hours", "0.01", "--runs", "1"]) == 0
    out = capsys.readouterr().out
    for stage in ("read", "clock", "fusion", "calibration", "gait", "metrics", "write", "all"):
        assert re.search(rf"^{stage} ", out, re.MULTILINE)
    assert "× real time" in out


def test_simulate_writes_a_session_and_its_truth(simulated_walk: Path) -> None:
    header = (simulated_walk / "truth.csv").read_text().partition("\n")[0]
    assert tuple(header.split(",")) == BASE_COLUMNS
    session = open_session(simulated_walk)
    assert session.manifest.activity == "walk"
    assert session.manifest.subject == "simulated-5"


def test_equal_seeds_give_equal_bytes(simulated_walk: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    for folder, seed in ((again, "5"), (other, "6")):
        options = ["--duration", "26", "--seed", seed, "--out", str(folder)]
        assert run(["simulate", *options]) == 0
    samples = (simulated_walk / "samples.csv").read_bytes()
    assert (again / "samples.csv").read_bytes() == samples
    assert (other / "samples.csv").read_bytes() != samples


@pytest.mark.parametrize(
    ("options", "activities"),
    [
        (["--activity", "stairs"], {"stairs_up", "stairs_down"}),
        (["--activity", "mixed", "--duration", "70"], {"walk", "run", "stairs_up", "stairs_down"}),
        (["--activity", "run", "--speed", "3", "--treadmill"], {"run"}),
    ],
)
def test_an_activity_is_what_its_name_says(
    options: list[str], activities: set[str], tmp_path: Path
) -> None:
    folder = tmp_path / "session"
    assert run(["simulate", "--duration", "40", *options, "--out", str(folder)]) == 0
    truth = read_stride_columns(folder / "truth.csv")
    assert set(truth["activity"]) == activities


def test_the_person_has_the_peaks_that_were_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    peaks = ["--pelvic-drop", "8", "--thigh-rotation", "12", "--asymmetry", "0.5"]
    assert run(["simulate", "--duration", "40", *peaks, "--out", str(folder)]) == 0
    truth = read_stride_columns(folder / "truth.csv")
    for metric, asked in (("pelvic_drop_peak_deg", 8.0), ("thigh_rotation_peak_deg", 12.0)):
        left, right = (
            np.mean(truth[metric][(truth["side"] == side) & (truth["valid"] == 1)].astype(float))
            for side in ("left", "right")
        )
        assert 0.5 * (left + right) == pytest.approx(asked, rel=0.1)
        assert (right - left) / asked == pytest.approx(0.5, abs=0.15)


def test_one_thigh_leaves_the_other_sensor_at_home(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    assert run(["simulate", "--duration", "26", "--one-thigh", "left", "--out", str(folder)]) == 0
    assert set(open_session(folder).manifest.sensors) == {"pelvis", "thigh_left"}


@pytest.mark.parametrize(
    ("seconds", "text"), [(59.94, "59.9 s"), (120.0, "0:02:00 h"), (3725.4, "1:02:05 h")]
)
def test_durations_are_written_as_people_read_them(seconds: float, text: str) -> None:
    assert clock_time(seconds) == text


@pytest.mark.parametrize(("value", "text"), [(-0.04, "0.0"), (math.nan, "–"), (3.25, "3.2")])
def test_numbers_have_no_negative_zero_and_unknown_is_a_dash(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    "options",
    [
        ["--stalls", "-1"],
        ["--wobble", "-2"],
        ["--clock-skew", "-3"],
        ["--gap", "pelvis", "5", "-1"],
        ["--stand", "10", "0"],
    ],
)
def test_what_cannot_be_less_than_nothing_is_refused(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "session"
    assert run(["simulate", *options, "--out", str(folder)]) == 2
    assert f"Invalid value for '{options[0]}'" in capsys.readouterr().err
    assert not folder.exists()


def test_a_cadence_goal_upside_down_is_told_by_its_option(
    simulated_walk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    goal = ["--from", str(simulated_walk), "--aim", "cadence", "--more", "5", "4"]
    assert run(["plan", "simulated-5", "--in", str(simulated_walk.parent), *goal]) == 1
    error = capsys.readouterr().err
    assert "more: expected the lower percentage first, got 5 and 4" in error


def test_an_unknown_simulated_activity_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["log", "--virtual", "fly"]) == 1
    assert "expected one of walk, run, stairs, got 'fly'" in capsys.readouterr().err
