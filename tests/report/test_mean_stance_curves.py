from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from made_up import curve, stride

from pelvicsense.datatypes.gait import StrideAngles
from pelvicsense.datatypes.placement import Side
from pelvicsense.report.stance_curves import Angle, mean_curve
from pelvicsense.runtime.result import SessionResult

RISING = np.linspace(0.0, 100.0, 101)


def test_a_curve_is_cut_at_final_contact_and_stretched_over_stance() -> None:
    strides = [stride(k, Side.RIGHT) for k in range(3)]  # stance is 60 % of the stride
    mean = mean_curve(
        strides, {s.stride: curve(s, RISING) for s in strides}, Side.RIGHT, Angle.DROP
    )
    assert mean is not None
    np.testing.assert_allclose(mean.mean, 0.6 * RISING, atol=1e-12)
    np.testing.assert_allclose(mean.sd, 0.0, atol=1e-12)
    assert mean.count == 3


def test_drop_is_obliquity_seen_from_the_standing_side() -> None:
    strides = [stride(k, Side.LEFT) for k in range(2)]
    curves = {s.stride: curve(s, -RISING) for s in strides}
    mean = mean_curve(strides, curves, Side.LEFT, Angle.DROP)
    assert mean is not None
    assert mean.mean[-1] == pytest.approx(60.0)


def test_strides_that_do_not_count_or_do_not_know_are_left_out() -> None:
    unknown = StrideAngles(hip_adduction_peak_deg=3.0)
    strides = [
        stride(0, Side.LEFT),
        stride(1, Side.LEFT, valid=False),
        stride(2, Side.LEFT, angles=unknown),
        stride(3, Side.LEFT),
        stride(4, Side.RIGHT),
    ]
    curves = {s.stride: curve(s, RISING) for s in strides}
    drop = mean_curve(strides, curves, Side.LEFT, Angle.DROP)
    adduction = mean_curve(strides, curves, Side.LEFT, Angle.ADDUCTION)
    assert drop is not None
    assert adduction is not None
    assert (drop.count, adduction.count) == (2, 3)
    assert mean_curve(strides, curves, Side.RIGHT, Angle.DROP) is None  # one stride is no mean


def test_a_gap_in_a_curve_takes_the_stride_out() -> None:
    strides = [stride(k, Side.RIGHT) for k in range(3)]
    curves = {s.stride: curve(s, RISING) for s in strides}
    broken = curves[1].obliquity_deg.copy()
    broken[30] = math.nan
    curves[1] = replace(curves[1], obliquity_deg=broken)
    mean = mean_curve(strides, curves, Side.RIGHT, Angle.DROP)
    assert mean is not None
    assert mean.count == 2


@pytest.mark.parametrize(
    ("angle", "metric"),
    [
        (Angle.DROP, "pelvic_drop_peak_deg"),
        (Angle.ADDUCTION, "hip_adduction_peak_deg"),
        (Angle.ROTATION, "thigh_rotation_peak_deg"),
    ],
)
def test_mean_curves_agree_with_the_figures(
    walk_result: SessionResult, angle: Angle, metric: str
) -> None:
    """The peak of the mean is not above the mean of the peaks, and not far below."""
    curves = {c.stride: c for c in walk_result.curves}
    for side, part in walk_result.summary.activities[0].sides.items():
        mean = mean_curve(walk_result.strides, curves, side, angle)
        assert mean is not None
        peak = part.figures[metric].mean
        assert peak - 0.4 < mean.mean.max() <= peak + 1e-6
