from __future__ import annotations

import shutil
from pathlib import Path

from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.runtime.batch import Analysed, Failed, analyze_all, find_all


def test_a_folder_of_sessions_is_opened_and_each_session_counts_once(walk: Path) -> None:
    shutil.copytree(walk, walk.parent / "again")
    found = find_all([walk.parent, walk])
    assert found == [walk.parent / "again", walk]


def test_what_fails_is_told_and_the_others_go_on(walk: Path) -> None:
    spoilt = shutil.copytree(walk, walk.parent / "a_spoilt")
    (spoilt / "samples.csv").write_text("rubbish\n")
    items = list(analyze_all(find_all([walk.parent, Path("nowhere")]), PipelineConfig()))
    assert [type(item) for item in items] == [Failed, Analysed, Failed]
    assert isinstance(items[0], Failed)
    assert "a_spoilt" in items[0].reason
    assert "header" in items[0].reason
    assert (walk / "strides.csv").is_file()
    assert not (spoilt / "strides.csv").exists()


def test_two_sessions_of_one_name_do_not_overwrite_each_other(walk: Path, tmp_path: Path) -> None:
    other = shutil.copytree(walk, tmp_path / "other" / "walk")
    found = find_all([walk, other])
    items = list(analyze_all(found, PipelineConfig(), out=tmp_path / "out", force=True))
    assert isinstance(items[0], Analysed)
    assert isinstance(items[1], Failed)
    assert "another session" in items[1].reason


def test_a_failure_without_a_path_names_its_session(walk: Path) -> None:
    manifest = walk / "session.toml"
    text = manifest.read_text()
    manifest.write_text(text[: text.index("[sensors.thigh_left]")])
    samples = walk / "samples.csv"
    lines = samples.read_text().splitlines(keepends=True)
    samples.write_text("".join(line for line in lines if "thigh" not in line))
    (walk / "marks.csv").unlink()
    (item,) = analyze_all(find_all([walk]), PipelineConfig())
    assert isinstance(item, Failed)
    assert str(walk) in item.reason
    assert "at least one thigh" in item.reason


def test_progress_names_the_session(walk: Path) -> None:
    seen: list[tuple[int, float]] = []
    list(analyze_all(find_all([walk]), PipelineConfig(), progress=lambda *step: seen.append(step)))
    assert seen[-1] == (0, 1.0)
