"""The hip-joint fit on sensors without error: heading, hip centre, lag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from simulated import steady
from stages import fused, on_grid

from pelvicsense.calibration.frames import LevelledMotion, level
from pelvicsense.calibration.joint import JointFitConfig, fit_hip, regressors
from pelvicsense.datatypes.calibration import HipFit
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.numerics import quaternion
from pelvicsense.synthetic import PersonConfig

RATE_HZ = 100.0
PERSON = PersonConfig()


@dataclass(frozen=True)
class Walk:
    motions: dict[Placement, LevelledMotion]
    rows: slice


def levelled(activity: Activity, turn: float = 0.0) -> Walk:
    """Steady gait; the thighs' earth frames turned by ``-turn``."""
    session = steady(activity)
    grid, orientation = fused(on_grid(session))
    motions = {}
    for placement, signal in orientation.sensors.items():
        q = signal.earth_from_sensor
        if placement is not Placement.PELVIS:
            q = quaternion.multiply(quaternion.about_z(-turn), q)
        raw = grid.sensors[placement]
        motions[placement] = level(q[100], q, raw.acc, raw.gyr - signal.gyro_bias)
    start_s, end_s = session.steady_windows[0]
    first = grid.first_index
    return Walk(motions, slice(round(start_s * RATE_HZ) - first, round(end_s * RATE_HZ) - first))


def fit(walk: Walk, side: Side, lag: int = 0) -> HipFit:
    config = JointFitConfig()
    pelvis, thigh = (
        regressors(walk.motions[placement], config.smoothing_s, RATE_HZ)
        for placement in (Placement.PELVIS, Placement.thigh(side))
    )
    late = slice(walk.rows.start - lag, walk.rows.stop - lag)
    return fit_hip(pelvis[walk.rows], thigh[late], config, RATE_HZ)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("turn", [0.0, 1.0, -2.5, 3.1])
@pytest.mark.parametrize("activity", [Activity.WALK, Activity.RUN])
def test_the_heading_comes_back(activity: Activity, turn: float, side: Side) -> None:
    """Both sensors face alike when mounted alike, so what comes back is the injected turn."""
    found = fit(levelled(activity, turn), side)
    assert np.rad2deg(np.angle(np.exp(1j * (found.heading - turn)))) == pytest.approx(0.0, abs=2.0)
    assert found.contrast > 12.0
    assert found.misfit < 0.5


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("activity", [Activity.WALK, Activity.RUN])
def test_the_hip_centre_comes_back(activity: Activity, side: Side) -> None:
    """A levelled, aligned sensor's axes: forward, left, up."""
    found = fit(levelled(activity), side)
    hip = PERSON.hip_centre_m(side) - PERSON.sensor_position_m(Placement.PELVIS)
    knee_up = -PERSON.sensor_position_m(Placement.thigh(side))
    for joint, expected, bound_m in (
        (found.joint_in_pelvis, hip, 0.04),
        (found.joint_in_thigh, knee_up, 0.04),
    ):
        anterior, superior, right = expected
        assert np.abs(joint - [anterior, -right, superior]).max() < bound_m


@pytest.mark.parametrize("lag", [-3, 0, 2])
def test_a_late_clock_shows(lag: int) -> None:
    found = fit(levelled(Activity.WALK), Side.LEFT, lag)
    assert found.lag_s == pytest.approx(lag / RATE_HZ, abs=0.006)


def test_regressors_are_those_of_a_rigid_body() -> None:
    """The acceleration of any point of a turning body, against differences of its path."""
    t = np.arange(600) / RATE_HZ
    angle = 0.5 * np.sin(2.0 * np.pi * 0.7 * t)
    q = quaternion.from_rotation_vector(np.outer(angle, [0.6, 0.0, 0.8]))
    rate = np.outer(0.5 * 2.0 * np.pi * 0.7 * np.cos(2.0 * np.pi * 0.7 * t), [0.6, 0.0, 0.8])
    up = np.tile([0.0, 0.0, 9.80665], (600, 1))
    motion = LevelledMotion(
        levelled_from_sensor=np.array([1.0, 0.0, 0.0, 0.0]),
        earth_from_levelled=q,
        force=quaternion.rotate(quaternion.conjugate(q), up),
        rate=rate,
    )
    point = np.array([0.1, -0.2, 0.3])
    x = regressors(motion, 1.0 / RATE_HZ, RATE_HZ)  # a window of one row smooths nothing
    seen = x @ np.concatenate([[1.0], point])
    path = quaternion.rotate(q, np.tile(point, (600, 1)))
    expected = (path[2:] - 2.0 * path[1:-1] + path[:-2]) * RATE_HZ**2
    assert np.abs(expected).max() > 1.0
    np.testing.assert_allclose(seen[1:-1], expected, atol=0.01)
