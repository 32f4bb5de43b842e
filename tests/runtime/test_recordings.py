"""The sample recordings: small, whole, and made by the commands that their README gives."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

import pelvicsense
from pelvicsense.cli.app import run
from pelvicsense.recording.stride_table import read_stride_columns
from pelvicsense.runtime.compare import stride_errors

RECORDINGS = Path(__file__).parents[2] / "recordings"
COMMANDS = [
    shlex.split(line)
    for line in (RECORDINGS / "README.md").read_text().splitlines()
    if line.startswith("    pelvicsense simulate")
]
NAMES = [Path(command[-1]).name for command in COMMANDS]


def test_each_recording_has_its_command() -> None:
    assert sorted(NAMES) == sorted(f.parent.name for f in RECORDINGS.glob("*/session.toml"))
    assert len(NAMES) == 3


@pytest.mark.parametrize("command", COMMANDS, ids=NAMES)
def test_the_command_gives_the_same_bytes(command: list[str], tmp_path: Path) -> None:
    name = Path(command[-1]).name
    again = tmp_path / name
    assert run([*command[1:-1], str(again)]) == 0
    for file in ("session.toml", "samples.csv", "marks.csv", "truth.csv"):
        assert (again / file).read_bytes() == (RECORDINGS / name / file).read_bytes(), file


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_is_small(name: str) -> None:
    size = sum(file.stat().st_size for file in (RECORDINGS / name).iterdir())
    assert size < 2_000_000


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_gives_its_truth_back(name: str) -> None:
    result = pelvicsense.analyze(RECORDINGS / name)
    errors = stride_errors(result.strides, read_stride_columns(RECORDINGS / name / "truth.csv"))
    drop = errors["pelvic_drop_peak_deg"]
    assert drop.count >= 30
    assert drop.rmse < 0.7
