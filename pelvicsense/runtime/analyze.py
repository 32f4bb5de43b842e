"""A session folder in, a :class:`SessionResult` out; writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pelvicsense.datatypes.calibration import CalibrationNews, SlipNews
from pelvicsense.datatypes.gait import GaitEvent, StanceReport, Stride, StrideCurve
from pelvicsense.datatypes.samples import SampleBlock, StreamInput
from pelvicsense.feedback.adherence import Adherence, adherence
from pelvicsense.metrics.summary import summarise
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Output, Pipeline
from pelvicsense.recording.plan_entry import PlanEntry
from pelvicsense.recording.rows import SAMPLES_FILE
from pelvicsense.recording.session import Session, open_session
from pelvicsense.runtime.notices import notices
from pelvicsense.runtime.plan import step_of
from pelvicsense.runtime.read_ahead import read_ahead
from pelvicsense.runtime.result import SessionResult
from pelvicsense.runtime.stopwatch import Stopwatch
from pelvicsense.sources.replay import ReplaySource

Progress = Callable[[float], None]
"""Called with the share of the session that is done, 0…1."""

_CHUNK_BYTES = 4 << 20
"""Read at a time: large enough for speed, small enough that reading and computing overlap."""

_ROWS_SEEN = 65536
"""Bytes of samples.csv from which the length of a row is estimated, for the progress bar only."""


def analyze(
    path: Path | str,
    *,
    config: PipelineConfig | None = None,
    progress: Progress | None = None,
    stopwatch: Stopwatch | None = None,
) -> SessionResult:
    """Analyse one session.

    Parameters
    ----------
    path
        The session folder.
    config
        Parameters of all stages; none for the defaults.
    progress
        Told how far the analysis is.
    stopwatch
        Collects the computing time of each stage.

    Returns
    -------
    SessionResult
        Strides, events, curves, summary and what must be known before trusting them; its
        ``to_polars`` and ``to_pandas`` make a table of the strides.

    Raises
    ------
    RecordingError
        If the folder is no session or a file in it cannot be used.
    ConfigurationError
        If the filter does not exist or is refused, or the sensors do not suffice.
    """
    session = open_session(Path(path))
    config = config or PipelineConfig()
    source = ReplaySource(session, chunk_bytes=_CHUNK_BYTES)
    pipeline = Pipeline(config, source.specs, session.manifest.still_windows_s)
    groups: Iterable[list[StreamInput]] = read_ahead(source)
    if progress is not None:
        groups = reported(groups, session, progress)
    if stopwatch is None:
        outputs = run(pipeline, groups)
        return result_of(session, pipeline, outputs)
    with stopwatch.watching(), stopwatch.section("pipeline"):
        outputs = run(pipeline, stopwatch.each("read", groups))
    with stopwatch.section("summary"):
        return result_of(session, pipeline, outputs, stopwatch)


def run(pipeline: Pipeline, groups: Iterable[Sequence[StreamInput]]) -> list[Output]:
    """Feed everything; return all that became known."""
    outputs: list[Output] = []
    for group in groups:
        outputs += pipeline.feed(group)
    return outputs + pipeline.finish()


def result_of(
    session: Session,
    pipeline: Pipeline,
    outputs: Sequence[Output],
    stopwatch: Stopwatch | None = None,
) -> SessionResult:
    """Return the result of a pipeline that was fed a whole session and finished."""
    strides = tuple(item for item in outputs if isinstance(item, Stride))
    news = tuple(item for item in outputs if isinstance(item, CalibrationNews))
    slips = tuple(item for item in outputs if isinstance(item, SlipNews))
    links = pipeline.quality()
    return SessionResult(
        name=session.name,
        folder=session.folder,
        manifest=session.manifest,
        config=pipeline.config,
        duration_s=pipeline.signal_time_s,
        strides=strides,
        events=tuple(item for item in outputs if isinstance(item, GaitEvent)),
        curves=tuple(item for item in outputs if isinstance(item, StrideCurve)),
        news=news,
        links=links,
        summary=summarise([_counted(stride, slips) for stride in strides]),
        notices=notices(session, strides, news, slips, links, pipeline.rate_hz),
        adherence=_adherence(session.manifest.plan, outputs),
        seconds=stopwatch.seconds if stopwatch is not None else {},
    )


def _counted(stride: Stride, slips: Sequence[SlipNews]) -> Stride:
    """Leave a stride out of the means if it was given between a slip and its notice."""
    misled = any(
        slip.concerns(stride.side)
        and slip.since_s < stride.t_end_s
        and stride.known_at_s < slip.known_at_s
        for slip in slips
    )
    return replace(stride, valid=False) if misled else stride


def _adherence(plan: PlanEntry | None, outputs: Sequence[Output]) -> Adherence | None:
    if plan is None:
        return None
    judged = (item for item in outputs if isinstance(item, StanceReport | Stride))
    return adherence(step_of(plan), judged)


def reported(
    groups: Iterable[list[StreamInput]], session: Session, progress: Progress
) -> Iterable[list[StreamInput]]:
    """Yield ``groups``, telling how far they have come by counting rows."""
    path = session.folder / SAMPLES_FILE
    with path.open("rb") as stream:
        head = stream.read(_ROWS_SEEN)
    rows = path.stat().st_size * max(1, head.count(b"\n")) / max(1, len(head))
    done = 0
    for group in groups:
        yield group
        done += sum(len(item) for item in group if isinstance(item, SampleBlock))
        progress(min(1.0, done / max(1.0, rows)))
    progress(1.0)
