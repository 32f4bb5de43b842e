"""One steady person per activity, shared by the physics tests."""

from __future__ import annotations

import pytest
from synthetic_bodies import ACTIVITIES, Moving, move

from pelvicsense.datatypes.placement import Activity
from pelvicsense.synthetic import ActivityScript


@pytest.fixture(scope="session")
def moving() -> dict[Activity, Moving]:
    return {
        activity: move(ActivityScript.single(activity, 20.0, stand_s=3.0))
        for activity in ACTIVITIES
    }
