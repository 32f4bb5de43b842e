"""Filters with carried state: blocks, gain and lag."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.numerics.filters import HannSmoother, hann_window
from pelvicsense.numerics.low_pass import LowPass

Filter = HannSmoother | LowPass
MAKERS: tuple[Callable[[], Filter], ...] = (
    lambda: HannSmoother(0.11, 100.0),
    lambda: HannSmoother(0.25, 100.0),
    lambda: LowPass(2, 3.0, 100.0),
    lambda: LowPass(4, 8.0, 100.0),
)
makers = pytest.mark.parametrize("make", MAKERS, ids=["hann 0.11", "hann 0.25", "low 3", "low 8"])


def noise(n: int, channels: int = 2) -> FloatArray:
    return np.random.default_rng(n).normal(size=(n, channels))


@makers
@given(st.lists(st.integers(0, 300), max_size=12))
def test_blocks_do_not_matter(make: Callable[[], Filter], cuts: list[int]) -> None:
    signal = noise(300)
    borders = [0, *sorted(cuts), 300]
    in_blocks = make()
    pieces = [in_blocks.feed(signal[a:b]) for a, b in pairwise(borders)]
    np.testing.assert_array_equal(np.concatenate(pieces), make().feed(signal))


@makers
def test_state_can_be_put_away(make: Callable[[], Filter]) -> None:
    signal = noise(200)
    first, second = make(), make()
    begun = first.feed(signal[:77])
    second.state = pickle.loads(pickle.dumps(first.state))
    kept = copy.deepcopy(first.state)
    rest = second.feed(signal[77:])
    np.testing.assert_array_equal(np.concatenate([begun, rest]), make().feed(signal))
    np.testing.assert_array_equal(first.feed(signal[77:]), rest)
    third = make()
    third.state = kept
    np.testing.assert_array_equal(third.feed(signal[77:]), rest)


@makers
def test_a_constant_passes_from_the_first_sample_on(make: Callable[[], Filter]) -> None:
    np.testing.assert_allclose(make().feed(np.full((50, 2), 3.7)), 3.7, rtol=1e-12)


@makers
def test_channels_do_not_mix(make: Callable[[], Filter]) -> None:
    signal = noise(100, 3)
    both = make().feed(signal)
    for channel in range(3):
        alone = make().feed(np.ascontiguousarray(signal[:, [channel]]))
        np.testing.assert_array_equal(both[:, channel], alone[:, 0])


@pytest.mark.parametrize("length_s", [0.01, 0.05, 0.07, 0.09, 0.11, 0.25])
def test_the_lag_of_a_smoother_is_exact(length_s: float) -> None:
    """A straight line comes out as it went in, ``lag`` rows late."""
    smoother = HannSmoother(length_s, 100.0)
    assert smoother.lag == (round(100.0 * length_s) - 1) / 2
    line = np.arange(200.0)[:, None]
    smoothed = smoother.feed(line)
    n = len(smoother.weights)
    np.testing.assert_allclose(smoothed[n:], line[n:] - smoother.lag, atol=1e-10)


@pytest.mark.parametrize("length_s", [0.01, 0.07, 0.25, 1.0])
def test_weights_are_symmetric_positive_and_of_unit_sum(length_s: float) -> None:
    weights = hann_window(length_s, 100.0)
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert np.all(weights > 0.0)
    np.testing.assert_allclose(weights, weights[::-1], rtol=1e-12)


@pytest.mark.parametrize(("order", "cutoff_hz"), [(2, 3.0), (4, 8.0)])
def test_a_low_pass_halves_power_at_its_corner(order: int, cutoff_hz: float) -> None:
    t_s = np.arange(4000) / 100.0
    wave = np.sin(2.0 * np.pi * cutoff_hz * t_s)[:, None]
    tail = LowPass(order, cutoff_hz, 100.0).feed(wave)[2000:, 0]
    assert np.sqrt(2.0 * np.mean(tail * tail)) == pytest.approx(np.sqrt(0.5), abs=0.01)


@makers
def test_an_empty_block_changes_nothing(make: Callable[[], Filter]) -> None:
    signal, one = noise(60), make()
    assert one.feed(signal[:0]).shape == (0, 2)
    np.testing.assert_array_equal(one.feed(signal), make().feed(signal))
