"""A synthetic radio: sensors with own clocks, packets, connection events, stalls and losses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pelvicsense.clock import ClockConfig, GridAligner
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.motion import GridBlock, GridSignal
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock, SensorSpec

START_NS = 12_284_780_673_228


@dataclass(frozen=True, kw_only=True)
class Radio:
    """One sensor's link; ``tick`` is ``time`` (µs, 32 bit), ``counter`` (16 bit) or ``none``."""

    rate_hz: float = 100.0
    tick: str = "time"
    skew_ppm: float = 0.0
    drift_ppm_per_hour: float = 0.0
    rate_error: float = 0.0
    per_packet: int = 2
    interval_s: float = 0.015
    jitter_s: float = 0.015
    stall_every_s: float = 30.0
    stall_s: tuple[float, float] = (0.2, 0.6)
    loss: float = 0.01


def signal(t: FloatArray) -> FloatArray:
    """What every sensor measures at true time ``t``, (n, 6); the first channel is ``t`` itself.

    A grid row's first channel is then the true time that the aligner put there.
    """
    values = np.sin(2.0 * np.pi * 0.8 * t[:, None] + np.arange(6) * 0.7) * 3.0
    values[:, 0] = t
    return values


def transmit(
    radio: Radio, placement: Placement, seconds: float, rng: np.random.Generator
) -> tuple[SensorSpec, SampleBlock, FloatArray]:
    """Return the sensor's description, all its samples as they arrive, and their true times (s)."""
    true_rate = radio.rate_hz * (1.0 + radio.rate_error) * (1.0 + radio.skew_ppm * 1e-6)
    packets = int(seconds * true_rate / radio.per_packet)
    count = packets * radio.per_packet
    taken = rng.uniform(0.0, 1.0 / true_rate) + np.arange(count) / true_rate
    taken -= 0.5e-6 * radio.drift_ppm_per_hour / 3600.0 * taken * taken
    ready = taken.reshape(packets, -1)[:, -1] + 0.002
    # a stall holds everything that gets ready in it, then lets it out at once
    for start in np.cumsum(rng.exponential(radio.stall_every_s, int(seconds) + 10)):
        end = start + rng.uniform(*radio.stall_s)
        ready = np.where((ready >= start) & (ready < end), end, ready)
    sent = ready + rng.uniform(0.0, radio.jitter_s, packets)
    phase = rng.uniform(0.0, radio.interval_s)
    event = np.ceil((sent - phase) / radio.interval_s) * radio.interval_s + phase
    arrival = np.maximum.accumulate(event + rng.exponential(0.0004, packets))
    keep = np.repeat(rng.uniform(size=packets) >= radio.loss, radio.per_packet)
    host_ns = START_NS + np.rint(np.repeat(arrival, radio.per_packet) * 1e9).astype(np.int64)
    number = np.arange(count)
    spec = SensorSpec(placement=placement, profile="simulated", rate_hz=radio.rate_hz)
    tick = None
    if radio.tick == "time":
        device = number / (radio.rate_hz * (1.0 + radio.rate_error))
        offset = (1 << 32) - int(rng.uniform(0.0, 30e6))  # wraps within half a minute
        tick = (np.rint(device * 1e6).astype(np.int64) + offset) % (1 << 32)
        spec = SensorSpec(
            placement=placement,
            profile="simulated",
            rate_hz=radio.rate_hz,
            tick_s=1e-6,
            tick_bits=32,
        )
    elif radio.tick == "counter":
        tick = (number + 65_000) % 65_536
        spec = SensorSpec(
            placement=placement, profile="simulated", rate_hz=radio.rate_hz, tick_bits=16
        )
    values = signal(taken)
    block = SampleBlock(
        sensor=placement,
        host_ns=host_ns[keep],
        tick=tick[keep] if tick is not None else None,
        acc=values[keep, :3],
        gyr=values[keep, 3:],
    )
    return spec, block, taken[keep]


def ideal(
    taken: FloatArray,
    placement: Placement = Placement.PELVIS,
    *,
    delay_s: float = 0.001,
    ticks: np.ndarray | None = None,
) -> SampleBlock:
    """Samples taken at ``taken`` (s), each in a packet of its own that arrives after a fixed delay.

    Ticks are microseconds unless given.
    """
    values = signal(taken)
    return SampleBlock(
        sensor=placement,
        host_ns=START_NS + np.rint((taken + delay_s) * 1e9).astype(np.int64),
        tick=np.rint(taken * 1e6).astype(np.int64) if ticks is None else ticks,
        acc=values[:, :3],
        gyr=values[:, 3:],
    )


def spec(
    placement: Placement = Placement.PELVIS, rate_hz: float = 100.0, tick_bits: int | None = 32
) -> SensorSpec:
    """Description of a sensor with microsecond ticks."""
    return SensorSpec(
        placement=placement, profile="simulated", rate_hz=rate_hz, tick_s=1e-6, tick_bits=tick_bits
    )


def rows(block: SampleBlock, chosen: slice | np.ndarray) -> SampleBlock:
    """Some rows of a block."""
    return SampleBlock(
        sensor=block.sensor,
        host_ns=block.host_ns[chosen],
        tick=block.tick[chosen] if block.tick is not None else None,
        acc=block.acc[chosen],
        gyr=block.gyr[chosen],
    )


def in_groups(blocks: Sequence[SampleBlock], cuts: Sequence[int]) -> Iterator[list[SampleBlock]]:
    """Cut the rows of all blocks, in order of arrival, at the given row numbers."""
    stamps = np.concatenate([block.host_ns for block in blocks])
    order = np.argsort(stamps, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    starts = np.cumsum([0, *(len(block) for block in blocks)])
    edges = [0, *sorted(cuts), len(stamps)]
    for low, high in pairwise(edges):
        group = []
        for block, start in zip(blocks, starts[:-1], strict=True):
            own = rank[start : start + len(block)]
            chosen = (own >= low) & (own < high)
            if chosen.any():
                group.append(rows(block, chosen))
        yield group


def align(
    specs: Sequence[SensorSpec],
    blocks: Sequence[SampleBlock],
    cuts: Sequence[int] = (),
    config: ClockConfig | None = None,
) -> tuple[GridBlock, GridAligner]:
    """Feed all blocks in groups and return everything that came out, and the aligner."""
    aligner = GridAligner(config or ClockConfig(least_delay_s=0.0), specs)
    released = [aligner.feed(group) for group in in_groups(blocks, cuts)]
    return joined([*released, aligner.finish()]), aligner


def joined(parts: Sequence[GridBlock | None]) -> GridBlock:
    """One block of consecutive ones; fails if rows are missing between them."""
    blocks = [part for part in parts if part is not None]
    next_index = 0
    for block in blocks:
        assert block.first_index == next_index
        next_index += len(block)
    columns = ("acc", "gyr", "valid", "interpolated", "saturated")
    return GridBlock(
        first_index=0,
        rate_hz=blocks[0].rate_hz,
        sensors={
            placement: GridSignal(
                **{
                    name: np.concatenate([getattr(b.sensors[placement], name) for b in blocks])
                    for name in columns
                }
            )
            for placement in blocks[0].sensors
        },
    )
