"""Runs of rows that are alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from pelvicsense.datatypes.arrays import BoolArray


def equal_runs(flags: BoolArray) -> Iterator[tuple[int, int]]:
    """Yield the runs [first, end) of equal flags (n,), in order."""
    changes = np.flatnonzero(flags[1:] != flags[:-1]) + 1
    for first, end in pairwise([0, *changes.tolist(), len(flags)]):
        if end > first:
            yield first, end
