"""How a cue sounds: how far outside the zone is heard as pitch or as repetition."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Side


class Coding(StrEnum):
    """What tells how far outside a stance was."""

    PITCH = "pitch"
    REPETITION = "repetition"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneConfig:
    """Sound of the cues.

    Attributes
    ----------
    coding
        Whether distance is pitch or repetition. Default pitch.
    middle_hz
        Pitch inside the zone, Hz. Default 660: well above the noise of a treadmill, and below where
        older ears and small loudspeakers fade.
    first_semitones
        Step in pitch at the zone's border: low is heard as low, high as high. Default 4, a major
        third, told apart without training.
    semitones_per_deg
        With pitch: further steps per degree outside. Default 2, a whole tone.
    deg_per_spm
        A cadence one step per minute outside sounds like so many degrees. Default 0.5: the usual
        zone is four steps wide, that of an angle two degrees.
    most_semitones
        Largest distance from the middle. Default 16: two octaves and a half in all, still pleasant.
    degrees_per_tone
        With repetition: one tone more for every so many degrees outside. Default 1.5.
    most_tones
        Most tones of one cue. Default 3: more would run into the next step (340 ms when running).
    tone_s, pause_s
        Length of a tone and of the pause between two, s. Default 0.07 and 0.04, so that three take
        0.29 s.
    volume
        Peak amplitude, 0…1 of full scale. Default 0.4.

    Raises
    ------
    ConfigurationError
        If a length or pitch is not above 0, or the volume not in 0…1.
    """

    coding: Coding = Coding.PITCH
    middle_hz: float = 660.0
    first_semitones: float = 4.0
    semitones_per_deg: float = 2.0
    deg_per_spm: float = 0.5
    most_semitones: float = 16.0
    degrees_per_tone: float = 1.5
    most_tones: int = 3
    tone_s: float = 0.07
    pause_s: float = 0.04
    volume: float = 0.4

    def __post_init__(self) -> None:
        for name in ("middle_hz", "degrees_per_tone", "tone_s"):
            if not getattr(self, name) > 0.0:
                msg = f"{name}: expected a number above 0, got {getattr(self, name):g}"
                raise ConfigurationError(msg)
        if not 0.0 <= self.volume <= 1.0:
            msg = f"volume: expected a number from 0 to 1, got {self.volume:g}"
            raise ConfigurationError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tones:
    """What is played: ``count`` tones of one pitch, on the side that is told of.

    Attributes
    ----------
    side
        The ear; in mono both are one.
    pitch_hz, count, tone_s, pause_s, volume
        As in `ToneConfig`.
    """

    side: Side
    pitch_hz: float
    count: int
    tone_s: float
    pause_s: float
    volume: float


def tones_of(side: Side, outside_deg: float, config: ToneConfig) -> Tones:
    """Return how a stance sounds that lay ``outside_deg`` outside: below negative, inside 0."""
    distance_deg = abs(outside_deg)
    semitones, count = 0.0, 1
    if distance_deg > 0.0:
        semitones = config.first_semitones
        if config.coding is Coding.PITCH:
            semitones += config.semitones_per_deg * distance_deg
        else:
            count = min(1 + int(distance_deg / config.degrees_per_tone), config.most_tones)
        semitones = min(semitones, config.most_semitones)
    if outside_deg < 0.0:
        semitones = -semitones
    return Tones(
        side=side,
        pitch_hz=config.middle_hz * 2.0 ** (semitones / 12.0),
        count=count,
        tone_s=config.tone_s,
        pause_s=config.pause_s,
        volume=config.volume,
    )
