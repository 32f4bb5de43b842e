"""A plan's target from a person's own strides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Activity
from pelvicsense.feedback.plan import CADENCE, Target
from pelvicsense.feedback.zone import (
    BaselineGoal,
    CadenceGoal,
    Metric,
    cadence_zone_from_baseline,
    zone_from_baseline,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTarget:
    """A target, and in words what it was made from."""

    target: Target
    words: str


def angle_target(strides: Sequence[Stride], metric: Metric, goal: BaselineGoal) -> OwnTarget:
    """Return a target of less of an angle than in the valid strides of the usual activity.

    Raises
    ------
    ConfigurationError
        If there are too few.
    """
    activity, values = _baseline(strides, lambda stride: metric.of(stride.angles))
    zone = zone_from_baseline(values, goal)
    target = Target(metric=metric.value, activity=activity, low=zone.low_deg, high=zone.high_deg)
    return OwnTarget(target=target, words=f"{_words(values)}°; wanted: {goal.less_deg:g}° less.")


def cadence_target(strides: Sequence[Stride], goal: CadenceGoal) -> OwnTarget:
    """Return a target of more steps per minute than in the valid strides of the usual activity.

    Raises
    ------
    ConfigurationError
        If there are too few.
    """
    activity, values = _baseline(strides, lambda stride: stride.cadence_spm)
    zone = cadence_zone_from_baseline(values, goal)
    target = Target(metric=CADENCE, activity=activity, low=zone.low_spm, high=zone.high_spm)
    more = f"{100 * goal.least_more:g} to {100 * goal.most_more:g} % more"
    return OwnTarget(target=target, words=f"{_words(values)} steps/min; wanted: {more}.")


def _baseline(
    strides: Sequence[Stride], value: Callable[[Stride], float]
) -> tuple[Activity, list[float]]:
    """Return the activity with most valid strides, and what they say where it is known."""
    valid = [s for s in strides if s.valid and s.activity is not Activity.UNKNOWN]
    if not valid:
        msg = "baseline: expected a session with valid strides, got none; record one anew"
        raise ConfigurationError(msg)
    ((activity, _),) = Counter(stride.activity for stride in valid).most_common(1)
    values = [value(stride) for stride in valid if stride.activity is activity]
    return activity, [known for known in values if np.isfinite(known)]


def _words(values: Sequence[float]) -> str:
    return f"{len(values)} strides had {np.mean(values):.1f} ± {np.std(values, ddof=1):.1f}"
