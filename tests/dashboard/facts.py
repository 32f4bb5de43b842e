"""Outputs of a pipeline, made up."""

from __future__ import annotations

import math

import numpy as np

from pelvicsense.datatypes.calibration import Calibration, StillPose
from pelvicsense.datatypes.gait import Flag, StanceReport, Stride, StrideAngles, StrideCurve
from pelvicsense.datatypes.placement import Activity, Placement, Side

LEVEL = np.array([1.0, 0.0, 0.0, 0.0])


def angles(
    drop_deg: float = 4.0, rotation_deg: float = 6.0, adduction_deg: float = 8.0
) -> StrideAngles:
    return StrideAngles(
        pelvic_drop_peak_deg=drop_deg,
        thigh_rotation_excursion_deg=rotation_deg,
        hip_adduction_peak_deg=adduction_deg,
    )


def stance(
    number: int,
    side: Side = Side.LEFT,
    values: StrideAngles | None = None,
    flags: tuple[Flag, ...] = (),
) -> StanceReport:
    return StanceReport(
        side=side,
        activity=Activity.WALK,
        t_contact_s=float(number),
        t_final_contact_s=number + 0.6,
        angles=values or angles(),
        standard_errors=angles(0.4, 0.9, 1.1),
        flags=flags,
        known_at_s=number + 0.7,
    )


def stride(
    number: int,
    side: Side = Side.LEFT,
    *,
    valid: bool = True,
    flags: tuple[Flag, ...] = (),
    values: StrideAngles | None = None,
) -> Stride:
    return Stride(
        stride=number,
        side=side,
        activity=Activity.WALK,
        t_contact_s=float(number),
        t_final_contact_s=number + 0.6,
        t_end_s=number + 1.0,
        stride_time_s=1.0,
        stance_fraction=0.6,
        cadence_spm=120.0,
        stance_time_se_s=0.02,
        angles=values or angles(),
        standard_errors=angles(0.4, 0.9, 1.1),
        valid=valid,
        flags=flags,
        known_at_s=number + 1.1,
    )


def curve(number: int, side: Side = Side.LEFT, height_deg: float = 0.0) -> StrideCurve:
    """Obliquity rises by one degree per percent of the stride, from ``height_deg``."""
    ramp = height_deg + np.arange(101.0)
    return StrideCurve(
        stride=number,
        side=side,
        obliquity_deg=ramp,
        hip_adduction_deg=np.full(101, math.nan),
        thigh_rotation_deg=2.0 * ramp,
    )


def calibration() -> Calibration:
    still = StillPose(first=0, end=400, earth_from_sensor={Placement.PELVIS: LEVEL}, stated=False)
    return Calibration(
        still=still,
        sensor_from_segment={Placement.PELVIS: LEVEL},
        heading={},
        pelvis_heading_sigma=0.03,
        heading_sigma={},
        hips={},
        vote=1.0,
        first=400,
        end=900,
        strides=5,
        final=True,
    )
