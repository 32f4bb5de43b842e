"""A session from the radio: recorded as it arrives, analysed meanwhile, stopped in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.samples import MarkKind, SensorSpec, StreamInput
from pelvicsense.feedback.plan import PlanStep
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Output, Pipeline
from pelvicsense.recording.manifest import Manifest, SessionActivity
from pelvicsense.recording.packets import Packet
from pelvicsense.runtime.cancellation import heed_cancellation
from pelvicsense.runtime.lsl_out import live_sender
from pelvicsense.runtime.plan import entry_of
from pelvicsense.runtime.plan_resumed import resumed
from pelvicsense.sinks.lsl import LslStreams
from pelvicsense.sinks.privacy import device_hash
from pelvicsense.sinks.recorder import SessionRecorder, WallTime
from pelvicsense.sinks.unfinished import find_unfinished
from pelvicsense.sources.ble.source import BleSource
from pelvicsense.sources.pace import Pace

_SYNC_S = 1.0
"""A power cut loses no more than this."""

_COMPUTE_S = 0.05
"""Least time between two runs of the analysis: each costs about the same, however little came."""

STILL_S = 4.0
"""How long somebody who says "still now" is taken to stand still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """How a session is recorded.

    Attributes
    ----------
    out
        Where session folders lie.
    subject
        A code, never a name.
    activity, speed_mps
        For the manifest.
    duration_s
        When to stop; none for not by itself.
    config
        Parameters of the live analysis.
    keep_packets
        Also record raw notifications.
    next_step
        Looks up which session of a retraining plan is recorded; none for none.
    lsl
        Where angles and strides are sent besides.
    """

    out: Path
    subject: str
    activity: SessionActivity = SessionActivity.UNKNOWN
    speed_mps: float | None = None
    duration_s: float | None = None
    config: PipelineConfig = field(default_factory=PipelineConfig)
    keep_packets: bool = False
    next_step: Callable[[], PlanStep | None] = lambda: None
    lsl: LslStreams | None = None


@dataclass(slots=True)
class Listeners:
    """Who is told what, in the event loop; each may be left out.

    Attributes
    ----------
    inputs
        Every group, once it is recorded.
    outputs
        What the live analysis says.
    """

    inputs: Callable[[Sequence[StreamInput]], None] = lambda group: None
    outputs: Callable[[Sequence[Output]], None] = lambda outputs: None


def sensor_specs(source: BleSource) -> tuple[SensorSpec, ...]:
    """Return what the manifest says about connected sensors: no address, but a salted hash."""
    specs = []
    for placement, link in source.links.items():
        device = device_hash(link.sighting.address)
        if link.plan.firmware is not None:
            device += f", firmware {link.plan.firmware}"
        specs.append(link.plan.spec(placement, device))
    return tuple(specs)


class SessionLog:
    """Records one session from sensors that are connected already.

    Samples are with the operating system before anything is computed from them, and no
    sample waits for a computation: that runs in a thread of its own, on groups from a queue.

    Parameters
    ----------
    source
        Connected sensors.
    options
        How to record.
    wall_time
        Wall clock of a host stamp, for the manifest.
    listeners
        Who is told.

    Raises
    ------
    ConfigurationError
        If the sensors do not suffice.
    PlanError
        If the subject's plan is wrong.
    """

    def __init__(
        self,
        source: BleSource,
        options: LogOptions,
        wall_time: WallTime,
        listeners: Listeners | None = None,
    ) -> None:
        self._specs = sensor_specs(source)
        self.pipeline = Pipeline(options.config, self._specs)
        self.continues = find_unfinished(options.out, options.subject)
        self.plan_step = resumed(options.next_step(), self.continues, options.config)
        self._source = source
        self._options = options
        self._listeners = listeners or Listeners()
        self._send = live_sender(options.lsl, source.clock_ns) if options.lsl else None
        self._packets: list[Packet] = []
        if options.keep_packets:
            source.keep = self._packets.append
        self.recorder = SessionRecorder(
            options.out, self._manifest, wall_time, keep_packets=options.keep_packets
        )
        self._queue: asyncio.Queue[list[StreamInput] | None] = asyncio.Queue()
        self._stop = asyncio.Event()
        self._paused = False

    def _manifest(self, started_at: datetime) -> Manifest:
        return Manifest(
            started_at=started_at,
            subject=self._options.subject,
            activity=self._options.activity,
            speed_mps=self._options.speed_mps,
            sensors={spec.placement: spec for spec in self._specs},
            continues=self.continues.name if self.continues is not None else None,
            plan=entry_of(self.plan_step) if self.plan_step is not None else None,
        )

    # -- what a user may say meanwhile ---------------------------------------------------------

    def stop(self) -> None:
        """End the session in order."""
        self._stop.set()

    def stand_still(self) -> None:
        """Take the next `STILL_S` seconds as standing still."""
        self._source.mark(MarkKind.STILL_START)
        loop = asyncio.get_running_loop()
        loop.call_later(STILL_S, self._source.mark, MarkKind.STILL_END)

    def note(self, text: str) -> None:
        """Write a note into the session."""
        self._source.mark(MarkKind.NOTE, text)

    def sync_mark(self) -> None:
        """Mark a visible or audible event, for lining up with a video."""
        self._source.mark(MarkKind.SYNC)

    def recalibrate(self) -> None:
        """Forget the calibration; the next still pose and steps make a new one."""
        self._source.mark(MarkKind.RECALIBRATE)

    def pause_or_resume(self) -> bool:
        """Leave the following strides out of the figures, or no longer; return whether paused."""
        self._paused = not self._paused
        self._source.mark(MarkKind.PAUSE if self._paused else MarkKind.RESUME)
        return self._paused

    # -- running -------------------------------------------------------------------------------

    async def run(self) -> Path | None:
        """Start the sensors and record until stopped; return the session's folder.

        Returns none if no sample came.

        Raises
        ------
        RadioError
            If a sensor cannot be started.
        RecordingError
            If the files cannot be written; what was written stays valid, and the sensors are
            stopped all the same.
        """
        tasks = [asyncio.create_task(task) for task in (self._end_when_due(), self._sync())]
        computing = asyncio.create_task(self._compute())
        try:
            with self.recorder:
                try:
                    await self._source.start()
                    heed_cancellation()
                    async for group in self._source.groups():
                        self._record(group)
                        self._queue.put_nowait(group)
                finally:
                    await self._source.stop()
                    for task in tasks:
                        task.cancel()
                    results = await asyncio.gather(*tasks, return_exceptions=True)
                for fault in results:
                    if isinstance(fault, Exception):
                        raise fault
        finally:
            self._queue.put_nowait(None)
            await computing
        return self.recorder.folder

    def _record(self, group: list[StreamInput]) -> None:
        self.recorder.write(group)
        if self._packets:
            self.recorder.write_packets(self._packets)
            self._packets.clear()
        self._listeners.inputs(group)

    async def _end_when_due(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._options.duration_s):
                await self._stop.wait()
        await self._source.stop()

    async def _sync(self) -> None:
        try:
            while True:
                await asyncio.sleep(_SYNC_S)
                await asyncio.to_thread(self.recorder.sync)
        except RecordingError:  # the disk failed: end here, so that somebody is told
            await self._source.stop()
            raise

    async def _compute(self) -> None:
        """Feed the pipeline with everything that waits, until there is no more."""
        ended, pace = False, Pace(_COMPUTE_S)
        while not ended:
            waiting = [await self._queue.get()]
            await pace.wait()
            while not self._queue.empty():
                waiting.append(self._queue.get_nowait())
            ended = waiting[-1] is None
            inputs = [item for group in waiting if group is not None for item in group]
            if inputs:
                self._tell(await asyncio.to_thread(self.pipeline.feed, inputs))
        self._tell(await asyncio.to_thread(self.pipeline.finish))

    def _tell(self, outputs: Sequence[Output]) -> None:
        self._listeners.outputs(outputs)
        if self._send is not None:
            self._send(self.pipeline, outputs)
