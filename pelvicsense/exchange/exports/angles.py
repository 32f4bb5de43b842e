"""Angles over time from segment axes, in our convention and in OpenSim's.

Hip angles are the same in both: OpenSim's hips turn about z, then x, then y of the moving frame,
which is the joint coordinate system of Grood and Suntay 1983, doi:10.1115/1.3138397, and its left
hips turn the last two round, so that adduction and internal rotation are positive on both sides.

Pelvis angles differ. Ours are in Baker's order rotation, obliquity, tilt (2001,
doi:10.1016/S0966-6362(00)00083-7): obliquity positive right side up, tilt positive anterior.
OpenSim's ``ground_pelvis`` (gait2392, Rajagopal) turns about z (``pelvis_tilt``, positive
posterior), then x (``pelvis_list``, positive right side down), then y (``pelvis_rotation``,
positive to the left).
"""

from __future__ import annotations

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Side
from pelvicsense.exchange.exports.motion import BodyMotion


def tilt_list_rotation(axes: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return turns about z, x and y of the moving frame, rad, of matrices (n, 3, 3)."""
    about_x = np.arcsin(np.clip(axes[:, 2, 1], -1.0, 1.0))
    about_z = np.arctan2(-axes[:, 0, 1], axes[:, 1, 1])
    about_y = np.arctan2(-axes[:, 2, 0], axes[:, 2, 2])
    return about_z, about_x, about_y


def hip_angles_deg(motion: BodyMotion, side: Side) -> dict[str, FloatArray]:
    """Return flexion, adduction and internal rotation of a hip, (n,) degrees."""
    thigh_in_pelvis = np.swapaxes(motion.pelvis, 1, 2) @ motion.thighs[side]
    flexion, adduction, rotation = map(np.rad2deg, tilt_list_rotation(thigh_in_pelvis))
    return {
        "flexion": flexion,
        "adduction": side.sign * adduction,
        "rotation": side.sign * rotation,
    }


def pelvis_angles_deg(motion: BodyMotion) -> dict[str, FloatArray]:
    """Return obliquity, tilt and heading (positive to the left) in Baker's order, (n,) degrees.

    The heading drifts: nothing tells the way north.
    """
    axes = motion.pelvis
    heading = np.arctan2(axes[:, 0, 2], axes[:, 2, 2])
    return {
        "obliquity": np.rad2deg(np.arcsin(np.clip(axes[:, 1, 2], -1.0, 1.0))),
        "tilt": np.rad2deg(-np.arctan2(axes[:, 1, 0], axes[:, 1, 1])),
        "heading": _continuous_deg(heading),
    }


def opensim_angles_deg(motion: BodyMotion) -> dict[str, FloatArray]:
    """Return OpenSim's coordinates of the pelvis and the worn hips by name, (n,) degrees."""
    tilt, list_, rotation = tilt_list_rotation(motion.pelvis)
    angles = {
        "pelvis_tilt": np.rad2deg(tilt),
        "pelvis_list": np.rad2deg(list_),
        "pelvis_rotation": _continuous_deg(rotation),
    }
    for side in motion.thighs:
        for name, angle in hip_angles_deg(motion, side).items():
            angles[f"hip_{name}_{side.value[0]}"] = angle
    return angles


def _continuous_deg(angle: FloatArray) -> FloatArray:
    """Return an angle, rad, in degrees without jumps of a turn; unknown rows stay unknown."""
    known = np.isfinite(angle)
    degrees = np.full(len(angle), np.nan)
    degrees[known] = np.rad2deg(np.unwrap(angle[known]))
    return degrees
