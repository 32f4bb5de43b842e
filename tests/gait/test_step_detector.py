"""Steps from the vertical acceleration: one per landing, running told from walking."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import steady
from stages import fused, on_grid

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import EventKind
from pelvicsense.datatypes.placement import Activity
from pelvicsense.gait.steps import Step, StepConfig, StepDetector
from pelvicsense.pipeline.calibrator import vertical_acceleration

RATE_HZ = 100.0
ACTIVITIES = (Activity.WALK, Activity.RUN, Activity.STAIRS_UP, Activity.STAIRS_DOWN)


def vertical(activity: Activity) -> tuple[FloatArray, int]:
    grid, orientation = fused(on_grid(steady(activity)))
    return vertical_acceleration(grid, orientation), grid.first_index


def steps_of(signal: FloatArray, first_index: int = 0, cuts: tuple[int, ...] = ()) -> list[Step]:
    detector = StepDetector(StepConfig(), RATE_HZ, first_index)
    borders = sorted({0, len(signal), *cuts})
    return [step for a, b in pairwise(borders) for step in detector.feed(signal[a:b])[1]]


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_one_step_for_each_landing(activity: Activity) -> None:
    session = steady(activity)
    start_s, end_s = session.steady_windows[0]
    signal, first = vertical(activity)
    found = [
        step.anchor / RATE_HZ
        for step in steps_of(signal, first)
        if start_s < step.anchor / RATE_HZ < end_s
    ]
    landings = [
        event.t_s
        for event in session.truth_events
        if event.kind is EventKind.INITIAL_CONTACT and start_s < event.t_s < end_s
    ]
    assert abs(len(found) - len(landings)) <= 1
    for anchor_s in found[1:-1]:
        assert min(abs(anchor_s - landing_s) for landing_s in landings) < 0.15


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_only_runners_fall(activity: Activity) -> None:
    start_s, end_s = steady(activity).steady_windows[0]
    signal, first = vertical(activity)
    steps = [s for s in steps_of(signal, first) if start_s < s.anchor / RATE_HZ < end_s]
    falls = [step.fall < StepConfig().fall for step in steps]
    assert len(falls) > 15
    assert all(falls) if activity is Activity.RUN else not any(falls)


def test_a_standing_person_takes_no_step() -> None:
    sway = 0.1 * np.sin(2.0 * np.pi * 0.5 * np.arange(3000) / RATE_HZ)
    assert steps_of(sway) == []


def test_the_anchor_is_the_upward_zero_crossing() -> None:
    """A wave of 2 Hz: the smoother's lag is taken off exactly."""
    wave = 3.0 * np.sin(2.0 * np.pi * 2.0 * (np.arange(1000) - 7.3) / RATE_HZ)
    anchors = np.array([step.anchor for step in steps_of(wave)])
    assert len(anchors) >= 18
    np.testing.assert_allclose(anchors[1:], 7.3 + 50.0 * np.arange(1, len(anchors)), atol=0.01)


def test_no_step_is_known_before_it_happened() -> None:
    signal, first = vertical(Activity.WALK)
    for step in steps_of(signal, first):
        assert step.anchor < step.known < step.anchor + 0.4 * RATE_HZ


@settings(max_examples=15)
@given(st.lists(st.integers(1, 2500), max_size=30))
def test_blocks_do_not_matter(cuts: list[int]) -> None:
    signal, first = vertical(Activity.WALK)
    assert steps_of(signal, first, tuple(cuts)) == steps_of(signal, first)


@pytest.mark.parametrize(("creeping_s", "steps"), [(0.3, 1), (5.0, 0)])
def test_a_rise_that_creeps_for_seconds_is_no_step(creeping_s: float, steps: int) -> None:
    creep = np.full(round(creeping_s * RATE_HZ), 0.1)
    signal = np.concatenate([np.full(50, -1.0), creep, np.full(50, 1.0), np.full(50, -1.0)])
    assert len(steps_of(signal)) == steps
