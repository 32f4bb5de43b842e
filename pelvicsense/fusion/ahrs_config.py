"""Parameters of the ``ahrs`` filters: low gains, because the bias is removed at the start."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class RestConfig:
    """When a sensor is at rest; every default is VQF's."""

    rest_min_s: float = 1.5
    """How long the sensor must be quiet, s."""
    lowpass_tau_s: float = 0.5
    """Time constant of the low-pass, s."""
    gyr_dps: float = 2.0
    """Largest deviation of the rate from its low-pass, °/s."""
    acc_mps2: float = 0.5
    """Largest deviation of the specific force from its low-pass, m/s²."""
    bias_clip_dps: float = 2.0
    """Largest low-passed rate, °/s on any axis: more is a slow turn, not a bias."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadgwickConfig:
    """Gradient descent filter."""

    gain_rad_s: float = 0.006
    """Speed of the correction, rad/s. Measured on walking from a still start: 0.003–0.006 gave
    0.1–0.2° of obliquity error, 0.02 gave 0.2–0.3°, the package's 0.033 more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MahonyConfig:
    """Proportional-integral filter."""

    proportional_per_s: float = 0.1
    """Share of the inclination error corrected per second, 1/s. Measured as for Madgwick: 0.2–0.3°;
    the package's 1.0 follows every acceleration."""
    integral_per_s2: float = 0.002
    """Growth of the bias estimate per inclination error, 1/s²; 0.0025 would be critical
    damping. From the same comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AquaConfig:
    """Algebraic quaternion filter, not adaptive (the adaptive gain ignores the one set)."""

    time_constant_s: float = 30.0
    """Time in which the inclination error falls to 1/e, s. Measured on walking: 33 s gave 0.1–0.35°
    of obliquity error, 3 s 0.25–0.5°, the package's 1 s 0.7–1.4°."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EkfConfig:
    """Extended Kalman filter; the two noises together make a time constant of about 20 s."""

    gyr_sigma_rad_s: float = 0.05
    """Standard deviation of the rate, rad/s: stands for all errors of integration. Chosen for the
    time constant; the package's 0.3 gave 0.4–0.7° of obliquity error on walking."""
    acc_sigma: float = 1.0
    """Standard deviation of the normalised specific force, g: walking's own accelerations."""
    start_sigma: float = 0.01
    """Standard uncertainty of each quaternion component at the start, 1: a still pose's 1°."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartConfig:
    """How the ``ahrs`` filters come to their first attitude and bias."""

    rest: RestConfig = field(default_factory=RestConfig)
    """The still pose that gives the bias and the first attitude."""
    levelling_s: float = 5.0
    """Window of the search for the vertical after a gap in motion, s. Measured error at its end
    (90th percentile): running 0.3°, walking with turns 1.3°; at 3 s 0.6° and 3.3°."""
