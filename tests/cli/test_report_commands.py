from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from pelvicsense.cli.app import run
from pelvicsense.cli.forget import command as forget_command
from pelvicsense.recording.edit import edit_session
from pelvicsense.report import extra

RECORDINGS = Path(__file__).parents[2] / "recordings"


@pytest.fixture(scope="module")
def history(simulated_walk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three analysed sessions of P07, of which the last was turned round; one without results."""
    folder = tmp_path_factory.mktemp("history")
    for day in range(1, 5):
        settings = {"subject": "P07", "started_at": f"2026-02-0{day}T09:00:00+00:00"}
        edit_session(simulated_walk, folder / f"s{day}", settings=settings)
    assert run(["analyze", *(str(folder / f"s{day}") for day in range(1, 4))]) == 0
    return folder


def test_report_writes_one_private_page(walk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", str(walk)]) == 0
    page = walk / "report.html"
    assert f"Written: {page}" in capsys.readouterr().out
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert not (walk / "summary.json").exists()


def test_a_report_that_is_there_is_kept(
    walk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "mine.html"
    page.write_text("mine")
    assert run(["report", str(walk), "--out", str(page)]) == 1
    assert "mine.html: is there already and is kept; use --force" in capsys.readouterr().err
    assert page.read_text() == "mine"
    assert run(["report", str(walk), "--out", str(page), "--force"]) == 0
    assert page.read_text() != "mine"


@pytest.mark.parametrize(
    ("name", "problem"),
    [("report.pdf", "ends in .html"), ("nowhere/report.html", "expected a folder to write to")],
)
def test_a_report_goes_to_a_place_that_makes_sense(
    simulated_walk: Path,
    tmp_path: Path,
    name: str,
    problem: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["report", str(simulated_walk), "--out", str(tmp_path / name)]) == 1
    assert problem in capsys.readouterr().err


def test_what_is_no_session_has_no_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", str(tmp_path / "nowhere")]) == 1
    assert "expected a session folder" in capsys.readouterr().err


def test_a_missing_extra_says_how_to_get_it(
    simulated_walk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda name: None if name == "matplotlib" else name)
    assert run(["report", str(simulated_walk)]) == 1
    assert "need matplotlib, not installed here; run: pip install" in capsys.readouterr().err


def test_trends_show_sessions_changes_and_what_is_left_out(
    history: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["trends", "P07", "--in", str(history)]) == 0
    out = capsys.readouterr().out
    assert "3 sessions with results" in out
    assert re.search(r"2026-02-01 left +\d+\.\d±\d", out)
    assert "Walk: from 2026-02-01 to 2026-02-03" in out
    assert "Walk: from 2026-02-02 to 2026-02-03" in out
    assert "within error" in out
    assert "no limit known" in out
    assert "Dingenen et al. 2018" in " ".join(out.split())
    assert "Without results, so left out: s4" in out
    assert "Not a medical device" in out
    assert max(map(len, out.splitlines())) <= 80


def test_trends_as_a_page(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "trends.html"
    assert run(["trends", "P07", "--in", str(history), "--html", str(page)]) == 0
    assert "<svg" in page.read_text(encoding="utf-8")
    assert run(["trends", "P07", "--in", str(history), "--html", str(page)]) == 1
    assert "use --force" in capsys.readouterr().err


def test_trends_of_nobody(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trends", "P70", "--in", str(history)]) == 1
    assert "subjects: P07" in capsys.readouterr().err


def test_compare_two_sessions(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", str(history / "s1"), str(history / "s2")]) == 0
    out = capsys.readouterr().out
    assert re.search(r"peak ° +right( +\S+( ± \S+)?){2} +0\.0 ", out)  # the same samples
    assert "before: s1   now: s2" in out
    assert len(re.findall("within error", out)) == 6


def test_compare_two_stretches(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    stretches = ["--stretch", "5:30.5", "--stretch", "30.5:60"]
    assert run(["compare", str(RECORDINGS / "walk"), *stretches]) == 0
    out = capsys.readouterr().out
    assert "before: 5–30.5 s   now: 30.5–60 s" in out
    assert "within error" in out
    assert "nobody has published how much" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80


def test_a_stretch_after_the_end_is_refused(
    simulated_walk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compare", str(simulated_walk), "--stretch", "0:9", "--stretch", "90:99"]) == 1
    assert "which lasts 26 s" in capsys.readouterr().err


@pytest.fixture
def person(
    simulated_walk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, Path]:
    """A folder with one session of P07, and that session."""
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = tmp_path / "people"
    edit_session(simulated_walk, folder / "a", settings={"subject": "P07"})
    return folder, folder / "a"


def test_forget_lists_asks_and_obeys(person: tuple[Path, Path]) -> None:
    folder, session = person
    arguments = ["P07", "--in", str(folder)]
    refused = CliRunner().invoke(forget_command, arguments, input="n\n")
    assert refused.exit_code == 1
    assert f"{session}  (" in refused.output
    assert session.is_dir()
    agreed = CliRunner().invoke(forget_command, arguments, input="y\n")
    assert agreed.exit_code == 0
    assert "Deleted." in agreed.output
    assert not session.exists()


def test_forget_for_scripts(person: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder, session = person
    assert run(["forget", "P70", "--in", str(folder), "--yes"]) == 1
    assert "nothing of subject P70 was found" in capsys.readouterr().err
    assert session.is_dir()
    assert run(["forget", "P07", "--in", str(folder), "--yes"]) == 0
    assert not session.exists()


def test_forget_without_an_answer_deletes_nothing(
    person: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, session = person
    with Path("/dev/null").open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        assert run(["forget", "P07", "--in", str(folder)]) == 130
    assert session.is_dir()
