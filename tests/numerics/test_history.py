"""History: rows by grid index, however many were dropped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.numerics.history import History


def block(first: int, n: int) -> np.ndarray:
    """Rows that know their own index."""
    return np.stack([np.arange(first, first + n), -np.arange(first, first + n)], axis=1) * 1.0


@given(
    st.integers(-50, 50),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 1200)), min_size=1, max_size=12),
)
def test_what_is_kept_is_what_was_appended(first_index: int, moves: list[tuple[int, int]]) -> None:
    history = History(2, first_index)
    end = first_index
    for n, keep in moves:
        history.append(block(end, n))
        end += n
        history.drop_before(end - keep)
        assert history.end_index == end
        assert len(history) == end - history.first_index
        assert history.first_index >= min(end - keep, end)
        kept = history.rows(history.first_index, end)
        np.testing.assert_array_equal(kept, block(history.first_index, end - history.first_index))
        if len(history):
            ends = np.array([[history.first_index, end - 1], [end - 1, history.first_index]])
            np.testing.assert_array_equal(history.take(ends)[..., 0], ends)


@given(st.lists(st.integers(1, 40), min_size=3, max_size=80))
def test_memory_stays_with_what_is_kept(sizes: list[int]) -> None:
    history = History(1)
    for n in sizes * 60:
        history.append(np.zeros((n, 1)))
        history.drop_before(history.end_index - 50)
    assert len(history) <= 50 + max(sizes)
    assert history._rows.size <= 4096


def test_rows_that_are_not_there_are_refused() -> None:
    history = History(2, 10)
    history.append(block(10, 20))
    history.drop_before(15)
    for first, end in ((14, 20), (20, 31), (22, 21)):
        with pytest.raises(IndexError, match=r"of \[15, 30\)"):
            history.rows(first, end)
    assert history.rows(15, 15).shape == (0, 2)
    for index in ([14, 20], [15, 30]):
        with pytest.raises(IndexError, match=r"of \[15, 30\)"):
            history.take(np.array(index))


def test_dropping_never_reaches_beyond_the_end_nor_backwards() -> None:
    history = History(2, 0)
    history.append(block(0, 5))
    history.drop_before(100)
    assert (history.first_index, history.end_index, len(history)) == (5, 5, 0)
    history.append(block(5, 3))
    history.drop_before(-7)
    np.testing.assert_array_equal(history.rows(5, 8), block(5, 3))
