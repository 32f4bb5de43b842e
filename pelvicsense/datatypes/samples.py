"""What enters the pipeline: samples, link events and user marks, in order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from pelvicsense.datatypes.arrays import (
    FloatArray,
    IntArray,
    freeze_float,
    freeze_int,
)
from pelvicsense.datatypes.placement import Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSpec:
    """What is known about one worn sensor before its first sample.

    Attributes
    ----------
    placement
        Where it is worn.
    profile
        Firmware profile, or ``simulated`` or ``imported``.
    rate_hz
        Nominal sampling rate.
    tick_s
        Seconds per device tick; none where the device sends no time (the tick column then holds a
        sample counter, or nothing).
    tick_bits
        Width after which the device tick wraps.
    device
        Salted hash of the device and its firmware version, for people only.
    """

    placement: Placement
    profile: str
    rate_hz: float
    tick_s: float | None = None
    tick_bits: int | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleBlock:
    """Consecutive samples of one sensor, ``n`` rows in order of arrival.

    Attributes
    ----------
    sensor
        Which sensor.
    host_ns
        (n,) host monotonic clock at arrival, ns; equal for samples of one packet; never falling.
    tick
        (n,) device time as sent, may wrap; none where the device sends neither time nor counter.
    acc
        (n, 3) specific force in the sensor frame, m/s².
    gyr
        (n, 3) angular rate in the sensor frame, rad/s.
    """

    sensor: Placement
    host_ns: IntArray
    tick: IntArray | None
    acc: FloatArray
    gyr: FloatArray

    def __post_init__(self) -> None:
        n = len(self.host_ns)
        object.__setattr__(self, "host_ns", freeze_int("host_ns", self.host_ns, (n,)))
        if self.tick is not None:
            object.__setattr__(self, "tick", freeze_int("tick", self.tick, (n,)))
        object.__setattr__(self, "acc", freeze_float("acc", self.acc, (n, 3)))
        object.__setattr__(self, "gyr", freeze_float("gyr", self.gyr, (n, 3)))

    def __len__(self) -> int:
        return len(self.host_ns)


class MarkKind(StrEnum):
    """Kinds of rows in marks.csv."""

    LINK_LOST = "link_lost"
    LINK_BACK = "link_back"
    LOST = "lost"
    STILL_START = "still_start"
    STILL_END = "still_end"
    RECALIBRATE = "recalibrate"
    PAUSE = "pause"
    RESUME = "resume"
    CUE = "cue"
    NOTE = "note"
    SYNC = "sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened meanwhile: a link event (``sensor`` set) or a user's mark.

    Attributes
    ----------
    host_ns
        Host monotonic clock, ns.
    kind
        What happened.
    sensor
        The sensor concerned, if one is.
    text
        Free text; for ``lost``, the number of samples known to be missing.
    """

    host_ns: int
    kind: MarkKind
    sensor: Placement | None = None
    text: str = ""


StreamInput: TypeAlias = SampleBlock | Mark
"""One input of the pipeline.

Inputs are fed in groups, ``feed(Sequence[StreamInput])``, a group being everything that arrived in
one stretch of host time. Inside a group each sensor's blocks and the marks are in order of
arrival; the order between sensors does not matter.
"""
