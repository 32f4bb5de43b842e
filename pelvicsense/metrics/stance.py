"""The metrics of one stance, each with its standard uncertainty.

Definitions: at contact = at initial contact; midstance = at 50 % of stance; peak = maximum over
stance; excursion = peak - at contact. Pelvic drop is obliquity seen from the standing side.

A standard uncertainty adds, in squares: the calibration (forward axis of the pelvis, heading of
the thigh), drift of the heading, inclination and soft tissue (constants per activity), and the
contact's timing through the slope of the angle. What is common to peak and contact cancels in an
excursion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.gait import StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.hip import hip_angles, hip_sensitivity, obliquity
from pelvicsense.metrics.tables import interpolate


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
    contact_s=0.03,
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
    excursion_limit_deg
        Above this one the excursion of rotation is left empty too.
    """

    noise: Mapping[Activity, ActivityNoise] = field(
        default_factory=lambda: {
            Activity.WALK: ActivityNoise(
                inclination_deg=0.30,
                obliquity_excursion_deg=0.15,
                hip_deg=0.6,
                hip_excursion_deg=0.5,
                contact_s=0.018,
            ),
            Activity.RUN: ActivityNoise(
                inclination_deg=0.45,
                obliquity_excursion_deg=0.25,
                hip_deg=1.0,
                hip_excursion_deg=0.8,
                contact_s=0.014,
            ),
            Activity.STAIRS_UP: _STAIRS,
            Activity.STAIRS_DOWN: _STAIRS,
            Activity.UNKNOWN: _STAIRS,
        }
    )
    heading_limit_deg: float = 5.0
    excursion_limit_deg: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceTask:
    """One stance to be measured.

    Attributes
    ----------
    side, activity
        Which foot stands, and what it does.
    first, end
        Grid rows [first, end) that enclose the stance.
    contact, final
        Its borders, fractional grid rows.
    forward_sigma
        Standard uncertainty of the pelvis' forward axis, rad.
    heading
        Heading of this side's thigh, rad; ``nan`` where hip angles cannot be known.
    heading_sigma, drift_sigma
        Standard uncertainty of the calibrated heading and of its change since, rad.
    """

    side: Side
    activity: Activity
    first: int
    end: int
    contact: float
    final: float
    forward_sigma: float
    heading: float
    heading_sigma: float
    drift_sigma: float

    @property
    def hip_known(self) -> bool:
        """Whether hip angles can be known."""
        return not math.isnan(self.heading)


@dataclass(frozen=True, slots=True)
class _Measure:
    """Angles of ``j`` stances, (j,) each: values of interest, rad, and the row of the peak."""

    at_contact: FloatArray
    midstance: FloatArray
    peak: FloatArray
    peak_row: IntArray
    slope: FloatArray  # at contact, rad per row


def stance_metrics(
    tasks: Sequence[StanceTask],
    drop_rows: FloatArray,
    hip_rows: FloatArray | None,
    rate_hz: float,
    config: StanceConfig,
) -> list[tuple[StrideAngles, StrideAngles]]:
    """Return angles and their standard uncertainties, degrees, of several stances at once.

    A stance's values do not depend on which others are measured with it.

    Parameters
    ----------
    tasks
        ``j`` stances.
    drop_rows
        (j, n, 2) vertical parts of the pelvis' right and forward axes over the stances' rows, see
        `side_by_side`.
    hip_rows
        (k, n, `PRODUCTS`) axis products of their sides, of those stances alone whose hip angles can
        be known; none if there are none.
    rate_hz
        Grid rate.
    """
    values, errors = _drop_metrics(tasks, drop_rows, rate_hz, config)
    known = [i for i, task in enumerate(tasks) if task.hip_known]
    if hip_rows is not None:
        some, some_errors = _hip_metrics([tasks[i] for i in known], hip_rows, rate_hz, config)
        for name, column in some.items():
            values[name] = _scattered(column, known, len(tasks))
            errors[name] = _scattered(some_errors[name], known, len(tasks))
    return [
        (
            StrideAngles(**{name: column[i] for name, column in value_lists.items()}),
            StrideAngles(**{name: column[i] for name, column in error_lists.items()}),
        )
        for value_lists, error_lists in [(_degrees(values), _degrees(errors))]
        for i in range(len(tasks))
    ]


def _drop_metrics(
    tasks: Sequence[StanceTask], rows: FloatArray, rate_hz: float, config: StanceConfig
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    sign = np.array([task.side.sign for task in tasks])
    noise = [config.noise[task.activity] for task in tasks]
    forward = np.array([task.forward_sigma for task in tasks])
    metric = _measure(tasks, sign[:, None] * obliquity(rows[..., 0]))
    base = np.deg2rad([n.inclination_deg for n in noise])
    base_excursion = np.deg2rad([n.obliquity_excursion_deg for n in noise])
    timing = metric.slope * rate_hz * np.array([n.contact_s for n in noise])
    # Turning the forward axis mixes tilt into obliquity.
    tilt = rows[..., 1] * forward[:, None]
    j = np.arange(len(tasks))
    at_contact, at_peak = tilt[:, 0], tilt[j, metric.peak_row]
    at_middle = tilt[j, np.array([(task.end - task.first) // 2 for task in tasks])]
    values = {
        "pelvic_drop_at_contact_deg": metric.at_contact,
        "pelvic_drop_midstance_deg": metric.midstance,
        "pelvic_drop_peak_deg": metric.peak,
        "pelvic_drop_excursion_deg": metric.peak - metric.at_contact,
    }
    errors = {
        "pelvic_drop_at_contact_deg": _norm(at_contact, base, timing),
        "pelvic_drop_midstance_deg": _norm(at_middle, base),
        "pelvic_drop_peak_deg": _norm(at_peak, base),
        "pelvic_drop_excursion_deg": _norm(at_peak - at_contact, base_excursion, timing),
    }
    return values, errors


def _hip_metrics(
    tasks: Sequence[StanceTask], products: FloatArray, rate_hz: float, config: StanceConfig
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    sign = np.array([task.side.sign for task in tasks])
    heading = np.array([task.heading for task in tasks])
    noise = [config.noise[task.activity] for task in tasks]
    angles = hip_angles(products, heading[:, None], sign[:, None])
    # Beyond half a turn nothing is known; a finite bound keeps differences of it defined.
    sigmas = np.minimum(
        [[task.forward_sigma, task.heading_sigma, task.drift_sigma] for task in tasks], np.pi
    )
    lost = np.rad2deg(sigmas[:, 2]) > config.heading_limit_deg
    base = np.deg2rad([n.hip_deg for n in noise])
    base_excursion = np.deg2rad([n.hip_excursion_deg for n in noise])
    contact_rows = rate_hz * np.array([n.contact_s for n in noise])
    j = np.arange(len(tasks))
    at_contact = hip_sensitivity(products[:, 0], heading, sign)
    values: dict[str, FloatArray] = {}
    errors: dict[str, FloatArray] = {}
    for joint, angle, contact_by in (
        ("hip_adduction", angles.adduction, at_contact.adduction),
        ("thigh_rotation", angles.rotation, at_contact.rotation),
    ):
        metric = _measure(tasks, angle)
        at_peak = hip_sensitivity(products[j, metric.peak_row], heading, sign)
        peak_by = at_peak.adduction if joint == "hip_adduction" else at_peak.rotation
        contact, peak = contact_by * sigmas, peak_by * sigmas
        change = peak - contact
        timing = metric.slope * contact_rows
        values[f"{joint}_at_contact_deg"] = np.where(lost, np.nan, metric.at_contact)
        errors[f"{joint}_at_contact_deg"] = np.where(lost, np.nan, _norm(*contact.T, base, timing))
        values[f"{joint}_peak_deg"] = np.where(lost, np.nan, metric.peak)
        errors[f"{joint}_peak_deg"] = np.where(lost, np.nan, _norm(*peak.T, base))
        values[f"{joint}_excursion_deg"] = metric.peak - metric.at_contact
        errors[f"{joint}_excursion_deg"] = _norm(*change.T, base_excursion, timing)
    # Adduction suffers from a lost heading even in its excursion; rotation's hardly does.
    nothing_known = np.rad2deg(sigmas[:, 2]) > config.excursion_limit_deg
    for name, empty in (
        ("hip_adduction_excursion_deg", lost),
        ("thigh_rotation_excursion_deg", nothing_known),
    ):
        values[name] = np.where(empty, np.nan, values[name])
        errors[name] = np.where(empty, np.nan, errors[name])
    del values["hip_adduction_at_contact_deg"], errors["hip_adduction_at_contact_deg"]
    return values, errors


def _measure(tasks: Sequence[StanceTask], angle: FloatArray) -> _Measure:
    """Read angles (j, n) off their stances; borders are interpolated between rows."""
    j = np.arange(len(tasks))
    last = np.array([task.end - task.first - 1 for task in tasks])
    contact = np.array([task.contact - task.first for task in tasks])
    final = np.array([task.final - task.first for task in tasks])
    at_contact, midstance, at_final = (
        interpolate(angle, position[:, None])[:, 0]
        for position in (contact, 0.5 * (contact + final), final)
    )
    column = np.arange(angle.shape[1])
    inside = (column > 0) & (column < last[:, None])
    peak_row = np.argmax(np.where(inside, angle, -np.inf), axis=1)
    peak = angle[j, peak_row]
    for border, row in ((at_contact, np.zeros_like(last)), (at_final, last)):
        peak_row = np.where(border > peak, row, peak_row)
        peak = np.maximum(peak, border)
    slope = 0.5 * (angle[:, 2] - angle[:, 0])
    return _Measure(at_contact, midstance, peak, peak_row, slope)


def _scattered(column: FloatArray, places: Sequence[int], length: int) -> FloatArray:
    full = np.full(length, np.nan)
    full[list(places)] = column
    return full


def _norm(*parts: FloatArray) -> FloatArray:
    total = parts[0] * parts[0]
    for part in parts[1:]:
        total = total + part * part
    return np.asarray(np.sqrt(total), dtype=np.float64)


def _degrees(columns: Mapping[str, FloatArray]) -> dict[str, list[float]]:
    return {name: np.rad2deg(column).tolist() for name, column in columns.items()}
