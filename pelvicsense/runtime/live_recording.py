"""One recording of a live session, shown while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, StreamInput
from pelvicsense.pipeline.pipeline import Output
from pelvicsense.runtime.live_feedback import LiveFeedback
from pelvicsense.runtime.log import Listeners, LogOptions, SessionLog
from pelvicsense.runtime.log_status import watch
from pelvicsense.sinks.live_buffer import LiveBuffer
from pelvicsense.sinks.recorder import wall_time
from pelvicsense.sinks.status import LogStatus
from pelvicsense.sinks.status_tracker import StatusTracker
from pelvicsense.sources.ble.source import BleSource

_QUALITY_S = 1.0
"""Signal time between two looks at the clocks."""


class LiveRecording:
    """Records connected sensors and tells the window everything.

    Parameters
    ----------
    source
        Connected sensors.
    options
        How to record.
    clock_ns
        The host's clock.
    buffer
        What the window reads.
    feedback
        Told every output first: a cue must not wait for anything.

    Raises
    ------
    ConfigurationError
        If the sensors do not suffice.
    """

    def __init__(
        self,
        source: BleSource,
        options: LogOptions,
        clock_ns: Callable[[], int],
        buffer: LiveBuffer,
        feedback: LiveFeedback,
    ) -> None:
        self._source = source
        self._clock_ns = clock_ns
        self._buffer = buffer
        self._feedback = feedback
        self._tracker = StatusTracker(list(source.links))
        self._quality_due_s = 0.0
        self.log = SessionLog(
            source,
            options,
            wall_time(clock_ns),
            Listeners(inputs=self._take_inputs, outputs=self._take_outputs),
        )
        feedback.follow(self.log.plan_step)
        self._tracker.take_plan(feedback.plan)
        if self.log.continues is not None:
            self._tracker.note(
                f"{self.log.continues.name} was cut short; this session carries it on"
            )
        buffer.begin(source.links)

    def cue(self, words: str) -> None:
        """Record that the person was told something."""
        self._source.mark(MarkKind.CUE, words)

    async def run(self) -> None:
        """Record until stopped.

        Raises
        ------
        RadioError, RecordingError
            As `SessionLog.run`.
        """
        watching = asyncio.create_task(
            watch(self._source, self.log, self._tracker, self._clock_ns, self._show)
        )
        try:
            await self.log.run()
        finally:
            watching.cancel()
            results = await asyncio.gather(watching, return_exceptions=True)
        if isinstance(results[0], Exception):
            raise results[0]

    def _take_inputs(self, group: Sequence[StreamInput]) -> None:
        self._tracker.take_inputs(group)
        for item in group:
            if isinstance(item, SampleBlock):
                self._buffer.add_block(item)
        marks = [item for item in group if isinstance(item, Mark)]
        self._buffer.add_facts(marks)
        if any(mark.kind in (MarkKind.LINK_LOST, MarkKind.LINK_BACK) for mark in marks):
            self._show_links()

    def _take_outputs(self, outputs: Sequence[Output]) -> None:
        cues = self._feedback.take(outputs)
        self._tracker.take_outputs(outputs)
        self._tracker.take_plan(self._feedback.plan)
        self._buffer.add_facts([*outputs, *cues])
        pipeline = self.log.pipeline
        poses = pipeline.poses(every=1)
        if poses:
            self._buffer.set_pose(poses[-1])
        now_s = pipeline.signal_time_s
        self._buffer.update(
            signal_time_s=now_s,
            calibrating=pipeline.calibration_progress(),
        )
        if now_s >= self._quality_due_s:
            self._quality_due_s = now_s + _QUALITY_S
            self._buffer.update(links=pipeline.quality())

    def _show_links(self) -> None:
        """Show how the links stand at once, not only when the next second is full."""
        now_ns = self._clock_ns()
        for placement, link in self._source.links.items():
            self._tracker.take_link(placement, link.state.value, now_ns)
        self._show(self._tracker.status(now_ns, self.log.recorder.byte_count))

    def _show(self, status: LogStatus) -> None:
        self._buffer.update(log=status)
