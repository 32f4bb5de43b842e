"""The scales on which the metrics are drawn, and what they are called there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pelvicsense.dashboard.words import METRIC_WORDS, capital
from pelvicsense.feedback.zone import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricScale:
    """How a metric is drawn.

    Attributes
    ----------
    angle
        The angle that it is taken from, the name of a curve.
    least_deg, most_deg
        Scale that holds nearly everybody's values; what lies beyond sits at its end.
    curve_least_deg, curve_most_deg
        The same of the angle over stance.
    """

    angle: str
    least_deg: float
    most_deg: float
    curve_least_deg: float
    curve_most_deg: float


def _scale(angle: str, least_deg: float, most_deg: float) -> MetricScale:
    curve_least_deg, curve_most_deg = _CURVES[angle]
    return MetricScale(
        angle=angle,
        least_deg=least_deg,
        most_deg=most_deg,
        curve_least_deg=curve_least_deg,
        curve_most_deg=curve_most_deg,
    )


_CURVES = {
    "Pelvic drop": (-10.0, 15.0),
    "Hip adduction": (-15.0, 20.0),
    "Thigh rotation": (-15.0, 20.0),
}

METRIC_SCALES: Mapping[Metric, MetricScale] = {
    Metric.PELVIC_DROP_PEAK: _scale("Pelvic drop", -4.0, 16.0),
    Metric.PELVIC_DROP_EXCURSION: _scale("Pelvic drop", 0.0, 16.0),
    Metric.HIP_ADDUCTION_PEAK: _scale("Hip adduction", -4.0, 24.0),
    Metric.THIGH_ROTATION_PEAK: _scale("Thigh rotation", -10.0, 20.0),
    Metric.THIGH_ROTATION_EXCURSION: _scale("Thigh rotation", 0.0, 24.0),
}


def metric_title(metric: Metric) -> str:
    """Return a metric's name as a heading."""
    return capital(METRIC_WORDS[metric])
