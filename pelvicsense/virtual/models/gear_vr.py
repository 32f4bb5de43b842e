"""Samsung Gear VR controller: three samples per packet, each with its own time; needs keep-alives.

Source: uutzinger/gearVRC and other reverse-engineering write-ups.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from pelvicsense.virtual.gatt import Characteristic, Notification, Service
from pelvicsense.virtual.models.firmware import (
    COMMAND,
    NOTIFY,
    WRITE,
    Firmware,
    battery_service,
)
from pelvicsense.virtual.models.wire import DEGREE, G, counts, wrapped

SERVICE = "4f63756c-7573-2054-6872-65656d6f7465"
DATA = "c8c51726-81bc-483b-a052-f7a14ea3d281"
COMMANDS = "c8c51726-81bc-483b-a052-f7a14ea3d282"
SERVICES = (
    Service(SERVICE, (Characteristic(DATA, NOTIFY), Characteristic(COMMANDS, WRITE | COMMAND))),
    battery_service(),
)

ACC_PER_COUNT = G / 2048
GYR_PER_COUNT = DEGREE / 14.285
_OFF, _SENSOR, _KEEP_ALIVE, _VR = 0, 1, 4, 8
_ALIVE_S = 75.0  # keep-alives are due about every minute
_SUB_SAMPLES = 3
_PACKET_BYTES = 60


def sub_sample(time_us: int, acc: tuple[int, int, int], gyr: tuple[int, int, int]) -> bytes:
    """Return the 16 bytes of one sample, from counts."""
    return struct.pack("<I6h", time_us, *acc, *gyr)


class GearVr(Firmware):
    """A Gear VR controller, already paired.

    It streams after the sensor command, at full rate if the VR command came before it, and falls
    silent without a word when no keep-alive came for more than a minute.
    """

    advertised_services = (SERVICE,)
    max_mtu = 247

    def __init__(self, serial: str, battery_percent: float) -> None:
        super().__init__(f"Gear VR Controller({serial[-4:]})", SERVICES, serial, battery_percent)

    def _power_on(self) -> None:
        self._vr_mode = False
        self._sensing = False
        self._now_s = 0.0
        self._alive_until_s: float | None = None  # counted from the first sample after a start
        self._pending = b""

    @property
    def rate_hz(self) -> float:
        """The full rate in VR mode, a third of it otherwise."""
        return 200.0 if self._vr_mode else 200.0 / 3

    @property
    def streaming(self) -> bool:
        """Whether the sensor command was given and the controller was kept alive since."""
        return self._sensing

    def disconnected(self) -> None:
        """Switch the sensors off."""
        super().disconnected()
        self._power_on()

    def _on_write(self, uuid: str, data: bytes) -> list[Notification]:
        if len(data) != 2:
            return []
        command = int.from_bytes(data, "little")
        if command == _VR:
            self._vr_mode = True
        elif command == _SENSOR and not self._sensing:
            self._sensing, self._alive_until_s, self._pending = True, None, b""
        elif command == _KEEP_ALIVE:
            self._alive_until_s = self._now_s + _ALIVE_S
        elif command == _OFF:
            self._power_on()
        return []

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        self._now_s = device_time_s
        if self._alive_until_s is None:
            self._alive_until_s = device_time_s + _ALIVE_S
        if device_time_s > self._alive_until_s:
            self._power_on()
            return []
        self._pending += sub_sample(
            wrapped(device_time_s, 1e6, 32), counts(acc, ACC_PER_COUNT), counts(gyr, GYR_PER_COUNT)
        )
        if len(self._pending) < _SUB_SAMPLES * 16:
            return []
        packet, self._pending = self._pending.ljust(_PACKET_BYTES, b"\0"), b""
        return [(DATA, packet)]
