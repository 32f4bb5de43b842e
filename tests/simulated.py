"""Simulated sessions to test with, each made once per test process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from streams import joined

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock
from pelvicsense.numerics import quaternion
from pelvicsense.synthetic import (
    ActivityScript,
    Locomotion,
    Outage,
    PersonConfig,
    RadioConfig,
    SensorConfig,
    SimulatedSession,
    SoftTissue,
    Standing,
    ideal_sensors,
    simulate,
    worn_sensors,
)


def go(activity: Activity, duration_s: float) -> Locomotion:
    return Locomotion(activity=activity, duration_s=duration_s)


def stand(duration_s: float) -> Standing:
    return Standing(duration_s=duration_s)


def rough_sensors() -> tuple[SensorConfig, ...]:
    """Noise, bias, skin, jitter, stalls and loss."""
    radio = RadioConfig(loss_fraction=0.01, jitter_s=0.008, stalls_per_min=4.0)
    tissue = SoftTissue(wobble_deg=2.0)
    return worn_sensors(like=SensorConfig(placement=Placement.PELVIS, radio=radio, tissue=tissue))


def with_outage(
    sensors: Sequence[SensorConfig], placement: Placement, start_s: float, duration_s: float
) -> tuple[SensorConfig, ...]:
    outage = Outage(start_s=start_s, duration_s=duration_s)
    return tuple(
        replace(sensor, outages=(outage,)) if sensor.placement is placement else sensor
        for sensor in sensors
    )


@cache
def steady(
    activity: Activity, duration_s: float = 20.0, *, ideal: bool = True, seed: int = 3
) -> SimulatedSession:
    """Stand, do one thing, stand; marked still."""
    script = ActivityScript.single(activity, duration_s)
    return simulate(PersonConfig(), ideal_sensors() if ideal else worn_sensors(), script, seed)


def at(session: SimulatedSession, time_s: float, kind: MarkKind, text: str = "") -> Mark:
    """A mark so many seconds after the first sample."""
    return Mark(host_ns=session.origin_ns + round(time_s * 1e9), kind=kind, text=text)


def with_marks(session: SimulatedSession, *marks: Mark) -> SimulatedSession:
    return replace(
        session, marks=tuple(sorted((*session.marks, *marks), key=lambda mark: mark.host_ns))
    )


def replaced(session: SimulatedSession, *blocks: SampleBlock) -> SimulatedSession:
    """The session with other samples of some sensors."""
    return replace(session, blocks={**session.blocks, **{b.sensor: b for b in blocks}})


def rows(block: SampleBlock, chosen: FloatArray | slice) -> SampleBlock:
    """Some rows of a block."""
    return SampleBlock(
        sensor=block.sensor,
        host_ns=block.host_ns[chosen],
        tick=None if block.tick is None else block.tick[chosen],
        acc=block.acc[chosen],
        gyr=block.gyr[chosen],
    )


def turned(block: SampleBlock, new_from_old: FloatArray) -> SampleBlock:
    """The samples of the same sensor, mounted turned; (4,) or (n, 4) quaternions."""
    return SampleBlock(
        sensor=block.sensor,
        host_ns=block.host_ns,
        tick=block.tick,
        acc=quaternion.rotate(new_from_old, block.acc),
        gyr=quaternion.rotate(new_from_old, block.gyr),
    )


def inserted(block: SampleBlock, position: int, extra: SampleBlock) -> SampleBlock:
    """The block with other samples of the sensor between its rows."""
    return joined([rows(block, slice(position)), extra, rows(block, slice(position, len(block)))])


def sitting_until(
    block: SampleBlock, lateral: FloatArray, stand_up_s: float, lean_deg: float = 80.0
) -> SampleBlock:
    """The thigh sensor's samples of someone who sits first and stands up within 1.5 s.

    ``lateral`` is the segment's z axis in the sensor frame.
    """
    t = 1e-9 * (block.host_ns - block.host_ns[0]) - stand_up_s
    share = np.clip(t / 1.5, 0.0, 1.0)
    angle = np.deg2rad(lean_deg) * 0.5 * (1.0 + np.cos(np.pi * share))
    rate = np.where(
        (share > 0.0) & (share < 1.0),
        -np.deg2rad(lean_deg) * 0.5 * np.pi / 1.5 * np.sin(np.pi * share),
        0.0,
    )
    seen = turned(block, quaternion.from_rotation_vector(-angle[:, None] * lateral))
    return SampleBlock(
        sensor=block.sensor,
        host_ns=block.host_ns,
        tick=block.tick,
        acc=seen.acc,
        gyr=seen.gyr + rate[:, None] * lateral,
    )
