"""The target zone of a metric, and where a stride lies against it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import StrideAngles


class Metric(StrEnum):
    """A value of a stance that can have a target; the word is the field of `StrideAngles`."""

    PELVIC_DROP_PEAK = "pelvic_drop_peak_deg"
    PELVIC_DROP_EXCURSION = "pelvic_drop_excursion_deg"
    HIP_ADDUCTION_PEAK = "hip_adduction_peak_deg"
    THIGH_ROTATION_PEAK = "thigh_rotation_peak_deg"
    THIGH_ROTATION_EXCURSION = "thigh_rotation_excursion_deg"

    def of(self, angles: StrideAngles) -> float:
        """Return this metric of a stance, or of its standard errors, degrees."""
        value: float = getattr(angles, self.value)
        return value


class ZonePlace(StrEnum):
    """Where a value lies against its zone."""

    BELOW = "below"
    IN = "in"
    ABOVE = "above"

    @classmethod
    def of(cls, outside: float) -> ZonePlace:
        """Return where a value lies that is so far outside: below negative, inside 0."""
        if outside == 0.0:
            return cls.IN
        return cls.BELOW if outside < 0.0 else cls.ABOVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A target zone, borders included.

    Attributes
    ----------
    low_deg, high_deg
        Its borders, degrees.

    Raises
    ------
    ConfigurationError
        If they are not finite numbers in this order.
    """

    low_deg: float
    high_deg: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low_deg) and self.low_deg < self.high_deg < math.inf):
            msg = (
                f"zone: expected two numbers of degrees, the lower one first, got {self.low_deg:g} "
                f"and {self.high_deg:g}"
            )
            raise ConfigurationError(msg)

    def outside_deg(self, value_deg: float) -> float:
        """Return how far outside a value lies, degrees: below negative, above positive, else 0."""
        return value_deg - min(max(value_deg, self.low_deg), self.high_deg)

    def place(self, value_deg: float) -> ZonePlace:
        """Return where a known value lies."""
        return ZonePlace.of(self.outside_deg(value_deg))


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceZone:
    """A target zone of the cadence, borders included.

    Attributes
    ----------
    low_spm, high_spm
        Its borders, steps per minute.

    Raises
    ------
    ConfigurationError
        If they are not finite numbers above 0 in this order.
    """

    low_spm: float
    high_spm: float

    def __post_init__(self) -> None:
        if not 0.0 < self.low_spm < self.high_spm < math.inf:
            msg = (
                f"zone: expected two numbers of steps per minute, the lower one first, got "
                f"{self.low_spm:g} and {self.high_spm:g}"
            )
            raise ConfigurationError(msg)

    def outside_spm(self, value_spm: float) -> float:
        """Return how far outside a cadence lies: below negative, above positive, else 0."""
        return value_spm - min(max(value_spm, self.low_spm), self.high_spm)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineGoal:
    """How a zone is made from a person's own strides.

    Attributes
    ----------
    less_deg
        By how much the mean is to become less, degrees. Default 3: retraining changed the pelvic
        drop by 3.1° (Bramah et al. 2019).
    floor_deg
        The middle of the zone is not set below this, degrees; none for no such limit. Nobody needs
        less than what is usual.
    half_width_sd
        Half the zone's width in standard deviations of the person's strides. Default 1, as the
        shaded band of Noehren et al. 2011.
    least_half_width_deg
        Half the zone's width is at least this, degrees. Default 1: less is within the standard
        error of a stance.
    least_strides
        Strides without which there is no baseline. Default 7, what a stable mean takes (Dingenen
        et al. 2018).
    """

    less_deg: float = 3.0
    floor_deg: float | None = None
    half_width_sd: float = 1.0
    least_half_width_deg: float = 1.0
    least_strides: int = 7


def zone_from_baseline(values_deg: Sequence[float], goal: BaselineGoal) -> Zone:
    """Return the zone that a person's own strides and a goal make.

    Parameters
    ----------
    values_deg
        The metric over valid strides of one side, degrees; unknown ones (``nan``) do not count.
    goal
        What is to change.

    Raises
    ------
    ConfigurationError
        If there are too few strides.
    """
    known = _enough(values_deg, goal.least_strides)
    middle = float(known.mean()) - goal.less_deg
    if goal.floor_deg is not None:
        middle = max(middle, goal.floor_deg)
    half = max(goal.half_width_sd * float(known.std(ddof=1)), goal.least_half_width_deg)
    return Zone(low_deg=middle - half, high_deg=middle + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceGoal:
    """How a cadence zone is made from a person's own strides.

    Attributes
    ----------
    least_more, most_more
        By which share of the own cadence the zone's borders are above it. Default 0.075 and 0.1:
        7.5 % (Willy et al. 2016) to 10 % (Bramah et al. 2019).
    least_strides
        As in `BaselineGoal`.
    """

    least_more: float = 0.075
    most_more: float = 0.1
    least_strides: int = 7


def cadence_zone_from_baseline(values_spm: Sequence[float], goal: CadenceGoal) -> CadenceZone:
    """Return the zone that a person's own cadence and a goal make.

    Raises
    ------
    ConfigurationError
        If there are too few strides.
    """
    mean_spm = float(_enough(values_spm, goal.least_strides).mean())
    return CadenceZone(
        low_spm=mean_spm * (1.0 + goal.least_more), high_spm=mean_spm * (1.0 + goal.most_more)
    )


def _enough(values: Sequence[float], least: int) -> FloatArray:
    known = np.array(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if len(known) < least:
        msg = (
            f"baseline: expected {least} strides that know the value, got {len(known)}; go on for "
            "a moment and try again"
        )
        raise ConfigurationError(msg)
    return known
