"""Acceleration of the hip centre as the pelvis' and the thigh's sensor each feel it."""

from __future__ import annotations

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import Calibration
from pelvicsense.datatypes.motion import SegmentSignal
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.numerics import quaternion


def joint_in_segments(calibration: Calibration, side: Side) -> tuple[FloatArray, FloatArray]:
    """Return the hip centre from each sensor in segment axes, (3,) m."""
    hip = calibration.hips[side]
    points = []
    for placement, joint in (
        (Placement.PELVIS, hip.joint_in_pelvis),
        (Placement.thigh(side), hip.joint_in_thigh),
    ):
        orientation = calibration.still.earth_from_sensor[placement]
        up = quaternion.rotate(quaternion.conjugate(orientation), np.array([0.0, 0.0, 1.0]))
        levelling = quaternion.smallest_rotation(up, np.array([0.0, 0.0, 1.0]))
        in_sensor = quaternion.rotate(quaternion.conjugate(levelling), joint)
        mounting = calibration.sensor_from_segment[placement]
        points.append(quaternion.rotate(quaternion.conjugate(mounting), in_sensor))
    return points[0], points[1]


class MotionRows:
    """Motion of one segment, midway between neighbouring rows.

    There the difference of two rates is the angular acceleration; so no row of the future is
    needed.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._newest: FloatArray | None = None

    def feed(self, signal: SegmentSignal) -> MidwayMotion:
        """Return the motion half a row before each of ``n`` rows; the first row stands alone."""
        # Angular rate; horizontal acceleration; horizontal parts of the segment's axes
        rows = np.empty((11, len(signal) + 1))
        rows[0:3, 1:] = signal.rate.T
        rows[3:5, 1:] = signal.acceleration[:, :2].T
        rows[5:11, 1:] = signal.earth_from_segment[:, :2].reshape(len(signal), 6).T
        rows[:, 0] = rows[:, 1] if self._newest is None else self._newest
        self._newest = rows[:, -1].copy()
        return MidwayMotion(rows, self._rate_hz)


class MidwayMotion:
    """A segment's motion between neighbouring of ``n + 1`` rows, see `MotionRows`."""

    def __init__(self, rows: FloatArray, rate_hz: float) -> None:
        middle = 0.5 * (rows[:, 1:] + rows[:, :-1])
        self._rate, self._acceleration, self._axes = middle[0:3], middle[3:5], middle[5:11]
        self._rate_change = (rows[0:3, 1:] - rows[0:3, :-1]) * rate_hz

    def at(self, point: FloatArray) -> list[FloatArray]:
        """Return the two parts, (n,), of a body point's horizontal acceleration."""
        x, y, z = point.tolist()
        wx, wy, wz = self._rate
        alpha_x, alpha_y, alpha_z = self._rate_change
        # ω × r, then α × r + ω × (ω × r), written out: elementwise, in a fixed order.
        vx, vy, vz = wy * z - wz * y, wz * x - wx * z, wx * y - wy * x
        local_x = alpha_y * z - alpha_z * y + (wy * vz - wz * vy)
        local_y = alpha_z * x - alpha_x * z + (wz * vx - wx * vz)
        local_z = alpha_x * y - alpha_y * x + (wx * vy - wy * vx)
        parts = []
        for sensor, (to_x, to_y, to_z) in zip(
            self._acceleration, self._axes.reshape(2, 3, -1), strict=True
        ):
            parts.append(sensor + to_x * local_x + to_y * local_y + to_z * local_z)
        return parts
