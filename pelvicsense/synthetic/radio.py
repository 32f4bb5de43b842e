"""Device clocks, packets and the radio: when samples are taken, what arrives, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import BoolArray, FloatArray, IntArray
from pelvicsense.datatypes.samples import Mark, MarkKind
from pelvicsense.synthetic.sensors import ClockErrors, SensorConfig

BOOT_S = 0.5
"""A device that restarts counts ticks from so long before its first packet."""


@dataclass(frozen=True, slots=True, eq=False)
class DeviceClock:
    """One device's time.

    Attributes
    ----------
    skew_ppm
        Device seconds per true second, minus one, in millionths.
    start_tick
        Tick of the first sample.
    first_s
        True time of the first sample, s.
    """

    skew_ppm: float
    start_tick: int
    first_s: float

    @classmethod
    def of(cls, errors: ClockErrors, rate_hz: float, rng: np.random.Generator) -> DeviceClock:
        """Draw a clock; sampling starts within one period."""
        return cls(
            skew_ppm=errors.skew_ppm * float(rng.uniform(-1.0, 1.0)),
            start_tick=int(rng.integers(0, 2**errors.tick_bits)),
            first_s=float(rng.uniform(0.0, 1.0)) / rate_hz,
        )

    def sample_times_s(self, rate_hz: float, duration_s: float) -> FloatArray:
        """Return the true times of all samples up to ``duration_s``, s."""
        period_s = 1.0 / (rate_hz * (1.0 + 1e-6 * self.skew_ppm))
        count = int((duration_s - self.first_s) / period_s)
        return self.first_s + period_s * np.arange(count, dtype=np.float64)

    def ticks(self, times_s: FloatArray, errors: ClockErrors, restarts_s: FloatArray) -> IntArray:
        """Tick of each sample; counting starts anew at each of ``restarts_s``."""
        rate = (1.0 + 1e-6 * self.skew_ppm) / errors.tick_s
        ticks = self.start_tick + np.round((times_s - self.first_s) * rate).astype(np.int64)
        for restart_s in restarts_s:
            later = times_s >= restart_s
            fresh = np.round((times_s - (restart_s - BOOT_S)) * rate).astype(np.int64)
            ticks = np.where(later, fresh, ticks)
        return np.asarray(ticks % 2**errors.tick_bits, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """What arrived of ``n`` samples: which (n,), when (n,) s, and what happened meanwhile.

    ``arrival_s`` holds a number for lost samples, too; it means nothing.
    """

    arrived: BoolArray
    arrival_s: FloatArray
    marks: tuple[tuple[float, MarkKind, str], ...]

    def host_marks(self, config: SensorConfig, host_start_ns: int) -> list[Mark]:
        """Put the marks on the host's clock."""
        return [
            Mark(host_ns=to_ns(at_s, host_start_ns), kind=kind, sensor=config.placement, text=text)
            for at_s, kind, text in self.marks
        ]


def to_ns(time_s: float, host_start_ns: int) -> int:
    """Host clock at a true time."""
    return host_start_ns + round(time_s * 1e9)


def deliver(config: SensorConfig, times_s: FloatArray, rng: np.random.Generator) -> Delivery:
    """Pack samples taken at ``times_s`` and send them."""
    radio, n = config.radio, len(times_s)
    size = radio.samples_per_packet
    packet_of = np.arange(n) // size
    ready_s = times_s[np.minimum(np.arange(size - 1, n + size - 1, size), n - 1)]
    packets = len(ready_s)
    sent_s = ready_s
    if radio.connection_interval_s > 0.0:
        interval_s = radio.connection_interval_s
        phase_s = float(rng.uniform(0.0, interval_s))
        sent_s = phase_s + interval_s * np.ceil((ready_s - phase_s) / interval_s)
    arrival_s = sent_s + radio.delay_s + radio.jitter_s * rng.standard_exponential(packets)
    arrival_s = _stalled(config, arrival_s, rng)
    # One link delivers in order.
    arrival_s = np.maximum.accumulate(arrival_s)
    lost = rng.uniform(size=packets) < radio.loss_fraction
    marks: list[tuple[float, MarkKind, str]] = []
    for outage in config.outages:
        end_s = outage.start_s + outage.duration_s
        gone = (arrival_s >= outage.start_s) & (ready_s < end_s)
        lost = lost | gone
        if outage.duration_s > radio.supervision_s and outage.start_s < times_s[-1]:
            marks.append((outage.start_s + radio.supervision_s, MarkKind.LINK_LOST, ""))
            if end_s < ready_s[-1]:
                marks.append((end_s, MarkKind.LINK_BACK, ""))
    marks += _loss_marks(lost, arrival_s, packet_of)
    marks.sort(key=lambda mark: mark[0])
    return Delivery(arrived=~lost[packet_of], arrival_s=arrival_s[packet_of], marks=tuple(marks))


def _stalled(config: SensorConfig, arrival_s: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Hold everything that would arrive during a stall until its end."""
    radio = config.radio
    span_s = float(arrival_s[-1])
    count = int(rng.poisson(radio.stalls_per_min * span_s / 60.0))
    for start_s in np.sort(rng.uniform(0.0, span_s, count)):
        end_s = start_s + radio.stall_s * float(rng.uniform(0.5, 1.0))
        held = (arrival_s >= start_s) & (arrival_s < end_s)
        arrival_s = np.where(held, end_s, arrival_s)
    return arrival_s


def _loss_marks(
    lost: BoolArray, arrival_s: FloatArray, packet_of: IntArray
) -> list[tuple[float, MarkKind, str]]:
    """One mark at the first packet after each run of lost ones, as a packet counter would tell."""
    samples = np.bincount(packet_of)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], lost, [False]]).astype(np.int8)))
    return [
        (float(arrival_s[end]), MarkKind.LOST, str(int(samples[start:end].sum())))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
        if end < len(lost)
    ]
