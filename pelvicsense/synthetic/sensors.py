"""What is worn: sensors, their errors, their clocks, their radio. Values only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.numerics.quaternion import (
    from_matrix,
    from_rotation_vector,
    multiply,
    normalise,
)
from pelvicsense.synthetic.limits import require_within


class Mounting(StrEnum):
    """How a sensor sits on its segment."""

    RANDOM = "random"  # any orientation, uniformly
    ALIGNED = "aligned"  # sensor axes are the segment's: x anterior, y superior, z right
    FLAT = "flat"  # x up, z out of the body: backwards at the sacrum, sideways on the thigh

    def sensor_from_segment(self, placement: Placement, rng: np.random.Generator) -> FloatArray:
        """Quaternion wxyz, (4,)."""
        if self is Mounting.RANDOM:
            return normalise(rng.standard_normal(4))
        if self is Mounting.ALIGNED:
            return np.array([1.0, 0.0, 0.0, 0.0])
        return _FLAT[placement].copy()


_FLAT: dict[Placement, FloatArray] = {
    placement: from_matrix(np.array(sensor_axes_in_segment, dtype=np.float64))
    for placement, sensor_axes_in_segment in (
        (Placement.PELVIS, [[0, 1, 0], [0, 0, -1], [-1, 0, 0]]),
        (Placement.THIGH_RIGHT, [[0, 1, 0], [-1, 0, 0], [0, 0, 1]]),
        (Placement.THIGH_LEFT, [[0, 1, 0], [1, 0, 0], [0, 0, -1]]),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImuErrors:
    """Errors of one IMU; typical consumer MEMS (Bosch BMI270, ST LSM6DSO data sheets).

    Attributes
    ----------
    gyr_bias_dps
        Bias drawn uniformly from ± this, deg/s per axis; 0.5 (data sheet zero-rate offset).
    acc_bias_mps2
        Bias drawn uniformly from ± this, m/s² per axis; 0.05 (after factory calibration).
    scale_error
        Scale errors drawn with this SD, fraction per axis; 0.003.
    gyr_noise_dps_rthz
        White noise density, deg/s/√Hz; 0.007.
    acc_noise_mps2_rthz
        White noise density, m/s²/√Hz; 0.0015.
    acc_range_g, gyr_range_dps
        Ends of the range; 16 g, 2000 deg/s.
    bits
        Width of the numbers sent; 16. 0: not rounded and not limited.
    """

    gyr_bias_dps: float = 0.5
    acc_bias_mps2: float = 0.05
    scale_error: float = 0.003
    gyr_noise_dps_rthz: float = 0.007
    acc_noise_mps2_rthz: float = 0.0015
    acc_range_g: float = 16.0
    gyr_range_dps: float = 2000.0
    bits: int = 16

    @classmethod
    def none(cls) -> ImuErrors:
        """Exact sensors."""
        return cls(
            gyr_bias_dps=0.0,
            acc_bias_mps2=0.0,
            scale_error=0.0,
            gyr_noise_dps_rthz=0.0,
            acc_noise_mps2_rthz=0.0,
            bits=0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftTissue:
    """How a thigh sensor moves on the bone: a damped oscillator driven by acceleration.

    Attributes
    ----------
    wobble_deg
        99th percentile of the angle in full motion, deg; 0 (firm strap 1–2, loose or running 3–6).
    wobble_hz
        Natural frequency, Hz; 8 (5–12).
    damping
        Share of critical damping; 0.2.
    impact_ratio
        Impact of the own foot at the sensor over that at the pelvis, along the thigh; 1 (rigid).
        Shocks fade on their way up, so 1.5–2 is lifelike.
    """

    wobble_deg: float = 0.0
    wobble_hz: float = 8.0
    damping: float = 0.2
    impact_ratio: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockErrors:
    """The device's clock.

    Attributes
    ----------
    skew_ppm
        Drawn uniformly from ± this; 50 (crystal with temperature).
    tick_s, tick_bits
        Resolution, s, and width of the tick; 1 µs, 32 bits (wraps after 71 minutes).
    """

    skew_ppm: float = 50.0
    tick_s: float = 1e-6
    tick_bits: int = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioConfig:
    """From the device to the host (Bluetooth Low Energy notifications).

    Attributes
    ----------
    samples_per_packet
        1…20; 2.
    connection_interval_s
        Packets leave at multiples of it, s; 0.015. 0: at once.
    delay_s, jitter_s
        Fixed delay of the host's stack and mean of the exponential one on top, s; 0.004, 0.004.
    stalls_per_min, stall_s
        How often nothing arrives for a while and then all at once, and for how long at most
        (uniform from half of it), s; 0, 0.5.
    loss_fraction
        Share of packets that never arrive; 0.
    supervision_s
        After so long without a packet the host calls the link lost, s; 0.5.
    """

    samples_per_packet: int = 2
    connection_interval_s: float = 0.015
    delay_s: float = 0.004
    jitter_s: float = 0.004
    stalls_per_min: float = 0.0
    stall_s: float = 0.5
    loss_fraction: float = 0.0
    supervision_s: float = 0.5

    def __post_init__(self) -> None:
        require_within("samples_per_packet", self.samples_per_packet, 1, 20)
        require_within("connection_interval_s", self.connection_interval_s, 0.0, 1.0)
        require_within("loss_fraction", self.loss_fraction, 0.0, 0.9)

    @classmethod
    def perfect(cls) -> RadioConfig:
        """Every sample arrives at once, alone."""
        return cls(samples_per_packet=1, connection_interval_s=0.0, delay_s=0.0, jitter_s=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """The link is gone from ``start_s`` for ``duration_s``; infinite: the sensor stops for good.

    With ``restarts_clock`` the device itself went down: its tick starts anew near 0.
    """

    start_s: float
    duration_s: float
    restarts_clock: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """The sensor turns on its segment, once, smoothly, and stays so: a strap slides, a knock.

    Attributes
    ----------
    at_s, over_s
        When it begins, s of the script, and how long it takes, s.
    turn_deg
        Rotation vector of the sensor in segment axes (x anterior, y superior, z right), degrees.
    """

    at_s: float
    turn_deg: tuple[float, float, float]
    over_s: float = 0.3

    def __post_init__(self) -> None:
        require_within("over_s", self.over_s, 0.01, 600.0)

    def turn(self, t_s: FloatArray) -> FloatArray:
        """Return the rotation so far, quaternions wxyz (n, 4) in segment axes, at times (n,)."""
        progress = np.clip((t_s - self.at_s) / self.over_s, 0.0, 1.0)
        # Neither the angle nor its rate or acceleration jumps.
        share = progress**3 * (10.0 - 15.0 * progress + 6.0 * progress**2)
        return from_rotation_vector(share[:, None] * np.radians(self.turn_deg))


def slipped(slips: Iterable[Slip], t_s: FloatArray) -> FloatArray:
    """Return the rotation by all slips so far, quaternions wxyz (n, 4), at times (n,)."""
    turn = np.tile([1.0, 0.0, 0.0, 0.0], (len(t_s), 1))
    for slip in sorted(slips, key=lambda one: one.at_s):
        turn = multiply(slip.turn(t_s), turn)
    return turn


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorConfig:
    """One worn sensor.

    Attributes
    ----------
    rate_hz
        Nominal sampling rate, 25…400 Hz; 100.
    mounting
        Named, or a quaternion ``sensor_from_segment`` wxyz.
    slips
        How that changes later on.
    """

    placement: Placement
    rate_hz: float = 100.0
    mounting: Mounting | tuple[float, float, float, float] = Mounting.RANDOM
    imu: ImuErrors = field(default_factory=ImuErrors)
    tissue: SoftTissue = field(default_factory=SoftTissue)
    clock: ClockErrors = field(default_factory=ClockErrors)
    radio: RadioConfig = field(default_factory=RadioConfig)
    outages: tuple[Outage, ...] = ()
    slips: tuple[Slip, ...] = ()

    def __post_init__(self) -> None:
        require_within("rate_hz", self.rate_hz, 25.0, 400.0)


def worn_sensors(
    placements: Iterable[Placement] = tuple(Placement), *, like: SensorConfig | None = None
) -> tuple[SensorConfig, ...]:
    """Sensors as in life, all ``like`` the given one but for their placement."""
    model = SensorConfig(placement=Placement.PELVIS) if like is None else like
    return tuple(replace(model, placement=placement) for placement in placements)


def ideal_sensors(
    placements: Iterable[Placement] = tuple(Placement),
    *,
    rate_hz: float = 100.0,
    mounting: Mounting = Mounting.ALIGNED,
) -> tuple[SensorConfig, ...]:
    """Sensors without any error, on a clock without skew and a radio without delay."""
    model = SensorConfig(
        placement=Placement.PELVIS,
        rate_hz=rate_hz,
        mounting=mounting,
        imu=ImuErrors.none(),
        clock=ClockErrors(skew_ppm=0.0),
        radio=RadioConfig.perfect(),
    )
    return worn_sensors(placements, like=model)
