"""Cues as sound: tones made with numpy, played through miniaudio.

miniaudio brings its own library in its wheels and finds the system's sound service when it runs, so
that nothing else need be installed. A computer without sound keeps everything but the sound.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Side
from pelvicsense.feedback.tones import Tones

SAMPLE_RATE_HZ = 48_000
_PERIOD_MS = 10
"""How often the device asks for sound: short enough that a cue waits for no more than that."""

_RAMP_S = 0.006
"""Tones swell and fade for so long: a tone that begins at once clicks."""

_FAR_EAR = 0.25
"""Amplitude on the other side: heard as from one side, and still heard with one ear."""

Stereo: TypeAlias = NDArray[np.float32]
Player: TypeAlias = Generator[Stereo | bytes, int, None]
"""Sent the number of frames wanted, yields (frames, 2) samples."""


class Device(Protocol):
    """An audio output that was opened."""

    def start(self, callback_generator: Player) -> None:
        """Ask ``callback_generator``, which has been started, for sound from now on."""

    def close(self) -> None:
        """Fall silent."""


class Sound:
    """Plays cues at once; all calls return at once, from any thread.

    Parameters
    ----------
    open_device
        Opens the audio output.
    """

    def __init__(self, open_device: Callable[[], Device] | None = None) -> None:
        self.trouble = ""
        """Why nothing is heard, one sentence; empty if it is."""
        self.asked = 0
        """How often the device has asked for sound."""
        self._waiting: deque[Stereo] = deque(maxlen=8)
        self._device: Device | None = None
        try:
            device = (open_device or open_default)()
            player = self._player()
            next(player)
            device.start(player)
        except ConfigurationError as error:
            self.trouble = str(error)
        else:
            self._device = device

    def play(self, tones: Tones) -> None:
        """Play tones now, over what sounds already; without a device this does nothing."""
        if self._device is not None:
            self._waiting.append(synthesise(tones))

    def close(self) -> None:
        """Fall silent and let go of the device."""
        if self._device is not None:
            self._device.close()
            self._device = None

    def _player(self) -> Player:
        """Mix what is to be heard, in the device's own thread: it must never wait nor fail."""
        sounding: list[Stereo] = []
        frames = yield b""
        while True:
            self.asked += 1
            while self._waiting:
                sounding.append(self._waiting.popleft())
            mixed = np.zeros((frames, 2), dtype=np.float32)
            for sound in sounding:
                part = sound[:frames]
                mixed[: len(part)] += part
            sounding = [sound[frames:] for sound in sounding if len(sound) > frames]
            frames = yield np.clip(mixed, -1.0, 1.0)


def synthesise(tones: Tones) -> Stereo:
    """Return the sound of tones, (frames, 2) at `SAMPLE_RATE_HZ`: left, right, within ±1."""
    n = round(tones.tone_s * SAMPLE_RATE_HZ)
    wave = tones.volume * np.sin(2.0 * math.pi * tones.pitch_hz / SAMPLE_RATE_HZ * np.arange(n))
    ramp = min(round(_RAMP_S * SAMPLE_RATE_HZ), n // 2)
    swell = 0.5 - 0.5 * np.cos(math.pi * np.arange(ramp) / max(ramp, 1))
    wave[:ramp] *= swell
    wave[n - ramp :] *= swell[::-1]
    pause = np.zeros(round(tones.pause_s * SAMPLE_RATE_HZ))
    mono = np.concatenate([wave, *([pause, wave] * (tones.count - 1))])
    gains = (1.0, _FAR_EAR) if tones.side is Side.LEFT else (_FAR_EAR, 1.0)
    return np.asarray(mono[:, None] * np.array(gains), dtype=np.float32)


def open_default() -> Device:
    """Open the computer's usual audio output.

    Raises
    ------
    ConfigurationError
        If there is none, or the library for it is not installed.
    """
    try:
        import miniaudio  # noqa: PLC0415  # an extra, and loaded only where sound is wanted
    except ImportError as error:
        msg = 'no sound: miniaudio is not installed; pip install "pelvicsense[sound]"'
        raise ConfigurationError(msg) from error
    try:
        device: Device = miniaudio.PlaybackDevice(
            output_format=miniaudio.SampleFormat.FLOAT32,
            nchannels=2,
            sample_rate=SAMPLE_RATE_HZ,
            buffersize_msec=_PERIOD_MS,
            app_name="pelvicsense",
        )
    except miniaudio.MiniaudioError as error:
        msg = (
            "no sound: this computer has no audio output that can be opened; connect a "
            "loudspeaker or headphones and start the session again"
        )
        raise ConfigurationError(msg) from error
    return device
