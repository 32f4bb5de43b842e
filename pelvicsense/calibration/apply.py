"""Sensors to segments: the calibration applied to a block."""

from __future__ import annotations

import numpy as np

from pelvicsense.calibration.joint import STANDARD_GRAVITY
from pelvicsense.datatypes.calibration import Calibration
from pelvicsense.datatypes.motion import GridBlock, OrientationBlock, SegmentBlock, SegmentSignal
from pelvicsense.numerics import quaternion

_GRAVITY = np.array([0.0, 0.0, STANDARD_GRAVITY])


def to_segments(
    calibration: Calibration, grid: GridBlock, orientation: OrientationBlock
) -> SegmentBlock:
    """Turn a block of sensor motion into segment motion, row by row."""
    segments = {}
    for placement, mounting in calibration.sensor_from_segment.items():
        raw, fused = grid.sensors[placement], orientation.sensors[placement]
        segments[placement] = SegmentSignal(
            earth_from_segment=quaternion.to_matrix(
                quaternion.multiply(fused.earth_from_sensor, mounting)
            ),
            acceleration=quaternion.rotate(fused.earth_from_sensor, raw.acc) - _GRAVITY,
            rate=quaternion.rotate(quaternion.conjugate(mounting), raw.gyr - fused.gyro_bias),
            settled=fused.settled,
            bridged=raw.interpolated,
            saturated=raw.saturated,
        )
    return SegmentBlock(first_index=grid.first_index, rate_hz=grid.rate_hz, segments=segments)
