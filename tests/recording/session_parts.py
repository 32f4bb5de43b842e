"""Parts of small sessions: what lies in them is known and plausible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock, SensorSpec
from pelvicsense.recording.manifest import Manifest, SessionActivity

ORIGIN_NS = 5_000_000_000_000


def make_manifest(sensors: Sequence[Placement] = tuple(Placement), **changes: object) -> Manifest:
    values: dict[str, object] = {
        "started_at": datetime(2026, 11, 22, 10, 15, tzinfo=UTC),
        "subject": "P07",
        "activity": SessionActivity.WALK,
        "sensors": {
            sensor: SensorSpec(
                placement=sensor, profile="simulated", rate_hz=100.0, tick_s=1e-6, tick_bits=32
            )
            for sensor in sensors
        },
    }
    return Manifest(**(values | changes))  # type: ignore[arg-type]


def make_block(
    sensor: Placement, n: int = 500, *, per_packet: int = 5, tick: bool = True
) -> SampleBlock:
    """``n`` samples at 100 Hz of a sensor that lies still, a few to a packet."""
    code = list(Placement).index(sensor)
    noise = np.random.default_rng(code).normal(0.0, 0.05, (n, 6))
    arrival_ns = (np.arange(n) // per_packet + 1) * per_packet * 10_000_000
    return SampleBlock(
        sensor=sensor,
        host_ns=ORIGIN_NS + arrival_ns + code * 1_000_000,
        tick=np.arange(n) * 10_000 + code if tick else None,
        acc=noise[:, :3] + [0.0, 0.0, 9.80665],
        gyr=noise[:, 3:],
    )
