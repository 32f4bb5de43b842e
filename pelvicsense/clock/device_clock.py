"""Device time → host time, causally, with skew; one object per sensor.

1. Host time since the clock's start is cut into stretches, a tenth of the clock's age long, from
   half a second to twenty. From each stretch the arrival with the least delay is kept.
2. At the first arrival of a stretch the line below all kept arrivals is fitted anew (`envelope`).
3. The map goes on from where it stands and bends towards that line at a bounded rate: no steps.
4. No sample may lie later than its own arrival: the first that would lowers the map at once, as it
   proves the map wrong. This is common in the first second and rare, and small, afterwards.

Within a stretch the map is an elementwise function of its constants and of a running minimum, so
blocks cannot be seen in the result.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import copysign, sqrt

import numpy as np

from pelvicsense.clock.config import ClockConfig
from pelvicsense.clock.envelope import Arrival, Envelope, SkewPrior, fit_envelope
from pelvicsense.datatypes.arrays import FloatArray

_SHORTEST_S, _LONGEST_S = 0.5, 20.0  # lengths of the stretches
_GROWTH = 0.1  # length of a stretch per age of the clock
_SLACK_CAP_S = 0.1  # stalls say nothing about where packets fall between connection events
_FLOOR_S = 0.001  # no radio stamp is trusted further
_HEIGHT_SHARE = 0.6  # error per mean height of the lower edge, on simulated radios


@dataclass(slots=True)
class ClockState:
    """What the map remembers of one time base.

    Attributes
    ----------
    start_s
        First arrival, s.
    stretch_s, stretch_end_s
        Length of the running stretch, and the arrival before which it ends.
    skew, offset_s
        Line that the map follows: host = (1 + skew) · device + offset.
    knot_device_s, error_s, slew
        Device time where the stretch began, how much later than the line the map stood there, and
        how fast (s/s) that is made good.
    lowered_s
        By how much arrivals of this stretch lowered the map (≤ 0).
    least, least_slack_s
        Arrival of least delay in this stretch, and that delay above the map.
    device_s, host_s, arrival_s
        Newest sample.
    envelope, minima
        Newest fit, and the kept arrivals it was made from.
    rows, packets, slack_us
        Samples and packets of the stretch, and the summed delay above the map, µs.
    all_rows, all_packets, all_spread_us
        The same of all stretches before, the delay above the least of its stretch.
    """

    start_s: float
    stretch_s: float
    stretch_end_s: float
    skew: float = 0.0
    offset_s: float = 0.0
    knot_device_s: float = 0.0
    error_s: float = 0.0
    slew: float = 0.0
    lowered_s: float = 0.0
    least: Arrival | None = None
    least_slack_s: float = np.inf
    device_s: float = 0.0
    host_s: float = 0.0
    arrival_s: float = -np.inf
    envelope: Envelope | None = None
    minima: deque[Arrival] = field(default_factory=deque)
    rows: int = 0
    packets: int = 0
    slack_us: int = 0
    all_rows: int = 0
    all_packets: int = 0
    all_spread_us: int = 0


class DeviceClock:
    """Maps device time to host time.

    Parameters
    ----------
    config
        Slew rates and delay spread.
    prior
        What is known about the device's skew.
    period_s
        Nominal sampling period, s; bounds the uncertainty only.
    counted
        Samples are only counted: short stretches and memory, as unseen losses shift the count.
    """

    def __init__(
        self, config: ClockConfig, prior: SkewPrior, period_s: float, *, counted: bool
    ) -> None:
        self._config = config
        self._prior = prior
        self._period_s = period_s
        self._counted = counted
        self._window_s = config.counted_window_s if counted else config.window_s
        self._slew = config.counted_slew if counted else config.slew
        self._longest_s = _SHORTEST_S if counted else _LONGEST_S

    def start(self, device_s: float, arrival_s: float) -> ClockState:
        """Return the state of a clock whose first sample is ``device_s``, arrived ``arrival_s``."""
        return ClockState(
            start_s=arrival_s,
            stretch_s=_SHORTEST_S,
            stretch_end_s=arrival_s + _SHORTEST_S,
            offset_s=arrival_s - device_s,
            device_s=device_s,
        )

    def feed(self, state: ClockState, device_s: FloatArray, arrival_s: FloatArray) -> FloatArray:
        """Map ``device_s`` (n,), arrived at ``arrival_s`` (n,), to host time (n,), s."""
        host = np.empty(len(arrival_s))
        start, count = 0, len(arrival_s)
        while start < count:
            if arrival_s[start] >= state.stretch_end_s:
                self._begin_stretch(state, float(arrival_s[start]))
            stop = count
            if arrival_s[-1] >= state.stretch_end_s:
                stop = int(arrival_s.searchsorted(state.stretch_end_s))
            host[start:stop] = self._map(state, device_s[start:stop], arrival_s[start:stop])
            start = stop
        return host - self._config.least_delay_s

    def sigma_s(self, state: ClockState) -> float:
        """Return the standard uncertainty of the map against the host's clock, s.

        Parts: a floor; how ragged the lower edge is; how few stretches it rests on;
        and the phase between packets and connection events, as far as the delays seen do not
        cover a whole packet (a packet that always meets the same phase hides it); and a packet
        that was lost unseen, where samples are only counted.
        """
        rows, packets = state.all_rows + state.rows, state.all_packets + state.packets
        packet_s = self._period_s * rows / packets
        if state.envelope is None:
            return packet_s
        seconds = state.envelope.weight_s
        height = _HEIGHT_SHARE * state.envelope.height_s
        few = packet_s / (1.0 + seconds / 5.0)
        spread = 1e-6 * state.all_spread_us / state.all_rows - 0.5 * (packet_s - self._period_s)
        hidden = max(min(packet_s, self._config.hidden_phase_s) - 2.0 * spread, 0.0) / sqrt(12.0)
        unseen = packet_s if self._counted else 0.0
        return sqrt(_FLOOR_S**2 + height**2 + few**2 + hidden**2 + unseen**2)

    def _begin_stretch(self, state: ClockState, arrival_s: float) -> None:
        while state.stretch_end_s <= arrival_s:
            age = state.stretch_end_s - state.start_s
            state.stretch_s = min(max(_GROWTH * age, _SHORTEST_S), self._longest_s)
            state.stretch_end_s += state.stretch_s
        early = state.stretch_end_s - state.start_s <= self._config.settle_s
        state.slew = self._config.early_slew if early else self._slew
        state.all_rows += state.rows
        state.all_packets += state.packets
        state.all_spread_us += state.slack_us - state.rows * int(1e6 * state.least_slack_s)
        state.rows = state.packets = state.slack_us = 0
        assert state.least is not None
        state.minima.append(state.least)
        while state.minima[0].arrival_s < state.arrival_s - self._window_s:
            state.minima.popleft()
        state.envelope = fit_envelope(state.minima, self._prior)
        state.skew = state.envelope.skew
        state.offset_s = state.envelope.offset_s
        state.knot_device_s = state.device_s
        state.error_s = state.host_s - (
            state.device_s + (state.skew * state.device_s + state.offset_s)
        )
        state.lowered_s = 0.0
        state.least_slack_s = np.inf

    def _map(self, state: ClockState, device_s: FloatArray, arrival_s: FloatArray) -> FloatArray:
        """Map rows of the running stretch."""
        line = device_s + (state.skew * device_s + state.offset_s)
        if state.error_s != 0.0:
            left = np.maximum(
                abs(state.error_s) - state.slew * (device_s - state.knot_device_s), 0.0
            )
            line += copysign(1.0, state.error_s) * left
        slack = arrival_s - line
        lowest = int(slack.argmin())
        if slack[lowest] < state.least_slack_s:
            state.least_slack_s = float(slack[lowest])
            state.least = Arrival(
                float(device_s[lowest]), float(arrival_s[lowest]), state.stretch_s
            )
        if state.least_slack_s < state.lowered_s:
            lowered = np.minimum.accumulate(np.concatenate(([state.lowered_s], slack)))[1:]
            state.lowered_s = float(lowered[-1])
            # adding the slack back could round to just behind the arrival
            line = np.minimum(line + lowered, arrival_s)
        else:
            line += state.lowered_s
        self._count(state, arrival_s, slack)
        state.device_s = float(device_s[-1])
        state.host_s = float(line[-1])
        state.arrival_s = float(arrival_s[-1])
        return line

    def _count(self, state: ClockState, arrival_s: FloatArray, slack_s: FloatArray) -> None:
        """Count in integers: a float sum would show how the rows were grouped."""
        state.rows += len(arrival_s)
        state.packets += int(np.count_nonzero(arrival_s[1:] != arrival_s[:-1]))
        state.packets += bool(arrival_s[0] != state.arrival_s)
        slack_us = (1e6 * np.minimum(slack_s, _SLACK_CAP_S)).astype(np.int64)
        state.slack_us += int(slack_us.sum())
