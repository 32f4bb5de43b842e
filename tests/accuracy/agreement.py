"""How well two measurements agree: bias, limits, correlation, coverage; people are clusters.

Strides of one person are not independent. So limits of agreement add the variance between people
to that within them, and the interval of a coverage comes from resampling people, not strides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float = NDArray[np.float64]

FEWEST_PEOPLE = 5
"""Below this, resampling people says nothing about other people."""


@dataclass(frozen=True)
class Agreement:
    """Value less truth, in the unit of the values; NaN where nothing can be said.

    ``pooled_sd`` is that of these strides; ``sd`` and the limits ``low``, ``high`` are those of one
    stride of a new person; ``icc`` is ICC(A,1).
    """

    people: int
    count: int
    bias: float
    mae: float
    rmse: float
    pooled_sd: float
    sd: float
    icc: float

    @property
    def low(self) -> float:
        return self.bias - 1.96 * self.sd

    @property
    def high(self) -> float:
        return self.bias + 1.96 * self.sd


def agreement(values: ArrayLike, truth: ArrayLike, person: Sequence[str]) -> Agreement:
    """Compare known values with their truth; ``person`` names the cluster of each."""
    value, true = np.asarray(values, dtype=float), np.asarray(truth, dtype=float)
    known = np.isfinite(value) & np.isfinite(true)
    value, true, who = value[known], true[known], np.asarray(person)[known]
    error = value - true
    nothing = len(error) == 0
    return Agreement(
        people=len(np.unique(who)),
        count=len(error),
        bias=np.nan if nothing else float(error.mean()),
        mae=np.nan if nothing else float(np.abs(error).mean()),
        rmse=np.nan if nothing else float(np.sqrt(np.mean(error**2))),
        pooled_sd=np.nan if nothing else float(error.std()),
        sd=spread(error, who),
        icc=icc_a1(value, true),
    )


def spread(error: Float, person: NDArray[np.str_]) -> float:
    """SD of one stride's error of a new person.

    Bland and Altman 2007 (doi:10.1080/10543400701329422), several pairs per person whose true value
    varies: one-way analysis of variance of the errors, between and within people.
    """
    names, which = np.unique(person, return_inverse=True)
    n, k = len(error), len(names)
    if n <= k or k < 1:
        return np.nan
    counts = np.bincount(which)
    means = np.bincount(which, weights=error) / counts
    within = float(np.sum((error - means[which]) ** 2)) / (n - k)
    if k == 1:
        return float(np.sqrt(within))
    between_square = float(np.sum(counts * (means - error.mean()) ** 2)) / (k - 1)
    size = (n - float(np.sum(counts**2)) / n) / (k - 1)
    between = max(0.0, (between_square - within) / size)
    return float(np.sqrt(between + within))


def icc_a1(one: Float, other: Float) -> float:
    """ICC(A,1): absolute agreement of single measurements, two-way (McGraw and Wong 1996,
    doi:10.1037/1082-989X.1.1.30), over strides.
    """
    table = np.stack([one, other], axis=1)
    n, k = table.shape
    if n < 3:
        return np.nan
    grand = table.mean()
    rows = k * float(np.sum((table.mean(axis=1) - grand) ** 2)) / (n - 1)
    columns = n * float(np.sum((table.mean(axis=0) - grand) ** 2)) / (k - 1)
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + grand
    error = float(np.sum(rest**2)) / ((n - 1) * (k - 1))
    return (rows - error) / (rows + (k - 1) * error + k / n * (columns - error))


@dataclass(frozen=True)
class Coverage:
    """Share of true values inside the stated 95 % intervals, with its own 95 % interval."""

    people: int
    count: int
    share: float
    low: float
    high: float


def coverage(inside: ArrayLike, person: Sequence[str], resamples: int = 2000) -> Coverage:
    """Share of ``inside``; interval by cluster bootstrap over people (Field and Welsh 2007,
    doi:10.1111/j.1467-9868.2007.00593.x), percentiles.
    """
    hit = np.asarray(inside, dtype=float)
    names, which = np.unique(np.asarray(person), return_inverse=True)
    k = len(names)
    share = float(hit.mean()) if len(hit) else np.nan
    if k < FEWEST_PEOPLE:
        return Coverage(k, len(hit), share, np.nan, np.nan)
    total = np.bincount(which, minlength=k).astype(float)
    hits = np.bincount(which, weights=hit, minlength=k)
    drawn = np.random.default_rng(0).integers(0, k, (resamples, k))
    shares = hits[drawn].sum(axis=1) / total[drawn].sum(axis=1)
    low, high = np.percentile(shares, [2.5, 97.5])
    return Coverage(k, len(hit), share, float(low), float(high))
