"""Cues as sound, on a device that only asks for it."""

from __future__ import annotations

import numpy as np
import pytest

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Side
from pelvicsense.feedback.tones import Tones
from pelvicsense.sinks.sound import SAMPLE_RATE_HZ, Player, Sound, synthesise


def beep(side: Side = Side.LEFT, count: int = 1, pitch_hz: float = 660.0) -> Tones:
    return Tones(side=side, pitch_hz=pitch_hz, count=count, tone_s=0.07, pause_s=0.04, volume=0.4)


class FakeDevice:
    """Asks when it is told to."""

    def __init__(self) -> None:
        self.player: Player | None = None
        self.closed = False

    def start(self, callback_generator: Player) -> None:
        self.player = callback_generator

    def close(self) -> None:
        self.closed = True

    def ask(self, frames: int = 480) -> np.ndarray:
        assert self.player is not None
        return np.array(self.player.send(frames))


def test_a_cue_is_in_the_next_sound_that_the_device_asks_for() -> None:
    device = FakeDevice()
    sound = Sound(lambda: device)
    assert sound.trouble == ""
    assert not device.ask().any()
    sound.play(beep())
    assert device.ask().any()
    assert sound.asked == 2


def test_what_is_heard_is_what_was_made_whatever_is_asked_for_at_a_time() -> None:
    device = FakeDevice()
    sound = Sound(lambda: device)
    sound.play(beep(count=2))
    parts = [device.ask(frames) for frames in (480, 7, 1000, 3, 9000)]
    heard = np.concatenate(parts)
    made = synthesise(beep(count=2))
    np.testing.assert_array_equal(heard[: len(made)], made)
    assert not heard[len(made) :].any()


def test_two_cues_at_once_are_mixed_and_stay_within_range() -> None:
    device = FakeDevice()
    sound = Sound(lambda: device)
    for _ in range(5):
        sound.play(beep(Side.RIGHT))
    heard = device.ask(2000)
    assert np.abs(heard).max() <= 1.0
    made = synthesise(beep(Side.RIGHT))[:2000]
    np.testing.assert_allclose(heard, np.clip(5 * made, -1.0, 1.0), atol=1e-6)


def test_a_tone_has_no_click() -> None:
    """No step between two samples is larger than the tone's own slope makes it."""
    tones = beep()
    made = synthesise(tones)[:, 0]
    steepest = tones.volume * 2.0 * np.pi * tones.pitch_hz / SAMPLE_RATE_HZ
    edges = np.concatenate([[0.0], made, [0.0]])
    assert np.abs(np.diff(edges)).max() <= 1.1 * steepest
    assert np.abs(made[:20]).max() < 0.02


def test_a_tone_has_its_pitch_and_its_side() -> None:
    made = synthesise(beep(Side.RIGHT, pitch_hz=880.0))
    spectrum = np.abs(np.fft.rfft(made[:, 1], SAMPLE_RATE_HZ))
    assert abs(int(spectrum.argmax()) - 880) <= 3
    assert np.abs(made[:, 1]).max() > 3.0 * np.abs(made[:, 0]).max()


def test_no_device_is_a_notice_and_nothing_else() -> None:
    def none() -> FakeDevice:
        raise ConfigurationError("no sound: no loudspeaker")

    sound = Sound(none)
    sound.play(beep())
    sound.close()
    assert sound.trouble == "no sound: no loudspeaker"


def test_the_device_is_let_go_of() -> None:
    device = FakeDevice()
    sound = Sound(lambda: device)
    sound.close()
    sound.close()
    sound.play(beep())
    assert device.closed


def test_the_library_asks_our_player_in_its_own_thread() -> None:
    """The real library on its null device, which needs no hardware."""
    miniaudio = pytest.importorskip("miniaudio", reason="miniaudio is not installed")
    device = miniaudio.PlaybackDevice(
        output_format=miniaudio.SampleFormat.FLOAT32,
        nchannels=2,
        sample_rate=SAMPLE_RATE_HZ,
        buffersize_msec=10,
        backends=[miniaudio.Backend.NULL],
    )
    sound = Sound(lambda: device)
    sound.play(beep())
    for _ in range(500):
        if sound.asked >= 3:
            break
        miniaudio_waits()
    sound.close()
    assert sound.asked >= 3


def miniaudio_waits() -> None:
    import time

    time.sleep(0.01)
