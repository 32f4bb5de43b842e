"""All sensors on one grid: the public stage of the clock.

A row is released once every sensor has the samples around it, or once the newest packet of any
sensor is ``max_wait_s`` past it. What a row says does not depend on when it is released.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import nan

import numpy as np

from pelvicsense.clock.config import ClockConfig
from pelvicsense.clock.intake import Intake, IntakeState
from pelvicsense.clock.resample import known_until, needed_from, newest_row, resample
from pelvicsense.clock.track import Track
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.motion import GridBlock, GridSignal
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.quality import LinkQuality
from pelvicsense.datatypes.samples import SampleBlock, SensorSpec

_TRIM_ABOVE = 256  # samples of a sensor; dropping the used ones at every packet would cost more


@dataclass(slots=True)
class RowTally:
    """Grid rows of one sensor by what became of them; gaps are counted between valid rows."""

    interpolated: int = 0
    invalid: int = 0
    newest_valid: int = -1
    longest_gap: int = 0

    def add(self, signal: GridSignal, first_row: int) -> None:
        """Count the rows of ``signal``."""
        self.interpolated += int(np.count_nonzero(signal.interpolated))
        rows = signal.valid.nonzero()[0]
        self.invalid += len(signal.valid) - len(rows)
        if len(rows) == 0:
            return
        first, last = int(rows[0]) + first_row, int(rows[-1]) + first_row
        if self.newest_valid >= 0:
            self.longest_gap = max(self.longest_gap, first - self.newest_valid - 1)
        if last - first >= len(rows):
            self.longest_gap = max(self.longest_gap, int((rows[1:] - rows[:-1]).max()) - 1)
        self.newest_valid = last


@dataclass(slots=True)
class SensorState:
    """One sensor: its intake, the samples that rows still need, its tallies.

    ``newest_s`` and ``arrival_s`` are time and arrival of the newest sample.
    """

    intake: IntakeState = field(default_factory=IntakeState)
    track: Track = field(default_factory=Track)
    newest_s: float = -np.inf
    arrival_s: float = -np.inf
    tally: RowTally = field(default_factory=RowTally)


@dataclass(slots=True)
class AlignerState:
    """All that the aligner remembers; copy or pickle it to go on elsewhere."""

    origin_ns: int | None = None
    next_row: int = 0
    sensors: dict[Placement, SensorState] = field(default_factory=dict)


class GridAligner:
    """Raw samples of several sensors in, rows of one common grid out.

    Parameters
    ----------
    config
        Parameters.
    specs
        The worn sensors; each appears in every block.
    state
        A state to go on from; none begins a session.

    Raises
    ------
    ConfigurationError
        If there is no sensor, or two share a placement.
    """

    def __init__(
        self,
        config: ClockConfig,
        specs: Sequence[SensorSpec],
        state: AlignerState | None = None,
    ) -> None:
        self._config = config
        self._specs = {spec.placement: spec for spec in specs}
        if not specs or len(self._specs) < len(specs):
            names = ", ".join(spec.placement for spec in specs) or "none"
            msg = f"sensors: expected at least one and each placement once, got {names}"
            raise ConfigurationError(msg)
        self._intakes = {spec.placement: Intake(config, spec) for spec in specs}
        self.state = state if state is not None else AlignerState()
        for placement in self._specs:
            self.state.sensors.setdefault(placement, SensorState())

    @property
    def origin_ns(self) -> int | None:
        """First ``host_ns`` of the stream: t = 0, grid index 0; none before the first sample."""
        return self.state.origin_ns

    def feed(self, blocks: Sequence[SampleBlock]) -> GridBlock | None:
        """Take one group of blocks; return the rows that are complete now, none if there are none.

        Raises
        ------
        ConfigurationError
            If a block is of a sensor that was not announced, or lacks its announced ticks.
        """
        self._take(blocks, final=False)
        sensors = self.state.sensors.values()
        complete = newest_row(min(known_until(s.track) for s in sensors), self._config.rate_hz)
        now_s = max(s.arrival_s for s in sensors)
        given_up = newest_row(now_s - self._config.max_wait_s, self._config.rate_hz) - 1
        return self._release(max(complete, given_up))

    def finish(self) -> GridBlock | None:
        """Return the remaining rows, up to the newest sample of any sensor; none if none remain."""
        self._take([], final=True)
        newest_s = max(s.newest_s for s in self.state.sensors.values())
        return self._release(newest_row(newest_s, self._config.rate_hz))

    def quality(self) -> Mapping[Placement, LinkQuality]:
        """Return what is known so far about every sensor's link and clock."""
        return {placement: self._quality(placement) for placement in self._specs}

    def _take(self, blocks: Sequence[SampleBlock], *, final: bool) -> None:
        state = self.state
        unknown = {b.sensor for b in blocks} - self._specs.keys()
        if unknown:
            msg = (
                f"sensor {', '.join(sorted(unknown))}: not among the session's sensors "
                f"({', '.join(self._specs)}); describe it before its first sample"
            )
            raise ConfigurationError(msg)
        stamps = [int(b.host_ns[0]) for b in blocks if len(b)]
        if state.origin_ns is None:
            if not stamps:
                return
            state.origin_ns = min(stamps)
        for placement, sensor in state.sensors.items():
            own = [b for b in blocks if b.sensor is placement and len(b)]
            if not own and not (final and sensor.intake.counted):
                continue
            track = self._intakes[placement].feed(sensor.intake, own, state.origin_ns, final=final)
            if len(track):
                sensor.track = Track.join([sensor.track, track])
                sensor.newest_s = float(track.time_s[-1])
                sensor.arrival_s = float(track.arrival_s[-1])

    def _release(self, last_row: int) -> GridBlock | None:
        first_row = self.state.next_row
        rows = last_row + 1 - first_row
        if rows <= 0:
            return None
        self.state.next_row = last_row + 1
        signals: dict[Placement, GridSignal] = {}
        for placement, sensor in self.state.sensors.items():
            period_s = self._intakes[placement].period_s
            signal = resample(sensor.track, first_row, rows, period_s, self._config)
            if len(sensor.track) > _TRIM_ABOVE:
                start = needed_from(sensor.track, last_row + 1, self._config)
                sensor.track = sensor.track.take(slice(start, None))
            sensor.tally.add(signal, first_row)
            signals[placement] = signal
        return GridBlock(first_index=first_row, rate_hz=self._config.rate_hz, sensors=signals)

    def _quality(self, placement: Placement) -> LinkQuality:
        sensor = self.state.sensors[placement]
        intake, tally = sensor.intake, sensor.tally
        clock = intake.clock
        # device time stretched by the fitted skew: the first arrivals' delays stay out of the rate
        seconds = intake.device_s * (1.0 + clock.skew) if clock is not None else 0.0
        model = self._intakes[placement].clock(counted=bool(intake.counted))
        has_ticks = self._specs[placement].tick_s is not None
        return LinkQuality(
            samples=intake.samples,
            lost=intake.lost,
            late=intake.late,
            rejected=intake.rejected,
            rate_hz=(intake.number - intake.base_number) / seconds if seconds >= 2.0 else nan,
            skew_ppm=-1e6 * clock.skew / (1.0 + clock.skew) if clock is not None else nan,
            clock_sigma_s=model.sigma_s(clock) if clock is not None else nan,
            restarts=intake.restarts,
            interpolated_rows=tally.interpolated,
            invalid_rows=tally.invalid,
            longest_gap_s=tally.longest_gap / self._config.rate_hz,
            clock_source=("timestamp" if has_ticks else "arrival" if intake.counted else "counter"),
        )
