from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from pelvicsense.datatypes.gait import Flag, Stride, StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.summary import ANGLES, TIMING, figure, summarise


def make_stride(
    number: int, side: Side, peak: float, *, se: float = 0.3, valid: bool = True
) -> Stride:
    return Stride(
        stride=number,
        side=side,
        activity=Activity.WALK,
        t_contact_s=float(number),
        t_final_contact_s=number + 0.6,
        t_end_s=number + 1.0,
        stride_time_s=1.0,
        stance_fraction=0.6,
        cadence_spm=120.0,
        stance_time_se_s=0.02,
        angles=StrideAngles(pelvic_drop_peak_deg=peak, hip_adduction_peak_deg=peak),
        standard_errors=StrideAngles(pelvic_drop_peak_deg=se, hip_adduction_peak_deg=se),
        valid=valid,
        flags=() if valid else (Flag.TURN,),
        known_at_s=number + 1.2,
    )


def make_session(left: list[float], right: list[float]) -> list[Stride]:
    strides = [make_stride(k, Side.LEFT, value) for k, value in enumerate(left)]
    return strides + [make_stride(100 + k, Side.RIGHT, value) for k, value in enumerate(right)]


def test_without_shared_error_the_interval_is_students() -> None:
    values = [4.0, 5.0, 6.0, 7.0]
    result = figure(values, [0.0] * 4)
    # SD 1.291, SE 0.6455, t(0.975, 3) = 3.1824
    assert result.mean == 5.5
    assert result.median == 5.5
    assert result.sd == pytest.approx(1.290994)
    assert result.high - result.mean == pytest.approx(3.182446 * 0.645497, rel=1e-6)


def test_without_scatter_the_interval_is_normal() -> None:
    result = figure([5.0] * 10, [0.4] * 10)
    assert result.standard_error == pytest.approx(0.4)
    assert result.mean - result.low == pytest.approx(1.959964 * 0.4, rel=1e-5)


def test_shared_error_does_not_shrink_with_strides() -> None:
    noise = np.random.default_rng(3).normal(0.0, 1.0, 4000)
    result = figure((5.0 + noise).tolist(), [0.5] * 4000)
    assert result.standard_error == pytest.approx(0.5, rel=0.01)


def test_intervals_cover_the_true_mean() -> None:
    rng = np.random.default_rng(8)
    covered = 0
    for _ in range(2000):
        values = 5.0 + rng.normal(0.0, 0.5) + rng.normal(0.0, 1.0, 8)
        result = figure(values.tolist(), [0.5] * 8)
        covered += result.low <= 5.0 <= result.high
    assert 0.93 <= covered / 2000 <= 0.975


def test_one_stride_has_a_mean_but_no_interval() -> None:
    result = figure([5.0], [0.3])
    assert result.mean == 5.0
    assert math.isnan(result.sd)
    assert math.isnan(result.low)


def test_unknown_values_are_left_out() -> None:
    result = figure([4.0, math.nan, 6.0], [0.1, math.nan, 0.1])
    assert (result.count, result.mean) == (2, 5.0)


def test_invalid_strides_are_counted_but_do_not_enter_a_figure() -> None:
    strides = make_session([4.0, 6.0], [4.0, 6.0])
    strides.append(make_stride(50, Side.LEFT, 90.0, valid=False))
    left = summarise(strides).activities[0].sides[Side.LEFT]
    assert (left.valid, left.invalid) == (2, 1)
    assert left.figures["pelvic_drop_peak_deg"].mean == 5.0
    assert left.flags == {Flag.TURN: 1}


def test_asymmetry_is_left_less_right_and_swaps_sign_with_the_sides() -> None:
    left, right = [6.0, 6.2, 5.8], [4.0, 4.2, 3.8]
    there = summarise(make_session(left, right)).activities[0].asymmetry["pelvic_drop_peak_deg"]
    back = summarise(make_session(right, left)).activities[0].asymmetry["pelvic_drop_peak_deg"]
    assert there.difference == pytest.approx(2.0)
    assert back.difference == pytest.approx(-2.0)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))


def test_errors_of_the_one_pelvis_sensor_count_twice_between_the_sides() -> None:
    part = summarise(make_session([6.0] * 5, [5.0] * 5)).activities[0]
    assert part.asymmetry["pelvic_drop_peak_deg"].standard_error == pytest.approx(0.6)
    assert part.asymmetry["hip_adduction_peak_deg"].standard_error == pytest.approx(0.3 * 2**0.5)


@pytest.mark.parametrize(("gap", "distinct"), [(0.5, False), (3.0, True)])
def test_sides_are_distinct_when_zero_is_outside_the_interval(gap: float, distinct: bool) -> None:
    part = summarise(make_session([5.0, 5.1, 4.9], [5.0 - gap, 5.1 - gap, 4.9 - gap])).activities[0]
    assert part.asymmetry["pelvic_drop_peak_deg"].distinct is distinct


def test_a_side_without_strides_is_unknown_not_zero() -> None:
    part = summarise(make_session([5.0, 6.0], [])).activities[0]
    assert math.isnan(part.sides[Side.RIGHT].figures["pelvic_drop_peak_deg"].mean)
    assert math.isnan(part.asymmetry["pelvic_drop_peak_deg"].difference)
    assert not part.asymmetry["pelvic_drop_peak_deg"].distinct


def test_activities_come_most_frequent_first() -> None:
    strides = make_session([5.0], [5.0, 5.0])
    strides[0] = replace(strides[0], activity=Activity.RUN)
    assert [part.activity for part in summarise(strides).activities] == ["walk", "run"]


def test_timing_is_summarised() -> None:
    figures = summarise(make_session([5.0, 5.0], [])).activities[0].sides[Side.LEFT].figures
    assert set(figures) == {*ANGLES, *TIMING}
    assert figures["stance_time_s"].mean == pytest.approx(0.6)
    assert figures["cadence_spm"].mean == 120.0


def test_plain_form_is_strict_json_with_null_for_unknown() -> None:
    plain = summarise(make_session([5.0], [5.0, 6.0])).as_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["walk"]["left"]["figures"]["pelvic_drop_peak_deg"]["low"] is None
    assert plain["walk"]["right"]["figures"]["pelvic_drop_peak_deg"]["mean"] == 5.5


def test_no_strides_give_an_empty_summary() -> None:
    summary = summarise([])
    assert (summary.valid, summary.invalid, summary.as_dict()) == (0, 0, {})
