"""A recorded session, analysed and kept so that any moment of it can be shown at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.gait import GaitEvent, StrideCurve
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, SampleBlock, StreamInput
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.now import Poses
from pelvicsense.pipeline.pipeline import Output, Pipeline
from pelvicsense.recording.session import Session
from pelvicsense.runtime.analyze import Progress, reported, result_of
from pelvicsense.runtime.read_ahead import read_ahead
from pelvicsense.runtime.result import SessionResult
from pelvicsense.sinks.live_facts import (
    Analysed,
    Fact,
    GapFact,
    MarkFact,
    StrideFact,
)
from pelvicsense.sources.replay import ReplaySource

_CHUNK_BYTES = 1 << 20
"""Read at a time: progress is told, and a closed window obeyed, after each."""

DRAWN_HZ = 30.0
"""Poses kept per second: as many as are drawn."""

_GAP_S = 0.5
"""Longer silences of a sensor are shown on the time line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSamples:
    """All samples of one sensor, for drawing.

    Attributes
    ----------
    host_ns
        (n,) arrival.
    acc, gyr
        (n, 3) in single precision: half the memory, and finer than any screen.
    """

    host_ns: IntArray
    acc: NDArray[np.float32]
    gyr: NDArray[np.float32]

    def block(self, sensor: Placement, first: int, end: int) -> SampleBlock:
        """Return rows [first, end)."""
        return SampleBlock(
            sensor=sensor,
            host_ns=self.host_ns[first:end],
            tick=None,
            acc=self.acc[first:end].astype(np.float64),
            gyr=self.gyr[first:end].astype(np.float64),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSession:
    """Everything that a replay shows.

    Attributes
    ----------
    result
        What `analyze` gives.
    origin_ns
        Arrival of the first sample: time 0.
    facts, facts_s
        Outputs and marks in the order in which they became known, and when, s.
    samples
        By sensor.
    poses
        Stretches of poses, one after the other; each begins at ``poses_s``.
    """

    result: SessionResult
    origin_ns: int
    facts: tuple[Fact, ...]
    facts_s: FloatArray
    samples: Mapping[Placement, KeptSamples]
    poses: tuple[Poses, ...]
    poses_s: FloatArray

    def pose_at(self, t_s: float) -> Poses | None:
        """Return the newest pose, one row, that is not after a time; none before the first."""
        i = int(np.searchsorted(self.poses_s, t_s, side="right")) - 1
        if i < 0:
            return None
        stretch = self.poses[i]
        row = int(np.searchsorted(stretch.t_s, t_s, side="right")) - 1
        return stretch.rows(slice(row, row + 1))

    def poses_between(self, after_s: float, until_s: float) -> Iterator[Poses]:
        """Yield the poses of (after, until], stretch by stretch."""
        first, end = np.searchsorted(self.poses_s, [after_s, until_s], side="right")
        for stretch in self.poses[max(0, int(first) - 1) : end]:
            start, stop = np.searchsorted(stretch.t_s, [after_s, until_s], side="right")
            yield stretch.rows(slice(start, stop))

    def time_line(self) -> Analysed:
        """Return what the time line shows."""
        return Analysed(
            strides=tuple(
                StrideFact(
                    side=stride.side,
                    t_contact_s=stride.t_contact_s,
                    t_end_s=stride.t_end_s,
                    valid=stride.valid,
                )
                for stride in self.result.strides
            ),
            marks=tuple(
                MarkFact(t_s=t_s, mark=fact)
                for fact, t_s in zip(self.facts, self.facts_s.tolist(), strict=True)
                if isinstance(fact, Mark)
            ),
            gaps=tuple(gap for sensor in self.samples for gap in self._gaps(sensor)),
        )

    def _gaps(self, sensor: Placement) -> list[GapFact]:
        t_s = (self.samples[sensor].host_ns - self.origin_ns) * 1e-9
        return [
            GapFact(sensor=sensor, start_s=float(t_s[i]), end_s=float(t_s[i + 1]))
            for i in np.flatnonzero(np.diff(t_s) > _GAP_S)
        ]


@dataclass(slots=True)
class _Collected:
    """What is gathered while a session is analysed."""

    outputs: list[Output] = field(default_factory=list)
    known: list[tuple[float, Fact]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    blocks: dict[Placement, list[KeptSamples]] = field(default_factory=dict)
    poses: list[Poses] = field(default_factory=list)

    def take_inputs(self, group: Sequence[StreamInput]) -> None:
        for item in group:
            if isinstance(item, Mark):
                self.marks.append(item)
            else:
                kept = KeptSamples(
                    host_ns=item.host_ns,
                    acc=item.acc.astype(np.float32),
                    gyr=item.gyr.astype(np.float32),
                )
                self.blocks.setdefault(item.sensor, []).append(kept)

    def take_outputs(self, outputs: Sequence[Output]) -> None:
        self.outputs += outputs
        for item in outputs:
            if isinstance(item, GaitEvent):
                continue  # contacts are not drawn
            # A curve says no time of its own: it comes with its stride.
            known_s = self.known[-1][0] if isinstance(item, StrideCurve) else item.known_at_s
            self.known.append((known_s, item))


def analyse_for_replay(
    session: Session, config: PipelineConfig, progress: Progress, poses_hz: float = DRAWN_HZ
) -> RecordedSession:
    """Analyse a session and keep what a replay shows.

    The numbers are those of `analyze`, bit for bit: the same inputs in the same order.

    Parameters
    ----------
    session, config
        What to analyse, and all parameters.
    progress
        Told how far it is, 0…1; what it raises ends the analysis.
    poses_hz
        Poses kept per second, about.

    Raises
    ------
    RecordingError, ConfigurationError
        As `analyze`.
    """
    source = ReplaySource(session, chunk_bytes=_CHUNK_BYTES)
    pipeline = Pipeline(config, source.specs, session.manifest.still_windows_s)
    every = max(1, round(pipeline.rate_hz / poses_hz))
    collected = _Collected()
    for group in reported(read_ahead(source), session, progress):
        collected.take_inputs(group)
        collected.take_outputs(pipeline.feed(group))
        collected.poses += [poses for poses in pipeline.poses(every) if len(poses.t_s)]
    collected.take_outputs(pipeline.finish())
    return _kept(collected, result_of(session, pipeline, collected.outputs))


def _kept(collected: _Collected, result: SessionResult) -> RecordedSession:
    samples = {
        sensor: KeptSamples(
            host_ns=np.concatenate([part.host_ns for part in parts]),
            acc=np.concatenate([part.acc for part in parts]),
            gyr=np.concatenate([part.gyr for part in parts]),
        )
        for sensor, parts in collected.blocks.items()
    }
    origin_ns = min(int(kept.host_ns[0]) for kept in samples.values())
    known: list[tuple[float, Fact]] = [
        *collected.known,
        *(((mark.host_ns - origin_ns) * 1e-9, mark) for mark in collected.marks),
    ]
    known.sort(key=lambda pair: pair[0])  # stable: what became known together keeps its order
    return RecordedSession(
        result=result,
        origin_ns=origin_ns,
        facts=tuple(fact for _, fact in known),
        facts_s=np.array([t_s for t_s, _ in known], dtype=np.float64),
        samples=samples,
        poses=tuple(collected.poses),
        poses_s=np.array([float(poses.t_s[0]) for poses in collected.poses], dtype=np.float64),
    )
