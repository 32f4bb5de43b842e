"""The notebook-style example runs, and says what it promises."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path

import matplotlib as mpl
import pytest

RECORDINGS = Path(__file__).parents[2] / "recordings"


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("walk", "run"):
        shutil.copytree(RECORDINGS / name, tmp_path / "recordings" / name)
    mpl.use("svg")
    monkeypatch.chdir(tmp_path)
    seen = runpy.run_path(str(RECORDINGS / "explore.py"))
    said = capsys.readouterr().out
    assert "left - right -1." in said  # the walk was made with a larger drop on the right
    assert said.rstrip().splitlines()[-1].startswith("└")
    assert abs(seen["error"].mean()) < 0.5
    assert len(seen["error"]) == seen["error"].count() > 80
    assert (tmp_path / "obliquity.svg").read_text(encoding="utf-8").startswith("<?xml")
