"""Steps from the vertical acceleration of the pelvis: needs gravity, but no calibration.

After Zijlstra and Hof 2003, doi:10.1016/S0966-6362(02)00190-X, and McCamley et al. 2012,
doi:10.1016/j.gaitpost.2012.02.019, with a Hann smoother in place of their filters and wavelet, so
that the lag is exact and the detector causal:

1. Smooth the vertical acceleration over 250 ms.
2. A Schmitt trigger, armed below -A, fires above +A; A follows the size of the last steps.
3. The step's *anchor* is the upward zero crossing in between, interpolated between samples.
4. A step with near-free fall before it and a hard landing after it is a running step.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.numerics.filters import HannSmoother
from pelvicsense.numerics.runs import equal_runs


@dataclass(frozen=True, slots=True, kw_only=True)
class StepConfig:
    """Parameters of the step detector.

    Attributes
    ----------
    smoothing_s
        Hann window over the vertical acceleration, s.
    threshold
        Least trigger level, m/s²: standing people sway with less.
    relative_threshold
        Trigger level as a share of the recent steps' peaks.
    refractory_s
        Least time between two steps, s (sprinters take 4.5 a second).
    rise_s
        Longest time from the anchor to the trigger, s: standing, the signal may creep upward for
        many. Contacts are looked for only so far back.
    forget_s
        Time without a step after which the peaks are forgotten, s.
    fall, landing
        Smoothed vertical acceleration, m/s², that a running step must fall below before its
        anchor and exceed behind it. Walking and stair steps that landed harder than 6.5 stayed
        above -6.6, running steps below -6.8.
    """

    smoothing_s: float = 0.25
    threshold: float = 0.3
    relative_threshold: float = 0.15
    refractory_s: float = 0.2
    rise_s: float = 1.0
    forget_s: float = 1.5
    fall: float = -6.7
    landing: float = 6.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A foot met the ground, as the pelvis felt it.

    Attributes
    ----------
    anchor
        Grid row of the upward zero crossing, fractional.
    known
        Newest input row when the step was noticed.
    fall
        Least smoothed vertical acceleration before the anchor, m/s².
    interval, usual_interval
        Rows since the step before, and the median of that over the four steps before this one;
        infinite where there were none within the time after which steps are forgotten.
    """

    anchor: float
    known: int
    fall: float
    interval: float = math.inf
    usual_interval: float = math.inf


@dataclass(slots=True)
class StepState:
    """What the detector remembers between blocks.

    Attributes
    ----------
    row, before
        Row of the next sample, and the sample before it.
    level
        Trigger level.
    armed, low
        Whether the trigger is armed, and the least value since.
    crossing
        The upward zero crossing since the trigger was armed.
    last_anchor, last_row
        Anchor of the step before, and the row at which it was noticed.
    intervals
        Rows between the last steps.
    mean_peak
        Running mean of the landings' peaks; none at the start and after a pause.
    peak
        Largest value of the landing that is going on; none between landings.
    """

    row: int
    level: float
    before: float = 0.0
    armed: bool = False
    low: float = 0.0
    crossing: float | None = None
    last_anchor: float = -math.inf
    last_row: float = -math.inf
    intervals: deque[float] = field(default_factory=lambda: deque(maxlen=4))
    mean_peak: float | None = None
    peak: float | None = None


class StepDetector:
    """Find steps in blocks of vertical acceleration.

    Parameters
    ----------
    config, rate_hz
        Parameters and grid rate.
    first_index
        Grid row of the first sample.
    """

    def __init__(self, config: StepConfig, rate_hz: float, first_index: int = 0) -> None:
        self.config = config
        self.rate_hz = rate_hz
        self._smoother = HannSmoother(config.smoothing_s, rate_hz)
        self.lag = int(self._smoother.lag)
        self.state = StepState(row=first_index - self.lag, level=config.threshold)

    def feed(self, vertical: FloatArray) -> tuple[FloatArray, list[Step]]:
        """Take acceleration (n,), gravity removed, up positive, m/s².

        Returns the smoothed signal, whose row ``i`` describes the input ``lag`` rows earlier, and
        the steps noticed.
        """
        smoothed = self._smoother.feed(vertical[:, None])[:, 0]
        values: list[float] = smoothed.tolist()
        s = self.state
        steps: list[Step] = []
        for first, end in equal_runs(smoothed > 0.0):
            run = values[first:end]
            if run[0] > 0.0:
                steps += self._rise(s.row, run)
            else:
                self._fall(s.row, run)
            s.row, s.before = s.row + len(run), run[-1]
        return smoothed, steps

    def _fall(self, row: int, run: list[float]) -> None:
        """Take values in a row that are not positive: a landing is over, the trigger is armed."""
        s = self.state
        if s.peak is not None:
            s.mean_peak = s.peak if s.mean_peak is None else 0.7 * s.mean_peak + 0.3 * s.peak
            s.peak = None
            self._set_level(row)
        low = min(run)
        if low < -s.level:
            s.low = min(s.low, low) if s.armed else low
            s.armed, s.crossing = True, None

    def _rise(self, row: int, run: list[float]) -> Iterator[Step]:
        """Take positive values in a row: the first one above the level fires the trigger."""
        s = self.state
        if s.before <= 0.0:
            s.crossing = row - run[0] / (run[0] - s.before)
            self._set_level(row)
        peak = max(run)
        if peak <= s.level:
            return
        if s.armed and s.crossing is not None:
            fired = next(i for i, value in enumerate(run) if value > s.level)
            yield from self._fire(row + fired, s.crossing, peak)
        elif s.peak is not None:
            s.peak = max(s.peak, peak)

    def _set_level(self, row: int) -> None:
        """Let the trigger level follow the peaks; forget them after a pause."""
        s, c = self.state, self.config
        if row - s.last_row > c.forget_s * self.rate_hz:
            s.mean_peak = None
        s.level = max(c.threshold, c.relative_threshold * (s.mean_peak or 0.0))

    def _fire(self, row: int, crossing: float, peak: float) -> Iterator[Step]:
        s = self.state
        s.armed = False
        if crossing - s.last_anchor < self.config.refractory_s * self.rate_hz:
            return
        if row - crossing > self.config.rise_s * self.rate_hz:
            return
        interval, usual = crossing - s.last_anchor, math.inf
        if interval > self.config.forget_s * self.rate_hz:
            interval = math.inf
            s.intervals.clear()
        else:
            usual = statistics.median(s.intervals) if s.intervals else math.inf
            s.intervals.append(interval)
        s.last_anchor, s.last_row, s.peak = crossing, row, peak
        yield Step(
            anchor=crossing,
            known=row + self.lag,
            fall=s.low,
            interval=interval,
            usual_interval=usual,
        )
