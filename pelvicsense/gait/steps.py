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
from dataclasses import dataclass, field

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.numerics.filters import HannSmoother


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
    forget_s
        Time without a step after which the peaks are forgotten, s.
    fall, landing
        Smoothed vertical acceleration, m/s², that a running step must fall below before its
        anchor and exceed behind it. Walking and stair steps stayed between -7.0 and 12.6, running
        steps below -8.0 and above 9.1.
    """

    smoothing_s: float = 0.25
    threshold: float = 0.3
    relative_threshold: float = 0.15
    refractory_s: float = 0.2
    forget_s: float = 1.5
    fall: float = -7.5
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
        self.state = StepState(row=first_index - self.lag)

    def feed(self, vertical: FloatArray) -> tuple[FloatArray, list[Step]]:
        """Take acceleration (n,), gravity removed, up positive, m/s².

        Returns the smoothed signal, whose row ``i`` describes the input ``lag`` rows earlier, and
        the steps noticed.
        """
        smoothed = self._smoother.feed(vertical[:, None])[:, 0]
        steps: list[Step] = []
        s = self.state
        row, before = s.row, s.before
        level = self._level(row)
        # One pass over plain floats and local names: an hour has 360,000 of them.
        for value in smoothed.tolist():
            if value <= 0.0:
                if s.peak is not None:
                    level = self._learn(s.peak, row)
                if value < -level:
                    s.low = min(s.low, value) if s.armed else value
                    s.armed, s.crossing = True, None
            else:
                if before <= 0.0:
                    s.crossing = row - value / (value - before)
                    level = self._level(row)
                if value > level:
                    if s.armed and s.crossing is not None:
                        step = self._fire(row, s.crossing, value)
                        if step is not None:
                            steps.append(step)
                    elif s.peak is not None and value > s.peak:
                        s.peak = value
            before = value
            row += 1
        s.row, s.before = row, before
        return smoothed, steps

    def _level(self, row: int) -> float:
        """Return the trigger level; forget the peaks after a pause."""
        s, c = self.state, self.config
        if row - s.last_row > c.forget_s * self.rate_hz:
            s.mean_peak = None
        return max(c.threshold, c.relative_threshold * (s.mean_peak or 0.0))

    def _learn(self, peak: float, row: int) -> float:
        """Take a finished landing's peak into account; return the new trigger level."""
        s = self.state
        s.mean_peak = peak if s.mean_peak is None else 0.7 * s.mean_peak + 0.3 * peak
        s.peak = None
        return self._level(row)

    def _fire(self, row: int, crossing: float, value: float) -> Step | None:
        s = self.state
        s.armed = False
        if crossing - s.last_anchor < self.config.refractory_s * self.rate_hz:
            return None
        interval, usual = crossing - s.last_anchor, math.inf
        if interval > self.config.forget_s * self.rate_hz:
            interval = math.inf
            s.intervals.clear()
        else:
            usual = statistics.median(s.intervals) if s.intervals else math.inf
            s.intervals.append(interval)
        s.last_anchor, s.last_row, s.peak = crossing, row, value
        return Step(
            anchor=crossing,
            known=row + self.lag,
            fall=s.low,
            interval=interval,
            usual_interval=usual,
        )
