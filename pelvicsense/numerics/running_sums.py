"""Sums over any recent stretch of a signal, each for the price of one subtraction."""

from __future__ import annotations

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.numerics.history import History


class RunningSums:
    """A (n, c) signal, added up row by row from its first one on, whatever the blocks.

    Parameters
    ----------
    channels
        Columns of the signal.
    first_index
        Grid index of the first row that will be appended.
    """

    def __init__(self, channels: int, first_index: int = 0) -> None:
        # Row k holds the sum up to and including row k; so there is one before the first.
        self._sums = History(channels, first_index - 1)
        self._sums.append(np.zeros((1, channels)))

    @property
    def first_index(self) -> int:
        """Grid index of the oldest row that a sum may begin with."""
        return self._sums.first_index + 1

    @property
    def end_index(self) -> int:
        """Grid index one past the newest row."""
        return self._sums.end_index

    def append(self, rows: FloatArray) -> None:
        """Add rows (n, c) behind the newest."""
        newest = self._sums.rows(self.end_index - 1, self.end_index)
        self._sums.append(np.cumsum(np.concatenate([newest, rows]), axis=0)[1:])

    def over(self, first: int, end: int) -> list[float]:
        """Return the sum of every column over grid rows [first, end).

        Raises
        ------
        IndexError
            If a row is not kept, or not there yet.
        """
        sums = self._sums.rows(first - 1, end)
        totals: list[float] = (sums[-1] - sums[0]).tolist()
        return totals

    def over_each(self, first: IntArray, end: IntArray) -> FloatArray:
        """Return the sums over several stretches [first, end) at once, (j, c); as `over`."""
        return self._sums.take(end - 1) - self._sums.take(first - 1)

    def before_each(self, rows: IntArray) -> FloatArray:
        """Return the sums of everything before each of several rows, (j, c); for differences."""
        return self._sums.take(rows - 1)

    def drop_before(self, index: int) -> None:
        """Forget rows before a grid index."""
        self._sums.drop_before(min(index, self.end_index) - 1)
