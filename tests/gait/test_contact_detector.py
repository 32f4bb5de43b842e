"""Contacts of simulated people: found, on the right side, at the right time, soon enough."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from simulated import stand, steady
from stages import segments
from streams import assert_same

from pelvicsense.datatypes.gait import EventKind, GaitEvent
from pelvicsense.datatypes.motion import SegmentBlock, SegmentSignal
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.gait.contact_config import ContactConfig
from pelvicsense.gait.contact_model import INITIAL, INITIAL_FIRST, INITIAL_LAST
from pelvicsense.gait.contacts import ContactDetector
from pelvicsense.gait.signals import flexion
from pelvicsense.synthetic import (
    ActivityScript,
    Locomotion,
    PersonConfig,
    SimulatedSession,
    ideal_sensors,
    simulate,
)

# Bound on the mean error and its scatter, ms: initial contact, final contact
TIMES_MS = {
    Activity.WALK: ((25.0, 20.0), (25.0, 20.0)),
    Activity.RUN: ((20.0, 15.0), (25.0, 20.0)),
    Activity.STAIRS_UP: ((70.0, 25.0), (70.0, 25.0)),
    Activity.STAIRS_DOWN: ((70.0, 35.0), (70.0, 35.0)),
}


def rows(block: SegmentBlock, first: int, end: int) -> SegmentBlock:
    chosen = slice(first, end)
    return SegmentBlock(
        first_index=block.first_index + first,
        rate_hz=block.rate_hz,
        segments={
            placement: SegmentSignal(
                earth_from_segment=signal.earth_from_segment[chosen],
                acceleration=signal.acceleration[chosen],
                rate=signal.rate[chosen],
                settled=signal.settled[chosen],
                bridged=signal.bridged[chosen],
                saturated=signal.saturated[chosen],
            )
            for placement, signal in block.segments.items()
        },
    )


def detect(
    block: SegmentBlock, thighs: tuple[Side, ...] = tuple(Side), cuts: tuple[int, ...] = ()
) -> list[GaitEvent]:
    detector = ContactDetector(ContactConfig(), block.rate_hz, block.first_index, thighs)
    borders = sorted({0, len(block), *cuts})
    return [event for a, b in pairwise(borders) for event in detector.feed(rows(block, a, b))]


def matched(
    session: SimulatedSession, events: list[GaitEvent], kind: EventKind
) -> tuple[list[float], int, int]:
    """Errors in s of contacts on the right side, and how many were found and expected."""
    start_s, end_s = session.steady_windows[0]
    true = [e for e in session.truth_events if e.kind is kind and start_s < e.t_s < end_s]
    found = [e for e in events if e.kind is kind and start_s < e.t_s < end_s]
    errors = []
    for event in true:
        near = [
            other.t_s - event.t_s
            for other in found
            if other.side is event.side and abs(other.t_s - event.t_s) < 0.15
        ]
        errors += near[:1]
    return errors, len(found), len(true)


@pytest.mark.parametrize("kind", EventKind)
@pytest.mark.parametrize("activity", list(TIMES_MS))
def test_contacts_are_found_on_their_side(activity: Activity, kind: EventKind) -> None:
    session = steady(activity, 25.0, ideal=False, seed=71)
    errors, found, true = matched(session, detect(segments(session)), kind)
    assert 2.0 * len(errors) / (found + true) > 0.95
    assert found - len(errors) <= 2  # only at the ends of the steady stretch
    bias_ms, scatter_ms = TIMES_MS[activity][kind is EventKind.FINAL_CONTACT]
    assert abs(1e3 * np.mean(errors)) < bias_ms
    assert 1e3 * np.std(errors) < scatter_ms


@pytest.mark.parametrize(
    ("speed_mps", "cadence_spm", "stance_fraction"),
    [(2.0, 160.0, 0.41), (3.0, 168.0, 0.34), (4.5, 176.0, 0.28)],
)
def test_running_contacts_hold_at_any_speed(
    speed_mps: float, cadence_spm: float, stance_fraction: float
) -> None:
    run = Locomotion(
        activity=Activity.RUN,
        duration_s=12.0,
        speed_mps=speed_mps,
        cadence_spm=cadence_spm,
        stance_fraction=stance_fraction,
    )
    script = ActivityScript(sections=(stand(5.0), run, stand(1.0)), treadmill=True)
    session = simulate(PersonConfig(), ideal_sensors(), script, seed=12)
    events = detect(segments(session))
    for kind in EventKind:
        errors, found, true = matched(session, events, kind)
        assert len(errors) == found == true
        assert abs(np.mean(errors)) < 0.012


@pytest.mark.parametrize("activity", list(TIMES_MS))
def test_feet_alternate(activity: Activity) -> None:
    session = steady(activity, 25.0, ideal=False, seed=71)
    sides = [e.side for e in detect(segments(session)) if e.kind is EventKind.INITIAL_CONTACT]
    assert all(one is not other for one, other in pairwise(sides))


@pytest.mark.parametrize("worn", Side)
@pytest.mark.parametrize("activity", [Activity.WALK, Activity.RUN])
def test_one_thigh_tells_both_feet(activity: Activity, worn: Side) -> None:
    session = steady(activity, 25.0, ideal=False, seed=71)
    block = segments(session)
    only = {Placement.PELVIS, Placement.thigh(worn)}
    partial = SegmentBlock(
        first_index=block.first_index,
        rate_hz=block.rate_hz,
        segments={p: signal for p, signal in block.segments.items() if p in only},
    )
    events = detect(partial, (worn,))
    errors, found, true = matched(session, events, EventKind.INITIAL_CONTACT)
    assert 2.0 * len(errors) / (found + true) > 0.9
    assert found - len(errors) <= 2


def test_someone_who_stands_makes_no_contact() -> None:
    session = steady(Activity.WALK, 25.0, ideal=False, seed=71)
    for event in detect(segments(session)):
        assert 5.5 < event.t_s < 31.5


@pytest.mark.parametrize(
    ("activity", "late_s"),
    [
        (Activity.WALK, 0.10),
        (Activity.RUN, 0.10),
        (Activity.STAIRS_UP, 0.15),
        (Activity.STAIRS_DOWN, 0.30),
    ],
)
def test_final_contacts_are_known_soon(activity: Activity, late_s: float) -> None:
    session = steady(activity, 25.0, ideal=False, seed=71)
    events = detect(segments(session))
    finals = [e.known_at_s - e.t_s for e in events if e.kind is EventKind.FINAL_CONTACT]
    assert min(finals) >= 0.0
    assert np.percentile(finals, 95) <= late_s + 0.01


@pytest.mark.parametrize("activity", list(TIMES_MS))
def test_events_come_in_the_order_they_become_known(activity: Activity) -> None:
    events = detect(segments(steady(activity, 25.0, ideal=False, seed=71)))
    known = [event.known_at_s for event in events]
    assert known == sorted(known)
    assert all(0.0 <= event.score <= 1.0 for event in events)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("activity", list(TIMES_MS))
def test_blocks_do_not_matter(activity: Activity, seed: int) -> None:
    block = segments(steady(activity, 25.0, ideal=False, seed=71))
    cuts = tuple(np.random.default_rng(seed).integers(1, len(block), 60).tolist())
    assert_same(detect(block, cuts=cuts), detect(block))


def test_one_thigh_does_while_the_other_is_unsettled() -> None:
    block = segments(steady(Activity.WALK, 25.0, ideal=False, seed=71))
    thigh = block.segments[Placement.THIGH_LEFT]
    settled = thigh.settled.copy()
    settled[1000:1300] = False
    signal = SegmentSignal(
        earth_from_segment=thigh.earth_from_segment,
        acceleration=thigh.acceleration,
        rate=thigh.rate,
        settled=settled,
        bridged=thigh.bridged,
        saturated=thigh.saturated,
    )
    disturbed = SegmentBlock(
        first_index=block.first_index,
        rate_hz=block.rate_hz,
        segments={**block.segments, Placement.THIGH_LEFT: signal},
    )
    start_s, end_s = (block.first_index + 1000) / 100.0, (block.first_index + 1300) / 100.0
    events = detect(disturbed)
    assert events
    inside = [event for event in events if start_s + 0.5 < event.t_s < end_s - 0.5]
    inferred = {event.side for event in inside if event.score == 0.5}
    assert {event.side for event in inside} == set(Side)
    assert inferred == {Side.LEFT}
    after = [event for event in events if event.t_s > end_s + 1.5]
    assert len(after) > 20


def test_the_first_step_after_standing_is_less_certain() -> None:
    session = steady(Activity.WALK, 12.0, ideal=True, seed=71)
    initial = [
        e for e in detect(segments(session)) if e.kind is EventKind.INITIAL_CONTACT and e.t_s > 3.0
    ]
    first, others = initial[0], initial[1:-2]
    assert first.sigma_s > max(event.sigma_s for event in others)


def test_a_first_landing_comes_later_after_the_end_of_its_swing() -> None:
    landmarks = {"swing_end": -40.0}
    first, usual = INITIAL_FIRST.place(landmarks), INITIAL.place(landmarks)
    assert 15.0 < first.after_ms - usual.after_ms < 50.0


def test_the_last_step_is_told_by_the_swing_that_ends_in_it() -> None:
    """Where no other thigh begins to swing, the pelvis' landmarks are those of a stop."""
    block = segments(steady(Activity.WALK, 12.0, ideal=True, seed=71))
    whole = [e for e in detect(block) if e.kind is EventKind.INITIAL_CONTACT]
    last = whole[-6]
    stop = round((last.t_s - 0.05) * block.rate_hz) - block.first_index
    other = block.segments[Placement.thigh(last.side.other)]
    still = other.rate.copy()
    still[stop:] = 0.0
    halted = SegmentBlock(
        first_index=block.first_index,
        rate_hz=block.rate_hz,
        segments={
            **block.segments,
            Placement.thigh(last.side.other): replace(other, rate=still),
        },
    )
    told = [
        e
        for e in detect(halted)
        if e.kind is EventKind.INITIAL_CONTACT and abs(e.t_s - last.t_s) < 0.15
    ]
    assert len(told) == 1
    assert told[0].known_at_s > last.known_at_s
    angle = flexion(block.segments[Placement.thigh(last.side)])[1]
    before = stop - round(0.3 * block.rate_hz)
    most_flexed_s = (block.first_index + before + np.argmax(angle[before:stop])) / block.rate_hz
    assert INITIAL_LAST.pull is not None
    drawn_to_s = most_flexed_s + 1e-3 * INITIAL_LAST.pull.after_ms
    assert abs(told[0].t_s - drawn_to_s) < 0.5 * abs(last.t_s - drawn_to_s)


def test_slow_walkers_do_not_stop_at_every_step() -> None:
    """Their other thigh swings late: that must not make each step the last of a bout."""
    slow = Locomotion(activity=Activity.WALK, duration_s=30.0, speed_mps=0.6, cadence_spm=60.0)
    script = ActivityScript(sections=(stand(5.0), slow, stand(1.0)))
    session = simulate(PersonConfig(), ideal_sensors(), script, seed=3)
    errors, _, true = matched(session, detect(segments(session)), EventKind.INITIAL_CONTACT)
    assert len(errors) > 0.9 * true
    assert np.std(errors) < 0.022
