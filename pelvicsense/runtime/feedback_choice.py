"""A subject's targets, as they are remembered and as they are used."""

from __future__ import annotations

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.feedback.programme import FeedbackConfig, FeedbackMode
from pelvicsense.feedback.tones import Coding, ToneConfig
from pelvicsense.feedback.zone import Metric, Zone
from pelvicsense.recording.choices import FeedbackChoice, ZoneChoice


def choice_of(config: FeedbackConfig) -> FeedbackChoice:
    """Return what is remembered of targets."""
    return FeedbackChoice(
        mode=config.mode.value,
        metric=config.metric.value,
        coding=config.tones.coding.value,
        share=config.share,
        sound=config.sound,
        zones={
            metric.value: ZoneChoice(low_deg=zone.low_deg, high_deg=zone.high_deg)
            for metric, zone in config.zones.items()
        },
    )


def config_of(choice: FeedbackChoice) -> FeedbackConfig:
    """Return remembered targets.

    Raises
    ------
    ConfigurationError
        If a word or a number in them means nothing.
    """
    try:
        return FeedbackConfig(
            mode=FeedbackMode(choice.mode),
            metric=Metric(choice.metric),
            zones={
                Metric(metric): Zone(low_deg=zone.low_deg, high_deg=zone.high_deg)
                for metric, zone in choice.zones.items()
            },
            share=choice.share,
            sound=choice.sound,
            tones=ToneConfig(coding=Coding(choice.coding)),
        )
    except ValueError as error:
        raise ConfigurationError(f"remembered feedback: {error}; choose it anew") from error
