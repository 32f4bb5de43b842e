"""RunningSums: the sum of any kept stretch, whatever the blocks it came in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.numerics.running_sums import RunningSums


def signal(n: int) -> np.ndarray:
    """Two columns, of which the first is whole numbers."""
    rows = np.arange(float(n))
    return np.stack([rows % 7.0, np.sin(rows)], axis=1)


@given(st.integers(-50, 50), st.lists(st.integers(0, 40), min_size=2, max_size=20), st.data())
def test_the_sum_of_a_stretch(first_index: int, sizes: list[int], data: st.DataObject) -> None:
    rows = signal(sum(sizes))
    sums, whole = RunningSums(2, first_index), RunningSums(2, first_index)
    whole.append(rows)
    for block in np.split(rows, np.cumsum(sizes)[:-1]):
        sums.append(block)
    assert sums.end_index == first_index + len(rows)
    first = data.draw(st.integers(0, len(rows)))
    end = data.draw(st.integers(first, len(rows)))
    total = sums.over(first_index + first, first_index + end)
    assert total == whole.over(first_index + first, first_index + end)
    both = np.array([[first_index + first, first_index], [first_index + end, sums.end_index]])
    assert sums.over_each(*both).tolist() == [total, sums.over(first_index, sums.end_index)]
    assert total[0] == rows[first:end, 0].sum()
    assert total[1] == pytest.approx(rows[first:end, 1].sum(), abs=1e-12)


def test_what_was_dropped_is_refused_and_sums_go_on() -> None:
    sums = RunningSums(2)
    sums.append(signal(20))
    sums.drop_before(15)
    assert sums.first_index == 15
    assert sums.over(15, 20)[0] == signal(20)[15:, 0].sum()
    with pytest.raises(IndexError):
        sums.over(14, 20)
    sums.drop_before(100)
    sums.append(signal(3))
    assert sums.over(20, 23)[0] == 3.0
