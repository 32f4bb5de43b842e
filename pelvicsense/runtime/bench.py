"""How fast a long session goes from samples.csv on disk to strides.csv, and where the time goes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np

from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, SampleBlock, SensorSpec, StreamInput
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.manifest import SessionActivity
from pelvicsense.recording.session import Session, open_session
from pelvicsense.recording.write import write_session
from pelvicsense.runtime.analyze import analyze
from pelvicsense.runtime.simulated import write_simulated
from pelvicsense.runtime.stopwatch import Stopwatch
from pelvicsense.runtime.write import write_result
from pelvicsense.sources.replay import ReplaySource
from pelvicsense.synthetic import ActivityScript, PersonConfig, simulate, worn_sensors

_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRun:
    """One analysis: length of the session, wall time, of which by stage, s; strides found."""

    duration_s: float
    total_s: float
    seconds: Mapping[str, float]
    strides: int


def prepare(folder: Path, hours: float, session: Path | None) -> None:
    """Write the session to be analysed: a mixed simulated one, or ``session`` over and over.

    In a process of its own, so that its memory does not count.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        if session is None:
            pool.submit(_simulate, folder, hours).result()
        else:
            pool.submit(_loop, session, folder, hours).result()


def measure(folder: Path, runs: int) -> Iterator[BenchRun]:
    """Analyse a session and write its results, again and again."""
    for _ in range(runs):
        stopwatch = Stopwatch()
        start = perf_counter()
        result = analyze(folder, config=PipelineConfig(), stopwatch=stopwatch)
        with stopwatch.section("write"):
            write_result(result, folder, force=True)
        yield BenchRun(
            duration_s=result.duration_s,
            total_s=perf_counter() - start,
            seconds=stopwatch.seconds,
            strides=len(result.strides),
        )


def peak_memory_mb() -> float | None:
    """Return the most memory this process ever held, MB; none where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415  # not on Windows

    unit = 1e-6 if sys.platform == "darwin" else 1e-3  # bytes there, kB elsewhere
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _simulate(folder: Path, hours: float) -> None:
    script = ActivityScript.mixed()
    script = ActivityScript.mixed(repeats=max(1, round(3600.0 * hours / script.duration_s)))
    person = PersonConfig()
    simulated = simulate(person, worn_sensors(), script, _SEED)
    activity = SessionActivity.MIXED
    write_simulated(folder, simulated, person, activity=activity, subject="bench")


def _loop(source: Path, folder: Path, hours: float) -> None:
    session = open_session(source)
    write_session(folder, session.manifest, looped(session, 3600.0 * hours))


def looped(session: Session, duration_s: float) -> Iterator[list[StreamInput]]:
    """Yield a session's inputs over and over, stamps and ticks going on, until it is long enough.

    For speed only: clocks and headings jump a little where one round meets the next.
    """
    source = ReplaySource(session)
    first_ns, last_ns = _span_ns(source)
    round_ns = last_ns - first_ns + 10_000_000
    specs = {spec.placement: spec for spec in source.specs}
    for index in range(max(1, round(duration_s * 1e9 / round_ns))):
        shift_ns = index * round_ns
        for group in source:
            yield [_shifted(item, shift_ns, specs) for item in group]


def _span_ns(source: ReplaySource) -> tuple[int, int]:
    blocks = [item for group in source for item in group if isinstance(item, SampleBlock)]
    return min(int(b.host_ns[0]) for b in blocks), max(int(b.host_ns[-1]) for b in blocks)


def _shifted(
    item: StreamInput, shift_ns: int, specs: Mapping[Placement, SensorSpec]
) -> StreamInput:
    if isinstance(item, Mark):
        return replace(item, host_ns=item.host_ns + shift_ns)
    tick = item.tick
    if tick is not None:
        spec = specs[item.sensor]
        period_s = spec.tick_s if spec.tick_s is not None else 1.0 / spec.rate_hz
        tick = tick + round(shift_ns * 1e-9 / period_s)
        if spec.tick_bits is not None:
            tick = np.mod(tick, 2**spec.tick_bits)
    return replace(item, host_ns=item.host_ns + shift_ns, tick=tick)
