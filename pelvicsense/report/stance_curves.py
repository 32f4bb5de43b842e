"""Mean angles over stance, with their spread from stride to stride."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import CURVE_POINTS, Stride, StrideCurve
from pelvicsense.datatypes.placement import Side

PERCENT: FloatArray = np.linspace(0.0, 100.0, CURVE_POINTS)
"""Of the stride in a curve; of stance in a mean curve."""


class Angle(StrEnum):
    """The three angles that are drawn over stance; the word is what people read."""

    DROP = "pelvic drop"
    ADDUCTION = "hip adduction"
    ROTATION = "thigh rotation"


_KNOWN_BY = {
    Angle.DROP: "pelvic_drop_peak_deg",
    Angle.ADDUCTION: "hip_adduction_peak_deg",
    Angle.ROTATION: "thigh_rotation_peak_deg",
}
"""A stride whose peak is left empty has no place in the mean curve either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanCurve:
    """An angle over stance, degrees, at 0…100 %.

    Attributes
    ----------
    count
        Strides in it.
    mean, sd
        (101,) each.
    """

    count: int
    mean: FloatArray
    sd: FloatArray


def mean_curve(
    strides: Sequence[Stride], curves: Mapping[int, StrideCurve], side: Side, angle: Angle
) -> MeanCurve | None:
    """Average an angle over the stances of valid strides; none with fewer than two.

    Parameters
    ----------
    strides
        Of one activity.
    curves
        By number of the stride.
    side, angle
        Which.
    """
    stances = [
        _over_stance(stride, curves[stride.stride], angle)
        for stride in strides
        if stride.valid
        and stride.side is side
        and stride.stride in curves
        and math.isfinite(getattr(stride.angles, _KNOWN_BY[angle]))
    ]
    whole = [stance for stance in stances if np.isfinite(stance).all()]
    if len(whole) < 2:
        return None
    table = np.stack(whole)
    return MeanCurve(count=len(whole), mean=table.mean(axis=0), sd=table.std(axis=0, ddof=1))


def _over_stance(stride: Stride, curve: StrideCurve, angle: Angle) -> FloatArray:
    values = {
        Angle.DROP: stride.side.sign * curve.obliquity_deg,
        Angle.ADDUCTION: curve.hip_adduction_deg,
        Angle.ROTATION: curve.thigh_rotation_deg,
    }[angle]
    return np.asarray(np.interp(stride.stance_fraction * PERCENT, PERCENT, values))
