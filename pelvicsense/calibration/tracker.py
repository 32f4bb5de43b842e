"""Heading between pelvis and thigh over time, from the hip joint, stride by stride.

Without a magnetometer the two sensors' headings drift apart by degrees a minute. Both must see the
hip centre accelerate alike, so with the joint positions known from the calibration each stride
gives the heading in closed form. In running it is noisy, and biased by the skin's own motion; the
bias is constant within one activity and speed.

1. Acceleration of the hip centre from each sensor, horizontal, smoothed over 0.4 s.
2. Per stride δ = arg Σ a_pelvis · conj(a_thigh).
3. Kalman filter (Kalman 1960, doi:10.1115/1.3662552) of heading, its rate, and the bias of the
   present activity: the heading is known at the calibration by definition, so that the first
   strides tell the bias and later ones the drift.

A rule that keeps the mean thigh rotation constant would look as good on drift and would hide every
real change of rotation; the hip joint does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from pelvicsense.calibration.frames import wrap
from pelvicsense.calibration.hip_acceleration import MotionRows, joint_in_segments
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import Calibration
from pelvicsense.datatypes.motion import SegmentBlock
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.numerics.filters import HannSmoother
from pelvicsense.numerics.running_sums import RunningSums


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerConfig:
    """Parameters of the heading tracker.

    Attributes
    ----------
    smoothing_s
        Hann window over the hip accelerations, s; as in the hip fit.
    rate_deg_per_min
        Standard deviation of the drift's rate before anything is known, °/min: standing people
        turn a little, and the gyro bias of the still pose holds that. Of twelve optical ones half
        turned a thigh against the pelvis by less than 2 °/min, one in six by more than 6: this is
        too sure for some, and yet better for all than 5, which takes skin for drift.
    rate_walk_deg_per_min
        How far that rate wanders within a minute, °/min: gyro bias follows temperature.
    heading_walk_deg
        How far the heading wanders within a minute besides, degrees: skin and straps.
    bias_deg, first_bias_deg
        Standard deviation of an activity's bias before its first stride, degrees; and of what the
        calibration says of its own, as the heading of its hip fit less the one it decided on.
    noise_deg, least_noise_deg
        Standard deviation of one stride's heading, degrees: at first, and at least; it is then
        learnt from the innovations.
    clip_deg
        Largest innovation that one stride may bring, degrees.
    settled_deg
        An activity's bias is settled when its standard deviation against the heading has fallen
        below this, degrees.
    stride_time_change
        Relative change of stride time beyond which the bias may have changed.
    least_coherence
        Strides whose two hip accelerations agree less than this (0…1) do not count.
    """

    smoothing_s: float = 0.4
    rate_deg_per_min: float = 3.0
    rate_walk_deg_per_min: float = 1.0
    heading_walk_deg: float = 0.3
    bias_deg: float = 15.0
    first_bias_deg: float = 3.0
    noise_deg: float = 2.0
    least_noise_deg: float = 0.3
    clip_deg: float = 15.0
    settled_deg: float = 1.5
    stride_time_change: float = 0.12
    least_coherence: float = 0.5


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
class _Bias:
    """The soft-tissue bias of one activity, as it was when the activity was left."""

    mean: float
    variance: float
    stride_time_s: float
    strangers: int = 0


@dataclass(slots=True, kw_only=True)
class _Track:
    """What is known of one thigh's heading.

    The covariance is kept as plain floats: for three states that is ten times faster than arrays.

    Attributes
    ----------
    heading, rate, bias
        Heading, rad, its rate, rad/s, and the present activity's bias, rad.
    hh, hr, hb, rr, rb, bb
        Their covariance, by first letters.
    at_s
        Time of the state.
    noise
        Variance of one stride's heading, rad².
    activity
        The present activity; none before the first stride.
    biases
        What is known of each activity's bias.
    """

    heading: float
    rate: float = 0.0
    bias: float = 0.0
    hh: float = 0.0
    hr: float = 0.0
    hb: float = 0.0
    rr: float
    rb: float = 0.0
    bb: float = 0.0
    at_s: float
    noise: float
    activity: Activity | None = None
    biases: dict[Activity, _Bias] = field(default_factory=dict)


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
        self._first_bias = {
            side: wrap(hip.heading - calibration.heading[side])
            for side, hip in calibration.hips.items()
        }
        self._joints = {side: joint_in_segments(calibration, side) for side in calibration.hips}
        start_s = 0.5 * (calibration.first + calibration.end) / rate_hz
        self._tracks = {
            side: _Track(
                heading=heading,
                rr=math.radians(config.rate_deg_per_min / 60.0) ** 2,
                at_s=start_s,
                noise=math.radians(config.noise_deg) ** 2,
            )
            for side, heading in calibration.heading.items()
        }
        self._smoother = HannSmoother(config.smoothing_s, rate_hz)
        self._motion = {
            placement: MotionRows(rate_hz) for placement in calibration.sensor_from_segment
        }
        self._agreement = RunningSums(4 * len(self._joints), first_index)

    def feed(self, block: SegmentBlock) -> None:
        """Take one block of segment motion."""
        midway = {
            placement: self._motion[placement].feed(signal)
            for placement, signal in block.segments.items()
        }
        columns: list[FloatArray] = []
        for side, (in_pelvis, in_thigh) in self._joints.items():
            columns += midway[Placement.PELVIS].at(in_pelvis)
            columns += midway[Placement.thigh(side)].at(in_thigh)
        smoothed = self._smoother.feed(np.stack(columns, axis=1))
        self._agreement.append(_agreement(smoothed))

    def forget(self) -> None:
        """Drop rows that no open stride can need; to be called when a block's strides are done."""
        self._agreement.drop_before(self._agreement.end_index - round(6.0 * self.rate_hz))

    def heading(self, side: Side, activity: Activity, t_s: float) -> Heading:
        """Return the heading at a time, from strides before it."""
        track = self._tracks[side]
        ahead = t_s - track.at_s
        variance = track.hh + 2.0 * ahead * track.hr + ahead * ahead * track.rr
        return Heading(
            angle=track.heading + track.rate * ahead,
            drift_sigma=math.sqrt(max(variance, 0.0)),
            settling=self._settling(track, activity),
        )

    def _settling(self, track: _Track, activity: Activity) -> bool:
        """Whether another activity's bias is still being told from a turn of the thigh."""
        if len(track.biases) < 2 and track.activity in (activity, None):
            return False
        if track.activity is not activity:
            known = track.biases.get(activity)
            variance = known.variance if known is not None else math.inf
        else:
            variance = track.bb
        return variance > math.radians(self.config.settled_deg) ** 2

    def interrupted(self, side: Side, heading_sigma: float) -> None:
        """Note a gap in which the heading changed by an unknown angle of this uncertainty, rad."""
        self._tracks[side].hh += heading_sigma**2

    def stride(self, side: Side, activity: Activity, start_s: float, end_s: float) -> None:
        """Learn from a straight, undisturbed stride of this side."""
        measured = self._measure(side, start_s, end_s)
        if measured is None:
            return
        track = self._tracks[side]
        self._advance(track, end_s)
        self._enter(side, track, activity, end_s - start_s)
        self._update(track, measured)

    def _advance(self, track: _Track, t_s: float) -> None:
        """Carry a track on to a time."""
        dt = t_s - track.at_s
        minutes = abs(dt) / 60.0
        track.at_s = t_s
        track.heading += dt * track.rate
        track.hh += 2.0 * dt * track.hr + dt * dt * track.rr
        track.hr += dt * track.rr
        track.hb += dt * track.rb
        track.hh += math.radians(self.config.heading_walk_deg) ** 2 * minutes
        track.rr += math.radians(self.config.rate_walk_deg_per_min / 60.0) ** 2 * minutes

    def _enter(self, side: Side, track: _Track, activity: Activity, stride_time_s: float) -> None:
        """Bring the present activity's bias into the state; start anew at another speed."""
        known = track.biases.get(activity)
        if known is not None:
            changed = abs(stride_time_s / known.stride_time_s - 1.0)
            known.strangers = known.strangers + 1 if changed > self.config.stride_time_change else 0
        fresh = known is None or known.strangers >= 3
        if track.activity is activity and not fresh:
            return
        if track.activity is not None and track.activity is not activity:
            left = track.biases[track.activity]
            left.mean, left.variance = track.bias, track.bb
        if known is None or fresh:
            calibrated = track.activity is None
            sigma_deg = self.config.first_bias_deg if calibrated else self.config.bias_deg
            known = _Bias(
                mean=self._first_bias[side] if calibrated else 0.0,
                variance=math.radians(sigma_deg) ** 2,
                stride_time_s=stride_time_s,
            )
            track.biases[activity] = known
        track.activity = activity
        track.bias, track.bb = known.mean, known.variance
        track.hb = track.rb = 0.0

    def _update(self, track: _Track, measured: float) -> None:
        """Kalman update by one stride's heading, which shows heading plus bias."""
        # Covariance of the states with what is seen
        h, r, b = track.hh + track.hb, track.hr + track.rb, track.hb + track.bb
        expected = h + b
        limit = max(math.radians(self.config.clip_deg), 2.0 * math.sqrt(expected))
        innovation = wrap(measured - (track.heading + track.bias))
        innovation = min(max(innovation, -limit), limit)
        gain = 1.0 / (expected + track.noise)
        track.heading += gain * h * innovation
        track.rate += gain * r * innovation
        track.bias += gain * b * innovation
        track.hh -= gain * h * h
        track.hr -= gain * h * r
        track.hb -= gain * h * b
        track.rr -= gain * r * r
        track.rb -= gain * r * b
        track.bb -= gain * b * b
        # What the state's own uncertainty does not explain is the strides' noise.
        unexplained = max(innovation * innovation - expected, 0.0)
        least = math.radians(self.config.least_noise_deg) ** 2
        track.noise = max(0.9 * track.noise + 0.1 * unexplained, least)

    def _measure(self, side: Side, start_s: float, end_s: float) -> float | None:
        first, end = round(start_s * self.rate_hz), round(end_s * self.rate_hz)
        agreement = self._agreement
        if first < agreement.first_index or end > agreement.end_index or end - first < 10:
            return None
        column = 4 * list(self._joints).index(side)
        real, imaginary, pelvis, thigh = agreement.over(first, end)[column : column + 4]
        coherence = math.hypot(real, imaginary)
        power = pelvis * thigh
        if power <= 0.0 or coherence < self.config.least_coherence * math.sqrt(power):
            return None
        return math.atan2(imaginary, real)


def _agreement(hips: FloatArray) -> FloatArray:
    """Return what tells the heading, (n, 4 j), of horizontal hip accelerations (n, 4 j).

    Per hip a_pelvis · conj(a_thigh), real and imaginary part, and the squares of both.
    """
    columns = []
    for px, py, tx, ty in hips.T.reshape(-1, 4, len(hips)):
        columns += [px * tx + py * ty, py * tx - px * ty, px * px + py * py, tx * tx + ty * ty]
    return np.stack(columns, axis=1)
