"""A stretch of a session: the rows in it, and the marks that still matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind
from pelvicsense.recording.rows import SampleRows

ENDED_BY = {
    MarkKind.PAUSE: MarkKind.RESUME,
    MarkKind.STILL_START: MarkKind.STILL_END,
    MarkKind.LINK_LOST: MarkKind.LINK_BACK,
}
"""Marks that begin a state, and what ends it."""


def trimmed(
    inputs: Iterable[SampleRows | Mark], start_ns: int, end_ns: int
) -> Iterator[SampleRows | Mark]:
    """Yield what arrived at [start_ns, end_ns).

    A state that an earlier mark began and none has ended is marked again at the start.
    """
    lasting: dict[tuple[MarkKind, Placement | None], Mark] = {}
    begun = False
    for item in inputs:
        kept = _kept(item, start_ns, end_ns)
        if kept is None:
            if isinstance(item, Mark) and not begun:
                _note_state(lasting, item)
            continue
        if not begun:
            yield from (replace(mark, host_ns=start_ns) for mark in lasting.values())
            begun = True
        yield kept


def trimmed_windows(
    windows_s: tuple[tuple[float, float], ...], shift_s: float, duration_s: float
) -> tuple[tuple[float, float], ...]:
    """Move windows ``shift_s`` earlier and clip them to [0, duration_s]; empty ones go."""
    moved = [
        (max(0.0, round(start - shift_s, 9)), min(duration_s, round(end - shift_s, 9)))
        for start, end in windows_s
    ]
    return tuple((start, end) for start, end in moved if start < end)


def _kept(item: SampleRows | Mark, start_ns: int, end_ns: int) -> SampleRows | Mark | None:
    if isinstance(item, Mark):
        return item if start_ns <= item.host_ns < end_ns else None
    first, last = np.searchsorted(item.host_ns, [start_ns, end_ns])
    return item[first:last] if first < last else None


def _note_state(lasting: dict[tuple[MarkKind, Placement | None], Mark], mark: Mark) -> None:
    if mark.kind in ENDED_BY:
        lasting[mark.kind, mark.sensor] = mark
    for begins, ends in ENDED_BY.items():
        if mark.kind is ends:
            lasting.pop((begins, mark.sensor), None)
