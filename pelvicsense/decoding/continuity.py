"""The packets of one stream in their order: each sample's tick, losses, repetitions, bad counters.

A packet whose counter or time would be further ahead than could have been sent since the packet
before is not believed, unless the next one goes on from it: then the device has begun anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import IntArray
from pelvicsense.decoding.packet import Reading
from pelvicsense.profiles.layout import Anchor, DeviceTime

_MOST_LEAD_S = (
    10.0  # what a device may have lost while its link stalled, as its arrivals then bunch
)
_SPACING_SLACK = 0.25  # a sampling rate may be so far from the nominal one
_RATE_SLACK = 0.02  # ... and a measured spacing so far from the mean one
_SAME_INTERVALS = 4  # so many equal intervals in a row are the device's own, whatever is nominal


@dataclass(frozen=True, slots=True)
class Placed:
    """A packet in its order: (n,) ticks, none without time and counter; samples lost before it."""

    ticks: IntArray | None
    lost: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """What the next packet is compared with."""

    host_ns: int
    rows: int
    sequence: int
    time: int


class Continuity:
    """Puts the packets of one stream in order.

    Parameters
    ----------
    period_s
        Nominal sampling period.
    time
        The device's clock; none without.
    sequence_bits
        Width of the packet counter; none without.
    """

    def __init__(self, period_s: float, time: DeviceTime | None, sequence_bits: int | None) -> None:
        self._period_s = period_s
        self._time = time
        self._time_mask = (1 << time.bits) - 1 if time else 0
        self._sequence_mask = (1 << sequence_bits) - 1 if sequence_bits else 0
        self._nominal = period_s / time.tick_s if time else 1.0
        self._spacing = self._nominal  # ticks from sample to sample
        self._interval = 0.0  # the newest that was unlike the spacing, and how often in a row
        self._intervals = 0
        self._last: _Mark | None = None
        self._doubted: _Mark | None = None
        self._index: tuple[int, int] | None = None  # a packet's counter and first sample's index

    def restart(self) -> None:
        """Begin anew after the link was lost: nothing is known to be missing before the next."""
        self._last = self._doubted = None

    def place(self, host_ns: int, reading: Reading) -> Placed | str:
        """Return where a packet belongs, or in one word why it is dropped."""
        time = reading.time if reading.times is None else int(reading.times[0])
        mark = _Mark(host_ns, reading.rows, reading.sequence or 0, time or 0)
        before = self._last
        if before is not None:
            if self._repeats(before, mark):
                return "duplicate"
            if not self._believable(before, mark):
                doubted, self._doubted = self._doubted, mark
                if doubted is None or self._repeats(doubted, mark):
                    return "order"
                if not self._believable(doubted, mark):
                    return "order"
                before = doubted
        lost = self._missing(before, mark) if before is not None else 0
        ticks = (
            self._ticks(before, mark, reading) if lost == 0 else self._ticks(None, mark, reading)
        )
        self._last, self._doubted = mark, None
        return Placed(ticks, lost)

    def _repeats(self, before: _Mark, mark: _Mark) -> bool:
        if self._sequence_mask:
            return mark.sequence == before.sequence
        return self._time is not None and mark.time == before.time

    def _believable(self, before: _Mark, mark: _Mark) -> bool:
        allowed_s = (mark.host_ns - before.host_ns) * 1e-9 + _MOST_LEAD_S
        if self._sequence_mask:
            packets = (mark.sequence - before.sequence) & self._sequence_mask
            if (packets - 1) * mark.rows * self._period_s > allowed_s:
                return False
        if self._time is not None:
            return self._elapsed(before, mark) * self._time.tick_s <= allowed_s
        return True

    def _elapsed(self, before: _Mark, mark: _Mark) -> int:
        return (mark.time - before.time) & self._time_mask

    def _between(self, before: _Mark, mark: _Mark) -> int:
        """Return the samples from the one that a packet's time means to the next packet's."""
        assert self._time is not None
        return before.rows if self._time.anchor is Anchor.FIRST else mark.rows

    def _missing(self, before: _Mark, mark: _Mark) -> int:
        if self._sequence_mask:
            return (((mark.sequence - before.sequence) & self._sequence_mask) - 1) * mark.rows
        if self._time is None:
            return 0
        self._watch(self._interval_between(before, mark))
        samples = self._elapsed(before, mark) / self._spacing - self._between(before, mark)
        packets = samples / mark.rows
        whole = round(packets)
        clear = abs(packets - whole) <= _SPACING_SLACK + _RATE_SLACK * packets
        return whole * mark.rows if whole > 0 and clear else 0

    def _interval_between(self, before: _Mark, mark: _Mark) -> float:
        """Return ticks per sample from one packet to the next, if nothing is missing between."""
        return self._elapsed(before, mark) / self._between(before, mark)

    def _watch(self, interval: float) -> None:
        """Take an interval that comes again and again for the device's own."""
        self._intervals = self._intervals + 1 if self._close(interval, self._interval) else 1
        self._interval = interval
        if self._intervals >= _SAME_INTERVALS:
            self._spacing = interval

    def _ticks(self, before: _Mark | None, mark: _Mark, reading: Reading) -> IntArray | None:
        if self._time is None:
            return self._indices(mark) if self._sequence_mask else None
        spacing = self._measured(before, mark)
        if reading.times is not None:
            ticks = reading.times
        elif mark.rows == 1:
            ticks = np.array([_signed(mark.time)])
        else:
            steps = np.arange(mark.rows)
            if self._time.anchor is Anchor.LAST:
                steps -= mark.rows - 1
            ticks = _signed(mark.time) + np.rint(steps * spacing).astype(np.int64)
        return ticks & self._time_mask if self._time.bits < 63 else ticks

    def _measured(self, before: _Mark | None, mark: _Mark) -> float:
        """Return ticks per sample, by the packet before where nothing is missing between."""
        if before is None:
            return self._spacing
        measured = self._interval_between(before, mark)
        likely = self._close(measured, self._spacing) or self._close(measured, self._nominal)
        if likely or self._sequence_mask:
            self._spacing = measured
        return self._spacing

    @staticmethod
    def _close(measured: float, spacing: float) -> bool:
        return abs(measured - spacing) <= _SPACING_SLACK * spacing

    def _indices(self, mark: _Mark) -> IntArray:
        """Return the indices of the samples: a counter that wraps only after many years."""
        if self._index is None:
            self._index = mark.sequence, mark.sequence * mark.rows
        sequence, index = self._index
        index += ((mark.sequence - sequence) & self._sequence_mask) * mark.rows
        self._index = mark.sequence, index
        return np.arange(index, index + mark.rows)


def _signed(number: int) -> int:
    """Return a number of 64 bits as int64 holds it."""
    return number - (1 << 64) if number >> 63 else number
