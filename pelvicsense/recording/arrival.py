"""Order of arrival: of sessions made all at once (simulated, imported), and inside a group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from pelvicsense.datatypes.samples import Mark, SampleBlock, StreamInput


def in_arrival_order(
    blocks: Sequence[SampleBlock], marks: Sequence[Mark]
) -> Iterator[list[StreamInput]]:
    """Yield groups of inputs in order of arrival, cut where a mark falls between samples.

    Parameters
    ----------
    blocks
        All samples; those of one sensor in order of arrival, the sensors in any order.
    marks
        All marks, in any order. A mark comes after the samples that arrived at or before it.
    """
    after: int | None = None
    for mark in sorted(marks, key=lambda mark: mark.host_ns):
        yield [*_arrived(blocks, after, mark.host_ns), mark]
        after = mark.host_ns
    if rest := _arrived(blocks, after, None):
        yield rest


def stretches(group: Iterable[StreamInput]) -> Iterator[list[SampleBlock] | Mark]:
    """Yield a group's marks, and what lies between them: the blocks that hold samples, if any."""
    stretch: list[SampleBlock] = []
    for item in group:
        if isinstance(item, SampleBlock):
            if len(item):
                stretch.append(item)
            continue
        if stretch:
            yield stretch
            stretch = []
        yield item
    if stretch:
        yield stretch


def _arrived(
    blocks: Sequence[SampleBlock], after: int | None, until: int | None
) -> list[StreamInput]:
    """Return what arrived later than ``after`` and not later than ``until``."""
    parts: list[StreamInput] = []
    for block in blocks:
        start = 0 if after is None else int(np.searchsorted(block.host_ns, after, side="right"))
        end = (
            len(block)
            if until is None
            else int(np.searchsorted(block.host_ns, until, side="right"))
        )
        if start < end:
            parts.append(
                SampleBlock(
                    sensor=block.sensor,
                    host_ns=block.host_ns[start:end],
                    tick=None if block.tick is None else block.tick[start:end],
                    acc=block.acc[start:end],
                    gyr=block.gyr[start:end],
                )
            )
    return parts
