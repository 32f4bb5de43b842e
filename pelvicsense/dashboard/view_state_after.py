"""What is shown of a session that is over: its summary, and the time line of a replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.datatypes.samples import MarkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """One metric of one activity; numbers none where not known.

    Attributes
    ----------
    activity, metric, name, unit
        Which: ``metric`` is the key of summary.json, ``name`` is for people, ``unit`` may be empty.
    mean, low, high
        Per side, with the 95 % interval.
    difference, distinct
        Left less right; whether that is more than chance and calibration can make.
    """

    activity: Activity
    metric: str
    name: str
    unit: str
    mean: Mapping[Side, float | None]
    low: Mapping[Side, float | None]
    high: Mapping[Side, float | None]
    difference: float | None
    distinct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A metric against the last session of the same subject.

    Attributes
    ----------
    activity, side, name, unit
        Which.
    before, now, change
        Means, and how much it changed.
    detectable, source
        The least change that is not measurement error, and who found that.
    real
        The change is more than that.
    words
        One sentence.
    """

    activity: Activity
    side: Side
    name: str
    unit: str
    before: float
    now: float
    change: float
    detectable: float
    source: str
    real: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryView:
    """After the session.

    Attributes
    ----------
    folder
        Where the recording is; empty if no sample came.
    working
        What is being computed, in words; empty when done.
    duration_s, valid, invalid
        Length, and strides that count or do not.
    rows
        Figures by activity, most frequent first.
    compared_with
        The session compared with; empty if there is none, then ``no_comparison`` says why.
    changes
        Against that session.
    notices
        What a reader must know, gravest first.
    """

    folder: str = ""
    working: str = ""
    duration_s: float = 0.0
    valid: int = 0
    invalid: int = 0
    rows: tuple[SummaryRow, ...] = ()
    compared_with: str = ""
    no_comparison: str = ""
    changes: tuple[ChangeRow, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideSpan:
    """A stride on the time line, s; ``valid`` if it counts."""

    side: Side
    t_contact_s: float
    t_end_s: float
    valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineMark:
    """A mark on the time line; ``sensor`` where it concerns one."""

    t_s: float
    kind: MarkKind
    sensor: Placement | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch without samples of a sensor, s."""

    sensor: Placement
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayView:
    """The time line. The tuples stay the same objects as long as nothing in them changes.

    Attributes
    ----------
    name
        The session.
    analysed
        Share of the analysis that is done, 0…1; the time line is whole at 1.
    duration_s, position_s
        Length, and where the player is.
    playing, speed
        Whether it runs, and how fast; 1 as recorded.
    strides, marks, gaps
        What the time line shows.
    """

    name: str = ""
    analysed: float = 0.0
    duration_s: float = 0.0
    position_s: float = 0.0
    playing: bool = False
    speed: float = 1.0
    strides: tuple[StrideSpan, ...] = ()
    marks: tuple[TimelineMark, ...] = ()
    gaps: tuple[Gap, ...] = ()
