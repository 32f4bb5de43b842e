"""The swing of a thigh: when it leaves extension, flexes fastest, and reaches most flexion.

Gyroscope landmarks on the thigh after Aminian et al. 2002, doi:10.1016/S0021-9290(02)00008-8, from
the rate about the flexion axis (flexion positive) smoothed over 110 ms.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.numerics.extremum import vertex
from pelvicsense.numerics.filters import HannSmoother
from pelvicsense.numerics.history import History
from pelvicsense.numerics.runs import equal_runs


@dataclass(frozen=True, slots=True, kw_only=True)
class SwingConfig:
    """Parameters of the swing detector.

    Attributes
    ----------
    smoothing_s
        Hann window over the flexion rate, s.
    slope_smoothing_s
        Hann window before the slope is taken, s.
    peak
        Least peak rate of a swing, rad/s.
    area, early_area
        Least angle swept by a swing, rad, and the angle after which its beginning is believed.
    rise_over
        The steepest rise is over when the slope has fallen to this share of it.
    """

    smoothing_s: float = 0.11
    slope_smoothing_s: float = 0.09
    peak: float = 0.8
    area: float = 0.15
    early_area: float = 0.06
    rise_over: float = 0.3


@dataclass(slots=True, kw_only=True)
class Swing:
    """One forward swing; rows are fractional grid rows, ``…_known`` the newest input row then.

    What a decision at input row ``k`` may use is what is known at ``k``: a batch has read further
    ahead than a live run, and must not profit from it.

    Attributes
    ----------
    start, start_known
        Upward zero crossing of the rate: the thigh is most extended.
    start_angle
        Thigh inclination there, rad (flexed positive, 0 in the still pose).
    accepted_known
        When the swept angle passed the early limit.
    peak, peak_rate
        Row and size of the largest rate, rad/s.
    end, end_known, end_angle
        Downward zero crossing: the thigh is most flexed; infinite while the swing lasts.
    area
        Angle swept, rad.
    rejected_known
        When the swing ended too small to be one; infinite if it was one.
    taken
        A step has been found to end it.
    rise, rise_known
        Steepest rise of the rate; infinite until `SwingDetector.rise` has been able to tell it.
    """

    start: float
    start_known: int
    start_angle: float
    accepted_known: float = math.inf
    peak: float = 0.0
    peak_rate: float = 0.0
    end: float = math.inf
    end_known: float = math.inf
    end_angle: float = math.nan
    area: float = 0.0
    rejected_known: float = math.inf
    taken: bool = False
    rise: float = math.inf
    rise_known: float = math.inf

    def begun(self, row: int) -> bool:
        """Whether at an input row this was believed to be the beginning of a swing."""
        return self.accepted_known <= row < self.rejected_known

    def complete(self, row: int) -> bool:
        """Whether at an input row the whole swing was known."""
        return self.end_known <= row < self.rejected_known


@dataclass(slots=True)
class SwingState:
    """What the detector remembers between blocks."""

    row: int
    before: float = 0.0
    open: Swing | None = None


class SwingDetector:
    """Find the swings of one thigh.

    Parameters
    ----------
    config, rate_hz
        Parameters and grid rate.
    first_index
        Grid row of the first sample.
    """

    def __init__(self, config: SwingConfig, rate_hz: float, first_index: int) -> None:
        self.config = config
        self.rate_hz = rate_hz
        self._smoother = HannSmoother(config.smoothing_s, rate_hz)
        self._slope_smoother = HannSmoother(config.slope_smoothing_s, rate_hz)
        self.lag = int(self._smoother.lag)
        self._slope_lag = int(self._slope_smoother.lag)
        self._slope = History(1, first_index - self._slope_lag)
        self._angle = History(1, first_index)
        self.state = SwingState(row=first_index - self.lag)
        self.swings: list[Swing] = []

    def feed(self, rate: FloatArray, angle: FloatArray) -> None:
        """Take flexion rate (n,) rad/s and inclination (n,) rad; swings are kept in ``swings``."""
        self._slope.append(self._slope_smoother.feed(rate[:, None]))
        self._angle.append(angle[:, None])
        smoothed = self._smoother.feed(rate[:, None])[:, 0]
        values: list[float] = smoothed.tolist()
        turns: list[float] = (smoothed * (1.0 / self.rate_hz)).tolist()
        s = self.state
        for first, end in equal_runs(smoothed > 0.0):
            run = values[first:end]
            if run[0] > 0.0:
                if s.open is None:
                    s.open = self._begin(s.row, s.before, run[0])
                self._sweep(s.open, s.row, run, turns[first:end])
            elif s.open is not None:
                self._close(s.open, s.row, s.before, run[0])
                s.open = None
            s.row, s.before = s.row + len(run), run[-1]

    def until(self, row: int) -> Iterator[Swing]:
        """Yield the kept swings that were believed to have begun at an input row."""
        for swing in self.swings:
            if swing.accepted_known > row:
                return
            yield swing

    def prune(self, before: float) -> None:
        """Drop swings that ended before a grid row."""
        while self.swings and self.swings[0].end < before:
            del self.swings[0]

    def forget(self, before_row: int) -> None:
        """Drop signals before a grid row."""
        self._slope.drop_before(before_row)
        self._angle.drop_before(before_row)

    def rise(self, swing: Swing) -> tuple[float, float]:
        """Return the steepest rise of a swing's rate and the input row at which it is known.

        The rise is looked for from 50 ms before the start to 120 ms after it, or until the slope
        has clearly fallen again. Both are infinite while it cannot be told.
        """
        if swing.rise_known == math.inf:
            swing.rise, swing.rise_known = self._find_rise(swing)
        return swing.rise, swing.rise_known

    def _find_rise(self, swing: Swing) -> tuple[float, float]:
        first = round(swing.start - 0.05 * self.rate_hz)
        last = int(swing.start + 0.12 * self.rate_hz)
        end = min(last + 2, self._slope.end_index)
        if end - first < 2:
            return math.inf, math.inf
        rows = self._slope.rows(first, end)[:, 0].tolist()
        slope = [after - before for before, after in pairwise(rows)]
        limits = [self.config.rise_over * steepest for steepest in accumulate(slope, max)]
        after_start = max(0, math.ceil(swing.start) - first)
        over = (k for k in range(after_start, len(slope)) if slope[k] < limits[k])
        stop = next(over, len(slope) - 1 if end == last + 2 else None)
        if stop is None:
            return math.inf, math.inf
        at = first + 0.5 + vertex(slope[: stop + 1])
        return at, float(first + stop + 1 + self._slope_lag)

    def _begin(self, row: int, before: float, value: float) -> Swing:
        start = row - value / (value - before)
        return Swing(start=start, start_known=row + self.lag, start_angle=self._angle_at(start))

    def _sweep(self, swing: Swing, row: int, run: list[float], turns: list[float]) -> None:
        """Let positive rates in a row carry a swing on; believe it once it has swept enough.

        ``turns`` are the angles, rad, by which the rates in ``run`` turn the thigh.
        """
        areas = list(accumulate(turns, initial=swing.area))
        swing.area = areas[-1]
        peak = max(run)
        if peak > swing.peak_rate:
            swing.peak, swing.peak_rate = row + run.index(peak), peak
        if swing.accepted_known == math.inf and swing.area >= self.config.early_area:
            believed = bisect_left(areas, self.config.early_area) - 1
            swing.accepted_known = row + believed + self.lag
            self.swings.append(swing)

    def _close(self, swing: Swing, row: int, before: float, value: float) -> None:
        swing.end = row - value / (value - before)
        swing.end_known = row + self.lag
        swing.end_angle = self._angle_at(swing.end)
        if swing.peak_rate < self.config.peak or swing.area < self.config.area:
            swing.rejected_known = swing.end_known

    def _angle_at(self, row: float) -> float:
        low = max(int(row), self._angle.first_index)
        share = row - low
        angles = self._angle.rows(low, low + 2)[:, 0].tolist()
        return float((1.0 - share) * angles[0] + share * angles[1])
