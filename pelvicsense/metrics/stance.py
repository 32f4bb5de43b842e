"""The metrics of one stance, each with its standard uncertainty.

Definitions: at contact = at initial contact; midstance = at 50 % of stance; peak = maximum over
stance; excursion = peak - at contact. Pelvic drop is obliquity seen from the standing side.

A standard uncertainty adds, in squares: the calibration (forward axis of the pelvis, heading of the
thigh), drift of the heading, inclination and soft tissue (constants per activity), and the contact's
timing through the slope of the angle. What is common to peak and contact cancels in an excursion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.hip import HipAngles, hip_angles, obliquity


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityNoise:
    """What remains unknown of a value whatever the calibration, per activity.

    Attributes
    ----------
    inclination_deg
        Of the pelvis' obliquity, degrees; and the part of it that an excursion keeps.
    obliquity_excursion_deg
        Of the excursion of obliquity, degrees.
    hip_deg, hip_excursion_deg
        Of hip angles and their excursions: thigh inclination and soft tissue, degrees.
    contact_s
        Of an initial contact, s.
    """

    inclination_deg: float
    obliquity_excursion_deg: float
    hip_deg: float
    hip_excursion_deg: float
    contact_s: float


_STAIRS = ActivityNoise(
    inclination_deg=0.35,
    obliquity_excursion_deg=0.2,
    hip_deg=0.8,
    hip_excursion_deg=0.7,
    contact_s=0.04,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceConfig:
    """Parameters of the stance metrics.

    Attributes
    ----------
    noise
        Per activity. From recordings with optical truth and from simulated people; thigh
        soft tissue in running is the largest part.
    heading_limit_deg
        Above this uncertainty of the heading's drift, rotation at contact and peak and adduction
        are left empty.
    """

    noise: Mapping[Activity, ActivityNoise] = field(
        default_factory=lambda: {
            Activity.WALK: ActivityNoise(
                inclination_deg=0.30,
                obliquity_excursion_deg=0.15,
                hip_deg=0.6,
                hip_excursion_deg=0.5,
                contact_s=0.025,
            ),
            Activity.RUN: ActivityNoise(
                inclination_deg=0.45,
                obliquity_excursion_deg=0.25,
                hip_deg=1.0,
                hip_excursion_deg=0.8,
                contact_s=0.018,
            ),
            Activity.STAIRS_UP: _STAIRS,
            Activity.STAIRS_DOWN: _STAIRS,
            Activity.UNKNOWN: _STAIRS,
        }
    )
    heading_limit_deg: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingKnowledge:
    """What is known of one thigh's heading during a stance, rad."""

    angle: float
    calibration_sigma: float
    drift_sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceWindow:
    """Segment axes over a stance.

    Attributes
    ----------
    rows_s
        (n,) times of the rows, s; from the row at or before the contact to the row at or after the
        final contact.
    t_contact_s, t_final_contact_s
        Borders of the stance.
    pelvis_axes
        (n, 3, 3) earth from segment.
    thigh_axes
        (n, 3, 3) of the standing side's thigh; none where it is not worn or not known.
    """

    rows_s: FloatArray
    t_contact_s: float
    t_final_contact_s: float
    pelvis_axes: FloatArray
    thigh_axes: FloatArray | None


@dataclass(frozen=True, slots=True)
class _Metric:
    """An angle over a stance: values of interest and where they lie."""

    at_contact: float
    midstance: float
    peak: float
    peak_row: int
    contact_row: int
    slope: float  # at contact, rad/s


def stance_metrics(
    window: StanceWindow,
    side: Side,
    activity: Activity,
    forward_sigma: float,
    heading: HeadingKnowledge | None,
    config: StanceConfig,
) -> tuple[StrideAngles, StrideAngles]:
    """Return the angles of a stance and their standard uncertainties, degrees.

    ``forward_sigma`` is the standard uncertainty of the pelvis' forward axis, rad. Without a
    thigh or its heading the hip angles are ``nan``.
    """
    noise = config.noise[activity]
    values, errors = _drop_metrics(window, side, forward_sigma, noise)
    if window.thigh_axes is not None and heading is not None:
        angles = hip_angles(window.pelvis_axes, window.thigh_axes, heading.angle, side)
        more, more_errors = _hip_metrics(window, angles, forward_sigma, heading, noise)
        if math.degrees(heading.drift_sigma) > config.heading_limit_deg:
            kept = ("thigh_rotation_excursion_deg",)
            more = {name: more[name] for name in kept}
            more_errors = {name: more_errors[name] for name in kept}
        values, errors = values | more, errors | more_errors
    return StrideAngles(**values), StrideAngles(**errors)


def _drop_metrics(
    window: StanceWindow, side: Side, forward_sigma: float, noise: ActivityNoise
) -> tuple[dict[str, float], dict[str, float]]:
    drop = side.sign * obliquity(window.pelvis_axes)
    # Turning the forward axis mixes tilt into obliquity.
    by_forward = side.sign * window.pelvis_axes[:, 2, 0]
    metric = _measure(window, drop)
    base = math.radians(noise.inclination_deg)
    timing = metric.slope * noise.contact_s

    def sigma(row: int) -> float:
        return float(by_forward[row]) * forward_sigma

    at_contact, at_peak = sigma(metric.contact_row), sigma(metric.peak_row)
    values = {
        "pelvic_drop_at_contact_deg": metric.at_contact,
        "pelvic_drop_midstance_deg": metric.midstance,
        "pelvic_drop_peak_deg": metric.peak,
        "pelvic_drop_excursion_deg": metric.peak - metric.at_contact,
    }
    errors = {
        "pelvic_drop_at_contact_deg": _norm(at_contact, base, timing),
        "pelvic_drop_midstance_deg": _norm(sigma(len(drop) // 2), base),
        "pelvic_drop_peak_deg": _norm(at_peak, base),
        "pelvic_drop_excursion_deg": _norm(
            at_peak - at_contact, math.radians(noise.obliquity_excursion_deg), timing
        ),
    }
    return _degrees(values), _degrees(errors)


def _hip_metrics(
    window: StanceWindow,
    angles: HipAngles,
    forward_sigma: float,
    heading: HeadingKnowledge,
    noise: ActivityNoise,
) -> tuple[dict[str, float], dict[str, float]]:
    sigmas = np.array([forward_sigma, heading.calibration_sigma, heading.drift_sigma])
    base = math.radians(noise.hip_deg)
    base_excursion = math.radians(noise.hip_excursion_deg)
    adduction = _measure(window, angles.adduction)
    rotation = _measure(window, angles.rotation)

    def errors(metric: _Metric, by: FloatArray) -> tuple[float, float, float]:
        contact = by[metric.contact_row] * sigmas
        peak = by[metric.peak_row] * sigmas
        timing = metric.slope * noise.contact_s
        return (
            _norm(*contact.tolist(), base, timing),
            _norm(*peak.tolist(), base),
            _norm(*(peak - contact).tolist(), base_excursion, timing),
        )

    _, adduction_peak, adduction_excursion = errors(adduction, angles.adduction_by)
    rotation_contact, rotation_peak, rotation_excursion = errors(rotation, angles.rotation_by)
    return _degrees(
        {
            "hip_adduction_peak_deg": adduction.peak,
            "hip_adduction_excursion_deg": adduction.peak - adduction.at_contact,
            "thigh_rotation_at_contact_deg": rotation.at_contact,
            "thigh_rotation_peak_deg": rotation.peak,
            "thigh_rotation_excursion_deg": rotation.peak - rotation.at_contact,
        }
    ), _degrees(
        {
            "hip_adduction_peak_deg": adduction_peak,
            "hip_adduction_excursion_deg": adduction_excursion,
            "thigh_rotation_at_contact_deg": rotation_contact,
            "thigh_rotation_peak_deg": rotation_peak,
            "thigh_rotation_excursion_deg": rotation_excursion,
        }
    )


def _measure(window: StanceWindow, angle: FloatArray) -> _Metric:
    """Read an angle (n,) off a stance; borders are interpolated between rows."""
    t = window.rows_s
    middle = 0.5 * (window.t_contact_s + window.t_final_contact_s)
    contact, midstance, final = np.interp(
        [window.t_contact_s, middle, window.t_final_contact_s], t, angle
    ).tolist()
    inside = angle[1:-1]
    k = int(np.argmax(inside))
    peak, peak_row = float(inside[k]), k + 1
    if contact > peak:
        peak, peak_row = contact, 0
    if final > peak:
        peak, peak_row = final, len(angle) - 1
    slope = float((angle[2] - angle[0]) / (t[2] - t[0]))
    return _Metric(contact, midstance, peak, peak_row, 0, slope)


def _norm(*parts: float) -> float:
    return math.sqrt(sum(part * part for part in parts))


def _degrees(values: Mapping[str, float]) -> dict[str, float]:
    return {name: math.degrees(value) for name, value in values.items()}
