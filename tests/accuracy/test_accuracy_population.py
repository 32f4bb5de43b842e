"""What the test people may never show, whatever they do; measured once with VALIDATION.md."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from cases import SyntheticCase, measured
from measure import Measured
from report import EVERYDAY
from sessions import SensorSet
from tables import column, metric_agreement, where
from targets import target_of

from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.synthetic.population import TASKS, Group

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

PEOPLE = 4


@cache
def people(activity: Activity) -> Measured:
    total = Measured()
    for task, condition in TASKS:
        if task is activity:
            for number in range(PEOPLE):
                total.add(measured(SyntheticCase(Group.TEST, number, task, condition)))
    return total


ACTIVITIES = [Activity.WALK, Activity.RUN, Activity.STAIRS_UP, Activity.STAIRS_DOWN]


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_two_thighs_tell_the_sides_and_the_front(activity: Activity) -> None:
    both = {"sensors": SensorSet.BOTH}
    strides = where(people(activity).strides, **both)
    sessions = where(people(activity).sessions, **both)
    assert len(strides) > 200
    assert not any(row["wrong_side"] for row in strides)
    heading = column(sessions, f"heading {Placement.PELVIS}").astype(float)
    assert np.nanmax(np.abs(heading)) < 30.0


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_pelvic_drop_peak_meets_its_target_in_everyday_tasks(activity: Activity) -> None:
    strides = where(people(activity).strides, sensors=SensorSet.BOTH, condition=EVERYDAY)
    name = "pelvic_drop_peak_deg"
    target = target_of(activity).of(name)
    assert target is not None
    assert metric_agreement(where(strides, activity=str(activity)), name)[0].rmse <= target
