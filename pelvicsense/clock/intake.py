"""One sensor from arrival to samples with host time: checks, counts, time, range ends.

1. rows that are not finite are dropped;
2. ticks are unwrapped (or, where there are none, samples counted), bad ones dropped;
3. device time becomes host time; a sample that a lowered map puts before its predecessor is
   dropped, as its place in time is taken;
4. missing samples are counted from device time, which knows them exactly;
5. channels at the end of their range are marked, fast sensors averaged down to the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from pelvicsense.clock.config import ClockConfig
from pelvicsense.clock.device_clock import ClockState, DeviceClock
from pelvicsense.clock.envelope import SkewPrior
from pelvicsense.clock.sample_index import IndexState, SampleIndexer
from pelvicsense.clock.tick_unwrap import TickState, TickUnwrapper
from pelvicsense.clock.track import Track, average
from pelvicsense.datatypes.arrays import BoolArray, FloatArray, IntArray
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.samples import SampleBlock, SensorSpec


@dataclass(slots=True)
class IntakeState:
    """What is remembered of one sensor between blocks.

    ``counted`` tells whether the samples carry no tick (none before the first sample).
    ``held`` are values that wait for the sample index, ``recent`` the last two rows of values,
    ``lead_in`` the newest samples that the next average needs. ``device_s`` and ``number`` are
    those of the newest believed sample, ``base_number`` the number of its time base's first one;
    ``time_s`` and ``placed`` time and number of the newest
    one that found its place; numbers count missing samples too.
    """

    counted: bool | None = None
    ticks: TickState = field(default_factory=TickState)
    index: IndexState = field(default_factory=IndexState)
    clock: ClockState | None = None
    held: FloatArray = field(default_factory=lambda: np.empty((0, 6)))
    recent: FloatArray = field(default_factory=lambda: np.full((2, 6), np.nan))
    lead_in: Track = field(default_factory=Track)
    device_s: float = 0.0
    number: int = 0
    base_number: int = 0
    time_s: float = -np.inf
    placed: int = 0
    samples: int = 0
    lost: int = 0
    late: int = 0
    rejected: int = 0
    restarts: int = 0


class Intake:
    """Turns one sensor's blocks into samples with host time."""

    def __init__(self, config: ClockConfig, spec: SensorSpec) -> None:
        self._config = config
        self._spec = spec
        self.period_s = 1.0 / spec.rate_hz
        self._tick_s = spec.tick_s if spec.tick_s is not None else self.period_s
        self._unwrapper = TickUnwrapper(config, self._tick_s, spec.tick_bits)
        self._indexer = SampleIndexer(config, self.period_s)
        self._average_over = max(int(spec.rate_hz / config.rate_hz), 1)
        self._range_floor = np.repeat(
            [config.acc_range_floor_mps2, config.gyr_range_floor_radps], 3
        )

    def clock(self, *, counted: bool) -> DeviceClock:
        """Return the clock of this sensor; ``counted`` where samples are only counted."""
        config = self._config
        if self._spec.tick_s is not None:
            prior = SkewPrior(config.tick_skew_sd, config.tick_skew_limit, config.envelope_spread_s)
        else:
            prior = SkewPrior(
                config.counter_skew_sd, config.counter_skew_limit, config.envelope_spread_s
            )
        return DeviceClock(config, prior, self.period_s, counted=counted)

    def feed(
        self, state: IntakeState, blocks: Sequence[SampleBlock], origin_ns: int, *, final: bool
    ) -> Track:
        """Return the samples that found their time; ``final`` holds none back.

        Raises
        ------
        ConfigurationError
            If ticks are missing though the sensor's description or its first block had them, or
            the other way round.
        """
        if blocks:
            self._check_ticks(state, blocks)
        host_ns, ticks, values = _join(blocks)
        state.samples += len(values)
        arrival_s = 1e-9 * (host_ns - origin_ns).astype(np.float64)
        if not np.isfinite(values.sum()):  # cheap; the exact answer only where it is needed
            fine = np.isfinite(values).all(axis=1)
            state.rejected += len(values) - int(np.count_nonzero(fine))
            arrival_s, values = arrival_s[fine], values[fine]
            ticks = ticks[fine] if ticks is not None else None
        if ticks is not None:
            unwrapped = self._unwrapper.feed(state.ticks, arrival_s, ticks)
            device, starts = unwrapped.ticks, unwrapped.starts
            if len(unwrapped.rows) < len(values):
                state.rejected += len(values) - len(unwrapped.rows)
                arrival_s, values = arrival_s[unwrapped.rows], values[unwrapped.rows]
        else:
            device, arrival_s, values = self._number(state, arrival_s, values, final=final)
            starts = [0] if state.clock is None and len(device) else []
        clock = self.clock(counted=ticks is None)
        return self._finish(state, self._place(state, clock, device, arrival_s, values, starts))

    def _check_ticks(self, state: IntakeState, blocks: Sequence[SampleBlock]) -> None:
        if state.counted is None:
            state.counted = blocks[0].tick is None
        promised = self._spec.tick_s is not None
        if any((block.tick is None) != state.counted for block in blocks) or (
            promised and state.counted
        ):
            msg = (
                f"sensor {self._spec.placement}: expected a tick with "
                f"{'every' if promised or not state.counted else 'no'} sample, as described or "
                "as in its first block, got both or none; correct tick_s or the tick column"
            )
            raise ConfigurationError(msg)

    def _number(
        self, state: IntakeState, arrival_s: FloatArray, values: FloatArray, *, final: bool
    ) -> tuple[IntArray, FloatArray, FloatArray]:
        """Count samples that carry no tick; arrivals become the moment their count was known."""
        index, known_s = self._indexer.feed(state.index, arrival_s, final=final)
        waiting = np.concatenate((state.held, values))
        state.held = waiting[len(index) :]
        return index, known_s, waiting[: len(index)]

    def _place(
        self,
        state: IntakeState,
        clock: DeviceClock,
        ticks: IntArray,
        arrival_s: FloatArray,
        values: FloatArray,
        starts: list[int],
    ) -> Track:
        """Give every row its time, one run of the device clock after the other."""
        device_s = ticks.astype(np.float64) * self._tick_s
        edges = sorted({0, *starts, len(ticks)})
        runs: list[Track] = []
        for begin, end in pairwise(edges):
            rows = slice(begin, end)
            if begin in starts:
                state.restarts += state.clock is not None
                state.clock = clock.start(float(device_s[begin]), float(arrival_s[begin]))
            assert state.clock is not None
            time_s = clock.feed(state.clock, device_s[rows], arrival_s[rows])
            number = self._count(state, device_s[rows], time_s, restarted=begin in starts)
            runs.append(self._keep(state, time_s, arrival_s[rows], number, values[rows]))
        return Track.join(runs)

    def _count(
        self, state: IntakeState, device_s: FloatArray, time_s: FloatArray, *, restarted: bool
    ) -> IntArray:
        """Return running numbers (n,) that include missing samples, and count those."""
        first = device_s[0] - state.device_s
        if restarted:
            # across a restart only host time tells how many samples are missing
            first = time_s[0] - state.time_s if state.number else self.period_s
        apart = np.empty(len(device_s))
        apart[0] = first
        apart[1:] = device_s[1:] - device_s[:-1]
        steps = np.maximum(np.rint(apart / self.period_s), 1.0).astype(np.int64)
        number = state.number + np.cumsum(steps)
        if restarted:
            state.base_number = int(number[0])
            state.lost -= int(steps[0]) - 1  # a silent device did not lose anything on the way
        state.lost += int(number[-1]) - state.number - len(steps)
        state.device_s = float(device_s[-1])
        state.number = int(number[-1])
        return number

    def _keep(
        self,
        state: IntakeState,
        time_s: FloatArray,
        arrival_s: FloatArray,
        number: IntArray,
        values: FloatArray,
    ) -> Track:
        """Drop the rows whose place is taken; numbers become counts of what is missing before."""
        before = np.concatenate(([state.time_s], time_s))
        newest = np.maximum.accumulate(before)[:-1]
        keep = time_s > newest
        if not keep.all():
            state.late += len(keep) - int(np.count_nonzero(keep))
            time_s, arrival_s = time_s[keep], arrival_s[keep]
            number, values = number[keep], values[keep]
        if len(time_s) == 0:
            return Track()
        if state.placed == 0:
            state.placed = int(number[0]) - 1
        numbers = np.concatenate(([state.placed], number))
        state.placed = int(number[-1])
        state.time_s = float(time_s[-1])
        return Track(
            time_s=time_s,
            arrival_s=arrival_s,
            missing=numbers[1:] - numbers[:-1] - 1,
            saturated=self._saturated(state, values),
            values=values,
        )

    def _saturated(self, state: IntakeState, values: FloatArray) -> BoolArray:
        """Mark rows with a channel that holds its third equal value beyond the range floor."""
        row = np.concatenate((state.recent, values))
        state.recent = row[-2:].copy()
        same = row[1:] == row[:-1]
        thrice = same[1:] & same[:-1]
        if not thrice.any():
            return np.zeros(len(values), dtype=np.bool_)
        stuck: BoolArray = (thrice & (np.abs(values) > self._range_floor)).any(axis=1)
        return stuck

    def _finish(self, state: IntakeState, track: Track) -> Track:
        """Count late samples, average where the sensor is much faster than the grid."""
        rate = self._config.rate_hz
        next_row_s = (np.floor(track.time_s * rate) + 1.0) / rate
        late = track.arrival_s > next_row_s + self._config.max_wait_s
        state.late += int(np.count_nonzero(late))
        if self._average_over == 1 or len(track) == 0:
            return track
        track = Track.join([state.lead_in, track])
        state.lead_in = track.take(slice(max(len(track) - self._average_over + 1, 0), None))
        if len(track) < self._average_over:
            return Track()
        return average(track, self._average_over)


def _join(blocks: Sequence[SampleBlock]) -> tuple[IntArray, IntArray | None, FloatArray]:
    """Stamps (n,), ticks (n,) or none, and values (n, 6) of consecutive blocks."""
    ticks = [block.tick for block in blocks if block.tick is not None]
    values = [np.concatenate((block.acc, block.gyr), axis=1) for block in blocks]
    if len(blocks) == 1:
        return blocks[0].host_ns, blocks[0].tick, values[0]
    return (
        np.concatenate([np.empty(0, dtype=np.int64), *(block.host_ns for block in blocks)]),
        np.concatenate(ticks) if len(ticks) == len(blocks) and ticks else None,
        np.concatenate([np.empty((0, 6)), *values]),
    )
