"""Which stances are told, and how they sound."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import Flag, StanceReport, StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.feedback.programme import Cue, FeedbackConfig, FeedbackMode, Programme
from pelvicsense.feedback.tones import Coding, ToneConfig, tones_of
from pelvicsense.feedback.zone import Metric, Zone, ZonePlace

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


def told(config: FeedbackConfig, stances: list[StanceReport]) -> list[Cue | None]:
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


def test_a_quarter_of_the_strides_of_each_side_is_every_fourth() -> None:
    config = FeedbackConfig(mode=FeedbackMode.FADED, share=0.25, zones=ZONES)
    both = [stance(9.0, side) for _ in range(8) for side in Side]
    cues = told(config, both)
    assert [i // 2 for i, cue in enumerate(cues) if cue] == [3, 3, 7, 7]


@given(st.floats(0.0, 1.0), st.integers(1, 300))
def test_a_faded_programme_tells_its_share_at_any_time(share: float, strides: int) -> None:
    config = FeedbackConfig(mode=FeedbackMode.FADED, share=share, zones=ZONES)
    cues = told(config, [stance(9.0)] * strides)
    assert abs(sum(cue is not None for cue in cues) - share * strides) <= 1.0


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
