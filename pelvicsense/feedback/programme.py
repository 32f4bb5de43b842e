"""Which strides are told to the person, and what they are told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import Flag, StanceReport
from pelvicsense.datatypes.placement import Side
from pelvicsense.feedback.tones import ToneConfig
from pelvicsense.feedback.zone import Metric, Zone, ZonePlace


class FeedbackMode(StrEnum):
    """Which strides are told."""

    OFF = "off"
    EACH_STRIDE = "each stride"
    OUTSIDE_ONLY = "only outside the zone"
    FADED = "faded"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackConfig:
    """Targets and how they are told.

    Attributes
    ----------
    mode
        Which strides are told. Default off: nobody is cued unasked.
    metric
        The metric whose strides are told. Default the peak pelvic drop.
    zones
        Targets by metric, the same for both sides; a metric without one is shown without target and
        cannot be told.
    share
        Of a faded programme: share of each side's strides that are told if outside, 0…1. The usual
        programme takes 1 in sessions 1 to 4, then 0.75, 0.5, 0.25 and 0.1 (faded
        as in Noehren et al. 2011).
    sound
        Whether cues are heard; they are recorded in any case.
    tones
        How they sound.

    Raises
    ------
    ConfigurationError
        If ``share`` is not in 0…1.
    """

    mode: FeedbackMode = FeedbackMode.OFF
    metric: Metric = Metric.PELVIC_DROP_PEAK
    zones: Mapping[Metric, Zone] = field(default_factory=dict)
    share: float = 1.0
    sound: bool = True
    tones: ToneConfig = field(default_factory=ToneConfig)

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0:
            msg = f"share: expected a number from 0 to 1, got {self.share:g}"
            raise ConfigurationError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What a person is told of one stance.

    Attributes
    ----------
    side
        The foot that stood.
    place
        Where the value lay.
    outside_deg
        How far outside the zone, degrees: below negative, above positive, inside 0.
    known_at_s
        Signal time at which the stance became known.
    """

    side: Side
    place: ZonePlace
    outside_deg: float
    known_at_s: float

    @property
    def words(self) -> str:
        """The cue as a short text, as it is recorded."""
        if self.place is ZonePlace.IN:
            return f"{self.side}: in zone"
        return f"{self.side}: {abs(self.outside_deg):.1f}° {self.place}"


_NOT_TOLD = (Flag.BEFORE_CALIBRATION, Flag.PAUSED, Flag.TURN)
"""Stances that are past, or are not the person's usual gait."""


class Programme:
    """Decide for every stance whether it is told.

    A faded programme follows a fixed pattern, the same in every replay: of each side's strides
    outside the zone the n-th is told if ``floor(n · share)`` has just risen, so that 0.25 tells
    every fourth.

    Parameters
    ----------
    config
        Targets and mode.
    """

    def __init__(self, config: FeedbackConfig) -> None:
        self.config = config
        self._outside = dict.fromkeys(Side, 0)

    def decide(self, stance: StanceReport) -> Cue | None:
        """Return what to tell of a stance; none for nothing."""
        zone = self.config.zones.get(self.config.metric)
        value_deg = self.config.metric.of(stance.angles)
        if self.config.mode is FeedbackMode.OFF or zone is None or not math.isfinite(value_deg):
            return None
        if any(flag in stance.flags for flag in _NOT_TOLD):
            return None
        cue = Cue(
            side=stance.side,
            place=zone.place(value_deg),
            outside_deg=zone.outside_deg(value_deg),
            known_at_s=stance.known_at_s,
        )
        return cue if self._is_told(cue) else None

    def _is_told(self, cue: Cue) -> bool:
        if cue.place is ZonePlace.IN:
            return self.config.mode is FeedbackMode.EACH_STRIDE
        if self.config.mode is not FeedbackMode.FADED:
            return True
        before = self._outside[cue.side]
        self._outside[cue.side] = before + 1
        return math.floor((before + 1) * self.config.share) > math.floor(before * self.config.share)
