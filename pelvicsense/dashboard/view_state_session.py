"""What the session screen shows: both sides, the body now, links, what to read and to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pelvicsense.dashboard.view_state_setup import SensorState
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.feedback.plan_progress import PlanProgress
from pelvicsense.feedback.programme import FeedbackConfig
from pelvicsense.feedback.zone import Metric, Zone, ZonePlace

TREND_STRIDES = 50
"""Strides of each side in a trend."""

CURVE_X_PERCENT = 101
"""Points of a curve: 0, 1, … 100 % of stance."""

SHOWN = (Metric.PELVIC_DROP_PEAK, Metric.THIGH_ROTATION_EXCURSION, Metric.HIP_ADDUCTION_PEAK)
"""The metrics of the session screen, most important first. Of rotation the excursion, because its
absolute value needs a heading that no sensor knows well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value as it is shown.

    Attributes
    ----------
    value_deg, standard_error_deg
        Degrees; none where not known.
    reason
        Why it is not known, in words; empty where it is.
    zone
        The target; none where there is none.
    place, outside_deg
        Where the value lies, and by how much outside (below negative, above positive, inside 0);
        none without value or zone.
    words
        The same in words: ``in zone``, ``1.2° above``, ``0.4° below``; empty without.
    """

    value_deg: float | None = None
    standard_error_deg: float | None = None
    reason: str = ""
    zone: Zone | None = None
    place: ZonePlace | None = None
    outside_deg: float | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A metric over the last strides of one side, oldest first, (n,) with n ≤ `TREND_STRIDES`.

    Attributes
    ----------
    values_deg
        Degrees; ``nan`` where not known.
    valid
        (n,) 1.0 where the stride counts, else 0.0.
    """

    values_deg: FloatArray
    valid: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class BandedCurve:
    """An angle over stance, 0, 1, … 100 %, (101,) degrees each; all ``nan`` where unknown.

    Attributes
    ----------
    now_deg
        The newest stride.
    mean_deg, sd_deg
        The person's own earlier strides of this side and activity.
    strides
        How many those are.
    """

    now_deg: FloatArray
    mean_deg: FloatArray
    sd_deg: FloatArray
    strides: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SideView:
    """One side of the body; the stance is that of this foot.

    Attributes
    ----------
    readings
        The newest stance, by the metrics of `SHOWN`.
    trends
        The last strides, by the same.
    curves
        By the same, of the angle that the metric is taken from: pelvic drop, thigh rotation, hip
        adduction.
    strides, valid
        How many so far, and how many of them count.
    newest
        Number of the newest stance; changes when `readings` do.
    """

    readings: Mapping[Metric, Reading]
    trends: Mapping[Metric, Trend]
    curves: Mapping[Metric, BandedCurve]
    strides: int = 0
    valid: int = 0
    newest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyView:
    """The body now; angles none where not known.

    Attributes
    ----------
    obliquity_deg
        Pelvis seen from behind, right side up positive.
    tilt_deg
        Pelvis forward (anterior) positive.
    thigh_adduction_deg
        Per side, of the thigh against the vertical, seen from behind: knee towards the middle
        positive.
    thigh_flexion_deg
        Per side, of the thigh against the vertical, seen from the side: knee forward positive.
    hip_rotation_deg
        Per side, of the thigh against the pelvis, internal positive.
    reason
        Why something is not known; empty if all is.
    """

    obliquity_deg: float | None = None
    tilt_deg: float | None = None
    thigh_adduction_deg: Mapping[Side, float | None] = field(default_factory=dict)
    thigh_flexion_deg: Mapping[Side, float | None] = field(default_factory=dict)
    hip_rotation_deg: Mapping[Side, float | None] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One worn sensor's link, small.

    Attributes
    ----------
    placement, name
        Which sensor, in words.
    state, state_s
        What the link is doing and for how long, s.
    rate_hz
        Samples per second of the last seconds; none at first.
    lost_percent
        Samples known to be missing; none without any sample.
    battery_percent, battery_left_min
        Newest reading, and minutes left from its trend; none where unknown.
    clock_sigma_ms
        Standard uncertainty of its time; none where unknown.
    trouble
        What of a streaming link needs attention, in words; empty if nothing does.
    """

    placement: Placement
    name: str
    state: SensorState
    state_s: float
    rate_hz: float | None
    lost_percent: float | None
    battery_percent: float | None
    battery_left_min: float | None
    clock_sigma_ms: float | None
    trouble: str = ""

    @property
    def good(self) -> bool:
        """Whether it streams, and nothing needs attention."""
        return self.state is SensorState.STREAMING and not self.trouble


class Mend(StrEnum):
    """What one click can do about a warning."""

    RECALIBRATE = "recalibrate"
    SWAP_THIGHS = "swap thighs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something the user should read now; ``mend`` is what one click can do about it, if it can."""

    text: str
    mend: Mend | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """The session.

    Attributes
    ----------
    sides
        Both sides.
    activity
        Of the newest stride.
    cadence_spm
        Steps per minute of the newest stride; none before, or where nobody has taken one for 3 s.
    body
        The body now.
    recording, paused
        Whether samples are written; whether strides count.
    elapsed_s, recorded_mb
        Since the first sample; size of the recording.
    links
        The worn sensors.
    calibration
        In words: ``calibrated from 5 strides``, or why there is none.
    calibrated
        Whether angles have a zero.
    feedback
        Zones, mode, sound.
    plan
        How far the session of a retraining plan is; none without one.
    cue
        The newest cue in words, such as ``left: 1.2° above``; empty if none for 2 s.
    sound_trouble
        Why there is no sound; empty if there is.
    alerts
        Slipped, swapped, lost: gravest first.
    notices
        What is not known and why, newest first.
    """

    sides: Mapping[Side, SideView]
    activity: Activity = Activity.UNKNOWN
    cadence_spm: float | None = None
    body: BodyView = field(default_factory=BodyView)
    recording: bool = False
    paused: bool = False
    elapsed_s: float = 0.0
    recorded_mb: float = 0.0
    links: tuple[LinkRow, ...] = ()
    calibration: str = ""
    calibrated: bool = False
    feedback: FeedbackConfig = field(default_factory=FeedbackConfig)
    plan: PlanProgress | None = None
    cue: str = ""
    sound_trouble: str = ""
    alerts: tuple[Alert, ...] = ()
    notices: tuple[str, ...] = ()
