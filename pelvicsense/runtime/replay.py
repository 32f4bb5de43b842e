"""A session fed packet by packet as in life, and how late everything becomes known."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pelvicsense.datatypes.gait import Flag, StanceReport, Stride
from pelvicsense.datatypes.placement import Activity
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Output, Pipeline
from pelvicsense.recording.session import Session
from pelvicsense.runtime.lsl_out import Sender
from pelvicsense.sources.replay import ReplaySource, paced

_CHUNK_BYTES = 2**20
"""Read ahead from samples.csv; bounds memory whatever the session's length."""


def replay(
    session: Session,
    config: PipelineConfig,
    speed: float | None,
    send: Sender = lambda pipeline, outputs: None,
) -> Iterator[Output]:
    """Yield what becomes known, when it does.

    Parameters
    ----------
    session, config
        What to play, and all parameters.
    speed
        1 as recorded, 4 four times as fast; none without waiting.
    send
        Told first what every packet made known.

    Raises
    ------
    RecordingError, ConfigurationError
        As for an analysis.
    """
    source = ReplaySource(session, _CHUNK_BYTES)
    pipeline = Pipeline(config, source.specs, session.manifest.still_windows_s)
    for group in paced(source.packets(), speed, time.monotonic, time.sleep):
        outputs = pipeline.feed(group)
        send(pipeline, outputs)
        yield from outputs
    last = pipeline.finish()
    send(pipeline, last)
    yield from last


def latency_s(output: StanceReport | Stride) -> float:
    """Return the signal time from the end of a stance or stride until it became known, s."""
    end_s = output.t_final_contact_s if isinstance(output, StanceReport) else output.t_end_s
    return output.known_at_s - end_s


@dataclass(slots=True)
class LatencyTally:
    """Latencies of one kind of output by activity, counted in whole milliseconds.

    What was seen before the calibration waited for that and is counted apart.
    """

    by_activity: dict[Activity, Counter[int]] = field(default_factory=dict)
    before_calibration: int = 0

    def add(self, output: StanceReport | Stride) -> None:
        """Count one."""
        if Flag.BEFORE_CALIBRATION in output.flags:
            self.before_calibration += 1
            return
        counts = self.by_activity.setdefault(output.activity, Counter())
        counts[round(1000 * latency_s(output))] += 1

    def quantile_ms(self, activity: Activity, share: float) -> int:
        """Return the latency that ``share`` of an activity's outputs do not exceed, ms."""
        counts = self.by_activity[activity]
        needed, seen = share * counts.total(), 0
        for latency_ms in sorted(counts):
            seen += counts[latency_ms]
            if seen >= needed:
                return latency_ms
        return max(counts)
