"""A step in how a sensor sits is a slip; what is slow, small, or common to all sensors is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from pelvicsense.calibration.slip import SlipConfig, SlipDetector
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import SlipNews
from pelvicsense.datatypes.motion import SegmentBlock, SegmentSignal
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.numerics import quaternion

RATE_HZ, STRIDE_S, STRIDES = 100.0, 1.0, 24
SLIP_S = 12.4

Turn: TypeAlias = Callable[[FloatArray], FloatArray]
"""Rotation vector of a sensor on its segment, degrees, (n, 3), at times (n,)."""


def slip(*turn_deg: float, over_s: float = 0.3) -> Turn:
    return lambda t_s: np.clip((t_s - SLIP_S) / over_s, 0.0, 1.0)[:, None] * np.array(turn_deg)


def signal(placement: Placement, t_s: FloatArray, turn: Turn | None) -> SegmentSignal:
    """A thigh that mostly flexes, or a pelvis that does a little of everything."""
    phase = 2.0 * np.pi * t_s / STRIDE_S
    if placement is Placement.PELVIS:
        angles = np.stack([0.08 * np.sin(phase), 0.1 * np.cos(phase), 0.04 * np.sin(2 * phase)], 1)
    else:
        sign = -1.0 if placement is Placement.THIGH_LEFT else 1.0
        angles = np.stack(
            [0.05 * np.cos(phase), 0.03 * np.sin(phase), 0.4 * sign * np.sin(phase)], 1
        )
    upright = quaternion.from_matrix(np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]]))
    earth_from_segment = quaternion.multiply(upright, quaternion.from_rotation_vector(angles))
    rate = np.gradient(angles, 1.0 / RATE_HZ, axis=0)
    if turn is not None:
        on_skin = quaternion.from_rotation_vector(np.radians(turn(t_s)))
        earth_from_segment = quaternion.multiply(earth_from_segment, on_skin)
        rate = quaternion.rotate(quaternion.conjugate(on_skin), rate)
    yes, no = np.ones(len(t_s), dtype=bool), np.zeros(len(t_s), dtype=bool)
    return SegmentSignal(
        earth_from_segment=quaternion.to_matrix(earth_from_segment),
        acceleration=np.zeros((len(t_s), 3)),
        rate=rate,
        settled=yes,
        bridged=no,
        saturated=no,
    )


def noticed(turns: dict[Placement, Turn], activity: Activity = Activity.WALK) -> list[SlipNews]:
    t_s = np.arange(round((STRIDES + 1) * STRIDE_S * RATE_HZ)) / RATE_HZ
    detector = SlipDetector(SlipConfig(), tuple(Placement), RATE_HZ, 0)
    detector.feed(
        SegmentBlock(
            first_index=0,
            rate_hz=RATE_HZ,
            segments={p: signal(p, t_s, turns.get(p)) for p in Placement},
        )
    )
    found = []
    for number in range(STRIDES):
        for side, later_s in ((Side.LEFT, 0.0), (Side.RIGHT, 0.5)):
            start_s = number * STRIDE_S + later_s
            end_s = min(start_s + STRIDE_S, t_s[-1] - 0.02)
            patterns = detector.patterns([(start_s, end_s)])[0]
            found += detector.stride(side, activity, (start_s, end_s), patterns, end_s)
    return found


@pytest.mark.parametrize("placement", list(Placement))
@pytest.mark.parametrize("turn_deg", [(12.0, 0.0, 0.0), (0.0, -12.0, 0.0), (0.0, 0.0, 12.0)])
def test_a_slip_is_noticed_after_three_strides_with_its_size(
    placement: Placement, turn_deg: tuple[float, float, float]
) -> None:
    (news,) = noticed({placement: slip(*turn_deg)})
    assert news.placement is placement
    assert news.turn_deg == pytest.approx(turn_deg, abs=1.0)
    assert SLIP_S - 3.0 < news.since_s <= SLIP_S
    assert SLIP_S + 2.0 < news.known_at_s < SLIP_S + 4.5


@pytest.mark.parametrize(
    "turn", [slip(0.0, 8.0, 0.0), slip(0.0, 20.0, 0.0, over_s=10.0), slip(3.0, 0.0, 0.0)]
)
@pytest.mark.parametrize("placement", list(Placement))
def test_what_is_small_or_slow_is_no_slip(placement: Placement, turn: Turn) -> None:
    assert noticed({placement: turn}) == []


@pytest.mark.parametrize("turn", [slip(9.0, 0.0, 0.0), slip(0.0, 0.0, 12.0)])
def test_a_vertical_that_misleads_all_sensors_alike_is_no_slip(turn: Turn) -> None:
    assert noticed(dict.fromkeys(Placement, turn)) == []


def test_both_thighs_bend_alike_on_a_slope() -> None:
    bent = slip(0.0, 0.0, 15.0)
    assert noticed({Placement.THIGH_LEFT: bent, Placement.THIGH_RIGHT: bent}) == []
