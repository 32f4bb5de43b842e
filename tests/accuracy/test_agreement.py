"""The statistics of VALIDATION.md on numbers small enough to work out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from agreement import agreement, coverage, icc_a1, spread


def test_errors_are_value_less_truth_and_unknown_values_do_not_count() -> None:
    found = agreement([1.0, 3.0, np.nan, 8.0], [2.0, 2.0, 5.0, 5.0], ["a", "a", "a", "b"])
    assert (found.people, found.count) == (2, 3)
    assert found.bias == pytest.approx(1.0)
    assert found.mae == pytest.approx(5.0 / 3.0)
    assert found.rmse == pytest.approx(math.sqrt(11.0 / 3.0))
    assert found.high - found.low == pytest.approx(2 * 1.96 * found.sd)


def test_nothing_known_is_nothing_said() -> None:
    found = agreement([np.nan], [1.0], ["a"])
    assert found.count == 0
    assert math.isnan(found.bias)
    assert math.isnan(found.icc)


def test_spread_adds_what_differs_between_people() -> None:
    # Within: nothing. Between: mean square 2 n over n per person, so a variance of 2.
    error = np.array([1.0, 1.0, 1.0, -1.0, -1.0, -1.0])
    assert spread(error, np.array(list("aaabbb"))) == pytest.approx(math.sqrt(2.0))
    within = np.array([1.0, -1.0, 1.0, -1.0])
    assert spread(within, np.array(list("aabb"))) == pytest.approx(math.sqrt(2.0))


def test_icc_counts_a_constant_offset_as_disagreement() -> None:
    one = np.arange(1.0, 6.0)
    assert icc_a1(one, one) == pytest.approx(1.0)
    # Mean squares: rows 5, columns 2.5, rest 0: 5 / (5 + 2/5 · 2.5).
    assert icc_a1(one, one + 1.0) == pytest.approx(5.0 / 6.0)
    assert icc_a1(one, -one) < 0.0


def test_coverage_is_as_uncertain_as_the_people_are_few() -> None:
    people = [str(k) for k in range(20) for _ in range(50)]
    by_person = coverage([k % 2 == 0 for k in range(20) for _ in range(50)], people)
    mixed = coverage([i % 2 == 0 for _ in range(20) for i in range(50)], people)
    assert by_person.share == mixed.share == 0.5
    assert by_person.high - by_person.low > 0.3
    assert mixed.high == mixed.low == 0.5
    assert math.isnan(coverage([True, False], ["a", "b"]).low)
