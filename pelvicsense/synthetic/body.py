"""Segments and points on them: orientations, angular rates, accelerations, from the motion.

Segment frames are ISB (x anterior, y superior, z right); the earth is z up, the person faces +x in
the first still pose. The thigh turns about the hip centre, a fixed point of both segments: so both
sensors feel the same acceleration of that point.
"""

from __future__ import annotations

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.numerics.quaternion import about_z, conjugate, multiply, rotate
from pelvicsense.synthetic.motion import RATE_HZ, Motion
from pelvicsense.synthetic.person import PersonConfig

EARTH_FROM_NEUTRAL: FloatArray = np.array([np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0])
"""Upright and facing +x: segment y is up, segment z points to earth -y."""

EARTH_FROM_NEUTRAL.flags.writeable = False


def pelvis_orientation(motion: Motion, rows: IntArray) -> FloatArray:
    """Quaternions earth from pelvis (n, 4), Baker's order: rotation, obliquity, tilt."""
    rotation, obliquity, tilt = np.radians(motion.pelvis_deg[rows]).T
    # Right side up is a negative turn about x, anterior tilt a negative one about z.
    turned = multiply(about_z(motion.heading[rows]), EARTH_FROM_NEUTRAL)
    turned = multiply(turned, _about(1, rotation))
    return multiply(multiply(turned, _about(0, -obliquity)), about_z(-tilt))


def thigh_from_pelvis(motion: Motion, side: Side, rows: IntArray) -> FloatArray:
    """Quaternions pelvis from thigh (n, 4), Grood–Suntay: flexion, adduction, rotation."""
    flexion, adduction, rotation = np.radians(motion.hip_deg[side][rows]).T
    hip = multiply(about_z(flexion), _about(0, side.sign * adduction))
    return multiply(hip, _about(1, side.sign * rotation))


def segment_orientation(motion: Motion, placement: Placement, rows: IntArray) -> FloatArray:
    """Quaternions earth from segment, (n, 4)."""
    pelvis = pelvis_orientation(motion, rows)
    if placement.side is None:
        return pelvis
    return multiply(pelvis, thigh_from_pelvis(motion, placement.side, rows))


def point_acceleration(
    motion: Motion, person: PersonConfig, placement: Placement, rows: IntArray
) -> FloatArray:
    """Acceleration (n, 3) of the place where a sensor sits, earth frame, m/s².

    ``rows`` are consecutive; those outside of the motion stand for its ends.
    """
    wide = widened(rows, len(motion))
    pelvis = pelvis_orientation(motion, wide)
    offset = person.sensor_position_m(placement)
    if placement.side is None:
        lever = rotate(pelvis, offset)
    else:
        hip = person.hip_centre_m(placement.side)
        thigh = multiply(pelvis, thigh_from_pelvis(motion, placement.side, wide))
        lever = rotate(pelvis, hip) + rotate(thigh, offset)
    return motion.acceleration[wide[2:-2]] + second_derivative(lever)


def angular_rate(orientation: FloatArray) -> FloatArray:
    """Angular rate (n, 3) in the body frame, rad/s, from ``n + 4`` rows of orientation."""
    inner = orientation[2:-2]
    # The factor 2 of ω = 2 q* q̇
    return 2.0 * multiply(conjugate(inner), first_derivative(orientation))[:, 1:]


def widened(rows: IntArray, n: int) -> IntArray:
    """``rows`` and two more at either end, for the derivatives; the ends stand still."""
    reach = np.arange(rows[0] - 2, rows[-1] + 3)
    return np.clip(reach, 0, n - 1)


def first_derivative(x: FloatArray) -> FloatArray:
    """Time derivative of (n + 4, …) rows at 1 kHz: n rows, fourth-order central difference."""
    return (8.0 * (x[3:-1] - x[1:-3]) - (x[4:] - x[:-4])) * (RATE_HZ / 12.0)


def second_derivative(x: FloatArray) -> FloatArray:
    """Return the second derivative in the same way as ``first_derivative``."""
    total = 16.0 * (x[3:-1] + x[1:-3]) - (x[4:] + x[:-4]) - 30.0 * x[2:-2]
    return total * (RATE_HZ**2 / 12.0)


def _about(axis: int, angle: FloatArray) -> FloatArray:
    q = np.zeros((len(angle), 4))
    q[:, 0] = np.cos(0.5 * angle)
    q[:, 1 + axis] = np.sin(0.5 * angle)
    return q
