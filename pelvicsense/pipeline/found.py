"""Stances and strides between being found and being reported."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import CURVE_POINTS, Flag, StrideAngles
from pelvicsense.datatypes.placement import Placement
from pelvicsense.gait.strides import Stance, StrideTimes
from pelvicsense.metrics.stance import StanceTask
from pelvicsense.pipeline.stretches import Stretch

_UNKNOWN_ANGLES = StrideAngles()
_UNKNOWN_CURVE: FloatArray = np.full(CURVE_POINTS, np.nan)
_UNKNOWN_CURVE.flags.writeable = False


@dataclass(slots=True, kw_only=True)
class OpenStance:
    """A stance on its way to being reported.

    Attributes
    ----------
    stance, task
        The stance, and what is to be measured with which heading.
    known
        Whether any angle can be known.
    withheld
        Angles that are left empty all the same.
    flags
        Why something is empty or should be read with care.
    angles, standard_errors
        Filled in by `StrideMeter.measure`.
    """

    stance: Stance
    task: StanceTask
    known: bool
    withheld: frozenset[str]
    flags: tuple[Flag, ...]
    angles: StrideAngles = _UNKNOWN_ANGLES
    standard_errors: StrideAngles = _UNKNOWN_ANGLES


@dataclass(slots=True, kw_only=True)
class ClosedStride:
    """A stride whose row is due.

    Attributes
    ----------
    times, opened, over
        When it was, its stance, and what disturbed it.
    flags
        Why something is empty or should be read with care, besides those of the stance.
    valid
        Whether it counts.
    slipped
        Sensors of this side that have slipped: their curves stay empty.
    obliquity_deg, hip_adduction_deg, thigh_rotation_deg
        Angles over it, (101,) degrees each; filled in by `StrideMeter.draw`.
    """

    times: StrideTimes
    opened: OpenStance
    over: Stretch
    flags: tuple[Flag, ...]
    valid: bool
    slipped: frozenset[Placement] = frozenset()
    obliquity_deg: FloatArray = field(default_factory=lambda: _UNKNOWN_CURVE)
    hip_adduction_deg: FloatArray = field(default_factory=lambda: _UNKNOWN_CURVE)
    thigh_rotation_deg: FloatArray = field(default_factory=lambda: _UNKNOWN_CURVE)
