"""The whole body's motion at 1 kHz: joint angles and the acceleration of the pelvis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.synthetic.curves import (
    GAIT,
    SLOPE_TILT,
    drawn_phase,
    slope_flexion,
    weak_stance,
)
from pelvicsense.synthetic.forces import (
    IMPACT_FORWARD,
    ground_acceleration,
    impact,
    remove_drift,
)
from pelvicsense.synthetic.person import PersonConfig
from pelvicsense.synthetic.script import ActivityScript, Locomotion
from pelvicsense.synthetic.timeline import Bout

RATE_HZ = 1000
U_TURN_S = 2.0
SLOWER_IN_U_TURN = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Everything that moves, on a grid of 1 kHz that starts at 0 s; ``n`` rows.

    Attributes
    ----------
    heading
        (n,) direction of travel, rad, left turn positive.
    pelvis_deg
        (n, 3) rotation (right side forward +), obliquity (right side up +), tilt (anterior +).
    hip_deg
        Per side (n, 3): flexion, adduction, internal rotation, each positive.
    acceleration
        (n, 3) of mid-pelvis in the earth frame (z up), m/s².
    impact
        Per side (n,): the part of the vertical acceleration that is this foot's impact.
    envelope
        (n,) 0 standing, 1 in full motion.
    """

    heading: FloatArray
    pelvis_deg: FloatArray
    hip_deg: dict[Side, FloatArray]
    acceleration: FloatArray
    impact: dict[Side, FloatArray]
    envelope: FloatArray

    def __len__(self) -> int:
        return len(self.heading)


def simulate_motion(
    script: ActivityScript, person: PersonConfig, bouts: tuple[Bout, ...]
) -> Motion:
    """Move the person through the bouts."""
    n = round(script.duration_s * RATE_HZ) + 1
    motion = Motion(
        heading=np.zeros(n),
        pelvis_deg=np.zeros((n, 3)),
        hip_deg={side: np.zeros((n, 3)) for side in Side},
        acceleration=np.zeros((n, 3)),
        impact={side: np.zeros(n) for side in Side},
        envelope=np.zeros(n),
    )
    yaw_rate = np.zeros(n)
    for bout in bouts:
        rows = slice(int(np.ceil(bout.start_s * RATE_HZ)), int(bout.end_s * RATE_HZ) + 1)
        t_s = np.arange(n)[rows] / RATE_HZ
        motion.envelope[rows] = bout.envelope(t_s)
        turning, pace = _turns(bout, t_s, script)
        yaw_rate[rows] = turning
        _joint_angles(motion, bout, rows, t_s, pace, person)
        _travel_acceleration(motion, bout, rows, t_s)
        _mean_path(motion, bout, rows, t_s, pace, script)
    motion.heading[1:] = np.cumsum(0.5 * (yaw_rate[1:] + yaw_rate[:-1])) / RATE_HZ
    _turn_to_earth(motion)
    return motion


def _turns(bout: Bout, t_s: FloatArray, script: ActivityScript) -> tuple[FloatArray, FloatArray]:
    """Yaw rate, rad/s, and the pace (1 = full speed) that drops while turning round."""
    rate, pace = np.zeros_like(t_s), np.ones_like(t_s)
    if script.treadmill:
        return rate, pace
    direction = -script.turn_side.sign
    for index, section in enumerate(bout.sections):
        start_s = float(bout.section_start_s[index])
        end_s = start_s + section.duration_s
        if section.bend_radius_m is not None:
            weight = bout.section_weight(index, t_s) * bout.envelope(t_s)
            rate += direction * weight * section.speed / section.bend_radius_m
        if section.u_turn_every_s is not None:
            for turn_s in np.arange(
                start_s + section.u_turn_every_s, end_s - 3.0, section.u_turn_every_s
            ):
                share = np.clip((t_s - turn_s) / U_TURN_S, 0.0, 1.0)
                # 30 u²(1-u)² is the slope of the C2 step: its integral is exactly one half turn.
                bump = share * share * (1.0 - share) * (1.0 - share)
                rate += direction * np.pi * 30.0 * bump / U_TURN_S
                pace -= SLOWER_IN_U_TURN * 16.0 * bump
    return rate, pace


def _joint_angles(
    motion: Motion,
    bout: Bout,
    rows: slice,
    t_s: FloatArray,
    pace: FloatArray,
    person: PersonConfig,
) -> None:
    phases = {side: foot.phase(t_s) for side, foot in bout.feet.items()}
    gains = {
        side: [foot.gain(kind, phases[side]) for kind in range(3)]
        for side, foot in bout.feet.items()
    }
    for index, section in enumerate(bout.sections):
        weight = bout.section_weight(index, t_s) * motion.envelope[rows]
        used = np.flatnonzero(weight)
        gait, weight = GAIT[section.activity], weight[used]
        at = np.arange(rows.start, rows.stop)[used]
        stride = _stride_length_factor(section, person) * pace[used]
        drops, drawn = {}, {}
        for side in Side:
            actual = phases[side][used]
            phase = drawn[side] = drawn_phase(actual, section.stance, gait.stance_fraction)
            gain = [factor[used] for factor in gains[side]]
            drop, adduction, rotation = person.peaks_deg(section.activity, side)
            weak = person.weakness_deg(side) * gain[0] * weak_stance(actual, section.stance)
            drops[side] = drop * gain[0] * gait.drop(phase) + weak
            motion.hip_deg[side][at, 0] += weight * stride * gait.hip_flexion_deg(phase)
            motion.hip_deg[side][at, 0] += weight * slope_flexion(section.slope_deg, phase)
            motion.hip_deg[side][at, 1] += weight * adduction * gain[1] * gait.hip_adduction(phase)
            motion.hip_deg[side][at, 1] += weight * weak
            motion.hip_deg[side][at, 2] += weight * rotation * gain[2] * gait.thigh_rotation(phase)
        right, left = drawn[Side.RIGHT], drawn[Side.LEFT]
        turned = 0.5 * (gait.pelvis_rotation_deg(right) - gait.pelvis_rotation_deg(left))
        motion.pelvis_deg[at, 0] += weight * stride * turned
        motion.pelvis_deg[at, 1] += weight * (drops[Side.RIGHT] - drops[Side.LEFT])
        motion.pelvis_deg[at, 2] += weight * 0.5 * (gait.tilt_deg(right) + gait.tilt_deg(left))
        motion.pelvis_deg[at, 2] += weight * SLOPE_TILT * section.slope_deg


def _stride_length_factor(section: Locomotion, person: PersonConfig) -> float:
    """Sagittal amplitude grows with step length over leg length; a stair fixes it instead."""
    if section.on_stairs:
        return 1.0
    gait = GAIT[section.activity]
    usual = gait.speed_mps * 60.0 / gait.cadence_spm / PersonConfig().leg_m
    return float(np.clip(section.speed * section.step_s / person.leg_m / usual, 0.6, 1.4))


def _travel_acceleration(motion: Motion, bout: Bout, rows: slice, t_s: FloatArray) -> None:
    """Oscillation of the pelvis over one stride, in the travel frame (x, y up, z right)."""
    acceleration = ground_acceleration(bout, t_s)
    for side, foot in bout.feet.items():
        bump = impact(bout, foot, t_s)
        motion.impact[side][rows] = bump * motion.envelope[rows]
        acceleration[:, 1] += bump
        acceleration[:, 0] += IMPACT_FORWARD * bump
    faded = acceleration * motion.envelope[rows, None]
    motion.acceleration[rows] = remove_drift(bout, t_s, faded)


def _mean_path(
    motion: Motion,
    bout: Bout,
    rows: slice,
    t_s: FloatArray,
    pace: FloatArray,
    script: ActivityScript,
) -> None:
    """Add what starting, stopping, turning and climbing take, still in the travel frame."""
    forward, climb, yaw_rate = np.zeros_like(t_s), np.zeros_like(t_s), _turns(bout, t_s, script)[0]
    for index, section in enumerate(bout.sections):
        weight = bout.section_weight(index, t_s) * motion.envelope[rows]
        forward += weight * section.speed * pace
        rise = {Activity.STAIRS_UP: 1.0, Activity.STAIRS_DOWN: -1.0}.get(section.activity, 0.0)
        climb += weight * rise * script.riser_m / section.step_s
        if not script.treadmill:
            climb += weight * section.grade * section.speed * pace
    if not script.treadmill:
        motion.acceleration[rows, 0] += np.gradient(forward, 1.0 / RATE_HZ)
        motion.acceleration[rows, 2] -= forward * yaw_rate
    motion.acceleration[rows, 1] += np.gradient(climb, 1.0 / RATE_HZ)


def _turn_to_earth(motion: Motion) -> None:
    """Travel frame (forward, up, right) to earth (x, y, z up), in place."""
    forward, up, right = motion.acceleration.T.copy()
    cosine, sine = np.cos(motion.heading), np.sin(motion.heading)
    motion.acceleration[:, 0] = cosine * forward + sine * right
    motion.acceleration[:, 1] = sine * forward - cosine * right
    motion.acceleration[:, 2] = up
