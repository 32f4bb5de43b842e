"""What is told of a session that has just ended."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.results import has_results
from pelvicsense.runtime.analyze import analyze
from pelvicsense.runtime.finish import finish, last_session_before


def at(folder: Path, moment: str, subject: str = "P00") -> Path:
    """A copy of a session that began at another time."""
    text = (folder / "session.toml").read_text()
    lines = [
        f"started_at = {moment}" if line.startswith("started_at") else line
        for line in text.splitlines()
    ]
    lines = [f'subject = "{subject}"' if line.startswith("subject") else line for line in lines]
    (folder / "session.toml").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def sessions(simulated_walk: Path, tmp_path: Path) -> Path:
    for name, moment, subject in (
        ("first", "2026-01-01T10:00:00+00:00", "P00"),
        ("second", "2026-01-08T10:00:00+00:00", "P00"),
        ("other", "2026-01-09T10:00:00+00:00", "P01"),
        ("third", "2026-01-15T10:00:00+00:00", "P00"),
    ):
        at(shutil.copytree(simulated_walk, tmp_path / name), moment, subject)
    return tmp_path


def test_the_last_session_before_is_that_of_the_same_subject(sessions: Path) -> None:
    before = last_session_before(sessions / "third")
    assert before is not None
    assert before.name == "second"
    assert last_session_before(sessions / "first") is None
    assert last_session_before(sessions / "other") is None


def test_a_session_is_analysed_and_compared(sessions: Path) -> None:
    shares: list[float] = []
    finished = finish(sessions / "third", PipelineConfig(), shares.append)
    assert finished.summary == analyze(sessions / "third").summary
    assert finished.before_name == "second"
    assert finished.before == finished.summary  # the same samples
    assert has_results(sessions / "third")
    assert not has_results(sessions / "second")
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_first_session_has_nothing_to_be_compared_with(sessions: Path) -> None:
    finished = finish(sessions / "first", PipelineConfig(), lambda share: None)
    assert finished.before is None
    assert finished.no_comparison == "this is the first session of this subject"


def test_a_spoilt_session_before_is_said(sessions: Path) -> None:
    (sessions / "second" / "samples.csv").write_text("nonsense\n")
    finished = finish(sessions / "third", PipelineConfig(), lambda share: None)
    assert finished.summary is not None
    assert "second" in finished.no_comparison


def test_without_a_sample_there_is_nothing() -> None:
    finished = finish(None, PipelineConfig(), lambda share: None)
    assert (finished.folder, finished.summary) == ("", None)
    assert "no sample" in finished.no_comparison
