"""Figures of a session by activity and side: mean, spread, interval, asymmetry, counts.

Only valid strides enter a figure; a value that a valid stride does not know is left out of it.

The uncertainty of a mean has two parts (GUM, JCGM 100:2008, section 4.3). Strides scatter: type A,
SD / √n with n - 1 degrees of freedom. Calibration, heading and soft tissue shift all strides of a
session alike: type B, the mean of the strides' standard errors, which no number of strides makes
smaller. The root of their summed squares is the standard error of the mean. Its 95 % interval takes
Student's t at the effective degrees of freedom of Welch and Satterthwaite (GUM, G.4), with type B
as known. A contact detector's bias is one person's own, so a stance's duration has a type B part,
too; from one contact to the next of the same foot it cancels: stride time and cadence have none.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np
from scipy.special import stdtrit

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import Flag, Stride, StrideAngles
from pelvicsense.datatypes.placement import Activity, Side

ANGLES = tuple(field.name for field in fields(StrideAngles))
TIMING = ("stance_time_s", "stride_time_s", "stance_fraction", "cadence_spm")
METRICS = (*ANGLES, *TIMING)

Column: TypeAlias = Sequence[float] | FloatArray

_UPPER_95 = 0.975
"""Probability below the upper end of a two-sided 95 % interval."""

_OPPOSED = (
    "pelvic_drop_at_contact_deg",
    "pelvic_drop_midstance_deg",
    "pelvic_drop_peak_deg",
)
"""One sensor's inclination with opposite signs for the two sides: its error counts twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric over the valid strides of one side in one activity, in the metric's own unit.

    Attributes
    ----------
    count
        Strides that know it.
    mean, median
        ``nan`` without any.
    sd
        From stride to stride; ``nan`` with fewer than two.
    systematic
        The part of the mean's standard error that all strides share.
    standard_error
        Of the mean, both parts; ``nan`` with fewer than two.
    low, high
        95 % interval of the mean; ``nan`` with fewer than two.
    """

    count: int
    mean: float
    sd: float
    median: float
    systematic: float
    standard_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asymmetry:
    """Mean of the left side less that of the right, with its 95 % interval; ``nan`` if unknown.

    Attributes
    ----------
    distinct
        Zero lies outside the interval.
    """

    difference: float
    standard_error: float
    low: float
    high: float

    @property
    def distinct(self) -> bool:
        """Whether the sides differ by more than can be chance or calibration."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SideSummary:
    """One side in one activity.

    Attributes
    ----------
    valid, invalid
        How many strides count, and how many do not.
    figures
        By metric: those of `ANGLES`, then those of `TIMING`.
    flags
        How many strides, valid or not, carry each flag; most frequent first.
    """

    valid: int
    invalid: int
    figures: Mapping[str, Figure]
    flags: Mapping[Flag, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySummary:
    """Both sides in one activity; ``asymmetry`` by metric."""

    activity: Activity
    sides: Mapping[Side, SideSummary]
    asymmetry: Mapping[str, Asymmetry]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """A whole session: the activities that occurred, the most frequent first."""

    activities: tuple[ActivitySummary, ...]

    @property
    def valid(self) -> int:
        """Strides that count."""
        return sum(side.valid for part in self.activities for side in part.sides.values())

    @property
    def invalid(self) -> int:
        """Strides that do not count."""
        return sum(side.invalid for part in self.activities for side in part.sides.values())

    def as_dict(self) -> dict[str, Any]:
        """Return plain values by activity and side, as summary.json holds them; unknown is none."""
        return {part.activity.value: _activity_dict(part) for part in self.activities}


def summarise(strides: Sequence[Stride]) -> SessionSummary:
    """Return the summary of a session's strides."""
    known = _known(strides)
    return SessionSummary(
        activities=tuple(
            _activity(activity, strides, known)
            for activity, _ in Counter(stride.activity for stride in strides).most_common()
        )
    )


def _known(strides: Sequence[Stride]) -> FloatArray:
    """Return values, and their standard errors, of every stride's metrics: (2, n, metrics)."""
    angles, shares = attrgetter(*ANGLES), attrgetter(*TIMING[1:])
    values = [(*angles(s.angles), s.t_final_contact_s - s.t_contact_s, *shares(s)) for s in strides]
    errors = [
        (
            *angles(s.standard_errors),
            s.stance_time_se_s,
            0.0,
            s.stance_time_se_s / s.stride_time_s,
            0.0,
        )
        for s in strides
    ]
    return np.array([values, errors]).reshape(2, len(strides), len(METRICS))


def _activity(activity: Activity, strides: Sequence[Stride], known: FloatArray) -> ActivitySummary:
    of = [i for i, stride in enumerate(strides) if stride.activity is activity]
    sides = {
        side: _side([i for i in of if strides[i].side is side], strides, known) for side in Side
    }
    left, right = sides[Side.LEFT].figures, sides[Side.RIGHT].figures
    return ActivitySummary(
        activity=activity,
        sides=sides,
        asymmetry={name: _asymmetry(name, left[name], right[name]) for name in left},
    )


def _side(of: Sequence[int], strides: Sequence[Stride], known: FloatArray) -> SideSummary:
    """Return the summary of the strides ``of`` one side."""
    valid = [i for i in of if strides[i].valid]
    return SideSummary(
        valid=len(valid),
        invalid=len(of) - len(valid),
        figures={name: figure(*known[:, valid, k]) for k, name in enumerate(METRICS)},
        flags=dict(Counter(flag for i in of for flag in strides[i].flags).most_common()),
    )


def figure(values: Column, standard_errors: Column) -> Figure:
    """Return the figure of one metric.

    Parameters
    ----------
    values, standard_errors
        Per stride, in the metric's unit; ``nan`` where not known.
    """
    x, errors = np.asarray(values), np.asarray(standard_errors)
    # A value without a stated error, infinite where nothing bounds it, says nothing about a mean.
    known = np.isfinite(x) & np.isfinite(errors)
    x, errors = x[known], errors[known]
    n = len(x)
    if n == 0:
        return Figure(
            count=0,
            mean=math.nan,
            sd=math.nan,
            median=math.nan,
            systematic=math.nan,
            standard_error=math.nan,
            low=math.nan,
            high=math.nan,
        )
    mean, systematic = float(np.mean(x)), float(np.mean(errors))
    sd = float(np.std(x, ddof=1)) if n > 1 else math.nan
    scatter = sd / math.sqrt(n)
    standard_error = math.hypot(scatter, systematic)
    half = half_width(standard_error, [(scatter, n - 1)])
    return Figure(
        count=n,
        mean=mean,
        sd=sd,
        median=float(np.median(x)),
        systematic=systematic,
        standard_error=standard_error,
        low=mean - half,
        high=mean + half,
    )


def _asymmetry(name: str, left: Figure, right: Figure) -> Asymmetry:
    """Compare two sides.

    The type B parts of `_OPPOSED` add up. Of all others the squares do: hip angles come from a
    sensor each, and a constant error cancels in an excursion.
    """
    if min(left.count, right.count) < 2:
        unknown = math.nan
        return Asymmetry(difference=unknown, standard_error=unknown, low=unknown, high=unknown)
    if name in _OPPOSED:
        systematic = left.systematic + right.systematic
    else:
        systematic = math.hypot(left.systematic, right.systematic)
    scatter = [(side.sd / math.sqrt(side.count), side.count - 1) for side in (left, right)]
    standard_error = math.hypot(systematic, *(part for part, _ in scatter))
    half = half_width(standard_error, scatter)
    difference = left.mean - right.mean
    return Asymmetry(
        difference=difference,
        standard_error=standard_error,
        low=difference - half,
        high=difference + half,
    )


def half_width(standard_error: float, scatter: Sequence[tuple[float, int]]) -> float:
    """Half of a 95 % interval; ``scatter`` is type A parts with their degrees of freedom."""
    if not standard_error > 0.0:
        return standard_error  # 0 where nothing varies, nan where nothing is known
    spent = sum((part / standard_error) ** 4 / freedom for part, freedom in scatter)
    freedom = 1.0 / spent if spent > 0.0 else math.inf
    return float(stdtrit(min(freedom, 1e6), _UPPER_95)) * standard_error


def _activity_dict(part: ActivitySummary) -> dict[str, Any]:
    plain: dict[str, Any] = {
        side.value: _side_dict(summary) for side, summary in part.sides.items()
    }
    plain["asymmetry_left_minus_right"] = {
        name: _numbers(value) | {"distinct": value.distinct}
        for name, value in part.asymmetry.items()
    }
    return plain


def _side_dict(side: SideSummary) -> dict[str, Any]:
    return {
        "valid": side.valid,
        "invalid": side.invalid,
        "flags": {flag.value: count for flag, count in side.flags.items()},
        "figures": {name: _numbers(value) for name, value in side.figures.items()},
    }


def _numbers(value: Figure | Asymmetry) -> dict[str, float | int | None]:
    """Fields by name; a figure is derived, so six decimals are plenty."""
    plain: dict[str, float | int | None] = {}
    for field in fields(value):
        number = getattr(value, field.name)
        plain[field.name] = None if math.isnan(number) else round(number, 6)
    return plain
