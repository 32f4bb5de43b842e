"""Which orientation filters exist, and which are refused and why.

A filter is sound if, on known motion from many start attitudes, the vertical comes out up, a turn
by +90° about the vertical raises the heading by 90°, and an inclination error dies away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pelvicsense.datatypes.errors import ConfigurationError, FilterRefusedError
from pelvicsense.fusion.ahrs_config import (
    AquaConfig,
    EkfConfig,
    MadgwickConfig,
    MahonyConfig,
    StartConfig,
)
from pelvicsense.fusion.filters import OrientationFilter
from pelvicsense.fusion.vqf_filter import VqfConfig, VqfFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterSettings:
    """Parameters of every filter; only the chosen one's are read."""

    vqf: VqfConfig = field(default_factory=VqfConfig)
    madgwick: MadgwickConfig = field(default_factory=MadgwickConfig)
    mahony: MahonyConfig = field(default_factory=MahonyConfig)
    aqua: AquaConfig = field(default_factory=AquaConfig)
    ekf: EkfConfig = field(default_factory=EkfConfig)
    start: StartConfig = field(default_factory=StartConfig)
    """Start of the ``ahrs`` filters, all but ``vqf``."""


_MAGNETOMETER = "it needs a magnetometer, which is not recorded"
_NO_GYROSCOPE = "it uses the accelerometer alone, so every step counts as tilt"

_REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "angular": "it uses the gyroscope alone, so its inclination drifts without bound",
        "complementary": "without magnetometer its heading never turns, and it adds body rates to "
        "Euler angles, which is wrong on a freely mounted sensor",
        "davenport": _MAGNETOMETER,
        "famc": _MAGNETOMETER,
        "fkf": _MAGNETOMETER,
        "flae": _MAGNETOMETER,
        "fourati": _MAGNETOMETER,
        "fqa": _NO_GYROSCOPE,
        "oleq": _MAGNETOMETER,
        "quest": _MAGNETOMETER,
        "roleq": _MAGNETOMETER,
        "saam": _MAGNETOMETER,
        "tilt": _NO_GYROSCOPE,
        "triad": _MAGNETOMETER,
        "ukf": "its covariance is taken by absolute value, so whether an inclination error dies "
        "away depends on the attitude",
    }
)


_FROM_AHRS = ("madgwick", "mahony", "aqua", "ekf")


def available_filters() -> tuple[str, ...]:
    """Names of the usable filters, the default first."""
    return ("vqf", *_FROM_AHRS)


def refused_filters() -> Mapping[str, str]:
    """Names of the filters of the ``ahrs`` package that are refused, each with its reason."""
    return _REFUSED


def make_filter(
    name: str, rate_hz: float, settings: FilterSettings | None = None
) -> OrientationFilter:
    """Make the filter ``name`` for rows at ``rate_hz``.

    Raises
    ------
    FilterRefusedError
        The filter exists but failed our checks or needs another sensor.
    ConfigurationError
        There is no filter of that name.
    """
    settings = settings or FilterSettings()
    if name == "vqf":
        return VqfFilter(settings.vqf, rate_hz)
    if name in _FROM_AHRS:
        # ahrs takes a fifth of a second to import: not for those who use vqf
        # Heavy imports, for these filters only.
        from pelvicsense.fusion.ahrs_filter import AhrsFilter  # noqa: PLC0415
        from pelvicsense.fusion.ahrs_steps import make_step  # noqa: PLC0415

        return AhrsFilter(make_step(getattr(settings, name), rate_hz), settings.start, rate_hz)
    usable = ", ".join(available_filters())
    if name in _REFUSED:
        msg = f"filter {name!r} is refused: {_REFUSED[name]}; choose one of {usable}"
        raise FilterRefusedError(msg)
    msg = f"there is no filter {name!r}; choose one of {usable}"
    raise ConfigurationError(msg)
