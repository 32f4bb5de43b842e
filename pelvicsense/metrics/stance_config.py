"""Parameters of the stance metrics: what stays uncertain, and from where on a value is not told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from pelvicsense.datatypes.placement import Activity, Placement


@dataclass(frozen=True, slots=True)
class AngleNoise:
    """What remains unknown of an angle whatever the calibration, and of its excursion, degrees."""

    value_deg: float
    excursion_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityNoise:
    """The `AngleNoise` of one activity: inclination of the sensors, thigh soft tissue."""

    obliquity: AngleNoise
    adduction: AngleNoise
    rotation: AngleNoise


_STAIRS = ActivityNoise(
    obliquity=AngleNoise(0.22, 0.2),
    adduction=AngleNoise(0.45, 0.6),
    rotation=AngleNoise(0.9, 0.6),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceConfig:
    """Parameters of the stance metrics.

    Attributes
    ----------
    noise
        Per activity. From the errors that calibration and contacts do not explain, of recordings
        with optical truth and of simulated people.
    heading_limit_deg, calibrated_limit_deg
        Above this uncertainty of the heading's drift, or this one of the calibrated heading,
        rotation at contact and peak and adduction are left empty.
    excursion_limit_deg
        Above this uncertainty of either the excursion of rotation is left empty too.
    timing_limit_deg
        An angle that changes by more than this within the uncertainty of the initial contact is
        not known at contact, and nor is its excursion.
    turning_share, false_tilt_limit_deg
        Standard uncertainty of the inclination as a share of all that turning does to it; above
        this uncertainty the absolute drop is left empty, degrees.
    pelvis_tilt_deg, thigh_tilt_deg, tilt_time_s
        Standard uncertainty of a sensor's inclination about one axis when it has just settled after
        a gap, degrees, and the time in which it falls to 1/e, s.
    """

    noise: Mapping[Activity, ActivityNoise] = field(
        default_factory=lambda: {
            Activity.WALK: ActivityNoise(
                obliquity=AngleNoise(0.15, 0.15),
                adduction=AngleNoise(0.3, 0.35),
                rotation=AngleNoise(0.75, 0.5),
            ),
            Activity.RUN: ActivityNoise(
                obliquity=AngleNoise(0.2, 0.2),
                adduction=AngleNoise(0.5, 0.55),
                rotation=AngleNoise(0.9, 0.6),
            ),
            Activity.STAIRS_UP: _STAIRS,
            Activity.STAIRS_DOWN: _STAIRS,
            Activity.UNKNOWN: _STAIRS,
        }
    )
    heading_limit_deg: float = 5.0
    calibrated_limit_deg: float = 9.0
    excursion_limit_deg: float = 15.0
    timing_limit_deg: float = 5.0
    turning_share: float = 0.05
    false_tilt_limit_deg: float = 1.0
    pelvis_tilt_deg: float = 0.6
    thigh_tilt_deg: float = 1.0
    tilt_time_s: float = 1.6

    def heading_lost(self, heading_sigma: float, drift_sigma: float) -> bool:
        """Whether the heading is too uncertain, rad, for anything but an excursion."""
        return (
            math.degrees(drift_sigma) > self.heading_limit_deg
            or math.degrees(heading_sigma) > self.calibrated_limit_deg
        )

    def tilt_sigma(self, placement: Placement, settled_s: float) -> float:
        """Return the uncertainty of the inclination, rad, so long after it has settled."""
        thigh = placement is not Placement.PELVIS
        start_deg = self.thigh_tilt_deg if thigh else self.pelvis_tilt_deg
        return math.radians(start_deg) * math.exp(-settled_s / self.tilt_time_s)
