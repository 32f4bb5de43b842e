from __future__ import annotations

from pathlib import Path

import numpy as np

from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.recording.session import open_session
from pelvicsense.runtime.bench import looped, measure, peak_memory_mb


def test_a_looped_session_goes_on_without_a_step_back(simulated_walk: Path) -> None:
    groups = list(looped(open_session(simulated_walk), 78.0))
    blocks = [item for group in groups for item in group if isinstance(item, SampleBlock)]
    pelvis = [block for block in blocks if block.sensor == "pelvis"]
    host_ns = np.concatenate([block.host_ns for block in pelvis])
    tick = np.concatenate([block.tick for block in pelvis if block.tick is not None])
    assert np.all(np.diff(host_ns) >= 0)
    assert (host_ns[-1] - host_ns[0]) * 1e-9 > 76.0
    steps = np.mod(np.diff(tick), 2**32)
    assert steps.max() < 40_000  # µs: no more than a few samples from one round to the next


def test_a_run_is_timed_and_written(walk: Path) -> None:
    (run,) = measure(walk, 1)
    assert (walk / "summary.json").is_file()
    assert run.strides >= 20
    assert sum(run.seconds.values()) <= run.total_s
    memory = peak_memory_mb()
    assert memory is None or memory > 20.0
