"""What the strides of a window show, before it is weighed: axes, hip fits, lean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pelvicsense.calibration import axes
from pelvicsense.calibration.frames import UP, LevelledMotion
from pelvicsense.calibration.joint import JointFitConfig, fit_hip, regressors
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import HipFit
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.numerics import quaternion


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorRows:
    """One sensor over a window: (n, 4) orientation, (n, 3) specific force and rate."""

    earth_from_sensor: FloatArray
    acc: FloatArray
    rate: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GaitWindow:
    """Strides to calibrate from.

    Attributes
    ----------
    first
        Grid index of the first row.
    lead
        Rows before the first stride, for filters to settle.
    sensors
        The rows of every worn sensor.
    step_rows
        Median step time in rows.
    running
        Whether the steps have a flight phase.
    strides
        How many strides the window holds.
    final
        False where the recording ended and this is all there is.
    """

    first: int
    lead: int
    sensors: Mapping[Placement, SensorRows]
    step_rows: int
    running: bool
    strides: int
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything measured in the window, before it is weighed."""

    motions: Mapping[Placement, LevelledMotion]
    running: bool
    force_axis: axes.Axis
    rate_axis: axes.Axis
    hips: Mapping[Side, HipFit]
    thighs: Mapping[Side, axes.ThighAxes]
    geometry: axes.HipGeometry
    push_off: float  # signed vote for `force_axis.heading`, running only


def gather(
    motions: Mapping[Placement, LevelledMotion],
    window: GaitWindow,
    config: JointFitConfig,
    rate_hz: float,
) -> Evidence:
    """Measure all that a decision is taken from."""
    pelvis = motions[Placement.PELVIS]
    rows = slice(window.lead, len(pelvis.rate))
    follow = axes.following_heading(pelvis, 2 * window.step_rows)
    force_axis, rate_axis = axes.pelvis_axes(pelvis, follow, rows, window.step_rows, rate_hz)
    x_pelvis = regressors(pelvis, config.smoothing_s, rate_hz)[rows]
    hips, thighs = {}, {}
    for side in Side:
        motion = motions.get(Placement.thigh(side))
        if motion is None:
            continue
        x_thigh = regressors(motion, config.smoothing_s, rate_hz)[rows]
        hips[side] = fit_hip(x_pelvis, x_thigh, config, rate_hz)
        thighs[side] = axes.thigh_axes(
            motion,
            hips[side].heading,
            follow,
            rows,
            rate_hz,
            # In running the skin's own motion reaches down to 4 Hz.
            smoothing_s=0.20 if window.running else 0.12,
        )
    return Evidence(
        motions=motions,
        running=window.running,
        force_axis=force_axis,
        rate_axis=rate_axis,
        hips=hips,
        thighs=thighs,
        geometry=axes.hip_geometry(hips),
        push_off=axes.step_asymmetry_vote(pelvis, follow, rows, force_axis.heading, rate_hz)
        if window.running
        else 0.0,
    )


def lean(motions: Mapping[Placement, LevelledMotion], lead: int) -> tuple[Placement, float] | None:
    """Return the thigh whose mean long axis is furthest from the still pose's, and by how much."""
    worst = None
    for placement, motion in motions.items():
        if placement is Placement.PELVIS:
            continue
        up = quaternion.rotate(
            quaternion.conjugate(motion.earth_from_levelled[lead:]),
            np.broadcast_to(UP, motion.rate[lead:].shape),
        ).mean(axis=0)
        angle = float(np.rad2deg(np.arctan2(np.hypot(up[0], up[1]), up[2])))
        if worst is None or angle > worst[1]:
            worst = (placement, angle)
    return worst
