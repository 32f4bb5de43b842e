"""Measures stances and strides on the kept segment axes, and says what is not known and why."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from pelvicsense.calibration.tracker import HeadingTracker
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import Calibration
from pelvicsense.datatypes.gait import Flag, StrideAngles, StrideCurve
from pelvicsense.datatypes.motion import SegmentBlock
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.gait.strides import Stance, StrideTimes
from pelvicsense.metrics.curves import stride_curves
from pelvicsense.metrics.stance import (
    HeadingKnowledge,
    StanceConfig,
    StanceWindow,
    stance_metrics,
)
from pelvicsense.numerics.history import History

# Columns of one segment
_AXES, _UNSETTLED, _SATURATED, _YAW_RATE = slice(0, 9), 9, 10, 11
_WIDTH = 12

_TURN_RATE = math.radians(20.0)
"""Stride-mean yaw rate above which a stride is a turn, rad/s."""

_CURVE_TILT = math.radians(0.7)
"""False obliquity of a bend above which absolute drop is withheld, rad."""

_CURVE_SPAN_S = 3.0
"""Span over which a bend's yaw rate is averaged: the filter's time constant."""

_TYPICAL_SPEED_MPS = {Activity.RUN: 3.0}
"""Speed assumed for the false tilt in a bend; others walk at 1.3 m/s."""

_GOOD_CONTRAST = 6.0
"""Hip fits with less contrast flag their side's values."""


class StrideMeter:
    """Keep the last seconds of segment motion and measure on them.

    Parameters
    ----------
    config, calibration, tracker, rate_hz
        Parameters, the accepted calibration, the heading tracker and the grid rate.
    first_index
        Grid row of the first block.
    zero_known
        Whether angles have a zero; if not they stay empty.
    """

    def __init__(
        self,
        config: StanceConfig,
        calibration: Calibration,
        tracker: HeadingTracker,
        rate_hz: float,
        first_index: int,
        *,
        zero_known: bool,
    ) -> None:
        self.config = config
        self.rate_hz = rate_hz
        self._calibration = calibration
        self._tracker = tracker
        self._zero_known = zero_known
        self._placements = tuple(calibration.sensor_from_segment)
        self._rows = History(_WIDTH * len(self._placements), first_index)
        self._checked = dict.fromkeys(calibration.hips, first_index)
        self._stance_heading: dict[Side, float] = {}
        self._pauses: list[tuple[int, float]] = []

    def feed(self, block: SegmentBlock) -> None:
        """Take one block of segment motion."""
        columns = []
        for placement in self._placements:
            signal = block.segments[placement]
            columns.append(signal.earth_from_segment.reshape(len(block), 9))
            # The yaw rate is taken about the segment's long axis, which is near the vertical.
            columns.append(
                np.stack([~signal.settled, signal.saturated, signal.rate[:, 1]], axis=1)
            )
        self._rows.append(np.concatenate(columns, axis=1))

    def forget(self) -> None:
        """Drop rows that no open stride can need."""
        self._rows.drop_before(self._rows.end_index - round(10.0 * self.rate_hz))

    def pause(self, row: int) -> None:
        """Begin a pause at a grid row."""
        self._pauses.append((row, math.inf))

    def resume(self, row: int) -> None:
        """End the open pause."""
        if self._pauses and self._pauses[-1][1] == math.inf:
            self._pauses[-1] = (self._pauses[-1][0], row)

    def stance(self, stance: Stance) -> tuple[StrideAngles, StrideAngles, tuple[Flag, ...]]:
        """Return the angles of a stance, their standard errors and the flags."""
        flags = list(stance.flags)
        if not self._zero_known:
            return StrideAngles(), StrideAngles(), (*flags, Flag.CALIBRATION)
        first, end = self._span(stance.t_contact_s, stance.t_final_contact_s)
        pelvis_ok = self._settled(Placement.PELVIS, first, end)
        if not pelvis_ok:
            return StrideAngles(), StrideAngles(), (*flags, Flag.GAP)
        thigh = Placement.thigh(stance.side)
        heading = self._heading(stance, flags)
        thigh_axes = None
        if thigh not in self._placements:
            flags.append(Flag.NOT_WORN)
        elif self._settled(thigh, first, end):
            thigh_axes = self._axes(thigh, first, end)
        else:
            flags.append(Flag.GAP)
        window = StanceWindow(
            rows_s=np.arange(first, end) / self.rate_hz,
            t_contact_s=stance.t_contact_s,
            t_final_contact_s=stance.t_final_contact_s,
            pelvis_axes=self._axes(Placement.PELVIS, first, end),
            thigh_axes=thigh_axes,
        )
        angles, errors = stance_metrics(
            window,
            stance.side,
            stance.activity,
            self._calibration.pelvis_heading_sigma,
            heading,
            self.config,
        )
        if self._in_bend(stance):
            flags.append(Flag.CURVE)
            angles, errors = _without_absolute_drop(angles), _without_absolute_drop(errors)
        if stance.activity is Activity.STAIRS_DOWN and Flag.LOW_CONFIDENCE not in flags:
            flags.append(Flag.LOW_CONFIDENCE)
        return angles, errors, tuple(flags)

    def judge(self, times: StrideTimes) -> tuple[list[Flag], bool]:
        """Return more flags of a whole stride, and whether it counts; teach the tracker."""
        stance = times.stance
        first, end = self._span(stance.t_contact_s, times.t_end_s)
        flags = []
        gap = any(not self._settled(placement, first, end) for placement in self._placements)
        if gap:
            flags.append(Flag.GAP)
        turning = abs(self._mean_yaw_rate(first, end)) > _TURN_RATE
        if turning:
            flags.append(Flag.TURN)
        saturated = self._any(_SATURATED, first, end)
        if saturated:
            flags.append(Flag.SATURATED)
        paused = any(start < end and first < stop for start, stop in self._pauses)
        if paused:
            flags.append(Flag.PAUSED)
        if not times.plausible:
            flags.append(Flag.LOW_CONFIDENCE)
        if stance.side in self._checked and not (gap or turning or saturated) and times.plausible:
            self._tracker.stride(
                stance.side, stance.activity, stance.t_contact_s, times.t_end_s
            )
        valid = self._zero_known and times.plausible and not (gap or turning or saturated or paused)
        return flags, valid

    def curve(self, times: StrideTimes, number: int) -> StrideCurve:
        """Return the angles over a whole stride; unknown where a gap or no zero makes them so."""
        stance = times.stance
        first, end = self._span(stance.t_contact_s, times.t_end_s)
        thigh = Placement.thigh(stance.side)
        unknown = np.full(101, np.nan)
        obliquity, adduction, rotation = unknown, unknown, unknown
        heading = self._stance_heading.get(stance.side, math.nan)
        if self._zero_known and self._settled(Placement.PELVIS, first, end):
            known = (
                thigh in self._placements
                and self._settled(thigh, first, end)
                and not math.isnan(heading)
            )
            obliquity, adduction, rotation = stride_curves(
                np.arange(first, end) / self.rate_hz,
                (stance.t_contact_s, times.t_end_s),
                self._axes(Placement.PELVIS, first, end),
                self._axes(thigh, first, end) if known else None,
                heading,
                stance.side,
            )
        return StrideCurve(
            stride=number,
            side=stance.side,
            obliquity_deg=obliquity,
            hip_adduction_deg=adduction,
            thigh_rotation_deg=rotation,
        )

    def _heading(self, stance: Stance, flags: list[Flag]) -> HeadingKnowledge | None:
        side = stance.side
        if side not in self._calibration.hips:
            return None
        self._note_gaps(side, self._span(stance.t_contact_s, stance.t_final_contact_s)[1])
        known = self._tracker.heading(side, stance.activity, stance.t_contact_s)
        lost = math.degrees(known.drift_sigma) > self.config.heading_limit_deg
        self._stance_heading[side] = math.nan if lost else known.angle
        if lost:
            flags.append(Flag.HEADING)
        if known.settling:
            flags.append(Flag.ACTIVITY_CHANGE)
        if self._calibration.hips[side].contrast < _GOOD_CONTRAST:
            flags.append(Flag.JOINT_FIT)
        return HeadingKnowledge(
            angle=known.angle,
            calibration_sigma=self._calibration.heading_sigma[side],
            drift_sigma=known.drift_sigma,
        )

    def _note_gaps(self, side: Side, end: int) -> None:
        """Tell the tracker of unsettled stretches since the last stance of this side."""
        first = max(self._checked[side], self._rows.first_index)
        self._checked[side] = max(end, first)
        if end <= first:
            return
        bad = self._column(Placement.PELVIS, _UNSETTLED, first, end) + self._column(
            Placement.thigh(side), _UNSETTLED, first, end
        )
        good = np.flatnonzero(np.concatenate([[0.0], bad, [0.0]]) == 0.0)
        longest = int(np.diff(good).max()) - 1
        if longest > 0:
            self._tracker.interrupted(side, longest / self.rate_hz)

    def _span(self, start_s: float, end_s: float) -> tuple[int, int]:
        """Return grid rows [first, end) that enclose a stretch of time."""
        return math.floor(start_s * self.rate_hz), math.ceil(end_s * self.rate_hz) + 1

    def _column(self, placement: Placement, column: int, first: int, end: int) -> FloatArray:
        offset = _WIDTH * self._placements.index(placement)
        return self._rows.rows(first, end)[:, offset + column]

    def _axes(self, placement: Placement, first: int, end: int) -> FloatArray:
        offset = _WIDTH * self._placements.index(placement)
        rows = self._rows.rows(first, end)[:, offset : offset + 9]
        return np.ascontiguousarray(rows).reshape(end - first, 3, 3)

    def _settled(self, placement: Placement, first: int, end: int) -> bool:
        return not bool(np.any(self._column(placement, _UNSETTLED, first, end)))

    def _any(self, column: int, first: int, end: int) -> bool:
        return any(
            bool(np.any(self._column(placement, column, first, end)))
            for placement in self._placements
        )

    def _mean_yaw_rate(self, first: int, end: int) -> float:
        first = max(first, self._rows.first_index)
        return float(np.mean(self._column(Placement.PELVIS, _YAW_RATE, first, end)))

    def _in_bend(self, stance: Stance) -> bool:
        """Whether a steady bend tilts the apparent vertical by more than is tolerable."""
        end = self._span(stance.t_contact_s, stance.t_final_contact_s)[1]
        half = round(0.5 * _CURVE_SPAN_S * self.rate_hz)
        if end - 2 * half < self._rows.first_index:
            return False
        # Both halves alike: setting off, or one oblique step, is no bend.
        rates = (
            self._mean_yaw_rate(end - 2 * half, end - half),
            self._mean_yaw_rate(end - half, end),
        )
        if rates[0] * rates[1] <= 0.0:
            return False
        speed = _TYPICAL_SPEED_MPS.get(stance.activity, 1.3)
        rate = min(abs(rates[0]), abs(rates[1]))
        return rate < _TURN_RATE and speed * rate / 9.81 > _CURVE_TILT


def _without_absolute_drop(angles: StrideAngles) -> StrideAngles:
    """Keep the excursion, in which the false tilt of a bend cancels."""
    return replace(
        angles,
        pelvic_drop_at_contact_deg=math.nan,
        pelvic_drop_midstance_deg=math.nan,
        pelvic_drop_peak_deg=math.nan,
    )
