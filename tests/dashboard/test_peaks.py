"""Thinning a trace keeps its highest and lowest points, and its holes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.dashboard.peaks import peaks


@given(st.integers(1, 3000), st.integers(0, 2**32 - 1))
def test_no_peak_is_lost_and_there_are_two_points_in_a_column(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.uniform(0.0, 100.0, count)), rng.normal(size=count)
    thin_x, thin_y = peaks(x, y)
    assert (thin_y.min(), thin_y.max()) == (y.min(), y.max())
    assert len(thin_x) <= min(count, 200)
    for column in np.unique(np.floor(x)):
        there, shown = y[np.floor(x) == column], thin_y[np.floor(thin_x) == column]
        assert (shown.min(), shown.max()) == (there.min(), there.max())


def test_a_hole_stays_a_hole() -> None:
    x, y = np.arange(100.0) / 10.0, np.ones(100)
    y[35] = np.nan
    thin_x, thin_y = peaks(x, y)
    assert thin_x[np.isnan(thin_y)].tolist() == [3.0, 3.0]


def test_few_points_stay_as_they_are() -> None:
    x, y = np.array([0.0, 1.5, 3.0]), np.array([1.0, 2.0, 3.0])
    assert peaks(x, y)[0] is x
