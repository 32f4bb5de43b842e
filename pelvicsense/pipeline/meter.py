"""Measures stances and strides on the kept segment axes, and says what is not known and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import compress

import numpy as np

from pelvicsense.calibration.tracker import HeadingTracker
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import Calibration
from pelvicsense.datatypes.gait import CURVE_POINTS, Flag, StrideAngles
from pelvicsense.datatypes.motion import SegmentBlock
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.gait.strides import Stance, StrideTimes
from pelvicsense.metrics.curves import hip_curves, obliquity_curves
from pelvicsense.metrics.hip import PRODUCTS, axis_products
from pelvicsense.metrics.stance import StanceConfig, StanceTask, stance_metrics
from pelvicsense.numerics.history import History
from pelvicsense.numerics.running_sums import RunningSums
from pelvicsense.pipeline.unsettled import UnsettledRuns

# Columns of the running sums: yaw rate, saturated rows, and from here on unsettled rows per sensor
_YAW, _SATURATED, _UNSETTLED = 0, 1, 2

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


_UNKNOWN_ANGLES = StrideAngles()


@dataclass(slots=True, kw_only=True)
class OpenStance:
    """A stance on its way to being reported.

    Attributes
    ----------
    stance, task
        The stance, and what is to be measured with which heading.
    known
        Whether any angle can be known.
    bend
        Whether a bend hides the absolute drop.
    flags
        Why something is empty or should be read with care.
    angles, standard_errors
        Filled in by `StrideMeter.measure`.
    """

    stance: Stance
    task: StanceTask
    known: bool
    bend: bool
    flags: tuple[Flag, ...]
    angles: StrideAngles = _UNKNOWN_ANGLES
    standard_errors: StrideAngles = _UNKNOWN_ANGLES


_UNKNOWN_CURVE: FloatArray = np.full(CURVE_POINTS, np.nan)
_UNKNOWN_CURVE.flags.writeable = False


@dataclass(slots=True, kw_only=True)
class StrideCurves:
    """Angles over one stride, (101,) degrees each."""

    obliquity_deg: FloatArray = field(default_factory=lambda: _UNKNOWN_CURVE)
    hip_adduction_deg: FloatArray = field(default_factory=lambda: _UNKNOWN_CURVE)
    thigh_rotation_deg: FloatArray = field(default_factory=lambda: _UNKNOWN_CURVE)


class StrideMeter:
    """Keep the last seconds of segment motion and measure on them.

    Parameters
    ----------
    config, calibration, tracker, rate_hz
        Parameters, the accepted calibration, the heading tracker and the grid rate.
    first_index
        Grid row of the first block.
    pauses
        Grid rows [start, end) of the user's pauses; shared with and kept up by the pipeline.
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
        pauses: Sequence[tuple[int, float]],
        *,
        zero_known: bool,
    ) -> None:
        self.config = config
        self.rate_hz = rate_hz
        self._calibration = calibration
        self._tracker = tracker
        self._zero_known = zero_known
        self._placements = tuple(calibration.sensor_from_segment)
        # Vertical parts of the pelvis' right and forward axes.
        self._pelvis = History(2, first_index)
        self._products = {side: History(PRODUCTS, first_index) for side in calibration.hips}
        self._sums = RunningSums(2 + len(self._placements), first_index)
        self._unsettled = {side: UnsettledRuns() for side in calibration.hips}
        self._checked = dict.fromkeys(calibration.hips, first_index)
        self._pauses = pauses

    def feed(self, block: SegmentBlock) -> None:
        """Take one block of segment motion."""
        pelvis = block.segments[Placement.PELVIS]
        axes = pelvis.earth_from_segment
        self._pelvis.append(axes[:, 2, [2, 0]])
        for side, products in self._products.items():
            thigh = block.segments[Placement.thigh(side)]
            products.append(axis_products(axes, thigh.earth_from_segment))
            settled = pelvis.settled & thigh.settled
            self._unsettled[side].append(products.end_index - len(settled), ~settled)
        signals = [block.segments[placement] for placement in self._placements]
        # The yaw rate is taken about the segment's long axis, which is near the vertical.
        counts = [pelvis.rate[:, 1], np.any([s.saturated for s in signals], axis=0)]
        counts += [~s.settled for s in signals]
        self._sums.append(np.stack(counts, axis=1).astype(np.float64))

    def forget(self) -> None:
        """Drop rows that no open stride can need."""
        before = self._pelvis.end_index - round(10.0 * self.rate_hz)
        self._sums.drop_before(before)
        for history in (self._pelvis, *self._products.values()):
            history.drop_before(before)

    def open(self, stance: Stance) -> OpenStance:
        """Decide what can be known of a stance, and with which heading."""
        flags = list(stance.flags)
        first, end = self._span(stance.t_contact_s, stance.t_final_contact_s)
        heading, drift = math.nan, math.inf
        known, settled = self._zero_known, self._settled(first, end)
        if not known:
            flags.append(Flag.CALIBRATION)
        elif Placement.PELVIS not in settled:
            known = False
            flags.append(Flag.GAP)
        elif stance.side not in self._products:
            flags.append(Flag.NOT_WORN)
        else:
            heading, drift = self._heading(stance, end, flags)
            if Placement.thigh(stance.side) not in settled:
                heading = math.nan
                flags += [Flag.GAP, Flag.SIDE_INFERRED]
        if stance.side not in self._products:
            flags.append(Flag.SIDE_INFERRED)
        bend = known and self._in_bend(stance, end)
        if bend:
            flags.append(Flag.CURVE)
        if stance.activity is Activity.STAIRS_DOWN and Flag.LOW_CONFIDENCE not in flags:
            flags.append(Flag.LOW_CONFIDENCE)
        return OpenStance(
            stance=stance,
            task=StanceTask(
                side=stance.side,
                activity=stance.activity,
                first=first,
                end=end,
                contact=stance.t_contact_s * self.rate_hz,
                final=stance.t_final_contact_s * self.rate_hz,
                contact_sigma=stance.contact_sigma_s * self.rate_hz,
                final_sigma=stance.final_sigma_s * self.rate_hz,
                forward_sigma=self._calibration.pelvis_heading_sigma,
                heading=heading,
                heading_sigma=self._calibration.heading_sigma.get(stance.side, math.nan),
                drift_sigma=drift,
            ),
            known=known,
            bend=bend,
            flags=tuple(flags),
        )

    def measure(self, stances: Sequence[OpenStance]) -> None:
        """Fill in the angles of stances."""
        known = [stance for stance in stances if stance.known]
        if not known:
            return
        metrics = stance_metrics(
            [stance.task for stance in known],
            [self._pelvis.rows(s.task.first, s.task.end) for s in known],
            [self._hip_rows(s.task) for s in known],
            self.config,
        )
        for stance, (angles, errors) in zip(known, metrics, strict=True):
            stance.angles = _without_absolute_drop(angles) if stance.bend else angles
            stance.standard_errors = _without_absolute_drop(errors) if stance.bend else errors
            if _contact_unclear(angles) and Flag.LOW_CONFIDENCE not in stance.flags:
                stance.flags = (*stance.flags, Flag.LOW_CONFIDENCE)

    def judge(self, times: StrideTimes) -> tuple[list[Flag], bool]:
        """Return more flags of a whole stride, and whether it counts; teach the tracker."""
        stance = times.stance
        first, end = self._span(stance.t_contact_s, times.t_end_s)
        sums = self._sums.over(first, end)
        own = [p.side in (None, stance.side) for p in self._placements]
        findings = {
            Flag.GAP: any(compress(sums[_UNSETTLED:], own)),
            Flag.TURN: abs(sums[_YAW]) / (end - first) > _TURN_RATE,
            Flag.SATURATED: sums[_SATURATED] > 0.0,
            Flag.PAUSED: any(start < end and first < stop for start, stop in self._pauses),
            Flag.LOW_CONFIDENCE: not times.plausible,
        }
        undisturbed = not (
            findings[Flag.GAP]
            or findings[Flag.TURN]
            or findings[Flag.SATURATED]
            or findings[Flag.LOW_CONFIDENCE]
        )
        if undisturbed and stance.side in self._products:
            self._tracker.stride(stance.side, stance.activity, stance.t_contact_s, times.t_end_s)
        flags = [flag for flag, found in findings.items() if found]
        return flags, self._zero_known and not flags

    def curves(self, strides: Sequence[tuple[StrideTimes, OpenStance]]) -> list[StrideCurves]:
        """Return the angles over whole strides; unknown where a gap or no zero makes them so."""
        curves = [StrideCurves() for _ in strides]
        drops: list[tuple[StrideCurves, FloatArray, tuple[float, float]]] = []
        hips: list[tuple[StrideCurves, FloatArray, tuple[float, float], StanceTask]] = []
        for curve, (times, opened) in zip(curves, strides, strict=True):
            side, task = opened.task.side, opened.task
            start_s, end_s = times.stance.t_contact_s, times.t_end_s
            first, end = self._span(start_s, end_s)
            borders = start_s * self.rate_hz - first, end_s * self.rate_hz - first
            settled = self._settled(first, end) if self._zero_known else []
            if Placement.PELVIS not in settled:
                continue
            drops.append((curve, self._pelvis.rows(first, end)[:, :1], borders))
            lost = math.degrees(task.drift_sigma) > self.config.heading_limit_deg
            if lost or math.isnan(task.heading) or side not in self._products:
                continue
            if Placement.thigh(side) in settled:
                hips.append((curve, self._products[side].rows(first, end), borders, task))
        if drops:
            table = obliquity_curves([rows for _, rows, _ in drops], [b for _, _, b in drops])
            for (curve, _, _), row in zip(drops, table, strict=True):
                curve.obliquity_deg = row
        if hips:
            adduction, rotation = hip_curves(
                [rows for _, rows, _, _ in hips],
                [borders for _, _, borders, _ in hips],
                [task.heading for _, _, _, task in hips],
                [task.side.sign for _, _, _, task in hips],
            )
            for i, (curve, _, _, _) in enumerate(hips):
                curve.hip_adduction_deg, curve.thigh_rotation_deg = adduction[i], rotation[i]
        return curves

    def _hip_rows(self, task: StanceTask) -> FloatArray | None:
        if math.isnan(task.heading) or task.side not in self._products:
            return None
        return self._products[task.side].rows(task.first, task.end)

    def _heading(self, stance: Stance, end: int, flags: list[Flag]) -> tuple[float, float]:
        """Return heading and drift uncertainty of the stance's thigh, rad; flag what is wrong."""
        side = stance.side
        self._note_gaps(side, end)
        known = self._tracker.heading(side, stance.activity, stance.t_contact_s)
        if math.degrees(known.drift_sigma) > self.config.heading_limit_deg:
            flags.append(Flag.HEADING)
        if known.settling:
            flags.append(Flag.ACTIVITY_CHANGE)
        if self._calibration.hips[side].contrast < _GOOD_CONTRAST:
            flags.append(Flag.JOINT_FIT)
        return known.angle, known.drift_sigma

    def _note_gaps(self, side: Side, end: int) -> None:
        """Tell the tracker of unsettled stretches since the last stance of this side."""
        first, runs = self._checked[side], self._unsettled[side]
        self._checked[side] = max(end, first)
        longest = runs.longest(first, end)
        runs.drop_before(end)
        if longest:
            self._tracker.interrupted(side, longest / self.rate_hz)

    def _span(self, start_s: float, end_s: float) -> tuple[int, int]:
        """Return grid rows [first, end) that enclose a stretch of time."""
        return math.floor(start_s * self.rate_hz), math.ceil(end_s * self.rate_hz) + 1

    def _settled(self, first: int, end: int) -> list[Placement]:
        """Return the sensors that were settled over grid rows [first, end)."""
        unsettled = self._sums.over(first, end)[_UNSETTLED:]
        return [p for p, rows in zip(self._placements, unsettled, strict=True) if rows == 0.0]

    def _in_bend(self, stance: Stance, end: int) -> bool:
        """Whether a steady bend tilts the apparent vertical by more than is tolerable."""
        half = round(0.5 * _CURVE_SPAN_S * self.rate_hz)
        if end - 2 * half < self._sums.first_index:
            return False
        # Both halves alike: setting off, or one oblique step, is no bend.
        turns = [self._sums.over(e - half, e)[_YAW] for e in (end - half, end)]
        if turns[0] * turns[1] <= 0.0:
            return False
        speed = _TYPICAL_SPEED_MPS.get(stance.activity, 1.3)
        rate = min(abs(turns[0]), abs(turns[1])) / half
        return rate < _TURN_RATE and speed * rate / 9.81 > _CURVE_TILT


def _without_absolute_drop(angles: StrideAngles) -> StrideAngles:
    """Keep the excursion, in which the false tilt of a bend cancels."""
    return replace(
        angles,
        pelvic_drop_at_contact_deg=math.nan,
        pelvic_drop_midstance_deg=math.nan,
        pelvic_drop_peak_deg=math.nan,
    )


def _contact_unclear(angles: StrideAngles) -> bool:
    """Whether an excursion was left empty though its peak is known: see `StanceConfig`."""
    pairs = (
        (angles.pelvic_drop_peak_deg, angles.pelvic_drop_excursion_deg),
        (angles.hip_adduction_peak_deg, angles.hip_adduction_excursion_deg),
        (angles.thigh_rotation_peak_deg, angles.thigh_rotation_excursion_deg),
    )
    return any(math.isnan(excursion) and not math.isnan(peak) for peak, excursion in pairs)
