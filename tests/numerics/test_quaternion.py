"""Quaternion algebra: its laws, and agreement with rotation matrices."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.numerics import quaternion

EXACT = {"rtol": 0.0, "atol": 1e-12}

components = st.floats(-1.0, 1.0)
vectors = hnp.arrays(np.float64, (3,), elements=st.floats(-100.0, 100.0))
units = (
    hnp.arrays(np.float64, (4,), elements=components)
    .filter(lambda q: np.linalg.norm(q) > 1e-3)
    .map(lambda q: q / np.linalg.norm(q))
)
directions = (
    hnp.arrays(np.float64, (3,), elements=components)
    .filter(lambda v: np.linalg.norm(v) > 1e-3)
    .map(lambda v: v / np.linalg.norm(v))
)


def same_rotation(a: FloatArray, b: FloatArray) -> bool:
    """Up to the sign, which means nothing."""
    return bool(min(np.abs(a - b).max(), np.abs(a + b).max()) < 1e-9)


@given(units, units)
def test_products_of_units_are_units(a: FloatArray, b: FloatArray) -> None:
    assert np.linalg.norm(quaternion.multiply(a, b)) == pytest.approx(1.0, abs=1e-12)


@given(units, units, units)
def test_products_associate(a: FloatArray, b: FloatArray, c: FloatArray) -> None:
    left = quaternion.multiply(quaternion.multiply(a, b), c)
    right = quaternion.multiply(a, quaternion.multiply(b, c))
    np.testing.assert_allclose(left, right, **EXACT)


@given(units)
def test_the_conjugate_undoes(q: FloatArray) -> None:
    product = quaternion.multiply(q, quaternion.conjugate(q))
    np.testing.assert_allclose(product, quaternion.IDENTITY, **EXACT)


@given(units, units, vectors)
def test_a_product_turns_by_the_second_first(a: FloatArray, b: FloatArray, v: FloatArray) -> None:
    once = quaternion.rotate(quaternion.multiply(a, b), v)
    np.testing.assert_allclose(once, quaternion.rotate(a, quaternion.rotate(b, v)), atol=1e-10)


@given(units, vectors)
def test_turning_is_multiplying_by_the_matrix(q: FloatArray, v: FloatArray) -> None:
    np.testing.assert_allclose(
        quaternion.rotate(q, v), quaternion.to_matrix(q) @ v, rtol=0.0, atol=1e-10
    )


@given(units)
def test_matrices_are_rotations(q: FloatArray) -> None:
    matrix = quaternion.to_matrix(q)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), **EXACT)
    assert np.linalg.det(matrix) == pytest.approx(1.0, abs=1e-12)


@given(units)
def test_a_matrix_leads_back_to_its_quaternion(q: FloatArray) -> None:
    back = quaternion.from_matrix(quaternion.to_matrix(q))
    assert back[0] >= 0.0
    assert same_rotation(back, q)


@pytest.mark.parametrize("axis", range(3))
def test_half_turns_come_back_from_their_matrices(axis: int) -> None:
    q = np.zeros(4)
    q[1 + axis] = 1.0
    assert same_rotation(quaternion.from_matrix(quaternion.to_matrix(q)), q)


@given(directions, directions)
def test_the_smallest_rotation_leads_there_and_turns_about_the_common_normal(
    source: FloatArray, target: FloatArray
) -> None:
    q = quaternion.smallest_rotation(source, target)
    assert np.linalg.norm(q) == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(quaternion.rotate(q, source), target, atol=1e-5)
    assert abs(q[1:] @ source) < 1e-5
    assert abs(q[1:] @ target) < 1e-5


@given(directions)
def test_opposite_directions_take_half_a_turn(source: FloatArray) -> None:
    q = quaternion.smallest_rotation(source, -source)
    assert q[0] == 0.0
    np.testing.assert_allclose(quaternion.rotate(q, source), -source, **EXACT)


@given(hnp.arrays(np.float64, (3,), elements=st.floats(-1.5, 1.5)))
def test_a_rotation_vector_is_axis_times_angle(vector: FloatArray) -> None:
    q = quaternion.from_rotation_vector(vector)
    angle = np.linalg.norm(vector)
    assert np.linalg.norm(q) == pytest.approx(1.0, abs=1e-12)
    assert q[0] == pytest.approx(np.cos(angle / 2.0), abs=1e-12)
    np.testing.assert_allclose(quaternion.rotate(q, vector), vector, atol=1e-12)


def test_no_rotation_vector_is_no_rotation() -> None:
    np.testing.assert_array_equal(quaternion.from_rotation_vector(np.zeros(3)), quaternion.IDENTITY)


@pytest.mark.parametrize("yaw", [-3.0, 0.0, 0.7, 3.1])
def test_headings_count_anticlockwise_from_above(yaw: float) -> None:
    turned = quaternion.rotate(quaternion.about_z(yaw), np.array([1.0, 0.0, 0.0]))
    np.testing.assert_allclose(turned, [np.cos(yaw), np.sin(yaw), 0.0], **EXACT)


@given(st.integers(1, 60), st.lists(st.floats(0.0, 1.0), max_size=4))
def test_rows_are_handled_one_by_one(n: int, cuts: list[float]) -> None:
    """Any cut of a block gives the same bits."""
    rng = np.random.default_rng(n)
    q, p = (quaternion.normalise(rng.normal(size=(n, 4))) for _ in range(2))
    v = rng.normal(size=(n, 3))
    borders = sorted({0, n, *(round(cut * n) for cut in cuts)})
    for whole, by_block in (
        (quaternion.multiply(q, p), lambda s: quaternion.multiply(q[s], p[s])),
        (quaternion.rotate(q, v), lambda s: quaternion.rotate(q[s], v[s])),
        (quaternion.to_matrix(q), lambda s: quaternion.to_matrix(q[s])),
        (quaternion.from_rotation_vector(v), lambda s: quaternion.from_rotation_vector(v[s])),
    ):
        pieces = [by_block(slice(a, b)) for a, b in pairwise(borders)]
        np.testing.assert_array_equal(np.concatenate(pieces), whole)
