"""What logging with live analysis costs beyond the simulated radio; run by ``make soak``.

CPU seconds are those of the whole process, all threads, in virtual time: the same session once with
a radio whose packets nobody takes, once logged and analysed. The delays are measured in real time.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scenarios import Setting, sensors, source_for

from pelvicsense.datatypes.gait import StanceReport
from pelvicsense.datatypes.samples import SampleBlock, StreamInput
from pelvicsense.runtime.log import LogOptions, SessionLog
from pelvicsense.sinks.recorder import wall_time
from pelvicsense.sources.ble.link import LinkTimes, SensorLink
from pelvicsense.sources.ble.radio import Radio
from pelvicsense.sources.ble.source import BleSource
from pelvicsense.virtual.radio import VirtualRadio
from pelvicsense.virtual.virtual_time import loop_clock_ns, run_fast

MINUTES = float(os.environ.get("COST_MINUTES", "5"))
REAL_S = float(os.environ.get("COST_REAL_S", "60"))
BINS_MS = (10, 20, 30, 40, 50, 60, 80, 100, 150, 200, 500)


def walk(seconds: float) -> VirtualRadio:
    return sensors(Setting(seconds=seconds))[0]


async def radio_alone(seconds: float) -> float:
    """CPU seconds of sensors, air and bleak while nobody takes what arrives."""
    async with walk(seconds) as air:
        source = source_for(air)
        await source.find(lambda sentence: None)
        radio = Radio(
            client_backend=air.client_backend,
            scanner_backend=air.scanner_backend,
            clock_ns=loop_clock_ns,
        )
        links = [
            SensorLink(radio, LinkTimes(), place, known.sighting, known.profile, None, ignore)
            for place, known in source.links.items()
        ]
        for link in links:
            await link.connect()
        for link in links:
            await link.start()
        begun = time.process_time()
        await asyncio.sleep(seconds)
        spent = time.process_time() - begun
        for link in links:
            await link.stop()
        return spent


def ignore(item: object) -> None:
    """Take nothing."""


async def logged(seconds: float, out: Path) -> tuple[float, Counter[str]]:
    """CPU seconds of the same with recording and analysis; and of its parts."""
    parts: Counter[str] = Counter()
    async with walk(seconds) as air:
        source, log = await connected(air, seconds, out)
        log.pipeline.feed = timed(log.pipeline.feed, "analyse", parts)  # type: ignore[method-assign]
        log.recorder.write = timed(log.recorder.write, "record", parts)  # type: ignore[method-assign]
        source._drain = timed(source._drain, "decode", parts)  # type: ignore[method-assign]
        begun = time.process_time()
        await log.run()
        return time.process_time() - begun, parts


async def connected(air: VirtualRadio, seconds: float, out: Path) -> tuple[BleSource, SessionLog]:
    source = source_for(air)
    await source.find(lambda sentence: None)
    await source.connect(lambda sentence: None)
    options = LogOptions(out=out, subject="P01", duration_s=seconds)
    return source, SessionLog(source, options, wall_time(loop_clock_ns))


def timed(do: Callable[..., Any], part: str, parts: Counter[str]) -> Callable[..., Any]:
    """The same, with its CPU time in this thread added up, ns."""

    def counted(*arguments: object) -> Any:
        begun_ns = time.thread_time_ns()
        try:
            return do(*arguments)
        finally:
            parts[part] += time.thread_time_ns() - begun_ns

    return counted


async def delays_ms(seconds: float, out: Path) -> list[float]:
    """From the arrival of the oldest packet of a group to the stances that it made known, ms."""
    delays: list[float] = []
    async with walk(seconds) as air:
        _, log = await connected(air, seconds, out)
        feed = log.pipeline.feed

        def clocked(group: list[StreamInput]) -> Any:
            outputs = feed(group)
            oldest_ns = min(int(b.host_ns[0]) for b in group if isinstance(b, SampleBlock))
            known = [o for o in outputs if isinstance(o, StanceReport)]
            delays.extend([(time.monotonic_ns() - oldest_ns) * 1e-6] * len(known))
            return outputs

        log.pipeline.feed = clocked  # type: ignore[method-assign]
        await log.run()
    return delays


def show_cost(seconds: float, out: Path) -> None:
    run_fast(logged(26.0, out))  # imports, first calls
    alone = run_fast(radio_alone(seconds))
    whole, parts = run_fast(logged(seconds, out))
    hours = seconds / 3600.0
    print(f"3 × 100 Hz, {seconds / 60:g} min of signal, CPU seconds per hour of signal:")
    print(f"  simulated radio alone            {alone / hours:6.0f}")
    print(f"  with recording and live analysis {whole / hours:6.0f}")
    for part, spent_ns in parts.items():
        print(f"    {part:<30} {spent_ns * 1e-9 / hours:6.0f}")
    share = (whole - alone) / seconds
    print(
        f"  beyond the radio                 {(whole - alone) / hours:6.0f} = {100 * share:.1f} %"
    )


def show_delays(seconds: float, out: Path) -> None:
    delays = np.array(asyncio.run(delays_ms(seconds, out)))
    known = delays[delays < BINS_MS[-1]]
    print(
        f"packet arrival → verdict on a stance, {len(delays)} stances in {seconds:g} s, real time:"
    )
    counts, _ = np.histogram(known, bins=[0, *BINS_MS])
    for low, high, count in zip((0, *BINS_MS), BINS_MS, counts, strict=False):
        print(f"  {low:3d}–{high:3d} ms {count:4d} {'▇' * count}")
    middle, high = np.quantile(known, [0.5, 0.95])
    print(f"  median {middle:.0f} ms, 95 % {high:.0f} ms; {len(delays) - len(known)} later (at the")
    print("  calibration, which makes all steps before it known at once)")


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with tempfile.TemporaryDirectory(prefix="pelvicsense-") as folder:
        show_cost(60.0 * MINUTES, Path(folder))
        show_delays(REAL_S, Path(folder))
