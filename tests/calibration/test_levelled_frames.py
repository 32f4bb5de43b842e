"""Levelling by the still pose, and mountings from a heading."""

from __future__ import annotations

import numpy as np
import pytest

from pelvicsense.calibration.frames import level, mean_heading, sensor_from_segment, wrap, yaw
from pelvicsense.numerics import quaternion

RNG = np.random.default_rng(3)
UP = np.array([0.0, 0.0, 1.0])


def test_a_levelled_sensor_sees_gravity_on_z_when_still() -> None:
    for _ in range(50):
        still = quaternion.normalise(RNG.normal(size=4))
        force = quaternion.rotate(quaternion.conjugate(still), 9.81 * UP)
        motion = level(still, still[None, :], force[None, :], np.zeros((1, 3)))
        np.testing.assert_allclose(motion.force[0], 9.81 * UP, atol=1e-9)
        # The levelled frame differs from earth by a turn about the vertical alone.
        up = quaternion.rotate(motion.earth_from_levelled[0], UP)
        np.testing.assert_allclose(up, UP, atol=1e-9)


def test_the_heading_of_the_still_pose_does_not_matter() -> None:
    still = quaternion.normalise(RNG.normal(size=4))
    turned = quaternion.multiply(quaternion.about_z(1.2), still)
    one, other = (
        level(q, still[None, :], np.zeros((1, 3)), np.zeros((1, 3))).levelled_from_sensor
        for q in (still, turned)
    )
    np.testing.assert_allclose(one, other, atol=1e-12)


@pytest.mark.parametrize("forward", [0.0, 0.5, -2.9])
def test_a_mounting_puts_y_up_and_x_forward(forward: float) -> None:
    still = quaternion.normalise(RNG.normal(size=4))
    motion = level(still, still[None, :], np.zeros((1, 3)), np.zeros((1, 3)))
    mounting = sensor_from_segment(motion.levelled_from_sensor, forward)
    axes = quaternion.to_matrix(quaternion.multiply(motion.levelled_from_sensor, mounting))
    np.testing.assert_allclose(axes[:, 0], [np.cos(forward), np.sin(forward), 0.0], atol=1e-12)
    np.testing.assert_allclose(axes[:, 1], UP, atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1.0)


def test_yaw_is_the_heading_of_x() -> None:
    angles = np.linspace(-3.1, 3.1, 41)
    np.testing.assert_allclose(yaw(quaternion.about_z(angles)), angles, atol=1e-12)


def test_the_mean_of_headings_knows_the_circle() -> None:
    assert abs(wrap(mean_heading(np.array([np.pi - 0.1, -np.pi + 0.1])) - np.pi)) < 1e-12


@pytest.mark.parametrize(
    ("angle", "wrapped"), [(0.0, 0.0), (3.5, 3.5 - 2.0 * np.pi), (-7.0, -7.0 + 2.0 * np.pi)]
)
def test_wrapping(angle: float, wrapped: float) -> None:
    assert wrap(angle) == pytest.approx(wrapped, abs=1e-12)
