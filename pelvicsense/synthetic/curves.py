"""How joints move over one stride: textbook curves per activity, C2-smooth and periodic.

Phase is 0…1 from a foot's initial contact to its next. Curves are periodic cubic splines through
the points written here, in the spirit of the normative curves of Perry & Burnfield 2010 (Gait
Analysis), Novacheck 1998 (doi:10.1016/S0966-6362(97)00038-6) for running, and Riener, Rabuffetti,
Frigo 2002 (doi:10.1016/S0966-6362(01)00162-X) for stairs; redrawn by hand, not fitted to data.
All angles are against the still pose. Drop, adduction and rotation are drawn in units of their peak
over stance, which is then exactly 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Activity

Curve = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gait:
    """Typical values and curves of an activity; functions of a foot's own phase.

    Attributes
    ----------
    cadence_spm, speed_mps, stance_fraction
        Steps per minute, m/s, share of the stride.
    pelvic_drop_deg, hip_adduction_deg, thigh_rotation_deg
        Peaks over stance, deg.
    hip_flexion_deg, tilt_deg, pelvis_rotation_deg
        Curves in deg. Tilt (anterior +) is the mean of both feet's curves, pelvis rotation (the
        foot's own side forward +) half the difference.
    drop
        One foot's share of the drop: a bump in its stance, 0 where the other foot's peaks.
    hip_adduction, thigh_rotation
        Curves in units of the peak.
    impact_mps2
        Vertical oscillation of the pelvis after a contact, m/s².
    """

    cadence_spm: float
    speed_mps: float
    stance_fraction: float
    pelvic_drop_deg: float
    hip_adduction_deg: float
    thigh_rotation_deg: float
    hip_flexion_deg: Curve
    tilt_deg: Curve
    pelvis_rotation_deg: Curve
    drop: Curve
    hip_adduction: Curve
    thigh_rotation: Curve
    impact_mps2: float


def periodic(percents: Sequence[float], values: Sequence[float]) -> Curve:
    """Periodic C2 curve through points at ``percents`` (0 first, below 100) of the stride."""
    x = np.array([*percents, 100.0]) / 100.0
    y = np.array([*values, values[0]], dtype=np.float64)
    spline = CubicSpline(x, y, bc_type="periodic")

    def curve(phase: FloatArray) -> FloatArray:
        return np.asarray(spline(phase - np.floor(phase)), dtype=np.float64)

    return curve


def unit_peak(curve: Curve, stance_fraction: float) -> Curve:
    """Scale ``curve`` so that its maximum over stance is 1."""
    peak = float(np.max(curve(np.linspace(0.0, stance_fraction, 2001))))

    def scaled(phase: FloatArray) -> FloatArray:
        return curve(phase) / peak

    return scaled


def alternating(bump: Curve) -> Curve:
    """Scale one foot's bump so that own minus other foot's, half a stride apart, peaks at 1."""
    phase = np.linspace(0.0, 0.5, 2001)
    peak = float(np.max(bump(phase) - bump(phase + 0.5)))

    def scaled(phase: FloatArray) -> FloatArray:
        return bump(phase) / peak

    return scaled


def wave(mean: float, amplitude: float, cycles: int, peak_percent: float) -> Curve:
    """Cosine with ``cycles`` per stride and its maximum at ``peak_percent``."""

    def curve(phase: FloatArray) -> FloatArray:
        return mean + amplitude * np.cos(2.0 * np.pi * cycles * (phase - peak_percent / 100.0))

    return curve


_TENTHS = (0, 5, 10, 15, 20, 30, 40, 50, 55, 62, 68, 75, 85, 93)
_DROP_AT = (0, 5, 10, 17, 25, 34, 43, 50, 57, 63, 70, 77, 84, 92)
_DROP_WALK = alternating(
    periodic(_DROP_AT, (0.24, 0.52, 0.80, 1.0, 0.84, 0.50, 0.20, 0.06, 0, 0, 0, 0, 0, 0.06))
)
_DROP_RUN = alternating(
    periodic(_DROP_AT, (0.22, 0.55, 0.88, 1.0, 0.72, 0.34, 0.10, 0.02, 0, 0, 0, 0, 0, 0.05))
)

GAIT: dict[Activity, Gait] = {
    Activity.WALK: Gait(
        cadence_spm=112.0,
        speed_mps=1.35,
        stance_fraction=0.62,
        pelvic_drop_deg=5.0,
        hip_adduction_deg=6.5,
        thigh_rotation_deg=4.0,
        hip_flexion_deg=periodic(
            (0, 6, 12, 20, 30, 40, 48, 53, 58, 64, 70, 78, 84, 89, 95),
            (29, 27, 23.5, 17, 7, -3, -9, -10.5, -8, 1, 13, 26, 31, 32, 30.5),
        ),
        tilt_deg=wave(1.0, 1.0, 2, 0.0),
        pelvis_rotation_deg=wave(0.0, 4.5, 1, 2.0),
        drop=_DROP_WALK,
        hip_adduction=unit_peak(
            periodic(
                _TENTHS,
                (
                    0,
                    0.36,
                    0.75,
                    0.97,
                    0.98,
                    0.75,
                    0.55,
                    0.22,
                    -0.1,
                    -0.7,
                    -0.85,
                    -0.65,
                    -0.35,
                    -0.16,
                ),
            ),
            0.62,
        ),
        thigh_rotation=unit_peak(
            periodic(
                _TENTHS,
                (-0.2, 0.2, 0.66, 0.94, 1, 0.7, 0.3, -0.15, -0.45, -0.85, -0.98, -0.75, -0.4, -0.3),
            ),
            0.62,
        ),
        impact_mps2=2.0,
    ),
    Activity.RUN: Gait(
        cadence_spm=168.0,
        speed_mps=3.0,
        stance_fraction=0.35,
        pelvic_drop_deg=5.0,
        hip_adduction_deg=11.0,
        thigh_rotation_deg=7.0,
        hip_flexion_deg=periodic(
            (0, 5, 10, 17, 24, 31, 37, 42, 48, 55, 63, 71, 79, 86, 93),
            (36, 34.5, 30, 20, 8.5, -1.5, -6.5, -8, -4, 6, 20, 33, 42, 44, 40.5),
        ),
        tilt_deg=wave(6.0, 2.5, 2, 43.0),
        pelvis_rotation_deg=wave(0.0, 4.5, 1, 80.0),
        drop=_DROP_RUN,
        hip_adduction=unit_peak(
            periodic(
                (0, 5, 10, 15, 20, 28, 35, 42, 50, 60, 70, 80, 90),
                (0.52, 0.74, 0.93, 1, 0.9, 0.5, 0.15, -0.05, -0.15, -0.1, 0.05, 0.24, 0.4),
            ),
            0.35,
        ),
        thigh_rotation=unit_peak(
            periodic(
                (0, 5, 10, 16, 25, 33, 40, 50, 60, 70, 80, 90),
                (0.1, 0.5, 0.85, 1, 0.6, 0.05, -0.45, -0.8, -0.65, -0.35, -0.17, -0.06),
            ),
            0.35,
        ),
        impact_mps2=8.0,
    ),
    Activity.STAIRS_UP: Gait(
        cadence_spm=92.0,
        speed_mps=0.45,
        stance_fraction=0.63,
        pelvic_drop_deg=5.0,
        hip_adduction_deg=6.0,
        thigh_rotation_deg=3.0,
        hip_flexion_deg=periodic(
            (0, 6, 12, 20, 30, 40, 50, 57, 63, 69, 75, 81, 87, 93),
            (59.5, 55.5, 51.5, 44, 31, 19, 9, 5, 9.5, 22, 36.5, 48.5, 57.5, 62),
        ),
        tilt_deg=wave(7.0, 1.5, 2, 10.0),
        pelvis_rotation_deg=wave(0.0, 3.0, 1, 2.0),
        drop=_DROP_WALK,
        hip_adduction=unit_peak(
            periodic(
                (0, 6, 12, 18, 30, 40, 50, 60, 70, 80, 90),
                (0, 0.42, 0.85, 1, 0.75, 0.52, 0.28, -0.25, -0.6, -0.5, -0.2),
            ),
            0.63,
        ),
        thigh_rotation=unit_peak(
            periodic(
                (0, 8, 16, 25, 40, 55, 65, 75, 88),
                (-0.1, 0.5, 0.95, 0.9, 0.4, -0.4, -0.8, -0.7, -0.3),
            ),
            0.63,
        ),
        impact_mps2=1.2,
    ),
    Activity.STAIRS_DOWN: Gait(
        cadence_spm=98.0,
        speed_mps=0.48,
        stance_fraction=0.61,
        pelvic_drop_deg=4.5,
        hip_adduction_deg=5.0,
        thigh_rotation_deg=3.0,
        hip_flexion_deg=periodic(
            (0, 10, 20, 30, 40, 50, 56, 62, 70, 78, 86, 94),
            (20.5, 17, 14, 11, 9, 8.5, 9.5, 13, 21, 28.5, 30.5, 26.5),
        ),
        tilt_deg=wave(2.0, 1.0, 2, 15.0),
        pelvis_rotation_deg=wave(0.0, 3.0, 1, 0.0),
        drop=_DROP_WALK,
        hip_adduction=unit_peak(
            periodic(
                (0, 6, 13, 20, 35, 50, 60, 70, 80, 90),
                (-0.1, 0.38, 0.88, 1, 0.7, 0.36, -0.1, -0.5, -0.5, -0.32),
            ),
            0.61,
        ),
        thigh_rotation=unit_peak(
            periodic(
                (0, 8, 16, 25, 40, 55, 65, 75, 88),
                (-0.1, 0.5, 0.95, 0.9, 0.4, -0.3, -0.7, -0.7, -0.3),
            ),
            0.61,
        ),
        impact_mps2=4.0,
    ),
}


def drawn_phase(phase: FloatArray, stance_fraction: float, drawn_fraction: float) -> FloatArray:
    """Return the phase at which to read a curve, so that its final contact is this stance's.

    Curves are drawn for one share of stance (``drawn_fraction``). Stance and swing are stretched in
    proportion, the corners at the contacts rounded by a periodic spline, so that rates stay smooth.
    """
    moved = drawn_fraction - stance_fraction
    knots = np.array(
        [0.0, 0.5 * stance_fraction, stance_fraction, 0.5 + 0.5 * stance_fraction, 1.0]
    )
    shift = CubicSpline(knots, moved * np.array([0.0, 0.5, 1.0, 0.5, 0.0]), bc_type="periodic")
    return np.asarray(phase + shift(phase - np.floor(phase)), dtype=np.float64)


SLOPE_TILT = 0.3
"""Anterior tilt of the pelvis per slope: it leans into the hill (after Lay, Hass, Gregor 2006,
doi:10.1016/j.jbiomech.2005.05.005, as `slope_flexion`; drawn by hand)."""

_UPHILL, _DOWNHILL = 1.2, 0.5


def slope_flexion(slope_deg: float, phase: FloatArray) -> FloatArray:
    """Return the hip flexion that a slope adds, deg: most just before contact, none at push-off."""
    share = _UPHILL if slope_deg > 0.0 else _DOWNHILL
    return share * slope_deg * 0.5 * (1.0 + np.cos(2.0 * np.pi * (phase - 0.95)))


def weak_stance(phase: FloatArray, stance_fraction: float) -> FloatArray:
    """Share of an abductor weakness that shows: 1 from a third to two thirds of stance; C2."""
    share = (phase - np.floor(phase)) / stance_fraction
    return smooth_step(3.0 * share) * smooth_step(3.0 * (1.0 - share))


def smooth_step(x: FloatArray) -> FloatArray:
    """Return a C2 step from 0 to 1 over 0…1: 6x⁵ − 15x⁴ + 10x³."""
    u = np.clip(x, 0.0, 1.0)
    return u * u * u * (10.0 + u * (6.0 * u - 15.0))
