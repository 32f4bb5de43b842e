"""Every parameter of the clock stage."""

from __future__ import annotations

from dataclasses import dataclass, fields

from pelvicsense.datatypes.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockConfig:
    """Parameters of the clock stage.

    Attributes
    ----------
    rate_hz
        Grid rate, Hz. 100: the lowest common rate of the supported sensors that still resolves a
        running contact to 10 ms before interpolation.
    max_wait_s
        A grid row waits so long (s, by packet stamps) for a sensor. 1.0: covers the stalls of
        200–600 ms seen on loaded radios.
    max_bridge_s
        Longest missing span (s) that is interpolated; missing span = number of missing samples ×
        nominal period. 0.05: the recording format's definition.
    acc_range_floor_mps2, gyr_range_floor_radps
        A channel that repeats its value three times above this counts as sitting at the end of an
        unknown range. 15 m/s² and 4 rad/s: just below the smallest ranges sold (±2 g, ±250 °/s).
    max_lead_s
        A tick that puts a sample so much (s) before the shortest delay seen is not believed. 0.25:
        radio delays spread far less from one packet to the next.
    max_lag_s
        A tick that puts a sample so much (s) further back than its predecessor is not believed at
        once. 5: longer than any sensor buffers.
    reorder_s
        Ticks that fall back by no more than this (s) are repeats or late packets, never a reboot.
        2: a rebooted sensor needs longer to connect.
    restart_packets, restart_lag_s
        A new time base counts after so many packets that agree with each other; one that only
        lags must also persist so long (s). 3 and 1: a single bad packet never passes, a burst
        after a stall has caught up.
    tick_skew_sd, tick_skew_limit
        Prior standard deviation and bound of a device clock's relative skew. 1e-4 and 3e-4:
        crystals with ±20–200 ppm.
    counter_skew_sd, counter_skew_limit
        The same for a sampling rate known by its nominal value only. 0.03 and 0.1: data sheets of
        MEMS sensors state ±1–10 %.
    window_s
        Memory of the delay envelope, s. 600: skew to a few ppm on a busy radio, and the drift of a
        warming crystal, some ppm in a quarter of an hour, bends it by less than a millisecond.
    counted_window_s, counted_slew
        Memory (s) and slew rate (s/s) where samples are only counted: every unseen loss shifts the
        count for good, so the past is soon worth nothing. 6 and 0.03: found by simulating 1 % of
        lost packets.
    envelope_spread_s
        Summed height above the envelope (s · s: height × time) that weighs as much as one prior
        standard deviation of skew. 0.025: 5 ms over a stretch of 5 s.
    hidden_phase_s
        Longest phase between packets and connection events that may stay hidden, s; enters the
        uncertainty only. 0.03: the longest connection interval usual for streaming sensors.
    least_delay_s
        What even the fastest packet takes from the sensor's sampling to the stamp, s, equal for all
        sensors. 0.004: sampling to the end of the radio event and the host's stack; it cannot be
        seen from here.
    settle_s, early_slew, slew
        Until ``settle_s`` (s) after its start a clock is corrected by up to ``early_slew`` s/s,
        later by ``slew``. 3, 0.03 and 0.002: 2 ms/s bends no gait signal.
    stall_s, burst_s, unseen_loss_s
        Where samples are only counted: an arrival gap longer than ``stall_s`` (s) waits ``burst_s``
        for what the sensor kept; if more than ``unseen_loss_s`` is then still missing it was lost.
        0.25, 0.3, 0.15: a connection interval of 50 ms with 60 ms of jitter stays below.
    """

    rate_hz: float = 100.0
    max_wait_s: float = 1.0
    max_bridge_s: float = 0.05
    least_delay_s: float = 0.004
    acc_range_floor_mps2: float = 15.0
    gyr_range_floor_radps: float = 4.0
    max_lead_s: float = 0.25
    max_lag_s: float = 5.0
    reorder_s: float = 2.0
    restart_packets: int = 3
    restart_lag_s: float = 1.0
    tick_skew_sd: float = 1e-4
    tick_skew_limit: float = 3e-4
    counter_skew_sd: float = 0.03
    counter_skew_limit: float = 0.1
    window_s: float = 600.0
    counted_window_s: float = 6.0
    counted_slew: float = 0.03
    envelope_spread_s: float = 0.025
    hidden_phase_s: float = 0.03
    settle_s: float = 3.0
    early_slew: float = 0.03
    slew: float = 0.002
    stall_s: float = 0.25
    burst_s: float = 0.3
    unseen_loss_s: float = 0.15

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (value > 0.0 or (field.name == "least_delay_s" and value == 0.0)):
                msg = f"clock.{field.name}: expected a number above 0, got {value}"
                raise ConfigurationError(msg)
