"""What the screens before a session show: the sensor list and the guided calibration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Placement


class SensorState(StrEnum):
    """What a row of the sensor list says."""

    SEEN = "seen"
    NOT_SEEN = "not seen"
    CONNECTING = "connecting"
    READY = "ready"
    STREAMING = "streaming"
    STALLED = "stalled"
    LOST = "lost"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorRow:
    """One sensor of the list.

    Attributes
    ----------
    address
        What commands take; on macOS a number this computer gave it.
    name
        Advertised name; ``(no name)`` where it has none.
    model
        Recognised device; empty where it was not recognised.
    signal, signal_bars
        Strength in words (strong, good, weak, very weak; empty where unknown) and as 0…4 bars.
    battery_percent
        0…100; none until it was connected.
    placement
        Where the user says it is worn; none where not chosen.
    state
        What it is doing.
    trouble
        What is wrong and what to do, one sentence; empty if nothing is.
    usable
        It was recognised and is not refused: a placement may be chosen.
    can_blink
        It is connected and can show itself.
    """

    address: str
    name: str
    model: str
    signal: str
    signal_bars: int
    battery_percent: float | None
    placement: Placement | None
    state: SensorState
    trouble: str
    usable: bool
    can_blink: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyView:
    """Get ready.

    Attributes
    ----------
    sensors
        Usable ones first, each part strongest signal first; chosen ones keep their place.
    scanning
        Whether the list is still filling.
    progress
        What is being done now, such as ``connecting pelvis (…)``; empty if nothing.
    trouble
        Why the last attempt failed and what to do; empty if it did not.
    missing
        What is missing to go on, in words; empty if nothing is.
    can_connect, can_start
        Which buttons are alive: connect the chosen sensors; begin the recording.
    """

    sensors: tuple[SensorRow, ...] = ()
    scanning: bool = False
    progress: str = ""
    trouble: str = ""
    missing: tuple[str, ...] = ()
    can_connect: bool = False
    can_start: bool = False


class CalibrateStep(StrEnum):
    """The steps of the guide."""

    STAND_STILL = "stand still"
    WALK = "walk"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateView:
    """Calibrate.

    Attributes
    ----------
    step, instruction
        What is to be done now, as a word and as a sentence.
    still_fraction
        How full the ring is, 0…1; falls back to 0 when somebody moves.
    still_restarts
        How often it fell back.
    strides_good, strides_needed
        Good strides in a row, and how many the next attempt takes.
    refused
        Why the newest attempt was refused and what to do, in words; empty if none was.
    accepted
        What was accepted, in words; empty before.
    earth_from_sensor
        Orientation of each sensor now, unit quaternion wxyz (4,), earth z up, each sensor's own
        heading; for the small figure.
    swapped
        The thighs look swapped: offer to exchange them.
    """

    step: CalibrateStep = CalibrateStep.STAND_STILL
    instruction: str = ""
    still_fraction: float = 0.0
    still_restarts: int = 0
    strides_good: int = 0
    strides_needed: int = 0
    refused: str = ""
    accepted: str = ""
    earth_from_sensor: Mapping[Placement, FloatArray] = field(default_factory=dict)
    swapped: bool = False
