"""Where a value lies against a zone, and zones from a person's own strides."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import StrideAngles
from pelvicsense.feedback.zone import BaselineGoal, Metric, Zone, ZonePlace, zone_from_baseline

ZONE = Zone(low_deg=2.0, high_deg=5.0)


@pytest.mark.parametrize(
    ("value_deg", "place", "outside_deg"),
    [
        (1.5, ZonePlace.BELOW, -0.5),
        (2.0, ZonePlace.IN, 0.0),
        (5.0, ZonePlace.IN, 0.0),
        (7.5, ZonePlace.ABOVE, 2.5),
    ],
)
def test_a_value_lies_below_in_or_above(
    value_deg: float, place: ZonePlace, outside_deg: float
) -> None:
    assert ZONE.place(value_deg) is place
    assert ZONE.outside_deg(value_deg) == outside_deg


@given(st.floats(-50.0, 50.0))
def test_distance_and_place_agree(value_deg: float) -> None:
    signs = {ZonePlace.BELOW: -1, ZonePlace.IN: 0, ZonePlace.ABOVE: 1}
    distance = ZONE.outside_deg(value_deg)
    assert (distance > 0.0) - (distance < 0.0) == signs[ZONE.place(value_deg)]


@pytest.mark.parametrize(
    ("low", "high"), [(3.0, 3.0), (4.0, 3.0), (math.nan, 3.0), (0.0, math.inf)]
)
def test_a_zone_without_width_is_refused(low: float, high: float) -> None:
    with pytest.raises(ConfigurationError, match="lower one first"):
        Zone(low_deg=low, high_deg=high)


def test_a_metric_finds_its_value_in_angles() -> None:
    angles = StrideAngles(thigh_rotation_excursion_deg=4.5)
    assert Metric.THIGH_ROTATION_EXCURSION.of(angles) == 4.5
    assert math.isnan(Metric.PELVIC_DROP_PEAK.of(angles))


def test_a_zone_from_own_strides_lies_lower_by_the_goal() -> None:
    values = [6.0, 8.0, 7.0, 7.0, 6.0, 8.0, 7.0, math.nan]
    zone = zone_from_baseline(values, BaselineGoal(less_deg=3.0))
    assert 0.5 * (zone.low_deg + zone.high_deg) == pytest.approx(4.0)
    assert zone.high_deg - zone.low_deg == pytest.approx(2.0)  # the least width: SD is 0.8


def test_a_goal_does_not_ask_for_less_than_usual() -> None:
    zone = zone_from_baseline([5.0, 9.0] * 4, BaselineGoal(less_deg=5.0, floor_deg=4.0))
    assert 0.5 * (zone.low_deg + zone.high_deg) == pytest.approx(4.0)
    assert zone.high_deg - zone.low_deg == pytest.approx(2.0 * 2.138, abs=1e-3)


def test_too_few_strides_make_no_baseline() -> None:
    with pytest.raises(ConfigurationError, match="expected 7 strides that know the value, got 6"):
        zone_from_baseline([5.0] * 6 + [math.nan] * 10, BaselineGoal())
