from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pelvicsense.cli.app import run


@pytest.fixture(params=[80, 120])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """The terminal's width."""
    columns: int = request.param
    monkeypatch.setenv("COLUMNS", str(columns))
    return columns


def test_a_session_is_shown_within_the_width(
    walk: Path, width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["analyze", str(walk)]) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert max(map(len, lines[:-1])) <= width  # the last one is a path, never broken
    assert "…" not in "".join(line for line in lines if "adduction" in line)
    for words in (
        "Strides, degrees",
        "Walk: mean ± SD",
        "left − right",
        "valid + not counted",
        "Not a medical device.",
        "before any calibration was accepted",
    ):
        assert words in out
    assert str(walk) in lines[-1]
    assert (walk / "strides.csv").is_file()


def test_existing_results_are_kept_and_it_is_said(
    walk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["analyze", str(walk)]) == 0
    (walk / "strides.csv").write_text("mine")
    assert run(["analyze", str(walk)]) == 0
    assert "use --force" in capsys.readouterr().out
    assert (walk / "strides.csv").read_text() == "mine"
    assert run(["analyze", str(walk), "--force"]) == 0
    assert (walk / "strides.csv").read_text() != "mine"


def test_out_takes_the_results(walk: Path, tmp_path: Path) -> None:
    assert run(["analyze", str(walk), "--out", str(tmp_path / "results")]) == 0
    assert (tmp_path / "results" / "walk" / "summary.json").is_file()
    assert not (walk / "strides.csv").exists()


def test_of_many_one_that_fails_is_told_and_the_status_is_1(
    walk: Path, width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = walk.parent / "broken"
    broken.mkdir()
    (broken / "session.toml").write_text("format_version = 99\n")
    assert run(["analyze", str(walk.parent)]) == 1
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert "broken" in told.err
    assert "1 of 2 sessions analysed." in told.out
    assert max(map(len, told.out.splitlines())) <= width


def test_json_is_all_there_is_on_the_standard_output(
    walk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(walk, walk.parent / "spoilt")
    (walk.parent / "spoilt" / "samples.csv").unlink()
    assert run(["analyze", str(walk.parent), "--json"]) == 1
    sessions = json.loads(capsys.readouterr().out)["sessions"]
    failed, analysed = sorted(sessions, key=lambda session: "error" not in session)
    assert "samples.csv" in failed["error"]
    assert analysed["written"] is True
    assert analysed["strides"]["valid"] >= 20
    assert analysed["made_by"]["filter"] == "vqf"


def test_another_filter_can_be_chosen(walk: Path) -> None:
    assert run(["analyze", str(walk), "--filter", "madgwick"]) == 0
    assert json.loads((walk / "summary.json").read_text())["made_by"]["filter"] == "madgwick"


def test_a_session_without_steps_says_why_there_is_nothing(
    walk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    still = tmp_path / "still"
    assert run(["edit", str(walk), "--trim", "0", "5", "--out", str(still)]) == 0
    assert run(["analyze", str(still)]) == 0
    out = capsys.readouterr().out
    assert "No calibration, so angles are empty" in out


def test_a_place_that_cannot_be_written_is_an_error_not_a_traceback(
    walk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert run(["analyze", str(walk), "--out", str(blocked)]) == 1
    assert str(blocked) in capsys.readouterr().err
