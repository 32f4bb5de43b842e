"""Stretches: what disturbed a stance or a stride, whatever the blocks its rows came in."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streams import assert_same

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.motion import SegmentBlock, SegmentSignal
from pelvicsense.datatypes.placement import Placement
from pelvicsense.metrics.false_tilt import false_tilt
from pelvicsense.numerics.quaternion import from_rotation_vector, to_matrix
from pelvicsense.pipeline.stretches import Stretch, Stretches

RATE_HZ = 100.0
FIRST = 50
ROWS = 800
TILT_TIME_S = 3.0
LOST, CLIPPED = slice(120, 130), slice(300, 301)


def segments(first: int, end: int) -> SegmentBlock:
    """Turn at 0.1 rad/s, from row 500 on to and fro; a thigh is lost, the other one clipped."""
    rate = np.where(np.arange(ROWS) < 500, 0.1, 0.3 * (-1.0) ** (np.arange(ROWS) // 20))
    rows = slice(first - FIRST, end - FIRST)
    axes = about_z(np.cumsum(rate) / RATE_HZ)[rows]
    signals = {}
    for placement in Placement:
        settled, saturated = np.ones(ROWS, dtype=bool), np.zeros(ROWS, dtype=bool)
        settled[LOST] = placement is not Placement.THIGH_LEFT
        saturated[CLIPPED] = placement is Placement.THIGH_RIGHT
        signals[placement] = SegmentSignal(
            earth_from_segment=axes,
            acceleration=np.zeros((end - first, 3)),
            rate=np.zeros((end - first, 3)),
            settled=settled[rows],
            bridged=np.zeros(end - first, dtype=bool),
            saturated=saturated[rows],
        )
    return SegmentBlock(first_index=first, rate_hz=RATE_HZ, segments=signals)


def about_z(angle: FloatArray) -> FloatArray:
    """Segments (n, 3, 3), upright, that face this way."""
    c, s, o = np.cos(angle), np.sin(angle), np.zeros(len(angle))
    return np.stack([c, o, s, s, o, -c, o, o + 1.0, o], axis=1).reshape(-1, 3, 3)


def fed(cuts: list[int]) -> Stretches:
    stretches = Stretches(RATE_HZ, FIRST, tuple(Placement), TILT_TIME_S)
    for first, end in pairwise(sorted({FIRST, FIRST + ROWS, *cuts})):
        stretches.feed(segments(first, end))
    return stretches


@given(st.lists(st.integers(FIRST + 1, FIRST + ROWS - 1), max_size=4), st.data())
def test_blocks_and_company_do_not_show(cuts: list[int], data: st.DataObject) -> None:
    seconds = st.floats(0.5, 8.4)
    spans = [tuple(sorted(data.draw(st.tuples(seconds, seconds)))) for _ in range(3)]
    together = fed(cuts).between(spans)
    assert_same(together, [stretch for span in spans for stretch in fed([]).between([span])])
    for (start_s, end_s), stretch in zip(spans, together, strict=True):
        assert stretch.first <= RATE_HZ * start_s < stretch.first + 1
        assert stretch.end - 2 < RATE_HZ * end_s <= stretch.end - 1


def test_what_disturbed_each_stretch() -> None:
    lost, clipped, steady = fed([]).between([(1.75, 2.0), (3.0, 4.0), (4.2, 5.0)])
    assert lost.unsettled == {Placement.THIGH_LEFT}
    assert not lost.saturated
    assert clipped.saturated == {Placement.THIGH_RIGHT}
    assert not clipped.unsettled
    assert (steady.unsettled, steady.saturated) == (frozenset(), frozenset())
    assert steady.yaw_rate == pytest.approx(0.1)


def false_lean(stretch: Stretch) -> float:
    """False obliquity, rad, of someone who went at 1 m/s all the time."""
    speeds_mps = np.ones(len(stretch.facing_rows))
    return false_tilt(stretch.facing, speeds_mps, TILT_TIME_S).sideways


def test_a_bend_shows_once_the_filter_has_felt_it() -> None:
    early, steady, swaying = fed([]).between([(0.6, 0.8), (4.2, 5.0), (7.5, 8.3)])
    assert abs(false_lean(early)) < 0.001
    # Turning left the right side seems too low, by v ω / g once the low-pass has settled.
    assert false_lean(steady) == pytest.approx(-0.1 / 9.81, rel=0.35)
    assert abs(false_lean(swaying)) < abs(false_lean(steady))


def test_a_pelvis_that_tilts_in_circles_without_turning_is_in_no_bend() -> None:
    """Its yaw rate about its own long axis is not zero on the mean: 6° at 1.4 Hz make 2.8 °/s."""
    phase = 2.0 * np.pi * 1.4 * np.arange(ROWS) / RATE_HZ
    tilt, obliquity = np.radians(6.0) * np.sin(phase), np.radians(6.0) * np.cos(phase)
    vector = np.stack([obliquity, tilt, np.zeros(ROWS)], axis=1)
    axes = to_matrix(from_rotation_vector(vector)) @ about_z(np.zeros(ROWS))
    still = segments(FIRST, FIRST + ROWS)
    pelvis = replace(still.segments[Placement.PELVIS], earth_from_segment=axes)
    stretches = Stretches(RATE_HZ, FIRST, tuple(Placement), TILT_TIME_S)
    stretches.feed(replace(still, segments={**still.segments, Placement.PELVIS: pelvis}))
    (straight,) = stretches.between([(6.0, 7.0)])
    assert abs(false_lean(straight)) < np.radians(0.02)
