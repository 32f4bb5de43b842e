from __future__ import annotations

import math

import numpy as np
import pytest

from pelvicsense.metrics.change import DETECTABLE, LEAST_STRIDES, OWN_SOURCE, change
from pelvicsense.metrics.summary import Figure, figure

DROP = "pelvic_drop_peak_deg"


def strides(mean: float, *, count: int = 30, error: float = 0.2) -> Figure:
    spread = np.linspace(-1.0, 1.0, count)
    return figure((mean + spread).tolist(), [error] * count)


def test_difference_and_interval_take_both_parts_of_both_means() -> None:
    before, now = strides(6.0, error=0.3), strides(4.5, error=0.4)
    found = change(DROP, before, now)
    assert found is not None
    assert found.difference == pytest.approx(-1.5)
    expected = math.hypot(before.standard_error, now.standard_error)
    assert (found.high - found.low) / 2.0 == pytest.approx(1.96 * expected, rel=0.03)
    assert found.low < found.difference < found.high


@pytest.mark.parametrize(("now", "real"), [(8.7, False), (8.9, True), (3.3, False), (3.1, True)])
def test_a_change_is_real_only_beyond_what_is_published(now: float, real: bool) -> None:
    found = change(DROP, strides(6.0), strides(now))
    assert found is not None
    assert (found.detectable, found.source) == (2.8, DETECTABLE[DROP].source)
    assert found.real is real


def test_a_poor_measurement_must_change_more_than_what_is_published() -> None:
    found = change(DROP, strides(6.0, error=2.0), strides(2.5, error=2.0))
    assert found is not None
    assert found.detectable == pytest.approx(found.high - found.difference)
    assert found.detectable > 5.0
    assert found.source == OWN_SOURCE
    assert not found.real


def test_where_nothing_is_published_nothing_is_called_a_change() -> None:
    found = change("thigh_rotation_excursion_deg", strides(20.0), strides(5.0))
    assert found is not None
    assert math.isnan(found.detectable)
    assert found.source == ""
    assert not found.real


def test_too_few_strides_are_not_compared() -> None:
    few = strides(5.0, count=LEAST_STRIDES - 1)
    assert change(DROP, few, strides(9.0)) is None
    assert change(DROP, strides(9.0), few) is None
    assert change(DROP, strides(9.0), strides(5.0, count=LEAST_STRIDES)) is not None


def test_no_false_alarm_more_often_than_promised() -> None:
    """Without any change, 95 % intervals of differences hold zero in about 95 % of the cases."""
    rng = np.random.default_rng(11)
    held = 0
    for _ in range(400):
        means = rng.normal(5.0, 0.5, 2)  # each calibration shifts all strides of its session
        before, now = (
            figure((mean + rng.normal(0.0, 1.0, 20)).tolist(), [0.5] * 20) for mean in means
        )
        found = change(DROP, before, now)
        assert found is not None
        held += found.low <= 0.0 <= found.high
    assert 0.92 <= held / 400 <= 0.98
