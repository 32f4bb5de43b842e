"""Analysed sample recordings, each made once."""

from __future__ import annotations

from pathlib import Path

import pytest

import pelvicsense
from pelvicsense.runtime.result import SessionResult

RECORDINGS = Path(__file__).parents[2] / "recordings"


@pytest.fixture(scope="session")
def walk_result() -> SessionResult:
    """A walk in which all went well."""
    return pelvicsense.analyze(RECORDINGS / "walk")


@pytest.fixture(scope="session")
def trouble_result() -> SessionResult:
    """A walk with gaps."""
    return pelvicsense.analyze(RECORDINGS / "trouble")
