"""A short simulated walk, made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pelvicsense.cli.app import run


@pytest.fixture(scope="session")
def simulated_walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session of 26 s with its truth; not to be written to."""
    folder = tmp_path_factory.mktemp("simulated") / "walk"
    assert run(["simulate", "--duration", "26", "--seed", "5", "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def walk(simulated_walk: Path, tmp_path: Path) -> Path:
    """A copy to write to."""
    return shutil.copytree(simulated_walk, tmp_path / "walk")
