"""Simulated walks and runs to write as other tools would."""

from __future__ import annotations

import pytest
from simulated import go, stand, with_outage

from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.exchange.exports.motion import AnalysedSession, analyse_motion
from pelvicsense.recording.manifest import SessionActivity
from pelvicsense.recording.session import open_session
from pelvicsense.runtime.simulated import write_simulated
from pelvicsense.synthetic import (
    ActivityScript,
    PersonConfig,
    SimulatedSession,
    simulate,
    worn_sensors,
)


@pytest.fixture(scope="session")
def walk() -> SimulatedSession:
    """Six seconds of standing, then eighteen of walking; noisy sensors."""
    script = ActivityScript(sections=(stand(6.0), go(Activity.WALK, 18.0), stand(3.0)))
    return simulate(PersonConfig(), worn_sensors(), script, 7)


@pytest.fixture(scope="session")
def gapped() -> SimulatedSession:
    """The same walk; the left thigh's link is gone from 15 to 16 s."""
    script = ActivityScript(sections=(stand(6.0), go(Activity.WALK, 18.0), stand(3.0)))
    sensors = with_outage(worn_sensors(), Placement.THIGH_LEFT, 15.0, 1.0)
    return simulate(PersonConfig(), sensors, script, 7)


@pytest.fixture(scope="session")
def analysed(gapped: SimulatedSession, tmp_path_factory: pytest.TempPathFactory) -> AnalysedSession:
    """That walk as a session, analysed; not to be written to."""
    folder = tmp_path_factory.mktemp("recorded") / "walk"
    write_simulated(folder, gapped, PersonConfig(), activity=SessionActivity.WALK, subject="P07")
    return analyse_motion(open_session(folder))
