"""Unsettled stretches are remembered however long ago they were, and however they came."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streams import of_kind, run

from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.numerics.flagged_runs import FlaggedRuns
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Pipeline
from pelvicsense.synthetic import (
    ActivityScript,
    Locomotion,
    Outage,
    PersonConfig,
    RadioConfig,
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
def test_a_run_is_what_all_rows_together_make_it(
    flags: list[bool], cuts: list[int], window: tuple[int, int]
) -> None:
    unsettled = np.array(flags, dtype=bool)
    first, end = (min(row, len(flags)) for row in sorted(window))
    runs = FlaggedRuns()
    borders = sorted({0, len(flags), *(cut for cut in cuts if cut < len(flags))})
    for start, stop in pairwise(borders):
        runs.append(1000 + start, unsettled[start:stop])
    assert runs.any(1000 + first, 1000 + end) == any(flags[first:end])
    before = [row for row in range(first) if flags[row]]
    expected = first - before[-1] - 1 if before else None
    assert runs.rows_since(1000 + first) == expected


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


def walk_with_a_gap(duration_s: float) -> list[Stride]:
    """A minute's walk; the left thigh sensor is silent for a moment at its half."""
    script = ActivityScript(
        sections=(
            Standing(duration_s=6.0),
            Locomotion(activity=Activity.WALK, duration_s=60.0),
            Standing(duration_s=3.0),
        )
    )
    sensors = [
        SensorConfig(
            placement=placement,
            outages=(Outage(start_s=GAP_AT_S, duration_s=duration_s),)
            if placement is Placement.THIGH_LEFT
            else (),
        )
        for placement in Placement
    ]
    simulated = simulate(PersonConfig(), sensors, script, 3)
    return of_kind(run(simulated.stream(1.0), simulated.specs), Stride)


GAP_AT_S = 36.0


@pytest.mark.parametrize("duration_s", [0.1, 1.0])
def test_after_a_gap_its_side_is_back_within_six_seconds_and_less_sure_at_first(
    duration_s: float,
) -> None:
    left, right = [
        [s for s in walk_with_a_gap(duration_s) if s.side is side and s.t_contact_s > 20.0]
        for side in Side
    ]
    end_s = GAP_AT_S + duration_s
    assert all(s.valid and np.isfinite(s.angles.thigh_rotation_peak_deg) for s in right)
    lost = [s.t_contact_s for s in left if np.isnan(s.angles.thigh_rotation_peak_deg)]
    assert lost
    assert min(lost) > GAP_AT_S - 1.5
    assert max(lost) < end_s + 5.0
    back = [s for s in left if s.t_contact_s > max(lost)]
    errors = [s.standard_errors.hip_adduction_peak_deg for s in back]
    assert errors[0] > 1.05 * errors[-1]


def test_gaps_of_several_sensors_count_the_same_live_and_in_batch() -> None:
    """To the last bit, though live they become known mixed, and here one sensor after another."""
    script = ActivityScript(
        sections=(
            Standing(duration_s=6.0),
            Locomotion(activity=Activity.WALK, duration_s=100.0),
            Standing(duration_s=3.0),
        )
    )
    sensors = [
        SensorConfig(
            placement=placement,
            radio=RadioConfig(samples_per_packet=5, loss_fraction=0.05),
            outages=(Outage(start_s=35.0 + 7.0 * i, duration_s=1.0),),
        )
        for i, placement in enumerate(Placement)
    ]
    simulated = simulate(PersonConfig(), sensors, script, 5)
    live, batch = strides(simulated, 0.05), strides(simulated, 1000.0)
    assert len(batch) > 60
    assert live == batch
