from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import pelvicsense
from pelvicsense.datatypes.errors import FilterRefusedError, RecordingError
from pelvicsense.fusion.stage import FusionConfig
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.runtime.stopwatch import Stopwatch


def test_a_walk_gives_strides_events_curves_and_a_summary(simulated_walk: Path) -> None:
    result = pelvicsense.analyze(simulated_walk)
    assert isinstance(result, pelvicsense.SessionResult)
    assert result.name == "walk"
    assert 25.5 < result.duration_s < 26.5
    assert len(result.strides) >= 20
    assert [curve.stride for curve in result.curves] == [s.stride for s in result.strides]
    assert len(result.events) > len(result.strides)
    assert result.calibration is not None
    assert result.summary.valid == sum(stride.valid for stride in result.strides)
    assert result.seconds == {}


def test_a_path_may_be_text(simulated_walk: Path) -> None:
    assert pelvicsense.analyze(str(simulated_walk)).name == "walk"


def test_progress_rises_to_one(simulated_walk: Path) -> None:
    shares: list[float] = []
    pelvicsense.analyze(simulated_walk, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_stopwatch_changes_no_result_and_sees_every_stage(simulated_walk: Path) -> None:
    watch = Stopwatch()
    timed = pelvicsense.analyze(simulated_walk, stopwatch=watch)
    assert timed.strides == pelvicsense.analyze(simulated_walk).strides
    expected = {"read", "clock", "fusion", "calibration", "gait", "heading", "metrics", "summary"}
    assert expected <= set(timed.seconds)
    assert all(seconds >= 0.0 for seconds in timed.seconds.values())


def test_a_refused_filter_says_so(simulated_walk: Path) -> None:
    config = PipelineConfig(fusion=FusionConfig(filter="ukf"))
    with pytest.raises(FilterRefusedError, match="ukf"):
        pelvicsense.analyze(simulated_walk, config=config)


def test_no_session_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="session"):
        pelvicsense.analyze(tmp_path / "nothing")


def test_importing_the_package_loads_no_numpy() -> None:
    code = "import sys, pelvicsense; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="analyse"):
        pelvicsense.analyse  # noqa: B018
