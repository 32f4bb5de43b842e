"""What a screen shows of a running pipeline besides its outputs; nothing here changes a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pelvicsense.calibration.tracker import Heading
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import Calibration
from pelvicsense.datatypes.motion import OrientationBlock
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.metrics.hip import HipAngles, axis_products, hip_angles, obliquity
from pelvicsense.numerics import quaternion


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationProgress:
    """How far a calibration has come.

    Attributes
    ----------
    still_s
        For how long all sensors have been still, s.
    poses
        Still poses that are remembered.
    steps, steps_needed
        Steps in a row, and at how many the next attempt is made.
    """

    still_s: float
    poses: int
    steps: int
    steps_needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Poses:
    """The body over ``n`` rows, as it looks now; degrees, ``nan`` where unknown.

    The headings are those known when the rows came. The metrics of a stance use the heading at its
    contact, so hip angles may differ from theirs by what the heading has drifted since.

    Attributes
    ----------
    t_s
        (n,) seconds since the first ``host_ns``.
    earth_from_sensor
        (n, 4) unit quaternions wxyz; each sensor's own heading.
    obliquity_deg, tilt_deg
        (n,) of the pelvis, right side up positive, and forward (anterior) positive.
    thigh_adduction_deg, thigh_flexion_deg
        (n,) of each thigh against the vertical: seen from behind, knee towards the middle
        positive; seen from the side, knee forward positive. They need no heading.
    hip_adduction_deg, hip_rotation_deg
        (n,) of each thigh against the pelvis, adduction and internal rotation positive.
    """

    t_s: FloatArray
    earth_from_sensor: Mapping[Placement, FloatArray]
    obliquity_deg: FloatArray
    tilt_deg: FloatArray
    thigh_adduction_deg: Mapping[Side, FloatArray]
    thigh_flexion_deg: Mapping[Side, FloatArray]
    hip_adduction_deg: Mapping[Side, FloatArray]
    hip_rotation_deg: Mapping[Side, FloatArray]

    def rows(self, some: slice) -> Poses:
        """Return some rows."""
        return Poses(
            t_s=self.t_s[some],
            earth_from_sensor={p: rows[some] for p, rows in self.earth_from_sensor.items()},
            obliquity_deg=self.obliquity_deg[some],
            tilt_deg=self.tilt_deg[some],
            thigh_adduction_deg={s: a[some] for s, a in self.thigh_adduction_deg.items()},
            thigh_flexion_deg={s: a[some] for s, a in self.thigh_flexion_deg.items()},
            hip_adduction_deg={s: a[some] for s, a in self.hip_adduction_deg.items()},
            hip_rotation_deg={s: a[some] for s, a in self.hip_rotation_deg.items()},
        )


def poses(
    block: OrientationBlock,
    rows: slice,
    calibration: Calibration | None,
    headings: Mapping[Side, Heading],
    heading_limit_rad: float,
) -> Poses:
    """Return the body over some rows of a block.

    Parameters
    ----------
    block, rows
        Orientations, and which rows of them.
    calibration
        The accepted one; none, and no angle is known.
    headings
        Of each worn thigh, at the end of the block.
    heading_limit_rad
        Above this uncertainty of a heading's drift, hip angles are unknown.
    """
    index = block.first_index + np.arange(len(block))[rows]
    unknown = np.full(len(index), np.nan)
    sensors = {p: signal.earth_from_sensor[rows].copy() for p, signal in block.sensors.items()}
    axes = {} if calibration is None else _axes(block, rows, calibration)
    pelvis = axes.get(Placement.PELVIS)
    thighs = {side: axes[p] for side in Side if (p := Placement.thigh(side)) in axes}
    hips = {
        side: _hip(pelvis, thigh, headings[side].angle, side)
        for side, thigh in thighs.items()
        if pelvis is not None
        and side in headings
        and headings[side].drift_sigma <= heading_limit_rad
    }
    return Poses(
        t_s=index / block.rate_hz,
        earth_from_sensor=sensors,
        obliquity_deg=unknown if pelvis is None else np.rad2deg(obliquity(pelvis[:, 2, 2])),
        tilt_deg=unknown if pelvis is None else -_pitch_deg(pelvis),
        thigh_adduction_deg={
            side: -side.sign * np.rad2deg(obliquity(thigh[:, 2, 2]))
            for side, thigh in thighs.items()
        },
        thigh_flexion_deg={side: _pitch_deg(thigh) for side, thigh in thighs.items()},
        hip_adduction_deg={side: np.rad2deg(hip.adduction) for side, hip in hips.items()},
        hip_rotation_deg={side: np.rad2deg(hip.rotation) for side, hip in hips.items()},
    )


def _axes(
    block: OrientationBlock, rows: slice, calibration: Calibration
) -> dict[Placement, FloatArray]:
    """Return earth from segment (n, 3, 3); rows that are not settled are unknown."""
    axes = {}
    for placement, mounting in calibration.sensor_from_segment.items():
        signal = block.sensors[placement]
        matrices = quaternion.to_matrix(
            quaternion.multiply(signal.earth_from_sensor[rows], mounting)
        )
        settled = signal.settled[rows, None, None]
        axes[placement] = np.where(settled, matrices, np.nan)
    return axes


def _pitch_deg(axes: FloatArray) -> FloatArray:
    """Return the elevation of the forward axis about the right one, degrees."""
    return np.asarray(np.rad2deg(np.arctan2(axes[:, 2, 0], axes[:, 2, 1])), dtype=np.float64)


def _hip(pelvis: FloatArray, thigh: FloatArray, heading: float, side: Side) -> HipAngles:
    return hip_angles(axis_products(pelvis, thigh), np.array(heading), np.array(side.sign))
