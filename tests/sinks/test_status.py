"""What a log shows follows from what it was told, and nothing else."""

from __future__ import annotations

import json
import math

import pytest
from live_groups import GROUP_NS, ORIGIN_NS, PER_GROUP, group

from pelvicsense.datatypes.calibration import (
    Calibration,
    CalibrationNews,
    CalibrationRefusal,
    SlipNews,
)
from pelvicsense.datatypes.gait import StanceReport, Stride, StrideAngles
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.datatypes.samples import Mark, MarkKind
from pelvicsense.feedback.plan import Plan, Target
from pelvicsense.feedback.plan_progress import PlanProgress
from pelvicsense.sinks.battery import BatteryTrend
from pelvicsense.sinks.status import CalibrationState, LogStatus, status_json, status_line
from pelvicsense.sinks.status_tracker import StatusTracker

MINUTE_NS = 60_000_000_000


def now_after(groups: int) -> int:
    return ORIGIN_NS + groups * GROUP_NS


def fed(groups: int) -> StatusTracker:
    """A tracker that has seen all sensors stream at 100 Hz for so many groups of 50 ms."""
    tracker = StatusTracker(tuple(Placement))
    for sensor in Placement:
        tracker.take_link(sensor, "streaming", ORIGIN_NS)
    for index in range(groups):
        tracker.take_inputs(group(index))
    return tracker


def stance(side: Side, drop_deg: float) -> StanceReport:
    angles = StrideAngles(pelvic_drop_peak_deg=drop_deg)
    return StanceReport(
        side=side,
        activity=Activity.WALK,
        t_contact_s=1.0,
        t_final_contact_s=1.6,
        angles=angles,
        standard_errors=StrideAngles(),
        flags=(),
        known_at_s=1.8,
    )


def stride(side: Side) -> Stride:
    return Stride(
        stride=0,
        side=side,
        activity=Activity.WALK,
        t_contact_s=1.0,
        t_final_contact_s=1.6,
        t_end_s=2.0,
        stride_time_s=1.0,
        stance_fraction=0.6,
        cadence_spm=120.0,
        stance_time_se_s=0.02,
        angles=StrideAngles(),
        standard_errors=StrideAngles(),
        valid=True,
        flags=(),
        known_at_s=2.1,
    )


def refused(reason: str) -> CalibrationNews:
    return CalibrationNews(outcome=CalibrationRefusal(reason=reason), known_at_s=3.0)


def accepted() -> CalibrationNews:
    calibration = object.__new__(Calibration)  # that there is one is all that counts here
    return CalibrationNews(outcome=calibration, known_at_s=4.0)


def test_before_the_first_sample_everything_is_unknown() -> None:
    status = StatusTracker(tuple(Placement)).status(ORIGIN_NS, 0)
    assert status.elapsed_s == 0.0
    assert [facts.state for facts in status.sensors.values()] == ["connecting"] * 3
    assert {facts.rate_hz for facts in status.sensors.values()} == {None}
    assert {facts.battery_percent for facts in status.sensors.values()} == {None}
    assert status.battery_left_min is None
    assert status.pelvic_drop_deg == {Side.LEFT: None, Side.RIGHT: None}
    assert status.calibration is CalibrationState.WAITING


@pytest.mark.parametrize("groups", [41, 50, 100, 400])
def test_the_rate_is_that_of_the_last_seconds(groups: int) -> None:
    status = fed(groups).status(now_after(groups), 0)
    for facts in status.sensors.values():
        assert facts.samples == groups * PER_GROUP
        assert facts.rate_hz == pytest.approx(100.0)
    assert status.elapsed_s == pytest.approx(groups * 0.05)


def test_a_rate_of_less_than_two_seconds_is_unknown() -> None:
    assert fed(30).status(now_after(30), 0).sensors[Placement.PELVIS].rate_hz is None


def test_the_rate_of_a_silent_sensor_falls_to_zero() -> None:
    tracker = fed(200)
    facts = tracker.status(now_after(250), 0).sensors[Placement.PELVIS]
    assert facts.rate_hz == pytest.approx(50.0, abs=2.0)  # ± two packets
    assert tracker.status(now_after(300), 0).sensors[Placement.PELVIS].rate_hz == 0.0


def test_lost_samples_are_counted_per_sensor() -> None:
    tracker = fed(1)
    for count in ("3", "4"):
        mark = Mark(host_ns=ORIGIN_NS, kind=MarkKind.LOST, sensor=Placement.PELVIS, text=count)
        tracker.take_inputs([mark])
    status = tracker.status(ORIGIN_NS, 0)
    assert [facts.lost for facts in status.sensors.values()] == [7, 0, 0]


def test_a_link_s_state_lasts_from_its_change_on() -> None:
    tracker = fed(10)
    tracker.take_link(Placement.PELVIS, "lost", now_after(20))
    tracker.take_link(Placement.PELVIS, "lost", now_after(30))  # no change
    facts = tracker.status(now_after(60), 0).sensors[Placement.PELVIS]
    assert (facts.state, facts.state_s) == ("lost", 2.0)


def test_calibration_follows_the_news() -> None:
    tracker = fed(1)
    tracker.take_outputs([refused("nobody stood still")])
    status = tracker.status(ORIGIN_NS, 0)
    assert status.calibration is CalibrationState.REFUSED
    assert status.calibration_reason == "nobody stood still"
    tracker.take_outputs([accepted()])
    status = tracker.status(ORIGIN_NS, 0)
    assert status.calibration is CalibrationState.ACCEPTED
    assert status.calibration_reason is None
    tracker.take_inputs([Mark(host_ns=ORIGIN_NS, kind=MarkKind.RECALIBRATE)])
    assert tracker.status(ORIGIN_NS, 0).calibration is CalibrationState.WAITING


def test_a_slip_is_a_notice_that_names_the_sensor() -> None:
    tracker = fed(1)
    slip = SlipNews(
        placement=Placement.PELVIS, turn_deg=(8.0, 0.0, 0.0), since_s=20.2, known_at_s=23.0
    )
    tracker.take_outputs([slip])
    assert tracker.status(now_after(1), 0).notices == (
        "the pelvis sensor seems to have moved on the body at 20 s; fasten it and recalibrate",
    )


def test_strides_are_counted_and_the_newest_drop_is_shown_unknown_or_not() -> None:
    tracker = fed(1)
    tracker.take_outputs([stance(Side.LEFT, 4.0), stride(Side.LEFT), stance(Side.RIGHT, 5.5)])
    tracker.take_outputs([stance(Side.LEFT, 4.5), stride(Side.LEFT), stance(Side.RIGHT, math.nan)])
    status = tracker.status(ORIGIN_NS, 0)
    assert status.strides == {Side.LEFT: 2, Side.RIGHT: 0}
    assert status.pelvic_drop_deg == {Side.LEFT: 4.5, Side.RIGHT: None}


def test_only_the_newest_notices_stay() -> None:
    tracker = fed(1)
    for number in range(30):
        tracker.note(f"notice {number}")
    notices = tracker.status(ORIGIN_NS, 0).notices
    assert notices[-1] == "notice 29"
    assert len(notices) == 20


def trend(*readings: tuple[float, float]) -> BatteryTrend:
    battery = BatteryTrend()
    for minute, percent in readings:
        battery.add(60.0 * minute, percent)
    return battery


def test_a_battery_that_falls_one_percent_in_four_minutes_lasts_as_long() -> None:
    battery = trend(*((minute, 80.0 - minute // 4) for minute in range(0, 41)))
    assert battery.percent == 70.0
    assert battery.minutes_left(60.0 * 40) == pytest.approx(70 * 4, rel=0.05)
    assert battery.minutes_left(60.0 * 50) == pytest.approx(69 * 4 - 8, rel=0.05)


def test_reading_a_battery_every_second_changes_little() -> None:
    often = trend(*((second / 60, 80.0 - second // 240) for second in range(2400)))
    assert len(often.readings) <= 2400 / 30 + 10
    assert often.minutes_left(2400.0) == pytest.approx(70 * 4, rel=0.05)


@pytest.mark.parametrize(
    "readings",
    [
        [],
        [(0, 80.0)],
        [(0, 80.0), (5, 79.0), (9.9, 78.0)],  # too short
        [(0, 80.0), (30, 79.0), (59, 79.0)],  # one step: any slope
        [(0, 80.0), (10, 80.0), (20, 80.0)],
        [(0, 70.0), (10, 71.0), (20, 72.0)],  # on the charger
        [(0, 12.0), (6, 11.0), (12, 10.0), (13, 95.0), (14, 95.0)],  # another battery
        [(0, 80.0), (10, 75.0), (100, 70.0)],  # out of date
    ],
)
def test_a_battery_without_a_trend_has_no_time_left(readings: list[tuple[float, float]]) -> None:
    last_minute = readings[-1][0] if readings else 0.0
    assert trend(*readings).minutes_left(60.0 * last_minute) is None


def test_an_empty_battery_has_no_minutes_and_not_less() -> None:
    assert trend((0, 10.0), (10, 5.0), (19, 1.0)).minutes_left(60.0 * 60) == 0.0


def with_batteries(*levels: tuple[float, float]) -> LogStatus:
    """After 20 minutes, sensors whose batteries began and ended at these levels."""
    tracker = fed(0)
    for sensor, (begin, end) in zip(Placement, levels, strict=False):
        for minute in range(21):
            percent = begin + (end - begin) * minute / 20
            tracker.take_battery(sensor, percent, ORIGIN_NS + minute * MINUTE_NS)
    return tracker.status(ORIGIN_NS + 20 * MINUTE_NS, 0)


def test_the_log_lasts_as_long_as_its_first_battery() -> None:
    status = with_batteries((60.0, 40.0), (40.0, 36.0))  # 40 minutes; three hours
    assert status.battery_left_min == pytest.approx(40.0)
    minutes = [facts.battery_left_min for facts in status.sensors.values()]
    assert minutes == [pytest.approx(40.0), pytest.approx(180.0), None]


def test_as_long_as_the_emptiest_shows_no_trend_nothing_is_said() -> None:
    assert with_batteries((60.0, 40.0), (30.0, 30.0)).battery_left_min is None


PLANNED = PlanProgress(
    step=Plan(
        subject="P07",
        target=Target(metric="cadence_spm", activity=Activity.RUN, low=170.0, high=175.0),
    ).step(5),
    minutes=2.5,
    feedback_now=True,
    change_min=0.5,
)


def full() -> LogStatus:
    tracker = fed(200)
    tracker.take_outputs([accepted(), stance(Side.LEFT, 4.26), stride(Side.LEFT)])
    for minute in range(21):
        read_ns = now_after(200) - MINUTE_NS * (20 - minute)
        tracker.take_battery(Placement.PELVIS, 80.0 - minute, read_ns)
    tracker.take_link(Placement.THIGH_RIGHT, "lost", now_after(140))
    tracker.note("Bluetooth is busy.")
    tracker.take_plan(PLANNED)
    return tracker.status(now_after(200), 1_234_567)


def test_the_line_says_it_calmly() -> None:
    assert status_line(full(), 200) == (
        "0:00:10 · pelvis 100 Hz 60 % · left 100 Hz · right LOST 3 s · strides 1/0 · drop 4.3°/– "
        "· battery 1 h 00 min · 1.2 MB · feedback on for 0:30 min, then silent"
    )


def test_without_calibration_it_says_so() -> None:
    assert "calibration waiting" in status_line(fed(10).status(now_after(10), 0), 200)


@pytest.mark.parametrize("width", range(0, 130, 3))
def test_the_line_fits(width: int) -> None:
    line = status_line(full(), width)
    assert len(line) <= width
    assert status_line(full(), 200).startswith(line)


def test_json_holds_everything_and_null_for_the_unknown() -> None:
    status = json.loads(json.dumps(status_json(full()), allow_nan=False))
    thigh = status["sensors"]["thigh_right"]
    assert (thigh["state"], thigh["state_s"], thigh["samples"]) == ("lost", 3.0, 1000)
    assert thigh["battery_percent"] is None
    assert status["sensors"]["pelvis"]["battery_percent"] == 60.0
    assert status["strides"] == {"left": 1, "right": 0}
    assert status["pelvic_drop_deg"] == {"left": 4.26, "right": None}
    assert status["calibration"] == "accepted"
    assert status["recorded_bytes"] == 1_234_567
    assert status["notices"] == ["Bluetooth is busy."]
    assert status["plan"] == {
        "session": 5,
        "of": 8,
        "minutes": 2.5,
        "planned_minutes": 24,
        "feedback_now": True,
        "change_min": 0.5,
        "done": False,
    }
    assert set(status) == set(LogStatus.__dataclass_fields__)
