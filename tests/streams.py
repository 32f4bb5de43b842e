"""Feeding pipelines in many ways, and comparing exactly what they say."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

from pelvicsense.datatypes.samples import Mark, SampleBlock, SensorSpec, StreamInput
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Output, Pipeline
from pelvicsense.recording.arrival import in_arrival_order
from pelvicsense.recording.rows import rows_from_blocks

T = TypeVar("T")


def run(
    groups: Iterable[Sequence[StreamInput]],
    specs: Sequence[SensorSpec],
    *,
    config: PipelineConfig | None = None,
    still_windows_s: Sequence[tuple[float, float]] = (),
) -> list[Output]:
    """Everything that a fresh pipeline says."""
    pipeline = Pipeline(config or PipelineConfig(), specs, still_windows_s)
    outputs = [output for group in groups for output in pipeline.feed(group)]
    return outputs + pipeline.finish()


def of_kind(outputs: Iterable[object], kind: type[T]) -> list[T]:
    return [output for output in outputs if isinstance(output, kind)]


def in_packets(
    blocks: Sequence[SampleBlock], marks: Sequence[Mark] = ()
) -> list[SampleBlock | Mark]:
    """The stream as it arrives: one block a packet, and the marks between them."""
    sensors = tuple(block.sensor for block in blocks)
    stream: list[SampleBlock | Mark] = []
    for group in in_arrival_order(blocks, marks):
        samples = [item for item in group if isinstance(item, SampleBlock)]
        if samples:
            stream.extend(rows_from_blocks(samples, sensors, 0).packets())
        stream.extend(item for item in group if isinstance(item, Mark))
    return stream


def grouped(
    packets: Sequence[SampleBlock | Mark], cuts: Iterable[int], *, merge: bool
) -> list[list[StreamInput]]:
    """The same stream in groups that end at ``cuts``.

    ``merge`` joins a sensor's packets between two marks into one block.
    """
    borders = sorted({0, len(packets), *(cut for cut in cuts if 0 < cut < len(packets))})
    groups = [list(packets[a:b]) for a, b in pairwise(borders)]
    return [_merged(group) if merge else group for group in groups]


def _merged(group: Sequence[SampleBlock | Mark]) -> list[StreamInput]:
    merged: list[StreamInput] = []
    waiting: dict[str, list[SampleBlock]] = {}
    for item in [*group, None]:
        if isinstance(item, SampleBlock):
            waiting.setdefault(item.sensor, []).append(item)
            continue
        merged.extend(joined(blocks) for blocks in waiting.values())
        waiting = {}
        if item is not None:
            merged.append(item)
    return merged


def joined(blocks: Sequence[SampleBlock]) -> SampleBlock:
    """Consecutive blocks of one sensor as one."""
    ticks = [block.tick for block in blocks if block.tick is not None]
    return SampleBlock(
        sensor=blocks[0].sensor,
        host_ns=np.concatenate([block.host_ns for block in blocks]),
        tick=np.concatenate(ticks) if ticks else None,
        acc=np.concatenate([block.acc for block in blocks]),
        gyr=np.concatenate([block.gyr for block in blocks]),
    )


def assert_same(outputs: Sequence[object], reference: Sequence[object]) -> None:
    """Fail unless both say the same in the same order, bit for bit; unknown equals unknown."""
    for number, (got, expected) in enumerate(zip(outputs, reference, strict=False)):
        assert exact(got) == exact(expected), f"output {number}: got {got}, expected {expected}"
    assert len(outputs) == len(reference)


def exact(value: object) -> Hashable:
    """A value as nested tuples that are equal only if every bit is."""
    if isinstance(value, float):
        return float(value).hex()
    if isinstance(value, np.ndarray):
        return (value.shape, *(exact(item) for item in value.ravel().tolist()))
    if is_dataclass(value):
        return (type(value), *(exact(getattr(value, field.name)) for field in fields(value)))
    if isinstance(value, Mapping):
        return tuple((key, exact(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(exact(item) for item in value)
    assert isinstance(value, Hashable), f"cannot compare {type(value)} exactly"
    return value
