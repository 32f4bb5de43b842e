"""Matching with the truth: what counts as found, missed, false, on the wrong side."""

from __future__ import annotations

from dataclasses import replace

import pytest
from measure import _contact_rows, measure
from sessions import SensorSet, Session, TrueEvent, simulated_session

from pelvicsense.datatypes.gait import EventKind, GaitEvent
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.synthetic.population import Condition, Group, draw_trial


@pytest.fixture(scope="module")
def session() -> Session:
    return simulated_session(draw_trial(Group.TUNING, 1, Activity.WALK, Condition.LEVEL))


@pytest.mark.parametrize("sensors", list(SensorSet))
def test_a_plain_walk_is_found_and_in_time(session: Session, sensors: SensorSet) -> None:
    measured = measure(session, sensors, PipelineConfig())
    assert len(measured.strides) == len(session.truth.strides)
    found = [row for row in measured.strides if row["found"]]
    assert len(found) > 0.95 * len(measured.strides)
    assert not any(row["wrong_side"] for row in measured.strides)
    assert measured.sessions[0]["invented"] == 0
    assert abs(measured.sessions[0][f"heading {Placement.PELVIS}"]) < 10.0
    late = [row["late_ms"] for row in measured.contacts if row["state"] == "found"]
    assert abs(sum(late) / len(late)) < 50.0


def test_fewer_sensors_start_later_or_at_once(session: Session) -> None:
    worn, later_s = session.wearing(SensorSet.ONE)
    assert {spec.placement for spec in worn.specs} == {
        Placement.PELVIS,
        Placement.thigh(session.one_thigh),
    }
    assert 0.0 <= later_s < 1.0


def test_each_contact_has_one_partner_and_the_wrong_foot_is_told(session: Session) -> None:
    kind, right = EventKind.INITIAL_CONTACT, Side.RIGHT
    truth = replace(
        session.truth,
        events=[TrueEvent(kind, right, 1.0), TrueEvent(kind, right, 3.0)],
        event_windows={(kind, side): [(0.0, 10.0)] for side in Side},
    )

    def event(side: Side, t_s: float) -> GaitEvent:
        return GaitEvent(kind=kind, side=side, t_s=t_s, sigma_s=0.0, known_at_s=t_s, score=1.0)

    events = [event(right, 1.02), event(right, 1.05), event(Side.LEFT, 3.01), event(right, 20.0)]
    rows = list(_contact_rows(replace(session, truth=truth), events, 0.0, set(Side)))
    states = sorted((row["side"], row["state"], row["wrong_side"]) for row in rows)
    assert states == [
        (Side.LEFT, "false", True),
        (right, "false", False),
        (right, "found", False),
        (right, "missed", False),
    ]
    assert [row["late_ms"] for row in rows if row["state"] == "found"] == pytest.approx([20.0])
