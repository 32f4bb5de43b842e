"""Measures stances and strides on the kept segment axes, and says what is not known and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pelvicsense.calibration.gaps import Gap, heading_sigma
from pelvicsense.calibration.tracker import HeadingTracker
from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.calibration import Calibration, SlipNews
from pelvicsense.datatypes.gait import Flag, StrideAngles
from pelvicsense.datatypes.motion import SegmentBlock
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.gait.speed import SpeedEstimate
from pelvicsense.gait.strides import Stance, StrideTimes
from pelvicsense.metrics.curves import hip_curves, obliquity_curves
from pelvicsense.metrics.false_tilt import false_tilt
from pelvicsense.metrics.hip import PRODUCTS, axis_products
from pelvicsense.metrics.stance import StanceTask, stance_metrics
from pelvicsense.metrics.tables import side_by_side
from pelvicsense.numerics.history import History
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.found import ClosedStride, OpenStance
from pelvicsense.pipeline.stretches import Stretch, Stretches

_TURN_RATE = math.radians(20.0)
"""Stride-mean yaw rate above which a stride is a turn, rad/s."""

_CURVE_TILT = math.radians(0.7)
"""False obliquity for having turned above which a stance is flagged, rad."""

_ABSOLUTE_DROP = frozenset(
    ("pelvic_drop_at_contact_deg", "pelvic_drop_midstance_deg", "pelvic_drop_peak_deg")
)
"""Angles that a false tilt shifts; in the excursion it cancels."""

_THIGH_SLIPPED = frozenset(
    (
        "hip_adduction_peak_deg",
        "hip_adduction_excursion_deg",
        "thigh_rotation_at_contact_deg",
        "thigh_rotation_peak_deg",
    )
)
_PELVIS_SLIPPED = _ABSOLUTE_DROP | _THIGH_SLIPPED | {"thigh_rotation_excursion_deg"}
"""Angles that a slip of 12° makes wrong by more than 1°; measured."""


class StrideMeter:
    """Keep the last seconds of segment motion and measure on them.

    Parameters
    ----------
    config, calibration, tracker
        Parameters, the accepted calibration and the heading tracker.
    first_index
        Grid row of the first block.
    pauses
        Grid rows [start, end) of the user's pauses; shared with and kept up by the pipeline.
    slips
        The sensors that have slipped; shared with and kept up by the slip detector.
    zero_known
        Whether angles have a zero; if not they stay empty.
    """

    def __init__(
        self,
        config: PipelineConfig,
        calibration: Calibration,
        tracker: HeadingTracker,
        first_index: int,
        pauses: Sequence[tuple[int, float]],
        *,
        slips: Mapping[Placement, SlipNews],
        zero_known: bool,
    ) -> None:
        self.config = config.stance
        self.rate_hz = rate_hz = tracker.rate_hz
        self._good_contrast = config.decision.full_contrast
        self._calibration = calibration
        self._tracker = tracker
        self._zero_known = zero_known
        placements = tuple(calibration.sensor_from_segment)
        # Sensors without which a stride of a side has a gap
        self._needed = {
            side: frozenset(p for p in placements if p.side in (None, side)) for side in Side
        }
        # Vertical parts of the pelvis' right and forward axes.
        self._pelvis = History(2, first_index)
        self._products = {side: History(PRODUCTS, first_index) for side in calibration.hips}
        # Other filters' low-pass is another, and not followed here.
        self._tilt_known = config.fusion.filter == "vqf"
        self._tilt_time_s = config.fusion.filters.vqf.tau_acc_s
        self.stretches = Stretches(rate_hz, first_index, placements, self._tilt_time_s)
        self._speed = SpeedEstimate(config.speed, rate_hz, tuple(self._products), first_index)
        self._gaps: dict[Side, list[Gap]] = {side: [] for side in calibration.hips}
        self._pauses = pauses
        self._slips = slips

    def feed(self, block: SegmentBlock, gaps: Sequence[Gap]) -> None:
        """Take one block of segment motion, and the gaps that ended in it."""
        pelvis = block.segments[Placement.PELVIS]
        axes = pelvis.earth_from_segment
        self._pelvis.append(axes[:, 2, [2, 0]])
        for side, products in self._products.items():
            thigh = block.segments[Placement.thigh(side)]
            products.append(axis_products(axes, thigh.earth_from_segment))
            # What the calibration saw is in its own uncertainty.
            self._gaps[side] += [
                gap
                for gap in gaps
                if gap.placement in self._needed[side] and gap.row >= self._calibration.end
            ]
        self.stretches.feed(block)
        self._speed.feed(block)

    def forget(self) -> None:
        """Drop rows that no open stride can need."""
        before = self._pelvis.end_index - round(10.0 * self.rate_hz)
        self.stretches.drop_before(before)
        self._speed.drop_before(before)
        for history in (self._pelvis, *self._products.values()):
            history.drop_before(before)

    def open(self, stance: Stance, over: Stretch) -> OpenStance:
        """Decide what can be known of a stance, and with which heading."""
        flags = list(stance.flags)
        heading, drift = math.nan, math.inf
        known = self._zero_known
        if not known:
            flags.append(Flag.CALIBRATION)
        elif Placement.PELVIS in over.unsettled:
            known = False
            flags.append(Flag.GAP)
        elif stance.side not in self._products:
            flags.append(Flag.NOT_WORN)
        else:
            heading, drift = self._heading(stance, over.end, flags)
            if Placement.thigh(stance.side) in over.unsettled:
                heading = math.nan
                flags += [Flag.GAP, Flag.SIDE_INFERRED]
        if stance.side not in self._products:
            flags.append(Flag.SIDE_INFERRED)
        withheld: frozenset[str] = frozenset()
        tilt, tilt_sigma = self._false_tilt(over)
        if known and max(abs(tilt), tilt_sigma) > _CURVE_TILT:
            flags.append(Flag.CURVE)
        limit = math.radians(self.config.false_tilt_limit_deg) if self._tilt_known else _CURVE_TILT
        if tilt_sigma > limit:
            withheld |= _ABSOLUTE_DROP
        if slipped := self.slipped(stance.side):
            withheld |= _of_slipped(slipped)
            flags.append(Flag.SLIP)
        if stance.activity is Activity.STAIRS_DOWN and Flag.LOW_CONFIDENCE not in flags:
            flags.append(Flag.LOW_CONFIDENCE)
        return OpenStance(
            stance=stance,
            task=StanceTask(
                side=stance.side,
                activity=stance.activity,
                first=over.first,
                end=over.end,
                contact=stance.t_contact_s * self.rate_hz,
                final=stance.t_final_contact_s * self.rate_hz,
                contact_sigma=stance.contact_sigma_s * self.rate_hz,
                final_sigma=stance.final_sigma_s * self.rate_hz,
                forward_sigma=self._calibration.pelvis_heading_sigma,
                heading=heading,
                heading_sigma=self._calibration.heading_sigma.get(stance.side, math.nan),
                drift_sigma=drift,
                pelvis_tilt_sigma=self._tilt_sigma(over, Placement.PELVIS),
                thigh_tilt_sigma=self._tilt_sigma(over, Placement.thigh(stance.side)),
                false_tilt=tilt,
                false_tilt_sigma=tilt_sigma,
            ),
            known=known,
            withheld=withheld,
            flags=tuple(flags),
        )

    def _tilt_sigma(self, over: Stretch, placement: Placement) -> float:
        """Return what a recent gap has left unknown of a sensor's inclination, rad."""
        settled_s = over.settled_for_s.get(placement)
        if settled_s is None:
            return 0.0
        return self.config.tilt_sigma(placement, settled_s)

    def _false_tilt(self, over: Stretch) -> tuple[float, float]:
        """Return the false obliquity for having turned and its uncertainty, rad."""
        speeds_mps = self._speed.speeds_mps(over.facing_rows, over.first)
        tilt = false_tilt(over.facing, speeds_mps, self._tilt_time_s)
        if not self._tilt_known:
            return 0.0, math.hypot(tilt.sideways, self.config.turning_share * tilt.turning)
        return tilt.sideways, math.hypot(
            self._speed.config.share_sigma * tilt.sideways,
            self.config.turning_share * tilt.turning,
        )

    def slipped(self, side: Side) -> frozenset[Placement]:
        """Return the sensors on which a side's angles depend and that have slipped so far."""
        return self._needed[side].intersection(self._slips)

    def measure(self, stances: Sequence[OpenStance]) -> None:
        """Fill in the angles of stances."""
        known = [stance for stance in stances if stance.known]
        if not known:
            return
        tasks = [stance.task for stance in known]
        hips = [task for task in tasks if task.hip_known]
        metrics = stance_metrics(
            tasks,
            self._pelvis.take(_rows(tasks)),
            self._hip_table([task.side for task in hips], _rows(hips)) if hips else None,
            self.config,
        )
        for stance, (angles, errors) in zip(known, metrics, strict=True):
            stance.angles = _without(angles, stance.withheld)
            stance.standard_errors = _without(errors, stance.withheld)
            if _contact_unclear(angles) and Flag.LOW_CONFIDENCE not in stance.flags:
                stance.flags = (*stance.flags, Flag.LOW_CONFIDENCE)

    def judge(self, times: StrideTimes, opened: OpenStance, over: Stretch) -> ClosedStride:
        """Decide whether a whole stride counts, and why not; teach the tracker."""
        stance = times.stance
        gap = not over.unsettled.isdisjoint(self._needed[stance.side])
        turn = abs(over.yaw_rate) > _TURN_RATE
        undisturbed = times.plausible and not (gap or turn or over.saturated)
        if undisturbed and stance.side in self._products:
            self._note_gaps(stance.side, over.end)
            self._tracker.stride(stance.side, stance.activity, stance.t_contact_s, times.t_end_s)
            self._speed.stride(stance.side, stance.activity, over.first, over.end)
        elif turn and times.plausible and not gap:
            self._speed.goes_on(over.end)
        findings = (
            (Flag.GAP, gap),
            (Flag.TURN, turn),
            (Flag.SATURATED, bool(over.saturated)),
            (Flag.PAUSED, any(a < over.end and over.first < b for a, b in self._pauses)),
            (Flag.LOW_CONFIDENCE, not times.plausible),
        )
        flags = tuple([flag for flag, found in findings if found])
        valid = self._zero_known and not flags
        return ClosedStride(times=times, opened=opened, over=over, flags=flags, valid=valid)

    def draw(self, strides: Sequence[ClosedStride]) -> None:
        """Fill in the curves of strides; they stay empty where a gap or no zero makes them so."""
        drops = [
            s
            for s in strides
            if self._zero_known and Placement.PELVIS not in s.over.unsettled | s.slipped
        ]
        if not drops:
            return
        right_axis_up = self._pelvis.take(_rows([s.over for s in drops]))[..., 0]
        table = obliquity_curves(right_axis_up, [self._borders(s) for s in drops])
        for stride, curve in zip(drops, table, strict=True):
            stride.obliquity_deg = curve - math.degrees(stride.opened.task.false_tilt)
        hips = [s for s in drops if self._sees_hip(s)]
        if not hips:
            return
        tasks = [s.opened.task for s in hips]
        tables = hip_curves(
            self._hip_table([task.side for task in tasks], _rows([s.over for s in hips])),
            [self._borders(s) for s in hips],
            [task.heading for task in tasks],
            [task.side.sign for task in tasks],
        )
        for stride, adduction, rotation in zip(hips, *tables, strict=True):
            stride.hip_adduction_deg, stride.thigh_rotation_deg = adduction, rotation

    def _borders(self, stride: ClosedStride) -> tuple[float, float]:
        """Return the initial contacts of a stride, in rows after the first that encloses it."""
        first, times = stride.over.first, stride.times
        start_s, end_s = times.stance.t_contact_s, times.t_end_s
        return start_s * self.rate_hz - first, end_s * self.rate_hz - first

    def _sees_hip(self, stride: ClosedStride) -> bool:
        task = stride.opened.task
        lost = self.config.heading_lost(task.heading_sigma, task.drift_sigma)
        return (
            task.hip_known
            and not lost
            and Placement.thigh(task.side) not in stride.over.unsettled | stride.slipped
        )

    def _hip_table(self, sides: Sequence[Side], rows: IntArray) -> FloatArray:
        """Return the axis products of each stretch's side, (j, n, `PRODUCTS`), at ``rows``."""
        table = np.empty((*rows.shape, PRODUCTS))
        for side, products in self._products.items():
            own = [i for i, stretch_side in enumerate(sides) if stretch_side is side]
            if own:
                table[own] = products.take(rows[own])
        return table

    def _heading(self, stance: Stance, end: int, flags: list[Flag]) -> tuple[float, float]:
        """Return heading and drift uncertainty of the stance's thigh, rad; flag what is wrong."""
        side = stance.side
        self._note_gaps(side, end)
        known = self._tracker.heading(side, stance.activity, stance.t_contact_s)
        if self.config.heading_lost(self._calibration.heading_sigma[side], known.drift_sigma):
            flags.append(Flag.HEADING)
        if known.settling:
            flags.append(Flag.ACTIVITY_CHANGE)
        if self._calibration.hips[side].contrast < self._good_contrast:
            flags.append(Flag.JOINT_FIT)
        return known.angle, known.drift_sigma

    def _note_gaps(self, side: Side, end: int) -> None:
        """Tell the tracker of gaps since the last stance or stride of this side."""
        since = [gap for gap in self._gaps[side] if gap.row < end]
        if since:
            self._tracker.interrupted(side, heading_sigma(since))
            self._gaps[side] = [gap for gap in self._gaps[side] if gap.row >= end]


def _without(angles: StrideAngles, names: frozenset[str]) -> StrideAngles:
    return replace(angles, **dict.fromkeys(names, math.nan)) if names else angles


def _of_slipped(sensors: frozenset[Placement]) -> frozenset[str]:
    """Return the angles of a stance that depend on the mountings of its slipped sensors."""
    return _PELVIS_SLIPPED if Placement.PELVIS in sensors else _THIGH_SLIPPED


def _rows(spans: Sequence[StanceTask] | Sequence[Stretch]) -> IntArray:
    """Return the grid rows of stances or strides side by side, (j, longest)."""
    first, end = np.array([(span.first, span.end) for span in spans]).T
    return side_by_side(first, end)


def _contact_unclear(angles: StrideAngles) -> bool:
    """Whether an excursion was left empty though its peak is known: see `StanceConfig`."""
    pairs = (
        (angles.pelvic_drop_peak_deg, angles.pelvic_drop_excursion_deg),
        (angles.hip_adduction_peak_deg, angles.hip_adduction_excursion_deg),
        (angles.thigh_rotation_peak_deg, angles.thigh_rotation_excursion_deg),
    )
    return any(math.isnan(excursion) and not math.isnan(peak) for peak, excursion in pairs)
