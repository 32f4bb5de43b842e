from __future__ import annotations

import pytest
from made_up import stride, walk

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import Flag, StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.summary import summarise
from pelvicsense.report.comparison import (
    compare_summaries,
    first_and_last_third,
    sources,
    stretch_summary,
)
from pelvicsense.report.pair import pair_of
from pelvicsense.report.shown import BY_KEY, clock_text, number_text
from pelvicsense.report.unknown import NO_ERROR, OTHER, flag_counts, unknown_rows, why_no_figure

DROP = BY_KEY["pelvic_drop_peak_deg"]
ADDUCTION = BY_KEY["hip_adduction_peak_deg"]


def verdicts(before_deg: float, now_deg: float, count: int = 40) -> dict[tuple[str, Side], str]:
    rows = compare_summaries(summarise(walk(before_deg)), summarise(walk(now_deg, count)))
    return {(row.metric.key, row.side): row.verdict for row in rows[Activity.WALK]}


@pytest.mark.parametrize(
    ("now_deg", "word"),
    [(5.0, "within error"), (9.0, "more"), (1.0, "less"), (7.5, "within error")],
)
def test_a_difference_is_named(now_deg: float, word: str) -> None:
    found = verdicts(5.0, now_deg)
    assert found[DROP.key, Side.LEFT] == found[DROP.key, Side.RIGHT] == word
    assert found["cadence_spm", Side.LEFT] == "no limit known"


def test_too_few_strides_and_unknown_values_are_named() -> None:
    assert verdicts(5.0, 9.0, count=8)[DROP.key, Side.LEFT] == "fewer than 7 strides"
    blank = [stride(k, Side.LEFT, angles=StrideAngles()) for k in range(9)]
    rows = compare_summaries(summarise(blank), summarise(blank))[Activity.WALK]
    assert rows[0].verdict == "not known"
    assert not rows[0].real


def test_only_activities_in_common_are_compared() -> None:
    running = [stride(k, Side.LEFT, activity=Activity.RUN) for k in range(9)]
    nobody = [stride(k, Side.LEFT, activity=Activity.UNKNOWN) for k in range(9)]
    assert compare_summaries(summarise(walk(5.0)), summarise(running)) == {}
    assert compare_summaries(summarise(nobody), summarise(nobody)) == {}


def test_a_stretch_holds_the_strides_that_lie_wholly_in_it() -> None:
    summary = stretch_summary(walk(5.0), 9.5, 20.0)
    assert summary.valid == 10  # contacts at 10 … 19, the last ends at 20


def test_fatigue_is_the_last_third_against_the_first() -> None:
    strides = walk(5.0, 60) + walk(7.0, 60, first=60) + walk(9.0, 60, first=120)
    rows = first_and_last_third(strides, Activity.WALK)
    drop = next(row for row in rows if row.metric is DROP)
    assert drop.before.mean == pytest.approx(5.0, abs=0.1)
    assert drop.now.mean == pytest.approx(9.0, abs=0.1)
    assert drop.verdict == "more"
    assert first_and_last_third(walk(5.0, 60), Activity.WALK) == ()  # a minute tires nobody
    assert first_and_last_third(strides, Activity.RUN) == ()


def test_limits_are_told_with_their_source_once() -> None:
    rows = compare_summaries(summarise(walk(5.0)), summarise(walk(6.0)))[Activity.WALK]
    told = sources(rows)
    assert len(told) == 3
    assert told[0].startswith("pelvic drop, peak: 2.8°, smallest detectable")
    assert "Dingenen" in told[0]


@pytest.mark.parametrize(
    ("stretches", "problem"),
    [
        ((), "two sessions, or one session and two"),
        (("0:10",), "two sessions, or one session and two"),
        (("0:10", "5:20"), "do not overlap"),
        (("0:10", "20:15"), "START:END"),
        (("0:10", "20:abc"), "START:END"),
        (("0:10", "-5:0"), "START:END"),
        (("0:10", "20:nan"), "START:END"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    tmp_path_factory: pytest.TempPathFactory, stretches: tuple[str, ...], problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        pair_of([tmp_path_factory.getbasetemp()], stretches)


def test_what_is_unknown_is_counted_with_its_reason() -> None:
    blank = StrideAngles(hip_adduction_peak_deg=8.0, thigh_rotation_excursion_deg=7.0)
    strides = [
        stride(0, Side.LEFT),
        stride(1, Side.LEFT, angles=blank, flags=(Flag.CURVE,)),
        stride(2, Side.LEFT, angles=blank, flags=(Flag.CURVE, Flag.FIRST), valid=False),
        stride(3, Side.LEFT, angles=blank, flags=(Flag.GAP, Flag.CURVE)),
        stride(4, Side.LEFT, angles=blank),
    ]
    (row,) = unknown_rows(strides)
    assert (row.metric, row.side, row.unknown, row.total) == (DROP, Side.LEFT, 4, 5)
    assert [count for _, count in row.reasons] == [2, 1, 1]
    assert row.reasons[0][0].startswith("in a bend")
    assert OTHER in dict(row.reasons)
    assert dict(flag_counts(strides, valid=False))["first stride of a bout"] == 1


def test_why_a_figure_is_empty() -> None:
    worn = [
        stride(k, Side.LEFT, angles=StrideAngles(), flags=(Flag.CURVE, Flag.NOT_WORN))
        for k in range(3)
    ]
    assert why_no_figure(worn, Side.LEFT, ADDUCTION) == "no sensor on this thigh"
    assert why_no_figure(worn, Side.LEFT, DROP).startswith("in a bend")
    assert why_no_figure(worn, Side.RIGHT, DROP) == "no stride of this side"
    assert why_no_figure([stride(0, Side.LEFT)], Side.LEFT, DROP) == NO_ERROR
    turning = [stride(0, Side.LEFT, valid=False)]
    assert why_no_figure(turning, Side.LEFT, DROP) == "no stride of this side counts"


def test_numbers_are_written_for_people() -> None:
    assert number_text(-0.04) == "0.0"
    assert number_text(-1.26, 1, "+") == "−1.3"
    assert number_text(0.0, 1, "+") == "0.0"
    assert number_text(float("nan")) == number_text(float("inf")) == "–"
    assert DROP.interval(float("nan"), 2.0) == "–"
    assert [clock_text(t) for t in (59.4, 60.0, 3725.0)] == ["59 s", "1 min 0 s", "1 h 2 min"]
