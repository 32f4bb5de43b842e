"""A session's pelvis and thighs at every grid row, as the analysis saw them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from pelvicsense.calibration.tracker import Heading
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import Calibration
from pelvicsense.datatypes.motion import SegmentBlock
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Pipeline
from pelvicsense.recording.session import Session
from pelvicsense.runtime.analyze import Progress, reported, result_of, run
from pelvicsense.runtime.read_ahead import read_ahead
from pelvicsense.runtime.result import SessionResult
from pelvicsense.sources.replay import ReplaySource

_CHUNK_ROWS = 200
"""Rows tracked at a time: headings are told at the end of each. Results do not depend on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyMotion:
    """The body over ``n`` grid rows, ``nan`` where unknown.

    Ground is OpenSim's: x the way the pelvis faced in the still pose, y up, z to the right.
    Segment axes are those of the recording format: x anterior, y superior, z right, all along the
    ground's in the still pose.

    Attributes
    ----------
    rate_hz
        Grid rate.
    pelvis
        (n, 3, 3) ground from pelvis.
    thighs
        (n, 3, 3) ground from thigh, of each worn side, heading between the sensors corrected.
    """

    rate_hz: float
    pelvis: FloatArray
    thighs: Mapping[Side, FloatArray]

    def __len__(self) -> int:
        return len(self.pelvis)

    @property
    def t_s(self) -> FloatArray:
        """(n,) seconds since the first ``host_ns``."""
        return np.arange(len(self)) / self.rate_hz


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysedSession:
    """What every export is made from."""

    session: Session
    result: SessionResult
    motion: BodyMotion


@dataclass(slots=True)
class _Watched:
    """Segment axes as they are tracked: stretches in order, and headings at their ends."""

    limit: float
    spans: list[slice] = field(default_factory=list)
    axes: dict[Placement, list[FloatArray]] = field(default_factory=dict)
    headings: dict[Side, list[float]] = field(default_factory=lambda: {side: [] for side in Side})

    def __call__(self, segments: SegmentBlock, headings: Mapping[Side, Heading]) -> None:
        first = segments.first_index
        self.spans.append(slice(first, first + len(segments)))
        for placement, signal in segments.segments.items():
            known = np.where(signal.settled[:, None, None], signal.earth_from_segment, np.nan)
            self.axes.setdefault(placement, []).append(known)
        for side in Side:
            heading = headings.get(side)
            if heading is None or heading.drift_sigma > self.limit:
                self.headings[side].append(math.nan)
            else:
                self.headings[side].append(heading.angle)


def analyse_motion(
    session: Session, config: PipelineConfig | None = None, progress: Progress | None = None
) -> AnalysedSession:
    """Analyse a session and keep the motion of its segments; the result is that of `analyze`.

    Raises
    ------
    RecordingError, ConfigurationError
        As `analyze`.
    """
    config = config or PipelineConfig()
    finer = replace(config, schedule=replace(config.schedule, chunk_rows=_CHUNK_ROWS))
    source = ReplaySource(session)
    watched = _Watched(math.radians(config.stance.heading_limit_deg))
    pipeline = Pipeline(finer, source.specs, session.manifest.still_windows_s, watched)
    groups = read_ahead(source)
    outputs = run(pipeline, groups if progress is None else reported(groups, session, progress))
    result = replace(result_of(session, pipeline, outputs), config=config)
    rows = round(pipeline.signal_time_s * pipeline.rate_hz) + 1
    thighs = [spec.placement.side for spec in source.specs if spec.placement.side is not None]
    motion = _motion(watched, result, rows, thighs)
    return AnalysedSession(session=session, result=result, motion=motion)


def _motion(watched: _Watched, result: SessionResult, rows: int, sides: list[Side]) -> BodyMotion:
    rate_hz = result.config.clock.rate_hz
    pelvis = _gather(watched, Placement.PELVIS, rows)
    ground = _ground_from_earth(pelvis, result)
    thighs = {}
    for side in sides:
        turn = _about_up(_headings(watched, side, rows))
        thighs[side] = ground @ turn @ _gather(watched, Placement.thigh(side), rows)
    return BodyMotion(rate_hz=rate_hz, pelvis=ground @ pelvis, thighs=thighs)


def _gather(watched: _Watched, placement: Placement, rows: int) -> FloatArray:
    axes = np.full((rows, 3, 3), np.nan)
    for span, known in zip(watched.spans, watched.axes.get(placement, []), strict=True):
        axes[span] = known
    return axes


def _headings(watched: _Watched, side: Side, rows: int) -> FloatArray:
    """Return the heading between pelvis and thigh at each row: straight between stretches' ends.

    It is known from strides, one a second, and drifts by some degrees a minute.
    """
    angles = np.array(watched.headings[side])
    known = np.isfinite(angles)
    if not known.any():
        return np.full(rows, np.nan)
    ends = np.array([span.stop for span in watched.spans])
    heading = np.interp(np.arange(rows), ends[known], np.unwrap(angles[known]))
    for span, good in zip(watched.spans, known.tolist(), strict=True):
        if not good:
            heading[span] = np.nan
    return np.asarray(heading, dtype=np.float64)


def _ground_from_earth(pelvis: FloatArray, result: SessionResult) -> FloatArray:
    """Return the turn (3, 3) from the filter's earth (z up) to the ground (y up, x forward)."""
    accepted = [n.outcome for n in result.news if isinstance(n.outcome, Calibration)]
    known = np.flatnonzero(np.isfinite(pelvis[:, 0, 0]))
    if not accepted or not len(known):
        return np.full((3, 3), np.nan)
    still = accepted[0].still
    standing = known[(still.first <= known) & (known < still.end)]
    forward = pelvis[standing if len(standing) else known[:1], :2, 0].mean(axis=0)
    x, y = forward / np.hypot(*forward)
    return np.array([[x, y, 0.0], [0.0, 0.0, 1.0], [y, -x, 0.0]])


def _about_up(angle: FloatArray) -> FloatArray:
    """Return turns (n, 3, 3) about the earth's z axis."""
    turn = np.zeros((len(angle), 3, 3))
    turn[:, 0, 0] = turn[:, 1, 1] = np.cos(angle)
    turn[:, 1, 0] = np.sin(angle)
    turn[:, 0, 1] = -turn[:, 1, 0]
    turn[:, 2, 2] = np.where(np.isfinite(angle), 1.0, np.nan)
    return turn
