"""Contacts and strides: what the gait stages say and what a row of strides.csv holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from pelvicsense.datatypes.arrays import FloatArray, freeze_float
from pelvicsense.datatypes.placement import Activity, Side


class EventKind(StrEnum):
    """The two events of a foot in a stride."""

    INITIAL_CONTACT = "initial_contact"
    FINAL_CONTACT = "final_contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class GaitEvent:
    """A foot contact.

    Attributes
    ----------
    kind, side
        Which event of which foot.
    t_s, sigma_s
        When it happened, seconds since the first ``host_ns``, and its standard uncertainty.
    known_at_s
        Newest complete grid sample when it was pronounced.
    score
        0…1, how well the evidence fits.
    activity
        What the step looked like.
    """

    kind: EventKind
    side: Side
    t_s: float
    sigma_s: float
    known_at_s: float
    score: float
    activity: Activity = Activity.UNKNOWN


class Flag(StrEnum):
    """Why a value is empty, or should be read with care (the words of strides.csv).

    ``last`` stands in truths only: a stride's row is due before anybody can know that none follows.
    """

    GAP = "gap"
    CALIBRATION = "calibration"
    HEADING = "heading"
    JOINT_FIT = "joint_fit"
    CURVE = "curve"
    TURN = "turn"
    FIRST = "first"
    LAST = "last"
    SIDE_INFERRED = "side_inferred"
    LOW_CONFIDENCE = "low_confidence"
    SATURATED = "saturated"
    SLIP = "slip"
    BEFORE_CALIBRATION = "before_calibration"
    ACTIVITY_CHANGE = "activity_change"
    PAUSED = "paused"
    NOT_WORN = "not_worn"


UNKNOWN = math.nan
"""A value that cannot be known: empty in every file, never guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideAngles:
    """The angles of one stance, degrees, against the still pose; ``nan`` where unknown.

    Field order is the column order of strides.csv.
    """

    pelvic_drop_at_contact_deg: float = UNKNOWN
    pelvic_drop_midstance_deg: float = UNKNOWN
    pelvic_drop_peak_deg: float = UNKNOWN
    pelvic_drop_excursion_deg: float = UNKNOWN
    hip_adduction_peak_deg: float = UNKNOWN
    hip_adduction_excursion_deg: float = UNKNOWN
    thigh_rotation_at_contact_deg: float = UNKNOWN
    thigh_rotation_peak_deg: float = UNKNOWN
    thigh_rotation_excursion_deg: float = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Stride:
    """One row of strides.csv: initial contact to the next initial contact of the same foot.

    Attributes
    ----------
    stride
        Running number, in the order in which the strides became known.
    side
        The foot that stands.
    t_contact_s, t_final_contact_s, t_end_s
        Initial contact, final contact, next initial contact; seconds since the first ``host_ns``.
    stride_time_s, stance_fraction, cadence_spm
        Duration, stance as a share of it (0…1), steps per minute.
    stance_time_se_s
        Standard uncertainty of the stance's duration, from those of its two contacts.
    angles, standard_errors
        Metrics and their standard uncertainties, degrees; ``nan`` where unknown.
    valid
        Counts in the summary.
    flags
        Why a value is empty or should be read with care.
    known_at_s
        Newest complete grid sample when the row was issued.
    """

    stride: int
    side: Side
    activity: Activity
    t_contact_s: float
    t_final_contact_s: float
    t_end_s: float
    stride_time_s: float
    stance_fraction: float
    cadence_spm: float
    stance_time_se_s: float
    angles: StrideAngles
    standard_errors: StrideAngles
    valid: bool
    flags: tuple[Flag, ...]
    known_at_s: float


CURVE_POINTS = 101
"""Samples of a stride curve: 0, 1, … 100 % of the stride."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideCurve:
    """The angles over one stride, one row of curves.csv per percent.

    Attributes
    ----------
    stride, side
        Those of the :class:`Stride`.
    obliquity_deg
        (101,) pelvic obliquity, positive = right side up; ``nan`` where unknown, as in all three.
    hip_adduction_deg
        (101,) hip adduction of ``side``.
    thigh_rotation_deg
        (101,) internal rotation of the thigh of ``side`` against the pelvis.
    """

    stride: int
    side: Side
    obliquity_deg: FloatArray
    hip_adduction_deg: FloatArray
    thigh_rotation_deg: FloatArray

    def __post_init__(self) -> None:
        for name in ("obliquity_deg", "hip_adduction_deg", "thigh_rotation_deg"):
            object.__setattr__(self, name, freeze_float(name, getattr(self, name), (CURVE_POINTS,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceReport:
    """The values of a stance, final once issued; the stride's row repeats them.

    Attributes
    ----------
    side, activity
        Which foot stood, and what it did.
    t_contact_s, t_final_contact_s
        Borders of the stance, s.
    angles, standard_errors
        Degrees; ``nan`` where unknown.
    flags
        Why a value is empty or should be read with care.
    known_at_s
        Newest complete grid sample when it was issued.
    """

    side: Side
    activity: Activity
    t_contact_s: float
    t_final_contact_s: float
    angles: StrideAngles
    standard_errors: StrideAngles
    flags: tuple[Flag, ...]
    known_at_s: float
