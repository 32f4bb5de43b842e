from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pelvicsense.cli.app import run
from pelvicsense.datatypes.placement import Placement
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.session import open_session
from pelvicsense.runtime.inspect import content, stretches


def test_stretches_join_blocks_and_leave_out_short_ones() -> None:
    parts = [np.array([1, 0, 0, 1], bool), np.array([1, 1, 0], bool)]
    assert stretches(parts, 10.0, 0.0) == ((0.0, 0.1), (0.3, 0.6))
    assert stretches(parts, 10.0, 0.2) == ((0.3, 0.6),)


def test_gaps_and_still_poses_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    options = ["--duration", "32", "--gap", "thigh_left", "12", "2", "--stand", "20", "5"]
    assert run(["simulate", *options, "--out", str(folder)]) == 0
    held = content(open_session(folder), PipelineConfig())
    assert held.gaps[Placement.PELVIS] == ()
    ((start, end),) = held.gaps[Placement.THIGH_LEFT]
    assert (start, end) == pytest.approx((12.0, 14.0), abs=0.1)
    assert any(abs(start - 20.5) < 1.0 and abs(end - 24.5) < 1.0 for start, end in held.still)
