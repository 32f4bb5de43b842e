"""Sensors on one clock, and what the orientation filters make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pelvicsense.datatypes.arrays import BoolArray, FloatArray, freeze_bool, freeze_float
from pelvicsense.datatypes.placement import Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class GridSignal:
    """One sensor's samples on the common grid, ``n`` rows.

    Attributes
    ----------
    acc
        (n, 3) specific force in the sensor frame, m/s². Interpolated straight across spans that are
        not valid, so that filters stay finite; such rows must not reach a metric.
    gyr
        (n, 3) angular rate in the sensor frame, rad/s, as ``acc``.
    valid
        (n,) false where a missing span longer than the limit was not bridged, before the sensor's
        first sample, and after it stopped.
    interpolated
        (n,) true where a missing span within the limit was bridged.
    saturated
        (n,) true where a channel sat at the end of its range.
    """

    acc: FloatArray
    gyr: FloatArray
    valid: BoolArray
    interpolated: BoolArray
    saturated: BoolArray

    def __post_init__(self) -> None:
        n = len(self.valid)
        object.__setattr__(self, "acc", freeze_float("acc", self.acc, (n, 3)))
        object.__setattr__(self, "gyr", freeze_float("gyr", self.gyr, (n, 3)))
        for name in ("valid", "interpolated", "saturated"):
            object.__setattr__(self, name, freeze_bool(name, getattr(self, name), (n,)))

    def __len__(self) -> int:
        return len(self.valid)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridBlock:
    """All sensors on one grid: row ``i`` is grid index ``first_index + i``.

    Grid index ``k`` is the time ``k / rate_hz`` seconds after the first ``host_ns`` of the session.
    """

    first_index: int
    rate_hz: float
    sensors: Mapping[Placement, GridSignal]

    def __post_init__(self) -> None:
        lengths = {len(signal) for signal in self.sensors.values()}
        if len(lengths) > 1:
            msg = f"sensors: expected equal lengths, got {sorted(lengths)}"
            raise ValueError(msg)

    def __len__(self) -> int:
        return len(next(iter(self.sensors.values()))) if self.sensors else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrientationSignal:
    """One sensor's orientation on the grid, ``n`` rows.

    Attributes
    ----------
    earth_from_sensor
        (n, 4) unit quaternions wxyz; earth z up, heading arbitrary, drifting, each sensor's own.
    gyro_bias
        (n, 3) bias the filter took off the rate, sensor frame, rad/s.
    at_rest
        (n,) the filter's rest detector.
    settled
        (n,) the sensor's samples are valid and the inclination has converged (false inside a gap
        and until the filter has found the vertical again).
    """

    earth_from_sensor: FloatArray
    gyro_bias: FloatArray
    at_rest: BoolArray
    settled: BoolArray

    def __post_init__(self) -> None:
        n = len(self.at_rest)
        object.__setattr__(
            self,
            "earth_from_sensor",
            freeze_float("earth_from_sensor", self.earth_from_sensor, (n, 4)),
        )
        object.__setattr__(self, "gyro_bias", freeze_float("gyro_bias", self.gyro_bias, (n, 3)))
        object.__setattr__(self, "at_rest", freeze_bool("at_rest", self.at_rest, (n,)))
        object.__setattr__(self, "settled", freeze_bool("settled", self.settled, (n,)))

    def __len__(self) -> int:
        return len(self.at_rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrientationBlock:
    """Orientation of every sensor: row ``i`` is grid index ``first_index + i``."""

    first_index: int
    rate_hz: float
    sensors: Mapping[Placement, OrientationSignal]

    def __len__(self) -> int:
        return len(next(iter(self.sensors.values()))) if self.sensors else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSignal:
    """One body segment's motion on the grid, ``n`` rows; axes x anterior, y superior, z right.

    Attributes
    ----------
    earth_from_segment
        (n, 3, 3) rotation matrices; column j is segment axis j in earth components (z up). The
        earth frame's heading is that of the segment's own sensor: pelvis and thighs differ.
    acceleration
        (n, 3) acceleration of the sensor's point, gravity removed, earth frame, m/s².
    rate
        (n, 3) angular rate, bias removed, segment axes, rad/s.
    settled
        (n,) samples are valid and the inclination has converged.
    bridged
        (n,) a short missing span was interpolated here.
    saturated
        (n,) a channel sat at the end of its range.
    """

    earth_from_segment: FloatArray
    acceleration: FloatArray
    rate: FloatArray
    settled: BoolArray
    bridged: BoolArray
    saturated: BoolArray

    def __post_init__(self) -> None:
        n = len(self.settled)
        for name, shape in (
            ("earth_from_segment", (n, 3, 3)),
            ("acceleration", (n, 3)),
            ("rate", (n, 3)),
        ):
            object.__setattr__(self, name, freeze_float(name, getattr(self, name), shape))
        for name in ("settled", "bridged", "saturated"):
            object.__setattr__(self, name, freeze_bool(name, getattr(self, name), (n,)))

    def __len__(self) -> int:
        return len(self.settled)


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentBlock:
    """Motion of every worn segment: row ``i`` is grid index ``first_index + i``."""

    first_index: int
    rate_hz: float
    segments: Mapping[Placement, SegmentSignal]

    def __len__(self) -> int:
        return len(next(iter(self.segments.values()))) if self.segments else 0
