"""One side on the session screen: the newest stance, the trend, the curve in its band."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from pelvicsense.dashboard.view_state_session import (
    CURVE_X_PERCENT,
    SHOWN,
    TREND_STRIDES,
    BandedCurve,
    Reading,
    SideView,
    Trend,
)
from pelvicsense.dashboard.words import NOTHING_YET, known, why_unknown, zone_words
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import CURVE_POINTS, StanceReport, Stride, StrideCurve
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.feedback.programme import FeedbackConfig
from pelvicsense.feedback.zone import Metric, Zone

BAND_STRIDES = 100
"""Strides in a person's band: beyond that many, days differ more than strides (SD / √n)."""

LEAST_BAND_STRIDES = 7
"""Fewer make no band: what a stable mean takes (Dingenen et al. 2018)."""

_STANCE_SHARE: FloatArray = np.linspace(0.0, 1.0, CURVE_X_PERCENT)
_STRIDE_SHARE: FloatArray = np.linspace(0.0, 1.0, CURVE_POINTS)
_UNKNOWN: FloatArray = np.full(CURVE_X_PERCENT, np.nan)
_NO_CURVE = BandedCurve(now_deg=_UNKNOWN, mean_deg=_UNKNOWN, sd_deg=_UNKNOWN, strides=0)


@dataclass(slots=True)
class _Stance:
    """A stance of the trend, and whether its stride counts as far as is known."""

    report: StanceReport
    valid: bool = True


class SideModel:
    """What one side's screen is made of; costly parts are made when they are looked at.

    Parameters
    ----------
    side
        Which.
    """

    def __init__(self, side: Side) -> None:
        self._side = side
        self._stances: deque[_Stance] = deque(maxlen=TREND_STRIDES)
        self._bands: dict[Activity, deque[FloatArray]] = {}
        self._stride: Stride | None = None
        self._curve: tuple[Stride, StrideCurve] | None = None
        self._strides = self._valid = self._newest = 0
        self._view: SideView | None = None
        self._trends: dict[Metric, Trend] | None = None
        self._curves: dict[Metric, BandedCurve] | None = None
        self._shown_for: FeedbackConfig | None = None

    def take_stance(self, report: StanceReport) -> None:
        """Take a stance, before its stride."""
        self._stances.append(_Stance(report))
        self._newest += 1
        self._view = self._trends = None

    def take_stride(self, stride: Stride) -> None:
        """Take a stride, whose stance was taken before."""
        self._stride = stride
        self._strides += 1
        self._valid += stride.valid
        for stance in reversed(self._stances):
            if stance.report.t_contact_s == stride.t_contact_s:
                if stance.valid != stride.valid:
                    stance.valid, self._trends = stride.valid, None
                break
        self._view = None

    def take_curve(self, curve: StrideCurve) -> None:
        """Take the curve of the stride that was taken just before."""
        if self._stride is None or self._stride.stride != curve.stride:
            return
        if self._curve is not None and self._curve[0].valid:  # no longer the newest: into the band
            self._band(self._curve[0].activity).append(self._over_stance(*self._curve))
        self._curve = (self._stride, curve)
        self._view = self._curves = None

    def view(self, feedback: FeedbackConfig) -> SideView:
        """Return what is shown; the same object as long as nothing changes."""
        if self._view is None or feedback is not self._shown_for:
            self._shown_for = feedback
            if self._trends is None:
                self._trends = {metric: self._trend(metric) for metric in SHOWN}
            if self._curves is None:
                self._curves = self._banded()
            self._view = SideView(
                readings={m: self._reading(m, feedback.zones.get(m)) for m in SHOWN},
                trends=self._trends,
                curves=self._curves,
                strides=self._strides,
                valid=self._valid,
                newest=self._newest,
            )
        return self._view

    def _reading(self, metric: Metric, zone: Zone | None) -> Reading:
        if not self._stances:
            return Reading(reason=NOTHING_YET, zone=zone)
        report = self._stances[-1].report
        value = known(metric.of(report.angles))
        if value is None:
            return Reading(reason=why_unknown(metric, report.flags), zone=zone)
        return Reading(
            value_deg=value,
            standard_error_deg=known(metric.of(report.standard_errors)),
            zone=zone,
            place=zone.place(value) if zone is not None else None,
            outside_deg=zone.outside_deg(value) if zone is not None else None,
            words=zone_words(value, zone) if zone is not None else "",
        )

    def _trend(self, metric: Metric) -> Trend:
        return Trend(
            values_deg=np.array([metric.of(s.report.angles) for s in self._stances], dtype=float),
            valid=np.array([s.valid for s in self._stances], dtype=float),
        )

    def _band(self, activity: Activity) -> deque[FloatArray]:
        return self._bands.setdefault(activity, deque(maxlen=BAND_STRIDES))

    def _over_stance(self, stride: Stride, curve: StrideCurve) -> FloatArray:
        """Return the angles of `SHOWN` at 0…100 % of stance, (metrics, 101) degrees."""
        angles = (
            self._side.sign * curve.obliquity_deg,
            curve.thigh_rotation_deg,
            curve.hip_adduction_deg,
        )
        at = stride.stance_fraction * _STANCE_SHARE
        return np.stack([np.interp(at, _STRIDE_SHARE, angle) for angle in angles])

    def _banded(self) -> dict[Metric, BandedCurve]:
        """Return the newest curves over the band of those before."""
        if self._curve is None:
            return dict.fromkeys(SHOWN, _NO_CURVE)
        now = self._over_stance(*self._curve)
        band = self._band(self._curve[0].activity)
        curves = {}
        for i, metric in enumerate(SHOWN):
            before = [rows[i] for rows in band if np.isfinite(rows[i]).all()]
            enough = len(before) >= LEAST_BAND_STRIDES
            curves[metric] = BandedCurve(
                now_deg=now[i],
                mean_deg=np.mean(before, axis=0) if enough else _UNKNOWN,
                sd_deg=np.std(before, axis=0, ddof=1) if enough else _UNKNOWN,
                strides=len(before),
            )
        return curves
