"""Which strides are told to the person, and what they are told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import Flag, StanceReport, Stride
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.feedback.minutes import GaitMinutes, is_told
from pelvicsense.feedback.tones import ToneConfig
from pelvicsense.feedback.zone import CadenceZone, Metric, Zone, ZonePlace


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
    activity
        What the person must be doing for a stance to count; none for anything.
    cadence
        Target of the cadence; if there is one it is told instead of the metric.
    share
        Of a faded programme: share of the minutes of gait in which strides outside are told, 0…1.
        The usual programme takes 1 in sessions 1 to 4, then 0.75, 0.5, 0.25 and 0.1 (faded as in
        Noehren et al. 2011).
    minutes
        Of a faded programme: minutes of gait after which nothing is told; none for no end.
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
    activity: Activity | None = None
    cadence: CadenceZone | None = None
    share: float = 1.0
    minutes: float | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceCue:
    """What a person is told of the cadence.

    Attributes
    ----------
    side, known_at_s
        Of the newest stride.
    outside_spm
        How far outside the zone, steps per minute: below negative, above positive, inside 0.
    """

    side: Side
    outside_spm: float
    known_at_s: float

    @property
    def place(self) -> ZonePlace:
        """Where the cadence lay."""
        return ZonePlace.of(self.outside_spm)

    @property
    def words(self) -> str:
        """The cue as a short text, as it is recorded."""
        if self.place is ZonePlace.IN:
            return "cadence: in zone"
        return f"cadence: {abs(self.outside_spm):.0f} steps/min {self.place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A stance or a cadence against its target.

    Attributes
    ----------
    cue
        What there is to tell.
    feedback
        It fell into a time in which the person is told what is outside.
    told
        The person is told.
    """

    cue: Cue | CadenceCue
    feedback: bool
    told: bool


_NOT_TOLD = (Flag.BEFORE_CALIBRATION, Flag.PAUSED, Flag.TURN)
"""Stances that are past, or are not the person's usual gait."""

CADENCE_STRIDES = 8
"""Strides of both sides that make a cadence to be judged: about three seconds of running. The
usual zone is 2.3 % wide, and single strides scatter by as much."""


class Programme:
    """Decide for every stance, or for the cadence, whether it is told.

    Depends on nothing but what became known, so that a recording tells what was told.

    Parameters
    ----------
    config
        Targets and mode.
    begun_min
        Minutes of gait that were done of it before.
    """

    def __init__(self, config: FeedbackConfig, begun_min: float = 0.0) -> None:
        self.config = config
        self._gait = GaitMinutes(begun_min)
        self._cadences_spm: list[float] = []

    @property
    def minutes(self) -> float:
        """Minutes of gait so far, with those done before; breaks left out."""
        return self._gait.minutes

    @property
    def feedback_now(self) -> bool:
        """Whether what is outside is told now."""
        match self.config.mode:
            case FeedbackMode.OFF:
                return False
            case FeedbackMode.FADED:
                over = self.config.minutes is not None and self.minutes >= self.config.minutes
                return not over and is_told(int(self.minutes), self.config.share)
        return True

    def decide(self, known: StanceReport | Stride) -> Cue | CadenceCue | None:
        """Return what to tell; none for nothing."""
        judgement = self.judge(known)
        return judgement.cue if judgement is not None and judgement.told else None

    def judge(self, known: StanceReport | Stride) -> Judgement | None:
        """Compare with the target; none where there is none, or nothing to compare."""
        if any(flag in known.flags for flag in _NOT_TOLD):
            return None
        if self.config.activity not in (None, known.activity):
            return None
        if isinstance(known, Stride):
            cue: Cue | CadenceCue | None = self._of_cadence(known)
        else:
            if not self._gait.step(known.t_contact_s):
                self._cadences_spm.clear()
            cue = self._of_stance(known)
        if cue is None:
            return None
        inside_too = self.config.mode is FeedbackMode.EACH_STRIDE
        now = self.feedback_now
        told = now and (inside_too or cue.place is not ZonePlace.IN)
        return Judgement(cue=cue, feedback=now, told=told)

    def _of_stance(self, stance: StanceReport) -> Cue | None:
        zone = self.config.zones.get(self.config.metric)
        value_deg = self.config.metric.of(stance.angles)
        if self.config.cadence is not None or zone is None or not math.isfinite(value_deg):
            return None
        return Cue(
            side=stance.side,
            place=zone.place(value_deg),
            outside_deg=zone.outside_deg(value_deg),
            known_at_s=stance.known_at_s,
        )

    def _of_cadence(self, stride: Stride) -> CadenceCue | None:
        if self.config.cadence is None or not math.isfinite(stride.cadence_spm):
            return None
        self._cadences_spm.append(stride.cadence_spm)
        if len(self._cadences_spm) < CADENCE_STRIDES:
            return None
        mean_spm = math.fsum(self._cadences_spm) / len(self._cadences_spm)
        self._cadences_spm.clear()
        return CadenceCue(
            side=stride.side,
            outside_spm=self.config.cadence.outside_spm(mean_spm),
            known_at_s=stride.known_at_s,
        )
