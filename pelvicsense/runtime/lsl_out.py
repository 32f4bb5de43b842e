"""What a running pipeline sends to LSL, and when it happened on LSL's clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from pelvicsense.datatypes.gait import Stride
from pelvicsense.pipeline.pipeline import Output, Pipeline
from pelvicsense.sinks.lsl import LslStreams, LslTime

Sender: TypeAlias = Callable[[Pipeline, Sequence[Output]], None]
"""Told after each feed what it said; the pipeline has the angles of that feed."""


def live_sender(streams: LslStreams, clock_ns: Callable[[], int]) -> Sender:
    """Return who sends a live session.

    Stamps are the measurement's: session time counts from the first ``host_ns``, a reading of the
    host's clock, and that is behind or ahead of LSL's by what is measured here, once. As in the
    recording, a sample counts as measured when its sensor's fastest packets arrive: what those take
    through the air, some milliseconds, no receiver can see.

    Parameters
    ----------
    streams
        Where to send.
    clock_ns
        The host's clock, which stamps the samples.
    """
    ahead_s = streams.ahead_s(clock_ns)

    def send(pipeline: Pipeline, outputs: Sequence[Output]) -> None:
        if pipeline.origin_ns is not None:
            zero_s = pipeline.origin_ns * 1e-9 + ahead_s
            streams.send(pipeline.poses(every=1), strides_of(outputs), LslTime(zero_s))

    return send


def replay_sender(streams: LslStreams, speed: float) -> Sender:
    """Return who sends a replay.

    Session time 0 is when the replay begins. A stamp says when that moment of the session is due in
    the replay, ``speed`` times as fast: so a replay lines up with what other streams do now.
    """
    began: list[float] = []

    def send(pipeline: Pipeline, outputs: Sequence[Output]) -> None:
        if not began:
            began.append(streams.now_s())
        streams.send(pipeline.poses(every=1), strides_of(outputs), LslTime(began[0], speed))

    return send


def strides_of(outputs: Sequence[object]) -> list[Stride]:
    """Return the strides among them."""
    return [output for output in outputs if isinstance(output, Stride)]
