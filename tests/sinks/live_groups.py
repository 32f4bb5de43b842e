"""A made-up live stream: what lies in group ``i`` is known to every process."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, SensorSpec, StreamInput
from pelvicsense.recording.arrival import stretches
from pelvicsense.recording.manifest import Manifest, SessionActivity
from pelvicsense.recording.rows import SampleRows
from pelvicsense.recording.session import open_session, read_inputs
from pelvicsense.sinks.recorder import SessionRecorder

Spawn = Callable[..., "subprocess.Popen[str]"]
"""Starts a Python text with arguments; see the fixture ``spawn``."""

ORIGIN_NS = 5_000_000_000_000
GROUP_NS = 50_000_000
STARTED_AT = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)
PER_GROUP = 5
ROWS_PER_GROUP = PER_GROUP * len(Placement)


def wall_at(host_ns: int) -> datetime:
    return STARTED_AT + timedelta(microseconds=(host_ns - ORIGIN_NS) / 1000)


def make_manifest(started_at: datetime, continues: str | None = None) -> Manifest:
    return Manifest(
        started_at=started_at,
        subject="P07",
        activity=SessionActivity.WALK,
        sensors={
            sensor: SensorSpec(
                placement=sensor, profile="simulated", rate_hz=100.0, tick_s=1e-6, tick_bits=32
            )
            for sensor in Placement
        },
        continues=continues,
    )


def group(index: int) -> list[StreamInput]:
    """Everything that arrives in the 50 ms with this number; in every seventh a mark."""
    noise = np.random.default_rng(index).normal(0.0, 0.05, (len(Placement), PER_GROUP, 6))
    items: list[StreamInput] = [
        SampleBlock(
            sensor=sensor,
            host_ns=np.full(PER_GROUP, ORIGIN_NS + index * GROUP_NS + code * 1_000_000),
            tick=(index * PER_GROUP + np.arange(PER_GROUP)) * 10_000,
            acc=noise[code, :, :3] + [0.0, 0.0, 9.80665],
            gyr=noise[code, :, 3:],
        )
        for code, sensor in enumerate(Placement)
    ]
    if index % 7 == 3:
        host_ns = ORIGIN_NS + index * GROUP_NS + 1_500_000
        items.insert(2, Mark(host_ns=host_ns, kind=MarkKind.NOTE, text=f'"{index}", so there'))
    return items


def flat(inputs: Iterable[StreamInput | SampleRows]) -> list[tuple[object, ...]]:
    """Every row and mark in order, each as something that compares exactly."""
    lines: list[tuple[object, ...]] = []
    for item in inputs:
        if isinstance(item, Mark):
            lines.append((item.host_ns, item.kind, item.sensor, item.text))
        elif isinstance(item, SampleRows):
            lines += flat(item.packets())
        else:
            ticks = [None] * len(item) if item.tick is None else item.tick.tolist()
            values = np.hstack([item.acc, item.gyr])
            for host_ns, tick, row in zip(item.host_ns.tolist(), ticks, values, strict=True):
                lines.append((host_ns, item.sensor, tick, row.tobytes()))
    return lines


def flat_groups(groups: Iterable[Sequence[StreamInput]]) -> list[tuple[object, ...]]:
    lines: list[tuple[object, ...]] = []
    for items in groups:
        for part in stretches(items):
            lines += flat([part] if isinstance(part, Mark) else part)
    return lines


def recorded(folder: Path) -> list[tuple[object, ...]]:
    """What a session folder holds, as :func:`flat`."""
    return flat(read_inputs(open_session(folder)))


def recorder(out: Path, *, keep_packets: bool = False) -> SessionRecorder:
    return SessionRecorder(out, make_manifest, wall_at, keep_packets=keep_packets)
