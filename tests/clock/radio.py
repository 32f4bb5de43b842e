"""A synthetic radio: sensors with own clocks, packets, connection events, stalls and losses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock, SensorSpec

START_NS = 12_284_780_673_228


@dataclass(frozen=True, kw_only=True)
class Radio:
    """One sensor's link; ``tick`` is ``time`` (µs, 32 bit), ``counter`` (16 bit) or ``none``."""

    rate_hz: float = 100.0
    tick: str = "time"
    skew_ppm: float = 0.0
    rate_error: float = 0.0
    per_packet: int = 2
    interval_s: float = 0.015
    jitter_s: float = 0.015
    stall_every_s: float = 30.0
    stall_s: tuple[float, float] = (0.2, 0.6)
    loss: float = 0.01


def signal(t: FloatArray) -> FloatArray:
    """What every sensor measures at true time ``t``: (n, 6), smooth and everywhere different."""
    phase = np.arange(6) * 0.7
    return np.sin(2.0 * np.pi * 0.8 * t[:, None] + phase) * 3.0 + 0.01 * np.arange(6)


def transmit(
    radio: Radio, placement: Placement, seconds: float, rng: np.random.Generator
) -> tuple[SensorSpec, SampleBlock, FloatArray]:
    """Return the sensor's description, all its samples as they arrive, and their true times (s)."""
    true_rate = radio.rate_hz * (1.0 + radio.rate_error) * (1.0 + radio.skew_ppm * 1e-6)
    packets = int(seconds * true_rate / radio.per_packet)
    count = packets * radio.per_packet
    taken = rng.uniform(0.0, 1.0 / true_rate) + np.arange(count) / true_rate
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
