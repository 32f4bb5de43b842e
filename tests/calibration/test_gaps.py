"""What gaps leave unknown of the heading."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.calibration.gaps import LOST_SIGMA, Gap, GapWatch, heading_sigma
from pelvicsense.datatypes.arrays import BoolArray
from pelvicsense.datatypes.motion import GridBlock, GridSignal
from pelvicsense.datatypes.placement import Placement

RATE_HZ = 100.0
ROWS = 400


def block(
    first: int, end: int, missing: BoolArray, bridged: BoolArray, rate_dps: float
) -> GridBlock:
    gyr = np.zeros((ROWS, 3))
    gyr[:, 1] = np.radians(rate_dps)
    rows = slice(first, end)
    signal = GridSignal(
        acc=np.zeros((end - first, 3)),
        gyr=gyr[rows],
        valid=~missing[rows],
        interpolated=bridged[rows],
        saturated=np.zeros(end - first, dtype=np.bool_),
    )
    return GridBlock(first_index=first, rate_hz=RATE_HZ, sensors={Placement.PELVIS: signal})


def found(
    missing: slice, bridged: slice, rate_dps: float = 100.0, cuts: list[int] | None = None
) -> list[Gap]:
    lost, mended = np.zeros(ROWS, dtype=np.bool_), np.zeros(ROWS, dtype=np.bool_)
    lost[missing], mended[bridged] = True, True
    watch = GapWatch(RATE_HZ, [Placement.PELVIS])
    gaps = []
    for first, end in pairwise(sorted({0, ROWS, *(cuts or [])})):
        gaps += watch.feed(block(first, end, lost, mended, rate_dps))
    return gaps


def sigma_deg(gap: Gap) -> float:
    return float(np.degrees(gap.heading_sigma))


@given(st.lists(st.integers(1, ROWS - 1), max_size=6))
def test_blocks_do_not_show(cuts: list[int]) -> None:
    assert found(slice(100, 110), slice(200, 204), cuts=cuts) == found(
        slice(100, 110), slice(200, 204)
    )


def test_a_gap_costs_more_the_faster_the_sensor_turns_and_the_longer_it_is() -> None:
    (slow,) = found(slice(100, 110), slice(0, 0), rate_dps=20.0)
    (fast,) = found(slice(100, 110), slice(0, 0), rate_dps=200.0)
    (longer,) = found(slice(100, 120), slice(0, 0), rate_dps=200.0)
    assert sigma_deg(slow) == pytest.approx(0.66, abs=0.02)
    assert sigma_deg(fast) == pytest.approx(6.6, abs=0.1)
    assert sigma_deg(longer) > 1.5 * sigma_deg(fast)
    assert (fast.row, fast.length_s) == (110, pytest.approx(0.1))


def test_a_bridged_gap_costs_little_and_a_long_one_everything() -> None:
    (bridged,) = found(slice(0, 0), slice(100, 103), rate_dps=200.0)
    (long,) = found(slice(100, 131), slice(0, 0), rate_dps=1.0)
    assert 0.0 < sigma_deg(bridged) < 0.4
    assert long.heading_sigma == LOST_SIGMA


def test_a_gap_still_open_at_the_end_is_not_told_yet() -> None:
    assert found(slice(390, ROWS), slice(0, 0)) == []


def test_gaps_of_the_two_sensors_add_in_squares() -> None:
    gaps = [Gap(Placement.PELVIS, 1, 0.1, 0.03), Gap(Placement.THIGH_LEFT, 1, 0.1, 0.04)]
    assert heading_sigma(gaps) == pytest.approx(0.05)


@given(st.permutations([0.1, 0.7, 0.013, 0.31, 0.0057, 1.3]))
def test_the_order_of_gaps_does_not_show(sigmas: list[float]) -> None:
    """In a live session the sensors' gaps come mixed, in an analysis one sensor after another."""
    gaps = [Gap(Placement.PELVIS, 1, 0.1, sigma) for sigma in sigmas]
    assert heading_sigma(gaps) == heading_sigma(sorted(gaps, key=lambda gap: gap.heading_sigma))
