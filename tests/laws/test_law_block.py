"""Block: any grouping of the same inputs gives the same outputs, bit for bit."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from law_sessions import NAMES, as_in_life, packets, session
from simulated import at, go, stand
from streams import assert_same, grouped, in_packets, of_kind, run

from pelvicsense.datatypes.gait import GaitEvent, Stride
from pelvicsense.datatypes.placement import Activity
from pelvicsense.datatypes.samples import MarkKind
from pelvicsense.synthetic import ActivityScript, PersonConfig, ideal_sensors, simulate


@pytest.mark.parametrize(
    "name",
    NAMES,
)
@settings(max_examples=6, phases=(Phase.explicit, Phase.generate))
@given(
    cuts=st.lists(st.floats(0.0, 1.0), max_size=40),
    merge=st.booleans(),
)
def test_any_grouping(name: str, cuts: list[float], *, merge: bool) -> None:
    stream = packets(name)
    groups = grouped(stream, (round(cut * len(stream)) for cut in cuts), merge=merge)
    assert_same(run(groups, session(name).specs), as_in_life(name))


def test_a_request_to_recalibrate_takes_effect_at_the_same_sample_however_fast_the_radio() -> None:
    """Where samples arrive at once, the row before a mark is on the grid when the mark comes."""
    script = ActivityScript(sections=(stand(5.0), go(Activity.WALK, 11.0), stand(2.0)))
    made = simulate(PersonConfig(), ideal_sensors(), script, seed=1)
    late = [event.known_at_s for event in of_kind(run(made.stream(), made.specs), GaitEvent)][-6]
    mark = at(made, late - 0.0055, MarkKind.RECALIBRATE)
    stream = in_packets(list(made.blocks.values()), (*made.marks, mark))
    live = run(grouped(stream, range(len(stream)), merge=False), made.specs)
    assert max(event.known_at_s for event in of_kind(live, GaitEvent)) < late
    for cuts in ((), (len(stream) // 2,), range(0, len(stream), 301)):
        assert_same(run(grouped(stream, cuts, merge=True), made.specs), live)


@pytest.mark.parametrize("offset_s", [0.0, 0.0045, 0.0075])
def test_a_stated_still_pose_ends_at_the_same_sample_however_fast_the_radio(
    offset_s: float,
) -> None:
    script = ActivityScript(
        sections=(stand(5.0), go(Activity.WALK, 10.0), stand(2.0)), mark_still=False
    )
    made = simulate(PersonConfig(), ideal_sensors(), script, seed=1)
    marks = (at(made, 0.5, MarkKind.STILL_START), at(made, 4.5 + offset_s, MarkKind.STILL_END))
    stream = in_packets(list(made.blocks.values()), marks)
    live = run(grouped(stream, range(0, len(stream), 2), merge=False), made.specs)
    assert of_kind(live, Stride)
    for cuts in ((), (len(stream) // 4,), range(0, len(stream), 301)):
        assert_same(run(grouped(stream, cuts, merge=True), made.specs), live)


def test_marks_before_the_first_sample() -> None:
    """A still pose that began before anything arrived."""
    script = ActivityScript(sections=(stand(5.0), go(Activity.WALK, 10.0)), mark_still=False)
    made = simulate(PersonConfig(), ideal_sensors(), script, seed=2)
    marks = (at(made, -0.1, MarkKind.STILL_START), at(made, 4.0, MarkKind.STILL_END))
    stream = in_packets(list(made.blocks.values()), marks)
    live = run(grouped(stream, range(1, len(stream), 3), merge=False), made.specs)
    assert live
    for cuts in ((), (2,), range(0, len(stream), 301)):
        assert_same(run(grouped(stream, cuts, merge=True), made.specs), live)
