"""What the session screen shows of what happened."""

from __future__ import annotations

import math

import numpy as np
import pytest
from facts import LEVEL, angles, calibration, curve, stance, stride

from pelvicsense.calibration.decide import LOOKS_SWAPPED
from pelvicsense.dashboard.view_model import ViewModel
from pelvicsense.dashboard.view_state import Page
from pelvicsense.dashboard.view_state_session import Mend, SessionView
from pelvicsense.dashboard.view_state_setup import CalibrateStep, SensorState
from pelvicsense.datatypes.calibration import CalibrationNews, CalibrationRefusal, SlipNews
from pelvicsense.datatypes.gait import Flag
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.datatypes.samples import Mark, MarkKind
from pelvicsense.feedback.programme import Cue, FeedbackConfig
from pelvicsense.feedback.zone import Metric, Zone, ZonePlace
from pelvicsense.pipeline.now import CalibrationProgress, Poses
from pelvicsense.sinks.live_buffer import LiveBuffer
from pelvicsense.sinks.live_facts import Fact, Phase
from pelvicsense.sinks.status import CalibrationState, LogStatus, SensorStatus

DROP, ROTATION, ADDUCTION = (
    Metric.PELVIC_DROP_PEAK,
    Metric.THIGH_ROTATION_EXCURSION,
    Metric.HIP_ADDUCTION_PEAK,
)
ZONED = FeedbackConfig(zones={DROP: Zone(low_deg=1.0, high_deg=3.0)})


class Screen:
    """A buffer and its view model."""

    def __init__(self) -> None:
        self.buffer = LiveBuffer()
        self.buffer.begin(list(Placement))
        self.buffer.update(phase=Phase.RECORDING)
        self.model = ViewModel(self.buffer)

    def shown(self, *facts: Fact, **status: object) -> SessionView:
        self.buffer.add_facts(facts)
        self.buffer.update(**status)
        return self.model.view().session


@pytest.fixture
def screen() -> Screen:
    return Screen()


def accepted() -> CalibrationNews:
    return CalibrationNews(outcome=calibration(), known_at_s=9.0)


def refused(reason: str) -> CalibrationNews:
    return CalibrationNews(outcome=CalibrationRefusal(reason=reason), known_at_s=9.0)


def test_before_the_first_stance_nothing_is_known_and_it_says_so(screen: Screen) -> None:
    reading = screen.shown().sides[Side.LEFT].readings[DROP]
    assert reading.value_deg is None
    assert reading.reason == "no stance yet"


def test_the_newest_stance_with_its_error_and_its_place_against_the_zone(screen: Screen) -> None:
    view = screen.shown(stance(1), stance(2, values=angles(4.2)), feedback=ZONED)
    reading = view.sides[Side.LEFT].readings[DROP]
    assert reading.value_deg == 4.2
    assert reading.standard_error_deg == 0.4
    assert reading.place is ZonePlace.ABOVE
    assert reading.outside_deg == pytest.approx(1.2)
    assert reading.words == "1.2° above"
    without_zone = view.sides[Side.LEFT].readings[ROTATION]
    assert (without_zone.value_deg, without_zone.place, without_zone.words) == (6.0, None, "")
    assert view.sides[Side.RIGHT].newest == 0


def test_the_zone_may_change_without_a_new_stance(screen: Screen) -> None:
    assert screen.shown(stance(1)).sides[Side.LEFT].readings[DROP].zone is None
    assert screen.shown(feedback=ZONED).sides[Side.LEFT].readings[DROP].words == "1.0° above"


@pytest.mark.parametrize(
    ("metric", "flags", "words"),
    [
        (DROP, (Flag.CURVE,), "bend"),
        (DROP, (Flag.CURVE, Flag.SLIP), "moved on the body"),
        (ROTATION, (Flag.JOINT_FIT, Flag.HEADING), "heading"),
        (ADDUCTION, (Flag.NOT_WORN, Flag.SIDE_INFERRED), "no sensor on this thigh"),
        (DROP, (Flag.GAP,), "missing"),
        (DROP, (), "cannot be told"),
    ],
)
def test_a_value_that_is_not_known_says_why(
    screen: Screen, metric: Metric, flags: tuple[Flag, ...], words: str
) -> None:
    unknown = angles(math.nan, math.nan, math.nan)
    view = screen.shown(stance(1, values=unknown, flags=flags))
    reading = view.sides[Side.LEFT].readings[metric]
    assert reading.value_deg is None
    assert words in reading.reason
    assert any(words in notice for notice in view.notices)


def test_the_trend_keeps_fifty_strides_and_which_of_them_count(screen: Screen) -> None:
    facts: list[Fact] = []
    for number in range(60):
        facts += [stance(number, values=angles(float(number))), stride(number, valid=number != 58)]
    side = screen.shown(*facts).sides[Side.LEFT]
    trend = side.trends[DROP]
    np.testing.assert_array_equal(trend.values_deg, np.arange(10.0, 60.0))
    assert trend.valid[-2] == 0.0
    assert trend.valid.sum() == 49
    assert (side.strides, side.valid, side.newest) == (60, 59, 60)


def test_arrays_stay_the_same_objects_until_they_change(screen: Screen) -> None:
    first = screen.shown(stance(1), stride(1), curve(1)).sides[Side.LEFT]
    again = screen.shown(signal_time_s=5.0).sides[Side.LEFT]
    assert again.trends[DROP] is first.trends[DROP]
    assert again.curves[DROP] is first.curves[DROP]
    later = screen.shown(stance(2)).sides[Side.LEFT]
    assert later.trends[DROP] is not first.trends[DROP]
    assert later.curves[DROP] is first.curves[DROP]


def test_a_curve_is_that_of_the_stance_over_the_band_of_the_strides_before(screen: Screen) -> None:
    facts: list[Fact] = []
    for number in range(9):
        facts += [stance(number), stride(number), curve(number, height_deg=float(number % 2))]
    banded = screen.shown(*facts).sides[Side.LEFT].curves[DROP]
    assert banded.strides == 8
    # left drop is obliquity with the other sign; 100 % of stance is 60 % of the stride
    np.testing.assert_allclose(banded.now_deg, -0.6 * np.arange(101))
    np.testing.assert_allclose(banded.mean_deg, banded.now_deg - 0.5)
    np.testing.assert_allclose(banded.sd_deg, np.std([0, 1] * 4, ddof=1))
    unknown = screen.shown().sides[Side.LEFT].curves[ADDUCTION]
    assert np.isnan(unknown.now_deg).all()
    assert unknown.strides == 0


def test_strides_that_do_not_count_make_no_band(screen: Screen) -> None:
    facts: list[Fact] = []
    for number in range(9):
        facts += [stance(number), stride(number, valid=False), curve(number)]
    banded = screen.shown(*facts).sides[Side.LEFT].curves[DROP]
    assert banded.strides == 0
    assert np.isnan(banded.mean_deg).all()


def test_who_stands_has_no_cadence(screen: Screen) -> None:
    assert screen.shown(stride(5), signal_time_s=7.0).cadence_spm == 120.0
    assert screen.shown(signal_time_s=9.5).cadence_spm is None


def test_a_cue_is_shown_for_two_seconds(screen: Screen) -> None:
    cue = Cue(side=Side.LEFT, place=ZonePlace.ABOVE, outside_deg=1.25, known_at_s=3.0)
    assert screen.shown(cue, signal_time_s=4.0).cue == "left: 1.2° above"
    assert screen.shown(signal_time_s=5.5).cue == ""


def test_swapped_thighs_are_said_with_their_mend(screen: Screen) -> None:
    view = screen.shown(refused(LOOKS_SWAPPED))
    assert [(alert.mend, "swapped" in alert.text) for alert in view.alerts] == [
        (Mend.SWAP_THIGHS, True)
    ]
    assert screen.model.view().calibrate.swapped


def test_a_slipped_sensor_is_said_with_its_mend(screen: Screen) -> None:
    slip = SlipNews(
        placement=Placement.THIGH_LEFT, turn_deg=(0.0, 12.0, 0.0), since_s=20.0, known_at_s=24.0
    )
    (alert,) = screen.shown(accepted(), slip, stride(1, flags=(Flag.SLIP,))).alerts
    assert alert.mend is Mend.RECALIBRATE
    assert alert.text.startswith("The left thigh sensor seems to have moved")
    assert len(screen.shown(stride(2)).alerts) == 1  # of the other side, which did not slip
    assert screen.shown(Mark(host_ns=25 * 10**9, kind=MarkKind.RECALIBRATE)).alerts == ()


def sensor(state: str, **change: object) -> SensorStatus:
    facts = {
        "state": state,
        "state_s": 4.0,
        "rate_hz": 100.0,
        "samples": 990,
        "lost": 10,
        "battery_percent": 80.0,
        "battery_left_min": None,
    }
    return SensorStatus(**(facts | change))  # type: ignore[arg-type]


def log(**sensors: SensorStatus) -> LogStatus:
    return LogStatus(
        elapsed_s=75.0,
        sensors={Placement(name): facts for name, facts in sensors.items()},
        calibration=CalibrationState.WAITING,
        calibration_reason=None,
        strides=dict.fromkeys(Side, 0),
        pelvic_drop_deg=dict.fromkeys(Side),
        battery_left_min=None,
        recorded_bytes=2_500_000,
        notices=("first", "second"),
    )


def test_links_and_what_is_wrong_with_them(screen: Screen) -> None:
    status = log(
        pelvis=sensor("streaming"),
        thigh_left=sensor("lost"),
        thigh_right=sensor("streaming", battery_percent=9.0),
    )
    view = screen.shown(log=status)
    assert [(row.state, row.good) for row in view.links] == [
        (SensorState.STREAMING, True),
        (SensorState.LOST, False),
        (SensorState.STREAMING, False),
    ]
    assert view.links[0].lost_percent == 1.0
    assert view.links[2].trouble == "battery low, 9 %"
    (alert,) = view.alerts
    assert alert.text.startswith("Left thigh: connection lost for 4 s. It is looked for")
    assert view.notices == (alert.text, "second", "first")
    assert (view.elapsed_s, view.recorded_mb, view.recording) == (75.0, 2.5, True)


def pose(obliquity_deg: float) -> Poses:
    one = np.array([obliquity_deg])
    return Poses(
        t_s=np.array([1.0]),
        earth_from_sensor={Placement.PELVIS: LEVEL[None]},
        obliquity_deg=one,
        tilt_deg=one + 1.0,
        thigh_adduction_deg={Side.LEFT: one + 2.0},
        thigh_flexion_deg={Side.LEFT: one + 3.0},
        hip_adduction_deg={},
        hip_rotation_deg={},
    )


def test_the_body_now(screen: Screen) -> None:
    screen.buffer.set_pose(pose(2.0))
    assert screen.shown().body.obliquity_deg is None
    assert "not calibrated" in screen.shown().body.reason.lower()
    body = screen.shown(accepted()).body
    assert (body.obliquity_deg, body.tilt_deg) == (2.0, 3.0)
    assert body.thigh_adduction_deg == {Side.LEFT: 4.0, Side.RIGHT: None}
    assert body.hip_rotation_deg == {Side.LEFT: None, Side.RIGHT: None}
    assert "right thigh" in body.reason
    screen.buffer.set_pose(pose(math.nan))
    assert screen.shown().body.obliquity_deg is None


def test_the_guide_goes_from_standing_to_walking_to_the_session(screen: Screen) -> None:
    def guide(still_s: float, poses: int, steps: int) -> None:
        progress = CalibrationProgress(still_s=still_s, poses=poses, steps=steps, steps_needed=11)
        screen.buffer.update(calibrating=progress)

    guide(2.0, 0, 0)
    view = screen.model.view()
    assert (view.page, view.calibrate.step) == (Page.CALIBRATE, CalibrateStep.STAND_STILL)
    assert view.calibrate.still_fraction == 0.5
    guide(0.25, 0, 0)  # moved
    assert screen.model.view().calibrate.still_restarts == 1
    guide(4.25, 0, 0)
    view = screen.model.view()
    assert (view.calibrate.still_fraction, view.calibrate.step) == (1.0, CalibrateStep.WALK)
    guide(0.0, 1, 7)
    view = screen.model.view()
    assert (view.calibrate.strides_good, view.calibrate.strides_needed) == (3, 5)
    assert view.calibrate.still_restarts == 1  # setting off is no restart
    screen.buffer.add_facts([refused("front and back cannot be told apart")])
    assert screen.model.view().calibrate.refused == "Front and back cannot be told apart"
    guide(0.0, 1, 0)
    assert "once more" in screen.model.view().calibrate.instruction
    screen.buffer.add_facts([accepted()])
    screen.buffer.update(calibrating=None)
    view = screen.model.view()
    assert (view.page, view.calibrate.step) == (Page.SESSION, CalibrateStep.ACCEPTED)
    assert view.session.calibration == "Calibrated from 5 strides"
    screen.buffer.add_facts([Mark(host_ns=1, kind=MarkKind.RECALIBRATE)])
    assert screen.model.view().page is Page.CALIBRATE


def test_a_new_recording_starts_with_an_empty_screen(screen: Screen) -> None:
    screen.shown(accepted(), stance(1), stride(1), curve(1))
    screen.buffer.begin([Placement.PELVIS])
    view = screen.shown()
    assert view.sides[Side.LEFT].strides == 0
    assert not view.calibrated
