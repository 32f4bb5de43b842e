"""Known motions of one sensor, exact up to rounding: attitude, specific force, rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import BoolArray, FloatArray
from pelvicsense.datatypes.motion import GridBlock, GridSignal
from pelvicsense.datatypes.placement import Placement
from pelvicsense.numerics.quaternion import conjugate, from_rotation_vector, multiply, rotate

RATE_HZ = 100.0
GRAVITY = np.array([0.0, 0.0, 9.81])
BIAS = np.radians([0.4, -0.3, 0.2])


@dataclass(frozen=True)
class Motion:
    """True attitude (n, 4), specific force (n, 3), rate from the row before (n, 3)."""

    attitude: FloatArray
    acc: FloatArray
    gyr: FloatArray


def turn(
    start: FloatArray, axis_earth: FloatArray, angle_deg: float, still_s: float = 3.0
) -> Motion:
    """Stand still, turn about an earth axis in 1 s, stand still for 1 s."""
    x = np.linspace(0.0, 1.0, int(RATE_HZ) + 1)
    smooth = np.radians(angle_deg) * (x - np.sin(2 * np.pi * x) / (2 * np.pi))
    angle = np.concatenate(
        [np.zeros(round(still_s * RATE_HZ)), smooth, np.full(int(RATE_HZ), smooth[-1])]
    )
    attitude = multiply(from_rotation_vector(angle[:, None] * axis_earth), start)
    return from_attitude(attitude)


def from_attitude(attitude: FloatArray) -> Motion:
    """What an ideal sensor that turns like this without moving measures."""
    step = multiply(conjugate(attitude[:-1]), attitude[1:])
    step = np.where(step[:, :1] < 0.0, -step, step)
    sine = np.linalg.norm(step[:, 1:], axis=1)
    scale = np.where(sine > 1e-12, 2 * np.arctan2(sine, step[:, 0]) / np.maximum(sine, 1e-12), 2.0)
    rate = np.vstack([np.zeros(3), scale[:, None] * step[:, 1:] * RATE_HZ])
    return Motion(attitude, rotate(conjugate(attitude), GRAVITY), rate)


def measured(motion: Motion, seed: int = 1) -> tuple[FloatArray, FloatArray]:
    """Specific force and rate with noise (0.03 m/s², 0.1 °/s) and a constant gyro bias."""
    rng = np.random.default_rng(seed)
    acc = motion.acc + 0.03 * rng.standard_normal(motion.acc.shape)
    gyr = motion.gyr + BIAS + np.radians(0.1) * rng.standard_normal(motion.gyr.shape)
    return acc, gyr


def swing(n: int, seed: int = 3, still_rows: int = 250) -> Motion:
    """Still, then swinging and shaking as a pelvis in a walk, around a random attitude."""
    rng = np.random.default_rng(seed)
    t = np.arange(n)[:, None] / RATE_HZ
    moving = np.arange(n)[:, None] >= still_rows
    phase = rng.uniform(0, 2 * np.pi, (2, 3))
    angle = moving * np.radians([25.0, 10.0, 8.0]) * np.sin(2 * np.pi * 0.9 * t + phase[0])
    still = from_attitude(multiply(from_rotation_vector(angle), unit(rng.standard_normal(4))))
    shaking = moving * 4.0 * np.sin(2 * np.pi * 1.8 * t + phase[1])
    return Motion(still.attitude, still.acc + shaking, still.gyr)


def unit(q: FloatArray) -> FloatArray:
    return q / np.linalg.norm(q)


def inclination_error_deg(a: FloatArray, b: FloatArray) -> FloatArray:
    """Angle between the verticals that two attitudes (n, 4) see from the sensor."""
    up = np.array([0.0, 0.0, 1.0])
    difference = rotate(conjugate(a), up) - rotate(conjugate(b), up)
    return np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(difference, axis=-1) / 2, 0, 1)))


def heading_change_deg(attitude: FloatArray) -> float:
    """Turn about the vertical from the first to the last row, -180…180°."""
    turned = multiply(attitude[-1], conjugate(attitude[0]))
    angle = np.degrees(2 * np.arctan2(turned[3], turned[0]))
    return float((angle + 180.0) % 360.0 - 180.0)


def starts() -> list[FloatArray]:
    """Start attitudes: level, upside down, on edge, and random ones."""
    rng = np.random.default_rng(0)
    special = [
        [1.0, 0, 0, 0],
        [0, 1.0, 0, 0],
        [np.sqrt(0.5), np.sqrt(0.5), 0, 0],
        [0.5, 0.5, -0.5, 0.5],
    ]
    return [np.array(q) for q in special] + [unit(rng.standard_normal(4)) for _ in range(2)]


def grid_block(
    acc: FloatArray,
    gyr: FloatArray,
    valid: BoolArray | None = None,
    first_index: int = 0,
    placement: Placement = Placement.PELVIS,
) -> GridBlock:
    """One sensor's rows as a grid block."""
    no = np.zeros(len(acc), dtype=np.bool_)
    signal = GridSignal(
        acc=acc, gyr=gyr, valid=~no if valid is None else valid, interpolated=no, saturated=no
    )
    return GridBlock(first_index=first_index, rate_hz=RATE_HZ, sensors={placement: signal})
