"""Strides of two runs, or of a run and the truth, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from pelvicsense.datatypes.gait import Stride, StrideAngles

METRICS = tuple(field.name for field in fields(StrideAngles))


def pairs(
    strides: Iterable[Stride],
    others: Sequence[Stride],
    *,
    swap_sides: bool = False,
    within_s: float = 0.1,
) -> list[tuple[Stride, Stride]]:
    """Each stride with the one of the same side (or, swapped, of the other) at the same time."""
    found = []
    for stride in strides:
        side = stride.side.other if swap_sides else stride.side
        near = [
            other
            for other in others
            if other.side is side and abs(other.t_contact_s - stride.t_contact_s) < within_s
        ]
        assert len(near) == 1, f"{stride.side} stride at {stride.t_contact_s:.2f} s: {len(near)}"
        found.append((stride, near[0]))
    return found


def differences(paired: Sequence[tuple[Stride, Stride]], metric: str) -> NDArray[np.float64]:
    """First less second; both unknown counts as equal, one unknown as infinite."""
    values = np.array(
        [[getattr(one.angles, metric), getattr(other.angles, metric)] for one, other in paired]
    )
    unknown = np.isnan(values)
    difference = np.where(unknown.all(axis=1), 0.0, values[:, 0] - values[:, 1])
    return np.where(unknown.any(axis=1) & ~unknown.all(axis=1), np.inf, difference)


def largest(paired: Sequence[tuple[Stride, Stride]], metrics: Iterable[str]) -> float:
    assert paired
    return max(float(np.abs(differences(paired, metric)).max()) for metric in metrics)


def rms(paired: Sequence[tuple[Stride, Stride]], metric: str) -> float:
    assert paired
    return float(np.sqrt(np.mean(np.square(differences(paired, metric)))))
