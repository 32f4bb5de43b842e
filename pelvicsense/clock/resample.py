"""One sensor's samples on the grid: interpolation, gaps, and rows that waited too long.

A grid row lies between the last sample before it and the first one at or after it. It is given up
if that later sample arrives more than ``max_wait_s`` after the row's time, whatever else is known
by then: the verdict hangs on packet stamps alone, so a live run and a batch agree.
"""

from __future__ import annotations

import numpy as np

from pelvicsense.clock.config import ClockConfig
from pelvicsense.clock.track import Track
from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.motion import GridSignal


def newest_row(time_s: float, rate_hz: float) -> int:
    """Return the last grid row at or before ``time_s``; -1 if there is none."""
    if time_s < 0.0:
        return -1
    row = int(time_s * rate_hz)
    while row / rate_hz > time_s:
        row -= 1
    while (row + 1) / rate_hz <= time_s:
        row += 1
    return row


def resample(
    track: Track, first_row: int, rows: int, period_s: float, config: ClockConfig
) -> GridSignal:
    """Interpolate ``rows`` grid rows from ``first_row`` on.

    Linear between neighbouring samples. A missing span, counted in samples of the nominal period
    ``period_s``, of up to ``max_bridge_s`` is bridged, see `_bent`; across a longer one values run
    straight and are not valid. Rows given up, and rows after the last sample, hold the newest
    sample in hand at that time (zeros where there was none); rows before the first sample hold that
    sample.
    """
    row_s = np.arange(first_row, first_row + rows) / config.rate_hz
    if len(track) == 0:
        nothing = np.zeros(rows, dtype=np.bool_)
        zeros = np.zeros((rows, 3))
        return GridSignal(
            acc=zeros, gyr=zeros, valid=nothing, interpolated=nothing, saturated=nothing
        )
    after = track.time_s.searchsorted(row_s)
    last = len(track) - 1
    there = np.minimum(after, last)
    before = np.maximum(there - 1, 0)
    given_up_s = row_s + config.max_wait_s
    in_time = (after <= last) & (track.arrival_s[there] <= given_up_s)
    if not in_time.all():
        held = track.arrival_s.searchsorted(given_up_s, side="right") - 1
        before = np.where(in_time, before, held)
        there = np.where(in_time, there, held)
    values = _between(track, row_s, before, there)
    exact = track.time_s[there] == row_s
    gap = track.missing[there]
    # a nanosecond: a span of exactly the limit must not fail by rounding
    bridged = (gap * period_s <= config.max_bridge_s + 1e-9) & (after > 0)
    valid = in_time & (bridged | exact)
    next_one = np.minimum(there + 1, last)
    smooth = valid & (gap > 0) & ~exact & (before > 0) & (there < last)
    smooth &= track.arrival_s[next_one] <= given_up_s
    if smooth.any():
        rows = smooth.nonzero()[0]
        values[rows] += _bent(track, row_s[rows], before[rows], there[rows])
    return GridSignal(
        acc=values[:, :3],
        gyr=values[:, 3:],
        valid=valid,
        interpolated=valid & (gap > 0) & ~exact,
        saturated=(track.saturated[before] | track.saturated[there]) & (there >= 0),
    )


def _between(track: Track, row_s: FloatArray, before: IntArray, there: IntArray) -> FloatArray:
    """Interpolate (n, 6) values; where both neighbours are one sample, hold it."""
    start_s = track.time_s[before]
    share = row_s - start_s
    span_s = track.time_s[there] - start_s
    held = span_s == 0.0
    if held.any():
        span_s[held] = np.inf
    share /= span_s
    values = track.values.take(before, axis=0)
    rise = track.values.take(there, axis=0)
    rise -= values
    rise *= share[:, None]
    values += rise
    values[there < 0] = 0.0
    return values


def _bent(track: Track, row_s: FloatArray, before: IntArray, there: IntArray) -> FloatArray:
    """Return what a cubic adds to the straight line across a missing span, (n, 6).

    A cubic Hermite spline with three-point slopes at both ends. Over 50 ms of real walking the
    straight line turns a pelvis sensor 0.34° wrong, this one 0.22° (90th percentile); in running
    from optical motion capture 1.7° and 1.1°, a thigh sensor 4.7° and 3.4°.
    """
    start_s, span_s = track.time_s[before], track.time_s[there] - track.time_s[before]
    chord = (track.values[there] - track.values[before]) / span_s[:, None]
    bend_in = _bend(track, before - 1, chord, span_s)
    bend_out = _bend(track, there, chord, span_s)
    u = ((row_s - start_s) / span_s)[:, None]
    curve: FloatArray = u * (1.0 - u) ** 2 * bend_in - u**2 * (1.0 - u) * bend_out
    curve *= span_s[:, None]
    return curve


def _bend(track: Track, first: IntArray, chord: FloatArray, span_s: FloatArray) -> FloatArray:
    """Return the slope at an end of a span, from the pair of samples there, less the chord's."""
    pair_s = track.time_s[first + 1] - track.time_s[first]
    pair = (track.values[first + 1] - track.values[first]) / pair_s[:, None]
    return np.asarray((span_s / (pair_s + span_s))[:, None] * (pair - chord))


def known_until(track: Track) -> float:
    """Return up to when rows cannot change any more by what arrives, s; -inf before any sample."""
    if len(track) == 0:
        return -np.inf
    # The curve across a missing span hangs on the sample after the span's end, too.
    return float(track.time_s[-2 if len(track) > 1 and track.missing[-1] > 0 else -1])


def needed_from(track: Track, next_row: int, config: ClockConfig) -> int:
    """Return the first sample that ``next_row`` or a later row can still ask for."""
    row_s = next_row / config.rate_hz
    before = int(np.searchsorted(track.time_s, row_s)) - 1
    held = int(np.searchsorted(track.arrival_s, row_s + config.max_wait_s, side="right")) - 1
    # one more: the curve across a missing span starts with the slope before it
    return max(min(before, held) - 1, 0)
