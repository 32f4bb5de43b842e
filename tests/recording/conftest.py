"""Small sessions to read, spoil and rewrite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from session_parts import make_block, make_manifest

from pelvicsense.datatypes.placement import Placement
from pelvicsense.recording.manifest import Manifest
from pelvicsense.recording.session import Session
from pelvicsense.recording.write import write_session


@pytest.fixture
def manifest() -> Manifest:
    return make_manifest(still_windows_s=((0.5, 2.5),))


@pytest.fixture
def session(tmp_path: Path, manifest: Manifest) -> Session:
    """Three sensors, 5 s."""
    return write_session(tmp_path / "walk", manifest, [[make_block(s) for s in Placement]])


Spoil = Callable[[int, str], Path]


@pytest.fixture
def spoil(session: Session) -> Spoil:
    """Replace a one-based line of samples.csv; returns the file."""

    def replace_line(line: int, content: str) -> Path:
        path = session.folder / "samples.csv"
        lines = path.read_text().split("\n")
        lines[line - 1] = content
        path.write_text("\n".join(lines))
        return path

    return replace_line
