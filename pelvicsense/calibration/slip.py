"""Whether a sensor has turned on its segment since the calibration, stride by stride.

Each sensor's strides of one gait at one speed make a series of three angles: lean about the
anterior axis, lean about the right axis, twist about the long axis (`stride_attitude`). A slip is a
step in one of them: within two strides, beyond a limit, far beyond what the strides before it
scatter by, and it stays. What comes slowly is drift of the person, of the strap or of the filter,
and is no slip; running, and another speed, begin a series of their own.

A bone that turns within two strides and stays turned looks the same to an inertial sensor: the
limits lie beyond what people change from one stride to the next.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from pelvicsense.calibration.stride_attitude import (
    BINS,
    StridePattern,
    stride_patterns,
    twist,
)
from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.calibration import SlipNews
from pelvicsense.datatypes.motion import SegmentBlock
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.numerics.running_sums import RunningSums

_AGAINST_OTHERS = [3, 1, 4]
"""Where the lean against the other sensors' stands in a stride's angles; a twist stands alone."""

Patterns: TypeAlias = "Sequence[StridePattern] | None"
"""One stride seen by each worn sensor; none where it can no longer be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipConfig:
    """Parameters of the slip detector.

    Attributes
    ----------
    pelvis_deg, thigh_deg
        Least slip about the anterior, the long and the right axis, degrees.
    after, between, before
        Strides that must show it, strides within which it came, and strides compared with
        (at least ``least_before``).
    least_before
        Fewest strides to compare with.
    clearness
        How many times further off the strides after it must be than the strides before it were,
        but for one.
    abruptness
        Share of the step that must have come between the last stride before and the first after.
    stride_time_change
        Relative change of stride time beyond which a stride is not compared.
    strangers
        So many strides in a row that cannot be compared begin a new series.
    """

    pelvis_deg: tuple[float, float, float] = (4.0, 9.0, 8.0)
    thigh_deg: tuple[float, float, float] = (6.0, 10.0, 10.0)
    after: int = 3
    between: int = 2
    before: int = 8
    least_before: int = 4
    clearness: float = 2.0
    abruptness: float = 0.7
    stride_time_change: float = 0.12
    strangers: int = 3


@dataclass(slots=True)
class _Series:
    """Comparable strides of one sensor, oldest first.

    Attributes
    ----------
    reference, stride_time_s
        The first of them.
    angles
        Lean about the anterior axis, twist, lean about the right axis; both leans less those of the
        sensors that it is compared with; rad.
    ends_s, activities
        When they ended, and what they looked like.
    strangers
        How many strides in a row could not be compared.
    """

    reference: StridePattern
    stride_time_s: float
    angles: list[tuple[float, float, float, float, float]] = field(default_factory=list)
    ends_s: list[float] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    strangers: int = 0


class SlipDetector:
    """Watch every worn sensor.

    Parameters
    ----------
    config, rate_hz
        Parameters and grid rate.
    placements
        The worn sensors.
    first_index
        Grid row of the first block.
    """

    def __init__(
        self,
        config: SlipConfig,
        placements: Sequence[Placement],
        rate_hz: float,
        first_index: int,
    ) -> None:
        self.config = config
        self.rate_hz = rate_hz
        self._column = {placement: i for i, placement in enumerate(placements)}
        self._partners = {placement: self._compared(placement) for placement in placements}
        self._sums = RunningSums(6 * len(placements), first_index)
        self._series: dict[tuple[Placement, bool], _Series] = {}
        thighs = [placement.side for placement in placements if placement.side is not None]
        # The pelvis is seen once per stride, with a thigh's own contacts.
        self._seen: Mapping[Side, tuple[Placement, ...]] = {
            side: (Placement.thigh(side), *((Placement.PELVIS,) if side is thighs[0] else ()))
            for side in thighs
        }
        self.slips: dict[Placement, SlipNews] = {}

    def _compared(self, placement: Placement) -> tuple[int, ...]:
        """Return the sensors whose lean a sensor's is compared with: thigh with thigh, if worn."""
        others = [p for p in self._column if p is not placement]
        thighs = [p for p in others if p is not Placement.PELVIS]
        return tuple(self._column[p] for p in thighs or others)

    def feed(self, block: SegmentBlock) -> None:
        """Take one block of segment motion."""
        worn = [block.segments[placement] for placement in self._column]
        up = [signal.earth_from_segment[:, 2] for signal in worn]
        self._sums.append(np.concatenate([*up, *(signal.rate for signal in worn)], axis=1))

    def forget(self) -> None:
        """Drop rows that no open stride can need; to be called when a block's strides are done."""
        self._sums.drop_before(self._sums.end_index - round(6.0 * self.rate_hz))

    def patterns(self, spans_s: Sequence[tuple[float, float]]) -> list[Patterns]:
        """Return what strides look like to every sensor; together, as one alone costs as much.

        Nothing for a stride whose rows are gone.
        """
        if not spans_s:
            return []
        start, stop = self.rate_hz * np.array(spans_s).T
        edges = np.linspace(start, stop, BINS + 1, axis=1)
        rows = np.floor(edges).astype(np.int64)
        kept = (rows[:, 0] >= self._sums.first_index) & (rows[:, -1] < self._sums.end_index)
        found: list[Patterns] = [None] * len(spans_s)
        if kept.any():
            means = self._means(edges[kept], rows[kept])
            up, rate = np.split(means.reshape(*means.shape[:2], -1, 3), 2, axis=2)
            some = stride_patterns(up.transpose(0, 2, 3, 1), rate.transpose(0, 2, 3, 1))
            for k, patterns in zip(kept.nonzero()[0].tolist(), some, strict=True):
                found[k] = patterns
        return found

    def stride(
        self,
        side: Side,
        activity: Activity,
        span_s: tuple[float, float],
        patterns: Patterns,
        known_at_s: float,
    ) -> list[SlipNews]:
        """Take a straight, undisturbed stride; return the slips that it makes known."""
        if patterns is None:
            return []
        found = []
        start_s, end_s = span_s
        for placement in self._seen.get(side, ()):
            if placement in self.slips:
                continue
            pattern = patterns[self._column[placement]]
            running = activity is Activity.RUN
            series = self._enter((placement, running), pattern, end_s - start_s)
            if series is None:
                continue
            others = [patterns[i].lean for i in self._partners[placement]]
            x, z = pattern.lean
            series.angles.append(
                (
                    x,
                    twist(series.reference, pattern),
                    z,
                    x - sum(other for other, _ in others) / len(others),
                    z - sum(other for _, other in others) / len(others),
                )
            )
            series.ends_s.append(end_s)
            series.activities.append(activity)
            slip = self._judge(placement, series, known_at_s)
            if slip is not None:
                self.slips[placement] = slip
                found.append(slip)
        return found

    def _means(self, edges: FloatArray, rows: IntArray) -> FloatArray:
        """Return the means of all columns over equal parts of strides, (j, `BINS`, columns).

        ``edges`` (j, `BINS` + 1) are where the parts meet, in grid rows, and ``rows`` their floors.
        """
        totals = self._sums.before_each(rows)
        totals += (edges - rows)[..., None] * (self._sums.before_each(rows + 1) - totals)
        length = (edges[:, 1] - edges[:, 0])[:, None, None]
        return np.asarray((totals[:, 1:] - totals[:, :-1]) / length)

    def _enter(
        self, key: tuple[Placement, bool], pattern: StridePattern, stride_time_s: float
    ) -> _Series | None:
        """Return the series that a stride belongs to; none while it is a stranger to it."""
        series = self._series.get(key)
        if series is not None:
            changed = abs(stride_time_s / series.stride_time_s - 1.0)
            if changed <= self.config.stride_time_change:
                series.strangers = 0
                return series
            series.strangers += 1
            if series.strangers < self.config.strangers:
                return None
        self._series[key] = _Series(reference=pattern, stride_time_s=stride_time_s)
        return self._series[key]

    def _judge(self, placement: Placement, series: _Series, known_at_s: float) -> SlipNews | None:
        config = self.config
        last = len(series.angles) - config.after - config.between
        if last < config.least_before:
            return None
        # No more than that is ever looked at.
        spare = max(0, last - config.before)
        for rows in (series.angles, series.ends_s, series.activities):
            del rows[:spare]
        last = min(last, config.before)
        limits = config.pelvis_deg if placement is Placement.PELVIS else config.thigh_deg
        # Most strides differ too little for the jump that a slip takes, see below.
        old, new = series.angles[last - 1], series.angles[-config.after]
        if all(
            abs(a - b) < config.abruptness * math.radians(limit)
            for a, b, limit in zip(old, new, limits, strict=False)
        ):
            return None
        before, after = np.array(series.angles[:last]), np.array(series.angles[-config.after :])
        usual = np.median(before, axis=0)
        # One stride may stumble: the second furthest counts.
        scatter = np.sort(np.abs(before - usual), axis=0)[-2]
        step = np.median(after, axis=0) - usual
        # The nearest of the strides after it, on the side to which the step went
        nearest = (np.sign(step) * (after - usual)).min(axis=0)
        # What crept in over many strides came only in part within the few between.
        jump = np.sign(step) * (after[0] - before[-1])
        limit = np.radians(limits)
        clear = (nearest > config.clearness * scatter) & (jump > config.abruptness * np.abs(step))
        found = clear[:3] & (np.abs(step[:3]) > limit)
        # A filter misled by acceleration, as in a bend, tilts all sensors alike; so do both thighs
        # lean alike on a slope.
        found &= np.abs(step[_AGAINST_OTHERS]) > limit
        if len(set(series.activities)) > 1:
            # A thigh sensor that slipped about the right axis makes steps look like stairs. Stairs
            # bend both thighs; whatever else changes may be theirs.
            found &= [False, False, self._paired(placement)]
        if not found.any():
            return None
        x, y, z = np.degrees(step[:3]).tolist()
        return SlipNews(
            placement=placement,
            turn_deg=(x, y, z),
            since_s=series.ends_s[last - 1],
            known_at_s=known_at_s,
        )

    def _paired(self, placement: Placement) -> bool:
        """Whether it is a thigh whose other thigh wears a sensor too."""
        return placement is not Placement.PELVIS and len(self._column) == len(Placement)
