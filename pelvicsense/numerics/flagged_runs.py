"""Where a flag was set, kept until somebody asks: almost free while it never is."""

from __future__ import annotations

from pelvicsense.datatypes.arrays import BoolArray
from pelvicsense.numerics.runs import equal_runs


class FlaggedRuns:
    """Runs of flagged grid rows, however long ago they were."""

    def __init__(self) -> None:
        self._runs: list[tuple[int, int]] = []  # grid rows [first, end)

    def append(self, first_index: int, flags: BoolArray) -> None:
        """Take the rows that follow, (n,) flags."""
        if not flags.any():
            return
        for first, end in equal_runs(flags):
            if flags[first]:
                self._join(first_index + first, first_index + end)

    def _join(self, first: int, end: int) -> None:
        if self._runs and self._runs[-1][1] == first:
            first = self._runs.pop()[0]
        self._runs.append((first, end))

    def any(self, first: int, end: int) -> bool:
        """Return whether a row of [first, end) was flagged."""
        return bool(self._runs) and bool(self._overlapping(first, end))

    def rows_since(self, row: int) -> int | None:
        """Return how many rows before ``row`` the newest flag was; none if none is remembered."""
        ends = [b for a, b in self._runs if a < row]
        return max(row - max(ends), 0) if ends else None

    def _overlapping(self, first: int, end: int) -> list[tuple[int, int]]:
        return [(a, b) for a, b in self._runs if a < end and b > first]

    def drop_before(self, row: int) -> None:
        """Forget what ended before a row."""
        if self._runs:
            self._runs = [(a, b) for a, b in self._runs if b > row]
