"""What a live session or a replay tells the screen, besides samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.datatypes.quality import LinkQuality
from pelvicsense.datatypes.samples import Mark
from pelvicsense.feedback.programme import CadenceCue, Cue, FeedbackConfig
from pelvicsense.metrics.summary import SessionSummary
from pelvicsense.pipeline.now import CalibrationProgress
from pelvicsense.pipeline.pipeline import Output
from pelvicsense.sinks.status import LogStatus


class Phase(StrEnum):
    """What the worker is at."""

    SCANNING = "scanning"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECORDING = "recording"
    SUMMING_UP = "summing up"
    ENDED = "ended"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorFact:
    """A sensor on the air, or one that was chosen and is not there.

    Attributes
    ----------
    address, name, model
        Which; ``name`` and ``model`` are empty where unknown.
    rssi_dbm
        Signal strength; none where it is not seen.
    placement
        Where it is worn, if that was said.
    state
        ``seen``, ``not seen``, or what its link is doing.
    battery_percent
        Newest reading.
    refusal
        Why it cannot be used; empty if it can.
    trouble
        What went wrong with it last.
    can_blink
        It can show itself now.
    """

    address: str
    name: str
    model: str
    rssi_dbm: int | None
    placement: Placement | None
    state: str
    battery_percent: float | None = None
    refusal: str = ""
    trouble: str = ""
    can_blink: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayFact:
    """Where a replay stands; ``analysed`` is the share 0…1 of its analysis that is done."""

    name: str
    analysed: float
    duration_s: float
    position_s: float
    playing: bool
    speed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStatus:
    """How things stand; the newest one counts.

    Attributes
    ----------
    phase, progress
        What is being done, and in which detail, in words.
    trouble
        What failed last, in words; empty if nothing did.
    error
        What ended the session, in words; empty if nothing did.
    sensors
        The list to choose from.
    log, links
        How the recording and the clocks stand.
    signal_time_s
        Newest complete grid sample, or the place in a replay, s since the first sample.
    calibrating
        How far the calibration has come; none once there is one.
    paused
        Strides do not count now.
    feedback, sound_trouble
        Targets; why nothing is heard.
    replay
        Where a replay stands.
    """

    phase: Phase = Phase.SCANNING
    progress: str = ""
    trouble: str = ""
    error: str = ""
    sensors: tuple[SensorFact, ...] = ()
    log: LogStatus | None = None
    links: Mapping[Placement, LinkQuality] = field(default_factory=dict)
    signal_time_s: float = 0.0
    calibrating: CalibrationProgress | None = None
    paused: bool = False
    feedback: FeedbackConfig = field(default_factory=FeedbackConfig)
    sound_trouble: str = ""
    replay: ReplayFact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A recording or a stretch of replay begins: what was shown of another one is past.

    Attributes
    ----------
    sensors
        The worn sensors.
    """

    sensors: tuple[Placement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideFact:
    """A stride on the time line."""

    side: Side
    t_contact_s: float
    t_end_s: float
    valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkFact:
    """A mark at its time since the first sample."""

    t_s: float
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFact:
    """A stretch without samples of a sensor."""

    sensor: Placement
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """A replay was analysed: what its time line shows."""

    strides: tuple[StrideFact, ...]
    marks: tuple[MarkFact, ...]
    gaps: tuple[GapFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A session is over.

    Attributes
    ----------
    folder
        Where it was recorded; empty if no sample came.
    duration_s, summary, notices
        Of its analysis; ``summary`` is none where there is nothing to sum up.
    before_name, before
        The last earlier session of the same subject; ``before`` is none where there is none.
    no_comparison
        Why there is none; empty if there is.
    """

    folder: str
    duration_s: float = 0.0
    summary: SessionSummary | None = None
    notices: tuple[str, ...] = ()
    before_name: str = ""
    before: SessionSummary | None = None
    no_comparison: str = ""


Fact: TypeAlias = Output | Mark | Cue | CadenceCue | Begun | Analysed | Finished
"""What is handed on in order; each one counts."""
