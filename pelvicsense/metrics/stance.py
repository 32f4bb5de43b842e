"""The metrics of one stance, each with its standard uncertainty.

Definitions: at contact = at initial contact; midstance = at 50 % of stance; peak = maximum over
stance; excursion = peak - at contact. Pelvic drop is obliquity seen from the standing side.

A standard uncertainty adds, in squares: the calibration (forward axis of the pelvis, heading of
the thigh), drift of the heading, inclination and soft tissue (constants per activity), what is left
of a false tilt (`false_tilt`), and the contact's timing through the slope of the angle. What is
common to peak and contact cancels in an excursion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import BoolArray, FloatArray, IntArray
from pelvicsense.datatypes.gait import StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.hip import hip_angles, hip_sensitivity, obliquity
from pelvicsense.metrics.stance_config import StanceConfig
from pelvicsense.metrics.tables import interpolate

_TILT_IN_EXCURSION = 0.3
"""Share of an inclination error that stays in an excursion: it changes within a stance."""

_TILT_IN_ROTATION = 0.5
"""Share that reaches rotation: the sine of the hip's flexion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceTask:
    """One stance to be measured.

    Attributes
    ----------
    side, activity
        Which foot stands, and what it does.
    first, end
        Grid rows [first, end) that enclose the stance.
    contact, final, contact_sigma, final_sigma
        Its borders, fractional grid rows, and their standard uncertainties, rows.
    forward_sigma
        Standard uncertainty of the pelvis' forward axis, rad.
    heading
        Heading of this side's thigh, rad; ``nan`` where hip angles cannot be known.
    heading_sigma, drift_sigma
        Standard uncertainty of the calibrated heading and of its change since, rad.
    pelvis_tilt_sigma, thigh_tilt_sigma
        Standard uncertainty of the two inclinations that a recent gap has left, rad.
    false_tilt, false_tilt_sigma
        How much too high the pelvis seems on the right for having turned, and the standard
        uncertainty of that, rad.
    """

    side: Side
    activity: Activity
    first: int
    end: int
    contact: float
    final: float
    contact_sigma: float
    final_sigma: float
    forward_sigma: float
    heading: float
    heading_sigma: float
    drift_sigma: float
    pelvis_tilt_sigma: float = 0.0
    thigh_tilt_sigma: float = 0.0
    false_tilt: float = 0.0
    false_tilt_sigma: float = 0.0

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
    contact_timing: FloatArray  # change within the uncertainty of the initial contact, rad
    midstance_timing: FloatArray


def stance_metrics(
    tasks: Sequence[StanceTask],
    drop_rows: FloatArray,
    hip_rows: FloatArray | None,
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
    """
    values, errors = _drop_metrics(tasks, drop_rows, config)
    known = [i for i, task in enumerate(tasks) if task.hip_known]
    if hip_rows is not None:
        some, some_errors = _hip_metrics([tasks[i] for i in known], hip_rows, config)
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
    tasks: Sequence[StanceTask], rows: FloatArray, config: StanceConfig
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    sign = np.array([task.side.sign for task in tasks])
    noise = [config.noise[task.activity] for task in tasks]
    forward = np.array([task.forward_sigma for task in tasks])
    false_tilt = np.array([task.false_tilt for task in tasks])
    metric = _measure(tasks, sign[:, None] * (obliquity(rows[..., 0]) - false_tilt[:, None]))
    base = np.deg2rad([n.obliquity.value_deg for n in noise])
    base_excursion = np.deg2rad([n.obliquity.excursion_deg for n in noise])
    # Turning the forward axis mixes tilt into obliquity.
    tilt = rows[..., 1] * forward[:, None]
    j = np.arange(len(tasks))
    at_contact, at_peak = tilt[:, 0], tilt[j, metric.peak_row]
    gap = np.array([task.pelvis_tilt_sigma for task in tasks])
    turned = np.array([task.false_tilt_sigma for task in tasks])
    at_middle = tilt[j, np.array([(task.end - task.first) // 2 for task in tasks])]
    values = {
        "pelvic_drop_at_contact_deg": metric.at_contact,
        "pelvic_drop_midstance_deg": metric.midstance,
        "pelvic_drop_peak_deg": metric.peak,
        "pelvic_drop_excursion_deg": metric.peak - metric.at_contact,
    }
    errors = {
        "pelvic_drop_at_contact_deg": _norm(at_contact, base, gap, turned, metric.contact_timing),
        "pelvic_drop_midstance_deg": _norm(at_middle, base, gap, turned, metric.midstance_timing),
        "pelvic_drop_peak_deg": _norm(at_peak, base, gap, turned),
        "pelvic_drop_excursion_deg": _norm(
            at_peak - at_contact, base_excursion, _TILT_IN_EXCURSION * gap, metric.contact_timing
        ),
    }
    unclear = _unclear(metric, config)
    for name in ("pelvic_drop_at_contact_deg", "pelvic_drop_excursion_deg"):
        values[name] = np.where(unclear, np.nan, values[name])
        errors[name] = np.where(unclear, np.nan, errors[name])
    return values, errors


def _hip_metrics(
    tasks: Sequence[StanceTask], products: FloatArray, config: StanceConfig
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    sign = np.array([task.side.sign for task in tasks])
    heading = np.array([task.heading for task in tasks])
    noise = [config.noise[task.activity] for task in tasks]
    angles = hip_angles(products, heading[:, None], sign[:, None])
    # Beyond half a turn nothing is known; a finite bound keeps differences of it defined.
    sigmas = np.minimum(
        [[task.forward_sigma, task.heading_sigma, task.drift_sigma] for task in tasks], np.pi
    )
    gap = np.array([math.hypot(task.pelvis_tilt_sigma, task.thigh_tilt_sigma) for task in tasks])
    lost = np.array([config.heading_lost(t.heading_sigma, t.drift_sigma) for t in tasks])
    j = np.arange(len(tasks))
    at_contact = hip_sensitivity(products[:, 0], heading, sign)
    values: dict[str, FloatArray] = {}
    errors: dict[str, FloatArray] = {}
    for joint, angle, contact_by, own, tilt in (
        (
            "hip_adduction",
            angles.adduction,
            at_contact.adduction,
            [n.adduction for n in noise],
            gap,
        ),
        (
            "thigh_rotation",
            angles.rotation,
            at_contact.rotation,
            [n.rotation for n in noise],
            _TILT_IN_ROTATION * gap,
        ),
    ):
        base = np.deg2rad([n.value_deg for n in own])
        base_excursion = np.deg2rad([n.excursion_deg for n in own])
        metric = _measure(tasks, angle)
        at_peak = hip_sensitivity(products[j, metric.peak_row], heading, sign)
        peak_by = at_peak.adduction if joint == "hip_adduction" else at_peak.rotation
        contact, peak = contact_by * sigmas, peak_by * sigmas
        change = peak - contact
        timing, unclear = metric.contact_timing, _unclear(metric, config)
        hidden = lost | unclear
        values[f"{joint}_at_contact_deg"] = np.where(hidden, np.nan, metric.at_contact)
        errors[f"{joint}_at_contact_deg"] = np.where(
            hidden, np.nan, _norm(*contact.T, base, tilt, timing)
        )
        values[f"{joint}_peak_deg"] = np.where(lost, np.nan, metric.peak)
        errors[f"{joint}_peak_deg"] = np.where(lost, np.nan, _norm(*peak.T, base, tilt))
        excursion = np.where(unclear, np.nan, metric.peak - metric.at_contact)
        values[f"{joint}_excursion_deg"] = excursion
        errors[f"{joint}_excursion_deg"] = np.where(
            unclear, np.nan, _norm(*change.T, base_excursion, _TILT_IN_EXCURSION * tilt, timing)
        )
    # Adduction suffers from a lost heading even in its excursion; rotation's hardly does.
    nothing_known = np.rad2deg(sigmas[:, 1:].max(axis=1)) > config.excursion_limit_deg
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
    middle = 0.5 * (contact + final)
    at_contact, before, midstance, after, at_final = (
        interpolate(angle, position[:, None])[:, 0]
        for position in (contact, middle - 1.0, middle, middle + 1.0, final)
    )
    column = np.arange(angle.shape[1])
    inside = (column > 0) & (column < last[:, None])
    peak_row = np.argmax(np.where(inside, angle, -np.inf), axis=1)
    peak = angle[j, peak_row]
    for border, row in ((at_contact, np.zeros_like(last)), (at_final, last)):
        peak_row = np.where(border > peak, row, peak_row)
        peak = np.maximum(peak, border)
    contact_sigma = np.array([task.contact_sigma for task in tasks])
    final_sigma = np.array([task.final_sigma for task in tasks])
    contact_timing = 0.5 * (angle[:, 2] - angle[:, 0]) * contact_sigma
    midstance_timing = 0.5 * (after - before) * 0.5 * np.hypot(contact_sigma, final_sigma)
    return _Measure(at_contact, midstance, peak, peak_row, contact_timing, midstance_timing)


def _unclear(metric: _Measure, config: StanceConfig) -> BoolArray:
    """Return which angles are not known at contact, (j,)."""
    timing = np.abs(metric.contact_timing)
    return np.asarray(timing > np.deg2rad(config.timing_limit_deg), dtype=np.bool_)


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
