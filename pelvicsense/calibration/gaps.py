"""What missing samples leave unknown of a sensor's heading.

Across a gap the rotation is guessed from the rates on both sides. The inclination is found again
by gravity, the heading is not. Measured by cutting recordings (walking, running, stairs, optical
and real): the guess is wrong about the vertical by 0.3 × rate × length (standard deviation) from
80 to 300 ms, whatever the movement, and by much less where a short gap was bridged with a curve.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pelvicsense.datatypes.motion import GridBlock
from pelvicsense.datatypes.placement import Placement
from pelvicsense.numerics.runs import equal_runs

MOST_GAP_S = 0.3
"""A longer gap loses the heading."""

LOST_SIGMA = math.radians(60.0)
"""Standard uncertainty of a change of heading that nobody saw, rad."""

_SHARE = 0.3
_SMOOTH_S = 0.08
"""Below this span the curve across a gap gains on it with the third power."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Samples that are missing.

    Attributes
    ----------
    placement
        Of which sensor.
    row
        First grid row after it.
    length_s
        How long, s.
    heading_sigma
        Standard uncertainty of the change of heading, rad.
    """

    placement: Placement
    row: int
    length_s: float
    heading_sigma: float


class GapWatch:
    """Find the gaps of all sensors, bridged or not; any grouping into blocks finds the same."""

    def __init__(self, rate_hz: float, placements: Sequence[Placement]) -> None:
        self._rate_hz = rate_hz
        self._missing = dict.fromkeys(placements, 0)
        self._rate_before = dict.fromkeys(placements, 0.0)

    def feed(self, grid: GridBlock) -> list[Gap]:
        """Take one block; return the gaps that ended in it."""
        gaps: list[Gap] = []
        for placement, signal in grid.sensors.items():
            missing = ~signal.valid | signal.interpolated
            if not missing.any() and not self._missing[placement]:
                self._rate_before[placement] = math.hypot(*signal.gyr[-1])
                continue
            for first, end in equal_runs(missing):
                if missing[first]:
                    self._missing[placement] += end - first
                    continue
                if self._missing[placement]:
                    after = math.hypot(*signal.gyr[first])
                    gaps.append(self._gap(placement, grid.first_index + first, after))
                    self._missing[placement] = 0
                self._rate_before[placement] = math.hypot(*signal.gyr[end - 1])
        return gaps

    def _gap(self, placement: Placement, row: int, rate_after: float) -> Gap:
        rows = self._missing[placement]
        span_s = (rows + 1) / self._rate_hz
        fastest = max(self._rate_before[placement], rate_after)
        sigma = _SHARE * min(1.0, (span_s / _SMOOTH_S) ** 3) * fastest * span_s
        if rows / self._rate_hz > MOST_GAP_S:
            sigma = LOST_SIGMA
        return Gap(placement, row, rows / self._rate_hz, min(sigma, LOST_SIGMA))


def heading_sigma(gaps: Iterable[Gap]) -> float:
    """Return what gaps of two sensors leave unknown of the angle between their headings, rad.

    To the last bit the same in whatever order the gaps became known.
    """
    return math.sqrt(math.fsum(gap.heading_sigma**2 for gap in gaps))
