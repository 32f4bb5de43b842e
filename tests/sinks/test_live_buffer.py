"""What the worker writes and the window reads."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock
from pelvicsense.sinks.live_buffer import MOST_FACTS, SIGNAL_ROWS, LiveBuffer
from pelvicsense.sinks.live_facts import Analysed, Begun, Phase

PELVIS = Placement.PELVIS


def block(first: int, count: int, *, packet: int = 5, gap_s: float = 0.0) -> SampleBlock:
    """Samples at 100 Hz whose values are their numbers; stamps are those of packets."""
    number = np.arange(first, first + count)
    host_ns = 10**9 + (number // packet * packet + packet) * 10**7 + round(gap_s * 1e9)
    acc = np.stack([number, 2 * number, 3 * number], axis=1).astype(float)
    return SampleBlock(sensor=PELVIS, host_ns=host_ns, tick=None, acc=acc, gyr=-acc)


def read(buffer: LiveBuffer, n: int) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    t_s, acc, gyr = np.empty(n), np.empty((n, 3)), np.empty((n, 3))
    return buffer.read_signals(PELVIS, t_s, acc, gyr), t_s, acc, gyr


def test_the_newest_samples_come_out_oldest_first() -> None:
    buffer = LiveBuffer()
    buffer.begin([PELVIS])
    for first in range(0, 50, 5):
        buffer.add_block(block(first, 5))
    count, t_s, acc, gyr = read(buffer, 20)
    assert count == 20
    np.testing.assert_array_equal(acc[:, 0], np.arange(30, 50))
    np.testing.assert_array_equal(gyr, -acc)
    np.testing.assert_allclose(np.diff(t_s), 0.01)  # spread over the packet, not its stamp


def test_what_is_not_there_is_empty() -> None:
    buffer = LiveBuffer()
    buffer.begin([PELVIS])
    buffer.add_block(block(0, 5))
    count, t_s, acc, _ = read(buffer, 8)
    assert count == 5
    assert np.isnan(t_s[:3]).all()
    assert np.isnan(acc[:3]).all()
    assert read(LiveBuffer(), 4)[0] == 0


def test_the_ring_keeps_the_newest_when_it_is_full() -> None:
    buffer = LiveBuffer()
    buffer.begin([PELVIS])
    for first in range(0, 3 * SIGNAL_ROWS, 700):
        buffer.add_block(block(first, 700, packet=7))
    count, _, acc, _ = read(buffer, SIGNAL_ROWS)
    assert count == SIGNAL_ROWS
    np.testing.assert_array_equal(np.diff(acc[:, 0]), 1.0)


def test_a_block_larger_than_the_ring_leaves_its_end() -> None:
    buffer = LiveBuffer()
    buffer.begin([PELVIS])
    buffer.add_block(block(0, SIGNAL_ROWS + 100))
    count, _, acc, _ = read(buffer, 3)
    assert count == 3
    np.testing.assert_array_equal(acc[:, 0], SIGNAL_ROWS + np.array([97, 98, 99]))


def test_a_gap_breaks_the_trace() -> None:
    buffer = LiveBuffer()
    buffer.begin([PELVIS])
    buffer.add_block(block(0, 5))
    buffer.add_block(block(5, 5, gap_s=2.0))
    count, _, acc, _ = read(buffer, 11)
    assert count == 11
    assert np.isnan(acc[5]).all()
    assert np.isfinite(acc[[4, 6]]).all()


def test_facts_come_in_order_and_once() -> None:
    buffer = LiveBuffer()
    buffer.begin([PELVIS])
    marks = [Mark(host_ns=i, kind=MarkKind.NOTE) for i in range(5)]
    buffer.add_facts(marks)
    assert buffer.take_facts() == [Begun(sensors=(PELVIS,)), *marks]
    assert buffer.take_facts() == []


def test_a_window_that_does_not_read_fills_no_memory() -> None:
    buffer = LiveBuffer()
    buffer.add_facts([Mark(host_ns=i, kind=MarkKind.NOTE) for i in range(MOST_FACTS + 10)])
    facts = buffer.take_facts()
    assert len(facts) == MOST_FACTS
    assert facts[-1] == Mark(host_ns=MOST_FACTS + 9, kind=MarkKind.NOTE)


def test_a_new_beginning_forgets_what_was_but_not_the_time_line() -> None:
    buffer = LiveBuffer()
    buffer.begin([PELVIS])
    buffer.add_block(block(0, 5))
    line = Analysed(strides=(), marks=(), gaps=())
    buffer.add_facts([Mark(host_ns=1, kind=MarkKind.NOTE), line])
    buffer.begin([PELVIS])
    assert buffer.take_facts() == [line, Begun(sensors=(PELVIS,))]
    assert read(buffer, 5)[0] == 0
    assert buffer.newest_ns(PELVIS) is None


def test_status_changes_field_by_field() -> None:
    buffer = LiveBuffer()
    buffer.update(phase=Phase.CONNECTING)
    buffer.update(progress="one")
    assert (buffer.status.phase, buffer.status.progress) == (Phase.CONNECTING, "one")
    with pytest.raises(TypeError):
        buffer.update(no_such_field=1)


def test_a_reader_never_sees_half_a_block() -> None:
    buffer = LiveBuffer()
    buffer.begin([PELVIS])
    buffer.add_block(block(0, 7, packet=7))
    stop = threading.Event()

    def write() -> None:
        first = 7
        while not stop.is_set():
            buffer.add_block(block(first, 7, packet=7))
            first += 7

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(300):
            count, _, acc, gyr = read(buffer, 64)
            rows = slice(64 - count, None)
            np.testing.assert_array_equal(np.diff(acc[rows, 0]), 1.0)
            np.testing.assert_array_equal(gyr[rows], -acc[rows])
    finally:
        stop.set()
        writer.join()
