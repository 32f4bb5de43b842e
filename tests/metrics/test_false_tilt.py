"""What turning does to an orientation filter's vertical, against the filter itself."""

from __future__ import annotations

import numpy as np
import pytest
from vqf import VQF

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.metrics.false_tilt import (
    PIECES,
    PIECES_PER_TIME_CONSTANT,
    FalseTilt,
    directions,
    false_tilt,
)

RATE_HZ = 100.0
TIME_CONSTANT_S = 3.0
GRAVITY = 9.81


def seen_by_vqf(heading: FloatArray, speed_mps: FloatArray) -> FloatArray:
    """Return by how much a level body that goes this way seems too high on its right, rad."""
    turning = np.gradient(heading) * RATE_HZ
    count = len(heading)
    # Sensor axes: forward, left, up.
    force = np.stack(
        [np.gradient(speed_mps) * RATE_HZ, speed_mps * turning, np.full(count, GRAVITY)], axis=1
    )
    rate = np.stack([np.zeros(count), np.zeros(count), turning], axis=1)
    vqf = VQF(1.0 / RATE_HZ, tauAcc=TIME_CONSTANT_S, motionBiasEstEnabled=False)
    w, x, y, z = vqf.updateBatch(rate, force)["quat6D"].T
    return np.asarray(-np.arcsin(2.0 * (y * z + w * x)))


def told(heading: FloatArray, speed_mps: FloatArray, row: int) -> FalseTilt:
    piece = round(TIME_CONSTANT_S / PIECES_PER_TIME_CONSTANT * RATE_HZ)
    rows = np.maximum(row - piece * np.arange(PIECES + 1), 0)
    return false_tilt(directions(heading[rows][None])[0], speed_mps[rows], TIME_CONSTANT_S)


@pytest.mark.parametrize("speed_mps", [1.3, 3.0])
@pytest.mark.parametrize("sets_off", [False, True])
@pytest.mark.parametrize(
    ("turn_deg", "turn_s"), [(180.0, 24.0), (-180.0, 24.0), (180.0, 2.0), (90.0, 1.5)]
)
def test_it_is_what_vqf_makes_of_a_turn(
    turn_deg: float, turn_s: float, sets_off: bool, speed_mps: float
) -> None:
    t = np.arange(round((turn_s + 16.0) * RATE_HZ)) / RATE_HZ
    heading = np.deg2rad(turn_deg) * np.clip((t - 6.0) / turn_s, 0.0, 1.0)
    speeds = speed_mps * (np.clip(t - 5.0, 0.0, 1.0) if sets_off else np.ones(len(t)))
    seen = seen_by_vqf(heading, speeds)
    rows = range(round(6.0 * RATE_HZ), len(t), 25)
    off = np.array([told(heading, speeds, row).sideways for row in rows]) - seen[list(rows)]
    assert np.rad2deg(np.max(np.abs(seen))) > 0.4
    assert np.sqrt(np.mean(off**2)) < 0.25 * np.sqrt(np.mean(seen[list(rows)] ** 2))


def test_who_stands_while_turning_is_not_pushed() -> None:
    heading = np.linspace(0.0, np.pi, 2000)
    tilt = told(heading, np.zeros(2000), 1999)
    assert (tilt.sideways, tilt.turning) == (0.0, 0.0)


def test_who_sets_off_straight_ahead_is_not_pushed_aside() -> None:
    speeds = np.where(np.arange(2000) < 1700, 0.0, 3.0)
    tilt = told(np.full(2000, 0.7), speeds, 1999)
    assert tilt.sideways == pytest.approx(0.0, abs=1e-12)
    assert tilt.turning > 0.01


def test_looking_about_is_no_bend() -> None:
    heading = np.deg2rad(2.0) * np.sin(2.0 * np.pi * np.arange(2000) / RATE_HZ / 6.0)
    speeds = np.full(2000, 2.5)
    tilts = [told(heading, speeds, row).sideways for row in range(1400, 2000, 20)]
    assert np.rad2deg(np.max(np.abs(tilts))) < 0.08
