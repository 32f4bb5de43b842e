"""How much a figure changed from one session, or stretch of one, to another, and whether truly.

The interval of a difference takes the strides' scatter and the calibration's uncertainty of both
means as independent (see `summary`). Between two stretches on one calibration the latter partly
cancels, so that their interval is rather too wide than too narrow.

A difference is called a change only where it is more than its own interval leaves open *and* more
than what is published to come and go between two days without any change of the person: sensors
(or markers) are put on anew, nobody walks the same way twice. Where nothing is published, nothing
is called a change.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pelvicsense.metrics.summary import Figure, half_width


@dataclass(frozen=True, slots=True)
class Detectable:
    """The least difference between two days that is not measurement error, and who found it."""

    least_deg: float
    source: str


_DINGENEN = "smallest detectable difference a week apart in 2D video, Dingenen et al. 2018"

DETECTABLE: Mapping[str, Detectable] = {
    "pelvic_drop_peak_deg": Detectable(2.8, _DINGENEN),
    "pelvic_drop_excursion_deg": Detectable(2.8, _DINGENEN + " (of the peak)"),
    "hip_adduction_peak_deg": Detectable(3.8, _DINGENEN),
}
"""Of the range that is published (2.7–2.8° and 2.3–3.8°) the larger end. For thigh rotation and
timing nothing is known, so that no change of them is called real."""

OWN_SOURCE = "standard errors of the two means"

LEAST_STRIDES = 7
"""Strides per side without which a mean is not compared (Dingenen et al. 2018)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The later mean less the earlier one, in the metric's unit.

    Attributes
    ----------
    difference, low, high
        With its 95 % interval.
    detectable, source
        The least change that is not measurement error, and where that is from; ``nan`` and empty
        where nothing is published.
    """

    difference: float
    low: float
    high: float
    detectable: float
    source: str

    @property
    def real(self) -> bool:
        """The change is more than what is detectable."""
        return abs(self.difference) > self.detectable


def change(metric: str, before: Figure, now: Figure) -> Change | None:
    """Compare two means of one metric; none where either has fewer than `LEAST_STRIDES`."""
    if min(before.count, now.count) < LEAST_STRIDES:
        return None
    difference = now.mean - before.mean
    scatter = [(part.sd / math.sqrt(part.count), part.count - 1) for part in (before, now)]
    half = half_width(math.hypot(before.standard_error, now.standard_error), scatter)
    published = DETECTABLE.get(metric)
    if published is None:
        detectable, source = math.nan, ""
    elif half > published.least_deg:
        detectable, source = half, OWN_SOURCE
    else:
        detectable, source = published.least_deg, published.source
    return Change(
        difference=difference,
        low=difference - half,
        high=difference + half,
        detectable=detectable,
        source=source,
    )
