"""Muse 2 and Muse S: big-endian packets with a sequence number, one characteristic per sensor.

Source: muse-js (with its unit tests) and muselsl.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from pelvicsense.virtual.gatt import Characteristic, Notification, Service, sig_uuid
from pelvicsense.virtual.models.firmware import COMMAND, NOTIFY, Firmware
from pelvicsense.virtual.models.wire import DEGREE, G, counts


def _uuid(short: int) -> str:
    return f"273e{short:04x}-4c4d-454d-96be-f03bac821358"


CONTROL, GYR, ACC = _uuid(0x0001), _uuid(0x0009), _uuid(0x000A)
SERVICE = sig_uuid(0xFE8D)
SERVICES = (
    Service(
        SERVICE,
        (
            Characteristic(CONTROL, COMMAND | NOTIFY),
            Characteristic(GYR, NOTIFY),
            Characteristic(ACC, NOTIFY),
        ),
    ),
)

ACC_PER_COUNT = G / 16384
GYR_PER_COUNT = 0.0074768 * DEGREE
_SAMPLES = 3
_PRESETS = {f"p{number}" for number in (20, 21, 22, 23)}


def packet(sequence: int, samples: list[tuple[int, int, int]]) -> bytes:
    """Return the 20 bytes of one notification, from counts."""
    return struct.pack(">H9h", sequence, *(count for sample in samples for count in sample))


class Muse(Firmware):
    """A Muse headband: presets and commands as text with a length byte before it.

    It answers what it understands with ``{"rc":0}`` and stops streaming when the link drops.
    """

    advertised_services = (SERVICE,)

    def __init__(self, serial: str, battery_percent: float) -> None:
        super().__init__(f"Muse-{serial[-4:]}", SERVICES, serial, battery_percent)

    def _power_on(self) -> None:
        self._running = False
        self._sequence = 0
        self._acc: list[tuple[int, int, int]] = []
        self._gyr: list[tuple[int, int, int]] = []

    @property
    def rate_hz(self) -> float:
        """The one rate of the motion sensors."""
        return 52.0

    @property
    def streaming(self) -> bool:
        """Whether the start command was given."""
        return self._running

    def disconnected(self) -> None:
        """Stop streaming; the sequence goes on."""
        super().disconnected()
        self._stop()

    def _on_write(self, uuid: str, data: bytes) -> list[Notification]:
        if len(data) < 3 or data[0] != len(data) - 1 or data[-1:] != b"\n":
            return []
        command = data[1:-1].decode(errors="replace")
        if command == "d":
            self._running = True
        elif command == "h" or command in _PRESETS:
            self._stop()
        elif command not in ("k", "s", "v1"):
            return []
        answer = b'{"rc":0}'
        return [(CONTROL, bytes([len(answer)]) + answer)]

    def _stop(self) -> None:
        self._running = False
        self._acc, self._gyr = [], []

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        self._acc.append(counts(acc, ACC_PER_COUNT))
        self._gyr.append(counts(gyr, GYR_PER_COUNT))
        if len(self._acc) < _SAMPLES:
            return []
        due = [
            (GYR, packet(self._sequence, self._gyr)),
            (ACC, packet(self._sequence, self._acc)),
        ]
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._acc, self._gyr = [], []
        return due
