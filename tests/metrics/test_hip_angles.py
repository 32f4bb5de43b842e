"""Obliquity and hip angles against rotation matrices, and their derivatives against differences."""

from __future__ import annotations

import numpy as np
import pytest

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Side
from pelvicsense.metrics.hip import axis_products, hip_angles, hip_sensitivity, obliquity
from pelvicsense.numerics import quaternion

STILL = quaternion.from_matrix(np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]))
RNG = np.random.default_rng(5)


def about(axis: int, angle: FloatArray) -> FloatArray:
    vector = np.zeros((*angle.shape, 3))
    vector[..., axis] = angle
    return quaternion.from_rotation_vector(vector)


def chain(*turns: FloatArray) -> FloatArray:
    q = turns[0]
    for turn in turns[1:]:
        q = quaternion.multiply(q, turn)
    return q


def random_pelvis(n: int) -> tuple[FloatArray, FloatArray]:
    """Obliquities (n,) and pelves with any heading, rotation and tilt (n, 4)."""
    heading, rotation = RNG.uniform(-3.1, 3.1, n), RNG.uniform(-0.4, 0.4, n)
    tilt, up = RNG.uniform(-0.5, 0.5, n), RNG.uniform(-0.3, 0.3, n)
    pelvis = chain(quaternion.about_z(heading), STILL, about(1, rotation), about(0, -up))
    return up, chain(pelvis, about(2, -tilt))


def test_obliquity_is_bakers_middle_angle_whatever_rotation_and_tilt() -> None:
    up, pelvis = random_pelvis(500)
    axes = quaternion.to_matrix(pelvis)
    np.testing.assert_allclose(obliquity(axes[:, 2, 2]), up, atol=1e-12)


@pytest.mark.parametrize("side", Side)
def test_hip_angles_are_those_of_grood_and_suntay_in_any_world(side: Side) -> None:
    _, pelvis = random_pelvis(500)
    flexion, adduction, rotation = RNG.uniform(-0.6, 0.6, (3, 500))
    thigh = chain(
        pelvis, about(2, flexion), about(0, side.sign * adduction), about(1, side.sign * rotation)
    )
    heading = 1.3
    seen = quaternion.multiply(quaternion.about_z(-heading), thigh)
    products = axis_products(quaternion.to_matrix(pelvis), quaternion.to_matrix(seen))
    angles = hip_angles(products, np.array(heading), np.array(side.sign))
    np.testing.assert_allclose(angles.adduction, adduction, atol=1e-12)
    np.testing.assert_allclose(angles.rotation, rotation, atol=1e-12)


@pytest.mark.parametrize("side", Side)
def test_sensitivity_to_a_drifting_heading_is_the_derivative(side: Side) -> None:
    _, pelvis = random_pelvis(200)
    thigh = chain(pelvis, about(2, RNG.uniform(-0.6, 0.6, 200)), about(0, np.full(200, 0.1)))
    products = axis_products(quaternion.to_matrix(pelvis), quaternion.to_matrix(thigh))
    sign, step = np.array(side.sign), 1e-6
    stated = hip_sensitivity(products, np.array(0.0), sign)
    ahead = hip_angles(products, np.array(step), sign)
    behind = hip_angles(products, np.array(-step), sign)
    for name in ("adduction", "rotation"):
        slope = (getattr(ahead, name) - getattr(behind, name)) / (2.0 * step)
        np.testing.assert_allclose(getattr(stated, name)[:, 2], slope, atol=1e-8)


def test_sensitivity_to_the_forward_axis_is_the_derivative() -> None:
    """A forward axis that is off by ε turns pelvis and thigh, which faced alike when still."""
    _, pelvis = random_pelvis(200)
    thigh = chain(pelvis, about(2, RNG.uniform(-0.6, 0.6, 200)), about(0, np.full(200, 0.1)))
    sign, nothing, step = np.array(1.0), np.array(0.0), 1e-6
    plain = axis_products(quaternion.to_matrix(pelvis), quaternion.to_matrix(thigh))
    stated = hip_sensitivity(plain, nothing, sign)

    def angles(epsilon: float) -> FloatArray:
        off = about(1, np.array(epsilon))
        p, t = (quaternion.to_matrix(quaternion.multiply(q, off)) for q in (pelvis, thigh))
        found = hip_angles(axis_products(p, t), nothing, sign)
        return np.stack([found.adduction, found.rotation])

    slope = (angles(step) - angles(-step)) / (2.0 * step)
    stated_slopes = np.stack([stated.adduction[:, 0], stated.rotation[:, 0]])
    np.testing.assert_allclose(stated_slopes, slope, atol=1e-7)
