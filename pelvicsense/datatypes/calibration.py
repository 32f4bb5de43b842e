"""How sensors sit on their segments, and how sure we are of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pelvicsense.datatypes.arrays import FloatArray, freeze_float
from pelvicsense.datatypes.placement import Placement, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class StillPose:
    """A stretch in which the person stood still.

    Attributes
    ----------
    first, end
        Grid rows [first, end).
    earth_from_sensor
        Mean orientation of each sensor meanwhile, unit quaternions (4,).
    stated
        The user or the manifest said so; otherwise it was found in the signals.
    standing
        False for the mean attitude over steps, which must do where nobody stood still: it tells
        what is vertical, but no angle can be measured from it.
    """

    first: int
    end: int
    earth_from_sensor: Mapping[Placement, FloatArray]
    stated: bool
    standing: bool = True

    def __post_init__(self) -> None:
        frozen = {
            p: freeze_float("earth_from_sensor", q, (4,)) for p, q in self.earth_from_sensor.items()
        }
        object.__setattr__(self, "earth_from_sensor", frozen)


@dataclass(frozen=True, slots=True, kw_only=True)
class HipFit:
    """What the hip joint says about one thigh: both sensors must see its centre move alike.

    Attributes
    ----------
    heading
        Angle that turns the thigh sensor's earth frame into the pelvis sensor's, rad.
    joint_in_pelvis, joint_in_thigh
        (3,) hip centre from each sensor, m, in the sensor's levelled frame (z vertical when still).
    contrast
        90th percentile of the misfit over all headings, over the least misfit: above 15 the
        heading is good to about 3°, below 1.9 it is useless.
    misfit
        Root mean square difference of the two accelerations at the best heading, m/s².
    lag_s
        By how much the thigh sensor's clock seems late against the pelvis'; the estimate is good
        to about 10 ms and is shown, not applied.
    """

    heading: float
    joint_in_pelvis: FloatArray
    joint_in_thigh: FloatArray
    contrast: float
    misfit: float
    lag_s: float

    def __post_init__(self) -> None:
        for name in ("joint_in_pelvis", "joint_in_thigh"):
            object.__setattr__(self, name, freeze_float(name, getattr(self, name), (3,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Sensor-to-segment rotations and the heading between sensors at the time of calibration.

    Attributes
    ----------
    still
        The pose in which every angle is zero.
    sensor_from_segment
        (4,) unit quaternion per placement.
    heading
        Angle that turns a thigh sensor's earth frame into the pelvis sensor's, rad, per side.
    pelvis_heading_sigma, heading_sigma
        Standard uncertainty of the pelvis' forward axis, and of ``heading`` per side, rad.
    hips
        The hip-joint fit per side.
    vote
        Agreement of everything that tells front from back, -1…1; the sign is decided, its
        size says how clearly.
    first, end
        Grid rows [first, end) whose strides were used.
    strides
        How many strides were used.
    final
        False where the recording ended before enough strides were seen.
    """

    still: StillPose
    sensor_from_segment: Mapping[Placement, FloatArray]
    heading: Mapping[Side, float]
    pelvis_heading_sigma: float
    heading_sigma: Mapping[Side, float]
    hips: Mapping[Side, HipFit]
    vote: float
    first: int
    end: int
    strides: int
    final: bool

    def __post_init__(self) -> None:
        frozen = {
            p: freeze_float("sensor_from_segment", q, (4,))
            for p, q in self.sensor_from_segment.items()
        }
        object.__setattr__(self, "sensor_from_segment", frozen)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationRefusal:
    """Why no calibration could be accepted, in words for the user."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationNews:
    """A calibration was accepted, or an attempt refused.

    Attributes
    ----------
    outcome
        The calibration, or the reason why there is none.
    known_at_s
        Newest complete grid sample at the decision.
    """

    outcome: Calibration | CalibrationRefusal
    known_at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipNews:
    """A sensor has turned on its segment: what depends on its mounting is no longer known.

    Attributes
    ----------
    placement
        The sensor.
    turn_deg
        By how much, about the anterior, the long and the right axis, degrees; as measured.
    since_s
        End of the last stride before it, seconds since the first ``host_ns``.
    known_at_s
        Newest complete grid sample when it was noticed.
    """

    placement: Placement
    turn_deg: tuple[float, float, float]
    since_s: float
    known_at_s: float

    def concerns(self, side: Side) -> bool:
        """Whether a stance of a side depends on this sensor's mounting."""
        return self.placement.side in (None, side)

    @property
    def words(self) -> str:
        """What happened, for the user."""
        side = self.placement.side
        name = "pelvis" if side is None else f"{side} thigh"
        return f"the {name} sensor seems to have moved on the body at {self.since_s:.0f} s"
