"""Which stances are told, and how they sound."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import Flag, StanceReport, Stride, StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.feedback.minutes import is_told
from pelvicsense.feedback.programme import CadenceCue, Cue, FeedbackConfig, FeedbackMode, Programme
from pelvicsense.feedback.tones import Coding, ToneConfig, tones_of
from pelvicsense.feedback.zone import CadenceZone, Metric, Zone, ZonePlace

ZONES = {Metric.PELVIC_DROP_PEAK: Zone(low_deg=2.0, high_deg=5.0)}


def stance(drop_deg: float, side: Side = Side.LEFT, flags: tuple[Flag, ...] = ()) -> StanceReport:
    return StanceReport(
        side=side,
        activity=Activity.RUN,
        t_contact_s=1.0,
        t_final_contact_s=1.3,
        angles=StrideAngles(pelvic_drop_peak_deg=drop_deg),
        standard_errors=StrideAngles(pelvic_drop_peak_deg=0.4),
        flags=flags,
        known_at_s=1.4,
    )


def told(config: FeedbackConfig, stances: list[StanceReport]) -> list[Cue | CadenceCue | None]:
    programme = Programme(config)
    return [programme.decide(report) for report in stances]


def test_nothing_is_told_unasked() -> None:
    assert told(FeedbackConfig(zones=ZONES), [stance(9.0)]) == [None]


def test_each_stride_is_told_in_the_zone_and_out_of_it() -> None:
    config = FeedbackConfig(mode=FeedbackMode.EACH_STRIDE, zones=ZONES)
    cues = told(config, [stance(1.0), stance(3.0), stance(6.5, Side.RIGHT)])
    assert [cue.place for cue in cues if cue] == [ZonePlace.BELOW, ZonePlace.IN, ZonePlace.ABOVE]
    assert [cue.words for cue in cues if cue] == [
        "left: 1.0° below",
        "left: in zone",
        "right: 1.5° above",
    ]


def test_only_strides_outside_are_told() -> None:
    config = FeedbackConfig(mode=FeedbackMode.OUTSIDE_ONLY, zones=ZONES)
    cues = told(config, [stance(3.0), stance(5.1), stance(4.9)])
    assert [cue is not None for cue in cues] == [False, True, False]


def gait(minutes: float, drop_deg: float = 9.0, start_s: float = 0.0) -> list[StanceReport]:
    """Return stances a second apart."""
    return [
        replace(stance(drop_deg), t_contact_s=start_s + i) for i in range(round(60 * minutes) + 1)
    ]


def test_a_quarter_of_the_minutes_is_every_fourth_from_the_first_on() -> None:
    config = FeedbackConfig(mode=FeedbackMode.FADED, share=0.25, zones=ZONES)
    cues = told(config, gait(10.0))
    assert {i // 60 for i, cue in enumerate(cues) if cue} == {0, 4, 8}
    assert sum(cue is not None for cue in cues) == 3 * 60


def test_nothing_is_told_after_the_planned_minutes() -> None:
    config = FeedbackConfig(mode=FeedbackMode.FADED, minutes=1.5, zones=ZONES)
    cues = told(config, gait(3.0))
    assert [i for i, cue in enumerate(cues) if cue] == list(range(90))


def test_a_break_does_not_count() -> None:
    programme = Programme(FeedbackConfig(mode=FeedbackMode.FADED, zones=ZONES))
    for report in (*gait(1.0), *gait(0.5, start_s=600.0)):
        programme.decide(report)
    assert programme.minutes == pytest.approx(1.5)


def test_other_activities_are_neither_told_nor_counted() -> None:
    config = FeedbackConfig(mode=FeedbackMode.FADED, zones=ZONES, activity=Activity.WALK)
    programme = Programme(config)
    assert [programme.decide(report) for report in gait(1.0)] == [None] * 61
    assert programme.minutes == 0.0


@given(st.floats(0.0, 1.0), st.integers(1, 120))
def test_a_faded_programme_tells_its_share_at_any_time(share: float, minutes: int) -> None:
    told_minutes = [minute for minute in range(minutes) if is_told(minute, share)]
    assert 0.0 <= len(told_minutes) - share * minutes + 1e-6 <= 1.0 + 1e-6


@pytest.mark.parametrize(("share", "minutes", "expected"), [(0.1, 30, 3), (0.25, 28, 7)])
def test_published_shares_are_whole_minutes(share: float, minutes: int, expected: int) -> None:
    assert sum(is_told(minute, share) for minute in range(minutes)) == expected


def stride(cadence_spm: float, t_s: float) -> Stride:
    return Stride(
        stride=0,
        side=Side.LEFT,
        activity=Activity.RUN,
        t_contact_s=t_s,
        t_final_contact_s=t_s + 0.3,
        t_end_s=t_s + 0.7,
        stride_time_s=0.7,
        stance_fraction=0.4,
        cadence_spm=cadence_spm,
        stance_time_se_s=0.02,
        angles=StrideAngles(),
        standard_errors=StrideAngles(),
        valid=True,
        flags=(),
        known_at_s=t_s + 0.8,
    )


def test_a_cadence_is_told_from_eight_strides() -> None:
    config = FeedbackConfig(
        mode=FeedbackMode.OUTSIDE_ONLY,
        zones=ZONES,
        cadence=CadenceZone(low_spm=172.0, high_spm=176.0),
    )
    programme = Programme(config)
    cadences = [168.0, 170.0] * 4 + [171.0, 175.0] * 4 + [180.0] * 8
    cues = []
    for i, cadence in enumerate(cadences):
        assert programme.decide(replace(stance(9.0), t_contact_s=0.3 * i)) is None
        cues.append(programme.decide(stride(cadence, 0.3 * i)))
    words = {i: cue.words for i, cue in enumerate(cues) if cue}
    assert words == {7: "cadence: 3 steps/min below", 23: "cadence: 4 steps/min above"}


def test_strides_before_and_after_a_break_make_no_cadence() -> None:
    zone = CadenceZone(low_spm=172.0, high_spm=176.0)
    programme = Programme(FeedbackConfig(mode=FeedbackMode.OUTSIDE_ONLY, cadence=zone))
    times = [0.3 * i for i in range(7)] + [60.0 + 0.3 * i for i in range(7)]
    cues = []
    for t_s in times:
        programme.decide(replace(stance(9.0), t_contact_s=t_s))
        cues.append(programme.decide(stride(150.0, t_s)))
    assert cues == [None] * 14


@pytest.mark.parametrize("flag", [Flag.BEFORE_CALIBRATION, Flag.PAUSED, Flag.TURN])
def test_what_is_past_or_unusual_is_not_told(flag: Flag) -> None:
    config = FeedbackConfig(mode=FeedbackMode.EACH_STRIDE, zones=ZONES)
    assert told(config, [stance(9.0, flags=(flag,))]) == [None]


def test_what_is_not_known_is_not_told() -> None:
    config = FeedbackConfig(mode=FeedbackMode.EACH_STRIDE, zones=ZONES)
    assert told(config, [stance(math.nan)]) == [None]
    assert told(replace(config, zones={}), [stance(9.0)]) == [None]


def test_a_share_beyond_one_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="share"):
        FeedbackConfig(share=1.2)


def test_further_outside_sounds_higher_and_below_sounds_lower() -> None:
    config = ToneConfig(coding=Coding.PITCH)
    pitches = [tones_of(Side.LEFT, d, config).pitch_hz for d in (-3.0, -1.0, 0.0, 1.0, 3.0, 5.0)]
    assert pitches == sorted(set(pitches))
    assert tones_of(Side.LEFT, 0.0, config).pitch_hz == config.middle_hz
    assert tones_of(Side.LEFT, 40.0, config).pitch_hz == pytest.approx(660.0 * 2 ** (16 / 12))


def test_further_outside_is_repeated_but_not_into_the_next_step() -> None:
    config = ToneConfig(coding=Coding.REPETITION)
    counts = [tones_of(Side.LEFT, d, config).count for d in (0.0, 0.5, 1.6, -3.2, 40.0)]
    assert counts == [1, 1, 2, 3, 3]
    high, higher = (tones_of(Side.LEFT, d, config).pitch_hz for d in (0.5, 4.0))
    assert high == higher > config.middle_hz


@pytest.mark.parametrize("change", [{"tone_s": 0.0}, {"volume": 1.1}, {"middle_hz": math.nan}])
def test_impossible_tones_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(change))):
        ToneConfig(**change)
