"""Feedback of a running session."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import StanceReport, Stride, StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.feedback.programme import Cue, FeedbackConfig, FeedbackMode
from pelvicsense.feedback.tones import Tones
from pelvicsense.feedback.zone import Metric, Zone
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
        self.felt: list[Cue] = []

    def vibrate(self, cue: Cue) -> None:
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
