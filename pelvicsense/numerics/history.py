"""The last rows of a signal, addressed by absolute grid index."""

from __future__ import annotations

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray


class History:
    """A (n, c) signal of which only a recent stretch is kept.

    Rows are addressed by their grid index, however much has been dropped before them.

    Parameters
    ----------
    channels
        Columns of the signal.
    first_index
        Grid index of the first row that will be appended.
    """

    def __init__(self, channels: int, first_index: int = 0) -> None:
        self._rows: FloatArray = np.empty((1024, channels))
        self._start = 0  # position of the oldest kept row in the store
        self._stop = 0
        self.first_index = first_index  # grid index of the oldest kept row

    @property
    def end_index(self) -> int:
        """Grid index one past the newest row."""
        return self.first_index + self._stop - self._start

    def __len__(self) -> int:
        return self._stop - self._start

    def append(self, rows: FloatArray) -> None:
        """Add rows (n, c) behind the newest."""
        n = len(rows)
        if self._stop + n > len(self._rows):
            self._make_room(n)
        self._rows[self._stop : self._stop + n] = rows
        self._stop += n

    def rows(self, first: int, end: int) -> FloatArray:
        """Return rows [first, end) of the grid, (end - first, c), as a view.

        Raises
        ------
        IndexError
            If a row is not kept, or not there yet.
        """
        if first < self.first_index or end > self.end_index or end < first:
            msg = f"rows [{first}, {end}) of [{self.first_index}, {self.end_index})"
            raise IndexError(msg)
        offset = self._start - self.first_index
        return self._rows[first + offset : end + offset]

    def take(self, index: IntArray) -> FloatArray:
        """Return the rows at grid indices of any shape, (..., c), as a copy.

        Raises
        ------
        IndexError
            If a row is not kept, or not there yet.
        """
        self.rows(int(index.min()), int(index.max()) + 1)  # all there?
        return self._rows.take(index + (self._start - self.first_index), axis=0)

    def drop_before(self, index: int) -> None:
        """Forget rows before a grid index."""
        keep_from = min(max(index, self.first_index), self.end_index)
        self._start += keep_from - self.first_index
        self.first_index = keep_from

    def _make_room(self, n: int) -> None:
        kept = self._rows[self._start : self._stop]
        needed = len(kept) + n
        # Doubling keeps appending linear in cost; a store mostly free is reused, not grown.
        size = len(self._rows) if needed <= len(self._rows) // 2 else 2 * needed
        store = np.empty((size, self._rows.shape[1]))
        store[: len(kept)] = kept
        self._rows, self._start, self._stop = store, 0, len(kept)
