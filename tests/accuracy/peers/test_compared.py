"""The comparison with other programs, on contacts and angles small enough to work out by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from compared import Found, contact_row, hip_angles, stance_values
from lower_back import BOUT_GAP_S, bouts
from sessions import TrueEvent, Truth

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import EventKind
from pelvicsense.datatypes.placement import Side
from pelvicsense.numerics import quaternion

CONTACT = EventKind.INITIAL_CONTACT
STEPS = [TrueEvent(CONTACT, side, t) for t, side in ((1.0, Side.LEFT), (2.0, Side.RIGHT))]


def truth(windows: dict[Side, list[tuple[float, float]]]) -> Truth:
    return Truth([], [], STEPS, {(CONTACT, side): windows[side] for side in Side}, (), {})


BOTH = truth({side: [(0.5, 3.5)] for side in Side})


def test_a_delay_is_bias_and_what_is_too_late_is_false() -> None:
    row = contact_row(Found(np.array([1.05, 2.4])), BOTH, CONTACT)
    assert row["late_ms"] == pytest.approx([50.0])
    assert (row["true"], row["false"], row["wrong_side"]) == (2, 1, None)


def test_each_contact_has_one_partner_and_sides_are_compared() -> None:
    row = contact_row(Found(np.array([1.0, 1.1, 2.0]), ["right", "left", "right"]), BOTH, CONTACT)
    assert (len(row["late_ms"]), row["false"], row["wrong_side"]) == (2, 1, 1)


def test_nothing_counts_where_one_foot_is_unknown() -> None:
    half = truth({Side.LEFT: [(0.5, 3.5)], Side.RIGHT: [(1.5, 3.5)]})
    row = contact_row(Found(np.array([0.8, 2.0])), half, CONTACT)
    assert (row["true"], len(row["late_ms"]), row["false"]) == (1, 1, 0)


def test_peak_of_a_stance_may_lie_on_its_border() -> None:
    t_s = np.arange(11) / 10.0
    assert stance_values(t_s, t_s.copy(), 0.25, 0.65) == pytest.approx((0.25, 0.65))


@pytest.mark.parametrize("side", list(Side))
def test_adduction_and_internal_rotation_are_positive_on_both_sides(side: Side) -> None:
    earth = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])[None]

    def turned(axis: int) -> FloatArray:
        vector = np.zeros((1, 3))
        vector[0, axis] = side.sign * 0.1
        return np.asarray(earth @ quaternion.to_matrix(quaternion.from_rotation_vector(vector)))

    for axis, name in ((0, "adduction"), (1, "rotation")):
        angles = hip_angles(earth, {side: turned(axis)})
        assert angles[name, side] == pytest.approx(np.rad2deg(0.1))


def test_bouts_are_cut_where_contacts_pause() -> None:
    times = [0.0, 0.5, 1.0, 1.5, 9.0, 9.5, 10.0, 10.5, 20.0]
    events = [TrueEvent(CONTACT, Side.LEFT, t) for t in times]
    found = list(bouts(events))
    assert [len(bout) for bout in found] == [4, 4]
    assert all(b.t_s - a.t_s <= BOUT_GAP_S for bout in found for a, b in pairwise(bout))
