"""Heading between pelvis and thigh over time, from the hip joint, stride by stride.

Without a magnetometer the two sensors' headings drift apart by degrees a minute. Both must see the
hip centre accelerate alike, so with the joint positions known from the calibration each stride
gives the heading in closed form. It is noisy and, in running, biased by the skin's own motion; the
bias is constant within one activity and speed, so that a baseline taken at its beginning removes it:
what is tracked is the *change* of heading.

1. Acceleration of the hip centre from each sensor, horizontal, low-passed at 3 Hz.
2. Per stride δ = arg Σ a_pelvis · conj(a_thigh).
3. Baseline b = median of δ - δ̂ over the first strides of an activity; δ̂ runs on its rate meanwhile.
4. α-β filter on δ - b with a time constant of 20 s; its second state removes the lag under drift.

A rule that keeps the mean thigh rotation constant would look as good on drift and would hide every
real change of rotation; the hip joint does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from pelvicsense.calibration.frames import wrap
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import Calibration
from pelvicsense.datatypes.motion import SegmentBlock, SegmentSignal
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.numerics import quaternion
from pelvicsense.numerics.filters import LowPass
from pelvicsense.numerics.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerConfig:
    """Parameters of the heading tracker.

    Attributes
    ----------
    cutoff_hz
        Low-pass on the hip accelerations, Hz.
    time_constant_s
        Of the α-β filter, s. 20 s was best between noise (10 s) and drift (40 s).
    clip_deg
        Largest innovation that one stride may bring, degrees.
    baseline_strides
        Strides over which the baseline of an activity is taken.
    reacquire_strides
        Strides after which the heading is known again when a sensor's gap has lost it.
    stride_time_change
        Relative change of stride time beyond which the soft-tissue bias may have changed.
    least_coherence
        Strides whose two hip accelerations agree less than this (0…1) do not count.
    drift_deg_per_min
        How fast the heading may drift unseen, for its uncertainty.
    """

    cutoff_hz: float = 3.0
    time_constant_s: float = 20.0
    clip_deg: float = 15.0
    baseline_strides: int = 10
    reacquire_strides: int = 5
    stride_time_change: float = 0.12
    least_coherence: float = 0.5
    drift_deg_per_min: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The heading of a thigh at one moment.

    Attributes
    ----------
    angle
        Turns the thigh sensor's earth frame into the pelvis', rad.
    drift_sigma
        Standard uncertainty of its change since the still pose, rad; infinite where lost.
    settling
        A new activity or speed has just begun, and its baseline is being taken.
    """

    angle: float
    drift_sigma: float
    settling: bool


@dataclass(slots=True)
class _Baseline:
    """The soft-tissue bias of one activity."""

    offsets: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    bias: float | None = None
    stride_time_s: float = math.nan
    strangers: int = 0


@dataclass(slots=True)
class _Track:
    """What is known of one thigh's heading."""

    angle: float
    at_s: float
    rate: float = 0.0
    lost: bool = False
    candidates: list[float] = field(default_factory=list)
    baselines: dict[Activity, _Baseline] = field(default_factory=dict)
    extra_sigma: float = 0.0
    settled_once: bool = False


class HeadingTracker:
    """Follow the heading of each worn thigh.

    Parameters
    ----------
    config, calibration, rate_hz
        Parameters, the accepted calibration and the grid rate.
    first_index
        Grid row of the first block.
    """

    def __init__(
        self, config: TrackerConfig, calibration: Calibration, rate_hz: float, first_index: int
    ) -> None:
        self.config = config
        self.rate_hz = rate_hz
        self._joints = {side: _joint_in_segments(calibration, side) for side in calibration.hips}
        start_s = 0.5 * (calibration.first + calibration.end) / rate_hz
        self._tracks = {
            side: _Track(angle=angle, at_s=start_s) for side, angle in calibration.heading.items()
        }
        self._fit_sigma = dict(calibration.heading_sigma)
        self._low_pass = LowPass(2, config.cutoff_hz, rate_hz)
        self._last: dict[Placement, SegmentSignal] = {}
        self._hip = History(4 * len(self._joints), first_index)

    def feed(self, block: SegmentBlock) -> None:
        """Take one block of segment motion."""
        columns = []
        for side, (in_pelvis, in_thigh) in self._joints.items():
            for placement, joint in (
                (Placement.PELVIS, in_pelvis),
                (Placement.thigh(side), in_thigh),
            ):
                signal = block.segments[placement]
                last = self._last.get(placement)
                columns.append(_point_acceleration(signal, last, joint, self.rate_hz))
        for placement, signal in block.segments.items():
            self._last[placement] = _last_row(signal)
        self._hip.append(self._low_pass.feed(np.concatenate(columns, axis=1)))
        self._hip.drop_before(self._hip.end_index - round(6.0 * self.rate_hz))

    def heading(self, side: Side, activity: Activity, t_s: float) -> Heading:
        """Return the heading at a time, from strides before it."""
        track = self._tracks[side]
        if track.lost:
            return Heading(angle=track.angle, drift_sigma=math.inf, settling=False)
        waited_min = max(0.0, t_s - track.at_s) / 60.0
        base = track.baselines.get(activity)
        settling = bool(track.baselines) and (base is None or base.bias is None)
        return Heading(
            angle=track.angle + track.rate * (t_s - track.at_s),
            drift_sigma=track.extra_sigma
            + math.radians(0.3 + self.config.drift_deg_per_min * waited_min),
            settling=settling and track.settled_once,
        )

    def interrupted(self, side: Side, gap_s: float) -> None:
        """Note that a sensor of this pair was unsettled for a while."""
        track = self._tracks[side]
        if gap_s > 0.3:
            track.lost, track.candidates = True, []
        else:
            track.extra_sigma += math.radians(1.0)

    def stride(self, side: Side, activity: Activity, start_s: float, end_s: float) -> None:
        """Learn from a straight, undisturbed stride of this side."""
        measured = self._measure(side, start_s, end_s)
        if measured is None:
            return
        track = self._tracks[side]
        if track.lost:
            self._reacquire(side, activity, measured, end_s)
            return
        predicted = track.angle + track.rate * (end_s - track.at_s)
        base = track.baselines.setdefault(activity, _Baseline())
        if self._collect(base, measured - predicted, end_s - start_s):
            return
        track.settled_once = True
        bias = base.bias or 0.0
        limit = math.radians(self.config.clip_deg)
        innovation = min(max(wrap(measured - bias - predicted), -limit), limit)
        elapsed = end_s - track.at_s
        gain = 1.0 - math.exp(-min(elapsed, 5.0) / self.config.time_constant_s)
        track.rate += gain * gain / (2.0 - gain) * innovation / max(elapsed, 0.2)
        track.angle = predicted + gain * innovation
        track.at_s = end_s
        track.extra_sigma *= 1.0 - gain

    def _collect(self, base: _Baseline, offset: float, stride_time_s: float) -> bool:
        """Gather the baseline of an activity; return whether it is still being gathered."""
        if base.bias is not None:
            changed = abs(stride_time_s / base.stride_time_s - 1.0) > self.config.stride_time_change
            base.strangers = base.strangers + 1 if changed else 0
            if base.strangers < 3:
                return False
            base.bias, base.offsets, base.times, base.strangers = None, [], [], 0
        base.offsets.append(wrap(offset))
        base.times.append(stride_time_s)
        if len(base.offsets) >= self.config.baseline_strides:
            base.bias = float(np.median(base.offsets))
            base.stride_time_s = float(np.median(base.times))
        return True

    def _reacquire(self, side: Side, activity: Activity, measured: float, end_s: float) -> None:
        track = self._tracks[side]
        base = track.baselines.get(activity)
        known = base is not None and base.bias is not None
        track.candidates.append(measured - (base.bias if base and base.bias else 0.0))
        if len(track.candidates) < self.config.reacquire_strides:
            return
        first = track.candidates[0]
        spread = [wrap(candidate - first) for candidate in track.candidates]
        track.angle = first + float(np.median(spread))
        track.at_s, track.lost, track.candidates = end_s, False, []
        # Without a baseline the skin's bias cannot be told from a turn of the thigh.
        track.extra_sigma = math.radians(1.5) if known else self._fit_sigma[side]

    def _measure(self, side: Side, start_s: float, end_s: float) -> float | None:
        first, end = round(start_s * self.rate_hz), round(end_s * self.rate_hz)
        if first < self._hip.first_index or end > self._hip.end_index or end - first < 10:
            return None
        column = 4 * list(self._joints).index(side)
        rows = self._hip.rows(first, end)[:, column : column + 4]
        pelvis = rows[:, 0] + 1j * rows[:, 1]
        thigh = rows[:, 2] + 1j * rows[:, 3]
        product = complex(np.sum(pelvis * np.conj(thigh)))
        power = float(np.sum(np.abs(pelvis) ** 2) * np.sum(np.abs(thigh) ** 2))
        if power <= 0.0 or abs(product) < self.config.least_coherence * math.sqrt(power):
            return None
        return math.atan2(product.imag, product.real)


def _joint_in_segments(calibration: Calibration, side: Side) -> tuple[FloatArray, FloatArray]:
    """Return the hip centre from each sensor in segment axes, (3,) m."""
    hip = calibration.hips[side]
    points = []
    for placement, joint in (
        (Placement.PELVIS, hip.joint_in_pelvis),
        (Placement.thigh(side), hip.joint_in_thigh),
    ):
        orientation = calibration.still.earth_from_sensor[placement]
        up = quaternion.rotate(quaternion.conjugate(orientation), np.array([0.0, 0.0, 1.0]))
        levelling = quaternion.smallest_rotation(up, np.array([0.0, 0.0, 1.0]))
        in_sensor = quaternion.rotate(quaternion.conjugate(levelling), joint)
        mounting = calibration.sensor_from_segment[placement]
        points.append(quaternion.rotate(quaternion.conjugate(mounting), in_sensor))
    return points[0], points[1]


def _last_row(signal: SegmentSignal) -> SegmentSignal:
    return SegmentSignal(
        earth_from_segment=signal.earth_from_segment[-1:],
        acceleration=signal.acceleration[-1:],
        rate=signal.rate[-1:],
        settled=signal.settled[-1:],
        bridged=signal.bridged[-1:],
        saturated=signal.saturated[-1:],
    )


def _point_acceleration(
    signal: SegmentSignal, last: SegmentSignal | None, point: FloatArray, rate_hz: float
) -> FloatArray:
    """Return the horizontal acceleration (n, 2) of a body point, half a row before each row.

    Everything is taken midway between neighbouring rows, where the difference of two rates is the
    angular acceleration; so no row of the future is needed.
    """
    before = last if last is not None else signal
    rate = np.concatenate([before.rate[:1], signal.rate])
    acceleration = np.concatenate([before.acceleration[:1], signal.acceleration])
    axes = np.concatenate([before.earth_from_segment[:1], signal.earth_from_segment])
    w = 0.5 * (rate[1:] + rate[:-1])
    alpha = (rate[1:] - rate[:-1]) * rate_hz
    x, y, z = (float(c) for c in point)
    wx, wy, wz = w[:, 0], w[:, 1], w[:, 2]
    # ω × r, then α × r + ω × (ω × r), written out: elementwise, in a fixed order.
    vx, vy, vz = wy * z - wz * y, wz * x - wx * z, wx * y - wy * x
    local = (
        alpha[:, 1] * z - alpha[:, 2] * y + (wy * vz - wz * vy),
        alpha[:, 2] * x - alpha[:, 0] * z + (wz * vx - wx * vz),
        alpha[:, 0] * y - alpha[:, 1] * x + (wx * vy - wy * vx),
    )
    columns = []
    for i in range(2):
        mean = 0.5 * (acceleration[1:, i] + acceleration[:-1, i])
        for j in range(3):
            mean = mean + 0.5 * (axes[1:, i, j] + axes[:-1, i, j]) * local[j]
        columns.append(mean)
    return np.stack(columns, axis=1)
