"""What is known about the links and clocks: shown before anyone trusts a number."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkQuality:
    """How one sensor's samples arrived.

    Attributes
    ----------
    samples
        Samples that arrived.
    lost
        Samples known, from ticks or counters, to be missing; ``late`` ones came after their grid
        row had been given up, ``rejected`` ones had a tick or value that cannot be true.
    rate_hz
        Rate by the host's clock; ``nan`` with fewer than two seconds of samples.
    skew_ppm
        Fitted rate of the device clock against the host's minus its nominal rate.
    clock_sigma_s
        Standard uncertainty of the sensor's time against the host's, s.
    restarts
        How often the device clock started anew.
    interpolated_rows, invalid_rows
        Grid rows bridged, and grid rows left unknown.
    longest_gap_s
        Longest stretch of unknown rows between the sensor's first and last sample.
    clock_source
        ``timestamp`` (device ticks), ``counter`` (sample counter) or ``arrival`` (sample count).
    """

    samples: int
    lost: int
    late: int
    rejected: int
    rate_hz: float
    skew_ppm: float
    clock_sigma_s: float
    restarts: int
    interpolated_rows: int
    invalid_rows: int
    longest_gap_s: float
    clock_source: str
