"""A recorded session as the pipeline's inputs: in big blocks, or packet by packet as in life."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pelvicsense.datatypes.samples import Mark, SampleBlock, SensorSpec, StreamInput
from pelvicsense.recording.samples import CHUNK_BYTES
from pelvicsense.recording.session import Session, read_inputs


class ReplaySource:
    """The inputs of a session; every iteration reads it anew from the start.

    Parameters
    ----------
    session
        What to play.
    chunk_bytes
        Bytes of samples.csv read at a time.
    """

    def __init__(self, session: Session, chunk_bytes: int = CHUNK_BYTES) -> None:
        self.session = session
        self._chunk_bytes = chunk_bytes

    @property
    def specs(self) -> tuple[SensorSpec, ...]:
        """What is known about each sensor before its first sample."""
        return tuple(self.session.manifest.sensors.values())

    def __iter__(self) -> Iterator[list[StreamInput]]:
        """Yield big groups: for analysis.

        Raises
        ------
        RecordingError
            If a file of the session is wrong.
        """
        group: list[StreamInput] = []
        for item in read_inputs(self.session, self._chunk_bytes):
            if isinstance(item, Mark):
                group.append(item)
            else:
                yield [*group, *item.blocks()]
                group = []
        if group:
            yield group

    def packets(self) -> Iterator[list[StreamInput]]:
        """Yield one group per packet or mark: for feeding as in life.

        Raises
        ------
        RecordingError
            If a file of the session is wrong.
        """
        for item in read_inputs(self.session, self._chunk_bytes):
            if isinstance(item, Mark):
                yield [item]
            else:
                for packet in item.packets():
                    yield [packet]


def paced(
    groups: Iterable[list[StreamInput]],
    speed: float | None,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Iterator[list[StreamInput]]:
    """Yield ``groups`` with the recorded gaps between them.

    Parameters
    ----------
    groups
        Inputs in order of arrival, best one packet each.
    speed
        1 as recorded, 4 four times as fast; none without waiting.
    clock, sleep
        Monotonic seconds, and a function that waits for so many; passed in, so that no test waits.

    Raises
    ------
    ValueError
        If ``speed`` is not above 0.
    """
    if speed is None:
        yield from groups
        return
    if not speed > 0:
        msg = f"speed: expected a number above 0 or none, got {speed}"
        raise ValueError(msg)
    origin: tuple[float, int] | None = None
    for group in groups:
        arrived_ns = max(_newest_ns(item) for item in group)
        if origin is None:
            origin = (clock(), arrived_ns)
        start_s, start_ns = origin
        wait_s = start_s + (arrived_ns - start_ns) * 1e-9 / speed - clock()
        if wait_s > 0:
            sleep(wait_s)
        yield group


def _newest_ns(item: StreamInput) -> int:
    return int(item.host_ns[-1]) if isinstance(item, SampleBlock) else item.host_ns
