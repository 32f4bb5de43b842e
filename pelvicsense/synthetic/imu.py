"""What an IMU on a moving segment measures: specific force and angular rate, then its errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import bilinear, sosfilt, tf2sos

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.numerics.quaternion import (
    conjugate,
    from_rotation_vector,
    multiply,
    rotate,
)
from pelvicsense.synthetic.body import (
    angular_rate,
    point_acceleration,
    segment_orientation,
    widened,
)
from pelvicsense.synthetic.forces import GRAVITY_MPS2
from pelvicsense.synthetic.motion import RATE_HZ, Motion
from pelvicsense.synthetic.person import PersonConfig
from pelvicsense.synthetic.sensors import ImuErrors, Slip, SoftTissue, slipped

CHUNK = 60 * RATE_HZ
"""Rows worked on at a time: memory stays bounded, results do not depend on it."""

FULL_MOTION = 0.999


@dataclass(frozen=True, slots=True, eq=False)
class MountedImu:
    """A sensor on a person: who, where, how it sits, how its skin moves."""

    person: PersonConfig
    placement: Placement
    sensor_from_segment: FloatArray
    tissue: SoftTissue
    slips: tuple[Slip, ...] = ()

    def measure(self, motion: Motion, times_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Exact specific force and rate (n, 3), sensor frame, at rising times within the motion."""
        acc, gyr = np.empty((len(times_s), 3)), np.empty((len(times_s), 3))
        wobble = self._wobble(motion)
        place = times_s * RATE_HZ
        for start in range(0, len(motion), CHUNK):
            first, last = np.searchsorted(place, [start, start + CHUNK])
            if first == last:
                continue
            # One row before and two behind, for the cubic between rows
            rows = np.arange(start - 1, min(start + CHUNK, len(motion)) + 2)
            force, rate = self._at_rows(motion, wobble, rows)
            where = place[first:last] - rows[0]
            acc[first:last] = cubic(force, where)
            gyr[first:last] = cubic(rate, where)
        return acc, gyr

    def _at_rows(
        self, motion: Motion, wobble: FloatArray | None, rows: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        wide = widened(rows, len(motion))
        bone = segment_orientation(motion, self.placement, wide)
        skin = bone if wobble is None else multiply(bone, from_rotation_vector(wobble[wide]))
        if self.slips:
            skin = multiply(skin, slipped(self.slips, wide / RATE_HZ))
        earth_from_sensor = multiply(skin, conjugate(self.sensor_from_segment))
        inside = wide[2:-2]
        force = point_acceleration(motion, self.person, self.placement, rows)
        force[:, 2] += GRAVITY_MPS2
        if self.placement.side is not None and self.tissue.impact_ratio != 1.0:
            extra = (self.tissue.impact_ratio - 1.0) * motion.impact[self.placement.side][inside]
            force += extra[:, None] * rotate(bone[2:-2], np.array([0.0, 1.0, 0.0]))
        return rotate(conjugate(earth_from_sensor[2:-2]), force), angular_rate(earth_from_sensor)

    def _wobble(self, motion: Motion) -> FloatArray | None:
        """Rotation vectors (n, 3) of the sensor against the bone, rad; none where it sits firm."""
        tissue = self.tissue
        moving = motion.envelope > FULL_MOTION
        if self.placement.side is None or tissue.wobble_deg == 0.0 or not np.any(moving):
            return None
        omega = 2.0 * np.pi * tissue.wobble_hz
        numerator, denominator = bilinear(
            [omega**2], [1.0, 2.0 * tissue.damping * omega, omega**2], RATE_HZ
        )
        sos = tf2sos(numerator, denominator)
        angle = np.empty((len(motion), 3))
        state = np.zeros((len(sos), 2, 3))
        for start in range(0, len(motion), CHUNK):
            rows = np.arange(start, min(start + CHUNK, len(motion)))
            acceleration = point_acceleration(motion, self.person, self.placement, rows)
            bone = segment_orientation(motion, self.placement, rows)
            along = rotate(conjugate(bone), acceleration)
            # The mass behind lags: pushed forward it tips about z, sideways about x; it twists with
            # both.
            drive = np.stack(
                [along[:, 2], 0.5 * (along[:, 0] + along[:, 2]), -along[:, 0]], axis=-1
            )
            angle[rows], state = sosfilt(sos, drive, axis=0, zi=state)
        size = np.sqrt(np.sum(angle * angle, axis=-1))[moving]
        angle *= np.radians(tissue.wobble_deg) / np.percentile(size, 99.0)
        return angle


def cubic(x: FloatArray, where: FloatArray) -> FloatArray:
    """Rows of ``x`` (n, k) at fractional indices ``where`` in [1, n - 2): cubic through four rows.

    At 1 kHz and 30 Hz of content its error is below 1e-4 of the amplitude.
    """
    index = np.floor(where).astype(np.int64)
    u = (where - index)[:, None]
    before = -u * (u - 1.0) * (u - 2.0) / 6.0
    here = (u + 1.0) * (u - 1.0) * (u - 2.0) / 2.0
    after = -(u + 1.0) * u * (u - 2.0) / 2.0
    beyond = (u + 1.0) * u * (u - 1.0) / 6.0
    return before * x[index - 1] + here * x[index] + after * x[index + 1] + beyond * x[index + 2]


@dataclass(frozen=True, slots=True, eq=False)
class ErrorDraw:
    """The errors one sensor got: bias (rad/s, m/s²) and scale factor per axis, (3,) each."""

    gyr_bias: FloatArray
    acc_bias: FloatArray
    gyr_scale: FloatArray
    acc_scale: FloatArray

    @classmethod
    def of(cls, errors: ImuErrors, rng: np.random.Generator) -> ErrorDraw:
        """Draw them."""
        return cls(
            gyr_bias=np.radians(errors.gyr_bias_dps) * rng.uniform(-1.0, 1.0, 3),
            acc_bias=errors.acc_bias_mps2 * rng.uniform(-1.0, 1.0, 3),
            gyr_scale=1.0 + errors.scale_error * rng.standard_normal(3),
            acc_scale=1.0 + errors.scale_error * rng.standard_normal(3),
        )


def with_errors(
    acc: FloatArray,
    gyr: FloatArray,
    errors: ImuErrors,
    draw: ErrorDraw,
    rate_hz: float,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Scale, bias, noise, then the converter's range and resolution."""
    bandwidth = np.sqrt(0.5 * rate_hz)
    acc_noise = errors.acc_noise_mps2_rthz * bandwidth * rng.standard_normal(acc.shape)
    gyr_noise = np.radians(errors.gyr_noise_dps_rthz) * bandwidth * rng.standard_normal(gyr.shape)
    acc = acc * draw.acc_scale + draw.acc_bias + acc_noise
    gyr = gyr * draw.gyr_scale + draw.gyr_bias + gyr_noise
    if errors.bits == 0:
        return acc, gyr
    return (
        _convert(acc, errors.acc_range_g * GRAVITY_MPS2, errors.bits),
        _convert(gyr, float(np.radians(errors.gyr_range_dps)), errors.bits),
    )


def _convert(x: FloatArray, full_scale: float, bits: int) -> FloatArray:
    top = 2.0 ** (bits - 1)
    resolution = full_scale / top
    counts = np.clip(np.round(x / resolution), -top, top - 1.0)
    return counts * resolution
