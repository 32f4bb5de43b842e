"""Feedback of a running session."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import StanceReport, Stride, StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.feedback.plan import Plan, PlannedSession, Target
from pelvicsense.feedback.programme import CadenceCue, Cue, FeedbackConfig, FeedbackMode
from pelvicsense.feedback.tones import Tones
from pelvicsense.feedback.zone import CadenceZone, Metric, Zone
from pelvicsense.runtime.live_feedback import LiveFeedback
from pelvicsense.sinks.sound import Device, Player, Sound

CONFIG = FeedbackConfig(
    mode=FeedbackMode.OUTSIDE_ONLY,
    zones={Metric.PELVIC_DROP_PEAK: Zone(low_deg=2.0, high_deg=5.0)},
)


def stance(drop_deg: float) -> StanceReport:
    return StanceReport(
        side=Side.RIGHT,
        activity=Activity.RUN,
        t_contact_s=1.0,
        t_final_contact_s=1.3,
        angles=StrideAngles(pelvic_drop_peak_deg=drop_deg),
        standard_errors=StrideAngles(),
        flags=(),
        known_at_s=1.4,
    )


def stride(drop_deg: float, *, valid: bool = True) -> Stride:
    report = stance(drop_deg)
    return Stride(
        stride=0,
        side=report.side,
        activity=report.activity,
        t_contact_s=1.0,
        t_final_contact_s=1.3,
        t_end_s=1.7,
        stride_time_s=0.7,
        stance_fraction=0.4,
        cadence_spm=170.0,
        stance_time_se_s=0.02,
        angles=report.angles,
        standard_errors=report.standard_errors,
        valid=valid,
        flags=(),
        known_at_s=1.8,
    )


class Mute:
    """A device that nobody hears."""

    def start(self, callback_generator: Player) -> None:
        self.player = callback_generator

    def close(self) -> None:
        pass


class Ear(Sound):
    """Notes what is played."""

    def __init__(self) -> None:
        super().__init__(Mute)
        self.heard: list[Tones] = []

    def play(self, tones: Tones) -> None:
        self.heard.append(tones)


class Hand:
    """Notes what is felt."""

    def __init__(self) -> None:
        self.felt: list[Cue | CadenceCue] = []

    def vibrate(self, cue: Cue | CadenceCue) -> None:
        self.felt.append(cue)


def test_a_stride_outside_is_heard_felt_and_recorded() -> None:
    ear, hand, recorded = Ear(), Hand(), list[str]()
    feedback = LiveFeedback(CONFIG, recorded.append, lambda: ear, hand)
    feedback.open_sound()
    cues = feedback.take([stance(3.0), stride(3.0), stance(6.5)])
    assert [cue.words for cue in cues] == recorded == ["right: 1.5° above"]
    assert hand.felt == cues
    assert [tones.side for tones in ear.heard] == [Side.RIGHT]


def test_without_sound_a_cue_is_recorded_all_the_same() -> None:
    opened: list[Ear] = []

    def open_ear() -> Ear:
        opened.append(Ear())
        return opened[-1]

    recorded: list[str] = []
    feedback = LiveFeedback(replace(CONFIG, sound=False), recorded.append, open_ear)
    feedback.open_sound()
    feedback.take([stance(6.5)])
    assert (len(opened), len(recorded)) == (0, 1)
    feedback.configure(CONFIG)
    feedback.open_sound()
    feedback.take([stance(6.5)])
    assert len(opened[0].heard) == 1
    feedback.configure(replace(CONFIG, mode=FeedbackMode.OFF))
    assert feedback.take([stance(6.5)]) == []


def test_no_audio_device_is_said_only_where_sound_is_wanted() -> None:
    def none() -> Device:
        raise ConfigurationError("no sound: none there")

    feedback = LiveFeedback(CONFIG, lambda words: None, lambda: Sound(none))
    feedback.open_sound()
    assert feedback.sound_trouble == "no sound: none there"
    assert len(feedback.take([stance(6.5)])) == 1
    feedback.configure(replace(CONFIG, sound=False))
    assert feedback.sound_trouble == ""


def test_a_zone_from_own_strides_counts_valid_ones() -> None:
    feedback = LiveFeedback(CONFIG, lambda words: None)
    with pytest.raises(ConfigurationError, match="expected 7 strides"):
        feedback.with_own_zone()
    feedback.take([stride(8.0) for _ in range(10)])
    feedback.take([stride(80.0, valid=False) for _ in range(10)])
    zone = feedback.with_own_zone().zones[Metric.PELVIC_DROP_PEAK]
    assert (zone.low_deg, zone.high_deg) == pytest.approx((4.0, 6.0))


PLAN = Plan(
    subject="P07",
    target=Target(metric="pelvic_drop_peak_deg", activity=Activity.RUN, low=1.0, high=2.0),
    sessions=(PlannedSession(minutes=0.5, feedback_percent=100.0),),
)


def test_a_plan_takes_the_place_of_what_was_chosen_and_gives_it_back() -> None:
    recorded: list[str] = []
    feedback = LiveFeedback(CONFIG, recorded.append)
    feedback.follow(PLAN.step(1))
    feedback.take([stance(3.0)])
    assert recorded == ["right: 1.0° above"]
    assert feedback.plan is not None
    assert feedback.plan.words == (
        "plan session 1 of 1, 0:00 of 0:30 min: feedback on until the end, 0:30 min"
    )
    feedback.follow(None)
    assert (feedback.config, feedback.plan) == (CONFIG, None)


def test_under_a_plan_only_the_sound_is_changed_and_the_minutes_go_on() -> None:
    feedback = LiveFeedback(CONFIG, lambda words: None)
    feedback.follow(PLAN.step(1))
    walked = [replace(stance(3.0), t_contact_s=float(i)) for i in range(40)]
    feedback.take(walked[:20])
    assert not feedback.configure(replace(CONFIG, sound=False))
    assert (feedback.config.sound, feedback.chosen.sound) == (False, False)
    assert feedback.config.zones == PLAN.step(1).configure(CONFIG).zones
    assert len(feedback.take(walked[20:])) == 10
    assert feedback.plan is not None
    assert feedback.plan.done


def test_a_cadence_outside_is_heard_lower_the_slower_it_is() -> None:
    ear = Ear()
    zone = CadenceZone(low_spm=172.0, high_spm=176.0)
    config = FeedbackConfig(mode=FeedbackMode.OUTSIDE_ONLY, cadence=zone)
    feedback = LiveFeedback(config, lambda words: None, lambda: ear)
    feedback.open_sound()
    feedback.take([stride(3.0)] * 8)
    feedback.take([replace(stride(3.0), cadence_spm=160.0)] * 8)
    first, second = (tones.pitch_hz for tones in ear.heard)
    assert second < first < config.tones.middle_hz
