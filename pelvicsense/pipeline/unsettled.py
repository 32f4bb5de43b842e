"""Stretches in which a sensor was not settled, kept until somebody asks for them."""

from __future__ import annotations

import numpy as np

from pelvicsense.datatypes.arrays import BoolArray
from pelvicsense.numerics.runs import equal_runs


class UnsettledRuns:
    """Runs of unsettled rows: a gap long before a stance counts as much as one just before it."""

    def __init__(self) -> None:
        self._runs: list[tuple[int, int]] = []  # grid rows [first, end)

    def append(self, first_index: int, unsettled: BoolArray) -> None:
        """Take the rows that follow, (n,) flags."""
        if not np.any(unsettled):
            return
        for first, end in equal_runs(unsettled):
            if unsettled[first]:
                self._join(first_index + first, first_index + end)

    def _join(self, first: int, end: int) -> None:
        if self._runs and self._runs[-1][1] == first:
            first = self._runs.pop()[0]
        self._runs.append((first, end))

    def longest(self, first: int, end: int) -> int:
        """Return how many rows of [first, end) in a row were unsettled; 0 if none was."""
        return max(
            (min(b, end) - max(a, first) for a, b in self._overlapping(first, end)), default=0
        )

    def _overlapping(self, first: int, end: int) -> list[tuple[int, int]]:
        return [(a, b) for a, b in self._runs if a < end and b > first]

    def drop_before(self, row: int) -> None:
        """Forget what ended before a row."""
        self._runs = [(a, b) for a, b in self._runs if b > row]
