"""From a still pose to levelled sensors: the part of calibration that gravity alone settles.

A sensor is *levelled* by the smallest rotation that brings the still pose's vertical onto z. What
is then left unknown is one angle per sensor: the heading of its segment's forward axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.numerics import quaternion

UP: FloatArray = np.array([0.0, 0.0, 1.0])
UP.flags.writeable = False

# Columns: the segment axes x anterior, y superior, z right, in a levelled frame whose x is forward.
_LEVELLED_FROM_SEGMENT_FORWARD = quaternion.from_matrix(
    np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelledMotion:
    """One sensor's motion in its levelled frame, ``n`` rows.

    Attributes
    ----------
    levelled_from_sensor
        (4,) the levelling rotation.
    earth_from_levelled
        (n, 4) orientation.
    force
        (n, 3) specific force, levelled frame, m/s².
    rate
        (n, 3) angular rate, bias removed, levelled frame, rad/s.
    """

    levelled_from_sensor: FloatArray
    earth_from_levelled: FloatArray
    force: FloatArray
    rate: FloatArray


def level(
    still_orientation: FloatArray, earth_from_sensor: FloatArray, acc: FloatArray, rate: FloatArray
) -> LevelledMotion:
    """Level a stretch of one sensor's motion.

    Parameters
    ----------
    still_orientation
        (4,) earth from sensor in the still pose; only its inclination is used.
    earth_from_sensor, acc, rate
        (n, 4), (n, 3) m/s², (n, 3) rad/s with the bias removed.
    """
    up_in_sensor = quaternion.rotate(quaternion.conjugate(still_orientation), UP)
    levelling = quaternion.smallest_rotation(up_in_sensor, UP)
    return LevelledMotion(
        levelled_from_sensor=levelling,
        earth_from_levelled=quaternion.multiply(earth_from_sensor, quaternion.conjugate(levelling)),
        force=quaternion.rotate(levelling, acc),
        rate=quaternion.rotate(levelling, rate),
    )


def yaw(earth_from_levelled: FloatArray) -> FloatArray:
    """Return the heading of the levelled x axis, (n,), rad, not unwrapped."""
    w, x, y, z = (earth_from_levelled[..., i] for i in range(4))
    return np.asarray(
        np.arctan2(2.0 * (x * y + w * z), 1.0 - 2.0 * (y * y + z * z)), dtype=np.float64
    )


def mean_heading(yaw_rows: FloatArray) -> float:
    """Return the circular mean of headings (n,), rad."""
    return float(np.arctan2(np.sin(yaw_rows).mean(), np.cos(yaw_rows).mean()))


def sensor_from_segment(levelled_from_sensor: FloatArray, forward: float) -> FloatArray:
    """Return the mounting (4,) of a segment whose forward axis has heading ``forward``, rad."""
    levelled_from_segment = quaternion.multiply(
        quaternion.about_z(forward), _LEVELLED_FROM_SEGMENT_FORWARD
    )
    return quaternion.multiply(quaternion.conjugate(levelled_from_sensor), levelled_from_segment)


def wrap(angle: float) -> float:
    """Bring an angle, rad, into [-π, π)."""
    return float((angle + np.pi) % (2.0 * np.pi) - np.pi)
