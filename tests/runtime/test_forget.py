from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import pelvicsense
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.recording.choices import (
    FeedbackChoice,
    choices_path,
    read_choices,
    update_choices,
    with_feedback,
)
from pelvicsense.recording.edit import edit_session
from pelvicsense.runtime import forget as forgetting
from pelvicsense.runtime.forget import forget, remembered
from pelvicsense.runtime.write import write_result
from pelvicsense.sinks.unfinished import RecordingLock

TARGETS = FeedbackChoice(
    mode="faded", metric="pelvic_drop_peak_deg", coding="pitch", share=0.5, sound=True
)


@pytest.fixture
def folder(walk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two sessions of P07 and one of P08, in a home of its own."""
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    sessions = tmp_path / "sessions"
    for name, subject in (("a", "P07"), ("b", "P07"), ("c", "P08")):
        edit_session(walk, sessions / name, settings={"subject": subject})
    return sessions


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_all_of_one_person_goes_and_nothing_of_another(folder: Path) -> None:
    (folder / "a" / "video").mkdir()
    (folder / "a" / "video" / "clip.mp4").write_bytes(b"12345")
    update_choices(lambda c: with_feedback(with_feedback(c, "P07", TARGETS), "P08", TARGETS))
    for subject in ("P07", "P08"):
        (folder / f"{subject}.plan.toml").write_text("anything")
    before = {path.name: path.read_bytes() for path in (folder / "c").iterdir()}
    kept = remembered(folder, "P07")
    assert [each.folder.name for each in kept.folders] == ["a", "b"]
    assert kept.folders[0].files == kept.folders[1].files + 1
    assert kept.folders[0].byte_count == kept.folders[1].byte_count + 5
    assert kept.choices == choices_path()
    assert kept.plan == folder / "P07.plan.toml"
    assert kept.doubts == ()
    forget(kept)
    assert names(folder) == ["P08.plan.toml", "c"]
    assert {path.name: path.read_bytes() for path in (folder / "c").iterdir()} == before
    assert list(read_choices().feedback) == ["P08"]
    assert not remembered(folder, "P07").anything


def test_results_that_were_written_elsewhere_go_too(folder: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    write_result(pelvicsense.analyze(folder / "a"), results / "a")
    kept = remembered(results, "P07")
    assert [each.witness for each in kept.folders] == ["summary.json"]
    forget(kept)
    assert names(results) == []


def test_links_are_deleted_and_never_what_they_lead_to(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.txt").write_text("keep")
    (folder / "a" / "link").symlink_to(outside)
    (folder / "a" / "deep").mkdir()
    (folder / "a" / "deep" / "link").symlink_to(outside / "precious.txt")
    shutil.move(folder / "b", tmp_path / "elsewhere")
    (folder / "b").symlink_to(tmp_path / "elsewhere")
    kept = remembered(folder, "P07")
    assert [each.folder.name for each in kept.folders] == ["a"]
    assert "b is a link, which is not followed" in kept.doubts[0]
    forget(kept)
    assert names(folder) == ["b", "c"]
    assert (outside / "precious.txt").read_text() == "keep"
    assert (tmp_path / "elsewhere" / "samples.csv").is_file()


def test_what_is_interrupted_can_be_run_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose a folder is stays known as long as anything is in it."""
    (folder / "a" / "video").mkdir()

    def fail(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(forgetting.shutil, "rmtree", fail)
    with pytest.raises(PermissionError):
        forget(remembered(folder, "P07"))
    assert (folder / "a" / "session.toml").is_file()
    monkeypatch.undo()
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    forget(remembered(folder, "P07"))
    assert names(folder) == ["c"]


def test_a_session_that_is_being_recorded_is_not_touched(folder: Path) -> None:
    lock = RecordingLock(folder / "b")
    with pytest.raises(RecordingError, match="is being recorded of P07 now"):
        remembered(folder, "P07")
    lock.end()
    assert len(remembered(folder, "P07").folders) == 2


def test_what_may_be_the_persons_is_told(folder: Path) -> None:
    edit_session(folder / "a", folder / "a-edited", settings={"subject": "P99"})
    (folder / "broken").mkdir()
    (folder / "broken" / "session.toml").write_text("nonsense")
    (folder / "headless").mkdir()
    (folder / "headless" / "samples.csv").write_text("")
    (folder / "unrelated").mkdir()
    kept = remembered(folder, "P07")
    assert [each.folder.name for each in kept.folders] == ["a", "b"]
    told = "\n".join(kept.doubts)
    assert len(kept.doubts) == 3
    assert "broken" in told
    assert "headless has no session.toml" in told
    assert "a-edited comes from a session of P07, but says subject P99" in told


def test_a_session_in_a_deeper_folder_is_told(folder: Path) -> None:
    shutil.copytree(folder / "a", folder / "2025" / "a")
    shutil.copytree(folder / "c", folder / "2025" / "c")
    kept = remembered(folder, "P07")
    assert kept.doubts == (f"{folder}/2025/a is of P07 too, but deeper: give its folder.",)
    forget(kept)
    assert names(folder / "2025") == ["a", "c"]
    forget(remembered(folder / "2025", "P07"))
    assert names(folder / "2025") == ["c"]


def test_another_persons_session_inside_is_not_deleted(folder: Path) -> None:
    shutil.copytree(folder / "b", folder / "a" / "copy")
    shutil.copytree(folder / "c", folder / "a" / "theirs")
    with pytest.raises(RecordingError, match=r"holds a session of another subject.*theirs"):
        remembered(folder, "P07")
    shutil.rmtree(folder / "a" / "theirs")
    forget(remembered(folder, "P07"))
    assert names(folder) == ["c"]


def test_a_folder_that_is_not_there_is_an_error(folder: Path) -> None:
    with pytest.raises(RecordingError, match="expected a folder of sessions"):
        remembered(folder / "nowhere", "P07")


def test_a_folder_that_may_not_be_written_is_told(folder: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    (folder / "a").chmod(0o500)
    try:
        with pytest.raises(PermissionError):
            forget(remembered(folder, "P07"))
    finally:
        (folder / "a").chmod(0o700)
    assert (folder / "a" / "session.toml").is_file()
