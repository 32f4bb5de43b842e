"""The line below all arrivals: device time against host time without the radio's delay.

A radio only ever delays, so the true relation between device time ``x`` and arrival ``h`` lies at
the lower edge of the points ``(x, h - x)``. Among all lines below them we take the most probable
one: delays exponential, skew normal around zero.

1. lower convex hull of the points (monotone chain);
2. the summed distance of the points to the supporting line of slope ``s`` is convex and piecewise
   linear in ``s``, its kinks are the hull's edges; adding the prior ``s² / 2σ²`` leaves one
   minimum, found by walking the hull.

Source: Moon, Skelly, Towsley 1999, "Estimation and removal of clock skew from network delay
measurements", doi:10.1109/INFCOM.1999.749287 (the line below all points of least summed distance);
hull: Zhang, Liu, Xia 2002, doi:10.1109/INFCOM.2002.1019257. Deviation: the prior on the skew, so
that the first seconds, which only know an offset, are not read as skew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A sample of little delay: device time, arrival, and the stretch of time it stands for, s."""

    device_s: float
    arrival_s: float
    weight_s: float


@dataclass(frozen=True, slots=True)
class SkewPrior:
    """Standard deviation and bound of the skew, and the height × time, s², that weighs the data."""

    sd: float
    limit: float
    spread_s: float


@dataclass(frozen=True, slots=True)
class Envelope:
    """The line ``h = (1 + skew) x + offset_s``.

    ``height_s`` is the weighted mean distance above it of the arrivals, which stand for
    ``weight_s`` seconds.
    """

    skew: float
    offset_s: float
    height_s: float
    weight_s: float


def fit_envelope(arrivals: Sequence[Arrival], prior: SkewPrior) -> Envelope:
    """Fit the line below ``arrivals``, which are in order of device time.

    Raises
    ------
    ValueError
        If there is no point.
    """
    hull = _lower_hull([(a.device_s, a.arrival_s - a.device_s) for a in arrivals])
    weight = weighted_x = weighted_y = 0.0
    for a in arrivals:
        weight += a.weight_s
        weighted_x += a.weight_s * a.device_s
        weighted_y += a.weight_s * (a.arrival_s - a.device_s)
    mean_x, mean_y = weighted_x / weight, weighted_y / weight
    skew = _most_probable_slope(hull, mean_x, weight * prior.sd * prior.sd / prior.spread_s)
    skew = min(max(skew, -prior.limit), prior.limit)
    offset = min(y - skew * x for x, y in hull)
    return Envelope(skew, offset, max(mean_y - skew * mean_x - offset, 0.0), weight)


def _lower_hull(points: Sequence[Point]) -> list[Point]:
    hull: list[Point] = []
    for x, y in points:
        while len(hull) >= 2:
            (ax, ay), (bx, by) = hull[-2], hull[-1]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0.0:
                break
            hull.pop()
        hull.append((x, y))
    return hull


def _most_probable_slope(hull: Sequence[Point], mean_x: float, weight: float) -> float:
    """Slope where the cost's derivative changes sign; ``weight`` = summed weights · σ² / spread."""
    left = -float("inf")
    for vertex, (x, y) in enumerate(hull[:-1]):
        next_x, next_y = hull[vertex + 1]
        right = (next_y - y) / (next_x - x)
        stationary = weight * (mean_x - x)
        if stationary <= right:
            return max(stationary, left)
        left = right
    return max(weight * (mean_x - hull[-1][0]), left)
