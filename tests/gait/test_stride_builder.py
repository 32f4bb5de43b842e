"""From contacts to stances and strides, by hand."""

from __future__ import annotations

import pytest

from pelvicsense.datatypes.gait import EventKind, Flag, GaitEvent
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.gait.strides import Stance, StrideBuilder, StrideConfig, StrideTimes


def land(
    side: Side, t_s: float, *, score: float = 1.0, activity: Activity = Activity.WALK
) -> GaitEvent:
    return event(EventKind.INITIAL_CONTACT, side, t_s, score, activity)


def leave(
    side: Side, t_s: float, *, score: float = 1.0, activity: Activity = Activity.WALK
) -> GaitEvent:
    return event(EventKind.FINAL_CONTACT, side, t_s, score, activity)


def event(kind: EventKind, side: Side, t_s: float, score: float, activity: Activity) -> GaitEvent:
    return GaitEvent(
        kind=kind,
        side=side,
        t_s=t_s,
        sigma_s=0.01,
        known_at_s=t_s + 0.3,
        score=score,
        activity=activity,
    )


L, R = Side.LEFT, Side.RIGHT


def build(*events: GaitEvent) -> list[Stance | StrideTimes]:
    builder = StrideBuilder(StrideConfig())
    made = [builder.add(event) for event in events]
    return [item for item in made if item is not None]


def strides(*events: GaitEvent) -> list[StrideTimes]:
    return [item for item in build(*events) if isinstance(item, StrideTimes)]


WALK = (
    land(R, 0.0),
    leave(L, 0.1),
    land(L, 0.55),
    leave(R, 0.66),
    land(R, 1.1),
    leave(L, 1.2),
    land(L, 1.65),
    leave(R, 1.76),
    land(R, 2.2),
)


def test_a_walk_gives_stances_and_strides_in_the_order_they_become_known() -> None:
    made = build(*WALK)
    assert [type(item).__name__ for item in made] == [
        "Stance",
        "StrideTimes",
        "Stance",
        "StrideTimes",
        "Stance",
        "StrideTimes",
    ]
    first = made[1]
    assert isinstance(first, StrideTimes)
    assert first.stance is made[0]
    assert (first.stance.side, first.t_end_s) == (R, 1.1)
    assert first.stride_time_s == pytest.approx(1.1)
    assert first.stance_fraction == pytest.approx(0.6)
    assert first.cadence_spm == pytest.approx(120.0 / 1.1)
    assert first.known_at_s == pytest.approx(1.4)
    assert all(stride.plausible for stride in strides(*WALK))


def test_only_the_first_step_after_a_rest_is_first() -> None:
    again = [land(R, 9.0), leave(R, 9.6), land(L, 9.55), land(R, 10.1), leave(R, 10.7)]
    stances = [item for item in build(*WALK, *again) if isinstance(item, Stance)]
    assert [Flag.FIRST in stance.flags for stance in stances] == [
        True,
        False,
        False,
        True,
        False,
    ]


def test_a_final_contact_without_an_initial_one_is_nothing() -> None:
    assert build(leave(R, 0.3), leave(L, 0.5)) == []


def test_a_final_contact_before_the_initial_one_is_nothing() -> None:
    assert build(land(R, 1.0), leave(R, 0.9)) == []


def test_two_final_contacts_make_a_stride_implausible() -> None:
    [stride] = strides(land(R, 0.0), leave(R, 0.6), leave(R, 0.8), land(R, 1.1))
    assert stride.stance.t_final_contact_s == 0.6
    assert not stride.plausible


def test_without_a_final_contact_there_is_no_stride() -> None:
    [stride] = strides(land(R, 0.0), land(R, 1.1), leave(R, 1.7), land(R, 2.2))
    assert stride.stance.t_contact_s == 1.1


def test_a_foot_that_rested_made_no_stride() -> None:
    assert strides(land(R, 0.0), leave(R, 0.6), land(R, 2.1)) == []


def test_a_stance_of_seconds_is_standing() -> None:
    assert build(land(R, 0.0), leave(R, 2.5)) == []


@pytest.mark.parametrize(
    ("final_s", "end_s"),
    [(0.2, 0.39), (0.1, 1.0), (0.95, 1.0)],
    ids=["too short", "hardly stood", "hardly swung"],
)
def test_impossible_strides_are_kept_but_do_not_count(final_s: float, end_s: float) -> None:
    [stride] = strides(land(L, 0.0), leave(L, final_s), land(L, end_s))
    assert not stride.plausible


@pytest.mark.parametrize("doubt", ["landing", "leaving"])
def test_a_doubtful_contact_is_flagged(doubt: str) -> None:
    scores = {"landing": 1.0, "leaving": 1.0} | {doubt: 0.1}
    [stance] = build(land(R, 0.0, score=scores["landing"]), leave(R, 0.6, score=scores["leaving"]))
    assert isinstance(stance, Stance)
    assert Flag.LOW_CONFIDENCE in stance.flags


@pytest.mark.parametrize(
    ("landing", "leaving", "activity"),
    [
        (Activity.WALK, Activity.WALK, Activity.WALK),
        (Activity.WALK, Activity.RUN, Activity.UNKNOWN),
        (Activity.RUN, Activity.WALK, Activity.UNKNOWN),
        (Activity.STAIRS_UP, Activity.WALK, Activity.STAIRS_UP),
        (Activity.WALK, Activity.STAIRS_DOWN, Activity.STAIRS_DOWN),
    ],
)
def test_the_activity_of_a_stance(landing: Activity, leaving: Activity, activity: Activity) -> None:
    [stance] = build(land(R, 0.0, activity=landing), leave(R, 0.6, activity=leaving))
    assert isinstance(stance, Stance)
    assert stance.activity is activity
