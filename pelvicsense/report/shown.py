"""The metrics that reports show, what they are called, and how their numbers are written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

UNKNOWN_TEXT = "–"
"""Stands wherever a value is not known; the reason stands beside it or below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMetric:
    """A metric of summary.json as people read it.

    Attributes
    ----------
    key
        Its name in summary.json.
    name, unit
        For people.
    factor, decimals
        From its own unit to the shown one, and how exactly it is shown.
    """

    key: str
    name: str
    unit: str = "°"
    factor: float = 1.0
    decimals: int = 1

    def text(self, value: float, sign: str = "") -> str:
        """Return a value of the metric as it is shown, without its unit."""
        return number_text(self.factor * value, self.decimals, sign)

    def interval(self, low: float, high: float) -> str:
        """Return ``[low, high]``; the sign for unknown if either is."""
        if math.isnan(low + high):
            return UNKNOWN_TEXT
        return f"[{self.text(low)}, {self.text(high)}]"


ANGLE_METRICS: Sequence[ShownMetric] = (
    ShownMetric(key="pelvic_drop_at_contact_deg", name="pelvic drop at contact"),
    ShownMetric(key="pelvic_drop_midstance_deg", name="pelvic drop at midstance"),
    ShownMetric(key="pelvic_drop_peak_deg", name="pelvic drop, peak"),
    ShownMetric(key="pelvic_drop_excursion_deg", name="pelvic drop, excursion"),
    ShownMetric(key="hip_adduction_peak_deg", name="hip adduction, peak"),
    ShownMetric(key="hip_adduction_excursion_deg", name="hip adduction, excursion"),
    ShownMetric(key="thigh_rotation_at_contact_deg", name="thigh rotation at contact"),
    ShownMetric(key="thigh_rotation_peak_deg", name="thigh rotation, peak"),
    ShownMetric(key="thigh_rotation_excursion_deg", name="thigh rotation, excursion"),
)

TIMING_METRICS: Sequence[ShownMetric] = (
    ShownMetric(key="cadence_spm", name="cadence", unit="steps/min"),
    ShownMetric(key="stance_time_s", name="stance", unit="ms", factor=1000.0, decimals=0),
    ShownMetric(key="stance_fraction", name="stance, share", unit="%", factor=100.0, decimals=1),
)

BY_KEY = {metric.key: metric for metric in (*ANGLE_METRICS, *TIMING_METRICS)}

HEADLINES: Sequence[ShownMetric] = (
    BY_KEY["pelvic_drop_peak_deg"],
    BY_KEY["pelvic_drop_excursion_deg"],
    BY_KEY["hip_adduction_peak_deg"],
    BY_KEY["thigh_rotation_excursion_deg"],
    BY_KEY["cadence_spm"],
    BY_KEY["stance_time_s"],
)
"""What is followed over time: of thigh rotation the excursion, since a zero that is set anew in
every session shifts a peak."""

CHARTED: Sequence[ShownMetric] = (
    BY_KEY["pelvic_drop_peak_deg"],
    BY_KEY["hip_adduction_peak_deg"],
    BY_KEY["thigh_rotation_excursion_deg"],
)
"""One of each angle."""


def number_text(value: float, decimals: int = 1, sign: str = "") -> str:
    """Return a number with a true minus sign, never a negative zero; the sign for unknown."""
    if not math.isfinite(value):
        return UNKNOWN_TEXT
    rounded = round(value, decimals) + 0.0
    return f"{rounded:{sign if rounded else ''}.{decimals}f}".replace("-", "−")


def clock_text(seconds: float) -> str:
    """Return a duration: ``59 s``, ``12 min 5 s``, ``1 h 2 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
