"""Unsettled stretches are remembered however long ago they were, and however they came."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.numerics.flagged_runs import FlaggedRuns
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Pipeline
from pelvicsense.synthetic import (
    ActivityScript,
    Locomotion,
    Outage,
    PersonConfig,
    SensorConfig,
    SimulatedSession,
    Standing,
    simulate,
)


@given(
    flags=st.lists(st.booleans(), max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=5),
    window=st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
def test_the_longest_run_is_that_of_all_rows_together(
    flags: list[bool], cuts: list[int], window: tuple[int, int]
) -> None:
    unsettled = np.array(flags, dtype=bool)
    first, end = min(window), min(max(window), len(flags))
    runs = FlaggedRuns()
    borders = sorted({0, len(flags), *(cut for cut in cuts if cut < len(flags))})
    for start, stop in pairwise(borders):
        runs.append(1000 + start, unsettled[start:stop])
    as_text = "".join("x" if row else " " for row in flags[first:end])
    longest = max(map(len, as_text.split()), default=0)
    assert runs.longest(1000 + first, 1000 + end) == longest
    assert runs.any(1000 + first, 1000 + end) == any(flags[first:end])


def session() -> SimulatedSession:
    """A thigh sensor is lost for 3 s while standing, half a minute before walking on."""
    script = ActivityScript(
        sections=(
            Standing(duration_s=6.0),
            Locomotion(activity=Activity.WALK, duration_s=14.0),
            Standing(duration_s=36.0),
            Locomotion(activity=Activity.WALK, duration_s=10.0),
            Standing(duration_s=3.0),
        )
    )
    sensors = [
        SensorConfig(
            placement=placement,
            outages=(Outage(start_s=24.0, duration_s=3.0),)
            if placement is Placement.THIGH_LEFT
            else (),
        )
        for placement in Placement
    ]
    return simulate(PersonConfig(), sensors, script, 3)


@pytest.fixture(scope="module")
def simulated() -> SimulatedSession:
    return session()


def strides(simulated: SimulatedSession, group_s: float) -> list[str]:
    pipeline = Pipeline(PipelineConfig(), simulated.specs)
    outputs = [item for group in simulated.stream(group_s) for item in pipeline.feed(group)]
    return [repr(item) for item in outputs + pipeline.finish() if isinstance(item, Stride)]


def test_a_gap_long_before_a_stance_counts_the_same_live_and_in_batch(
    simulated: SimulatedSession,
) -> None:
    live, batch = strides(simulated, 0.05), strides(simulated, 1000.0)
    assert any("HEADING" in stride for stride in batch)
    assert live == batch
