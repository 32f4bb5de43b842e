"""WitMotion BLE 5.0 (WT901BLE…): a UART behind Bluetooth, with registers.

Source: WitMotion's BLE 5.0 protocol and SDK samples; WT901BLECL data sheet v20-0707.
"""

from __future__ import annotations

import math
import struct

import numpy as np
from numpy.typing import NDArray

from pelvicsense.virtual.gatt import Characteristic, Notification, Service
from pelvicsense.virtual.models.firmware import COMMAND, NOTIFY, WRITE, Firmware
from pelvicsense.virtual.models.wire import DEGREE, G, counts

# Not the base UUID of the Bluetooth SIG: the tail differs in one digit.
SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"
DATA = "0000ffe4-0000-1000-8000-00805f9a34fb"
REGISTERS = "0000ffe9-0000-1000-8000-00805f9a34fb"
SERVICES = (
    Service(SERVICE, (Characteristic(DATA, NOTIFY), Characteristic(REGISTERS, WRITE | COMMAND))),
)

ACC_PER_COUNT = 16 * G / 32768
GYR_PER_COUNT = 2000 * DEGREE / 32768
ANGLE_PER_COUNT = 180 * DEGREE / 32768

_SAVE, _RATE, _READ, _TEMPERATURE, _BATTERY, _UNLOCK, _CONTENT = 0, 3, 0x27, 0x40, 0x64, 0x69, 0x96
_KEY = 0xB588
_UNLOCKED_S = 10.0
_RATES_HZ = {1: 0.1, 2: 0.5, 3: 1.0, 4: 2.0, 5: 5.0, 6: 10.0, 7: 20.0, 8: 50.0, 9: 100.0, 10: 200.0}
_CENTIVOLTS = (  # at least this charge → what the battery register reads
    (100, 400), (90, 394), (75, 390), (60, 385), (50, 380), (40, 378), (30, 375), (20, 371),
    (15, 369), (10, 355), (5, 345), (0, 330),
)  # fmt: skip


def frame(
    acc: tuple[int, int, int], gyr: tuple[int, int, int], angle: tuple[int, int, int]
) -> bytes:
    """Return the 20 bytes of the default output, from counts."""
    return struct.pack("<2B9h", 0x55, 0x61, *acc, *gyr, *angle)


def register_reply(first: int, values: tuple[int, ...]) -> bytes:
    """Return the 20 bytes that answer a read of eight registers."""
    return struct.pack("<2BH8h", 0x55, 0x71, first, *values)


class WitMotion(Firmware):
    """A WT901BLE68: streams as soon as it is subscribed to; writes to it need its key first.

    Commands it does not understand, and register writes while locked, are ignored without a word.
    Settings are lost at power-off unless saved.
    """

    def __init__(self, serial: str, battery_percent: float) -> None:
        self._saved = {_RATE: 6, _CONTENT: 0}
        super().__init__("WT901BLE68", SERVICES, serial, battery_percent)

    def _power_on(self) -> None:
        self._registers = dict(self._saved)
        self._now_s = 0.0
        self._locked_from_s = -math.inf
        self._mid_frame = True

    @property
    def rate_hz(self) -> float:
        """Output rate of register 0x03."""
        return _RATES_HZ[self._registers[_RATE]]

    @property
    def streaming(self) -> bool:
        """Whether the data characteristic is subscribed to: there is no other start."""
        return self._is_subscribed(DATA)

    def subscribed(self, uuid: str, on: bool) -> list[Notification]:
        """Start or stop forwarding what the UART sends."""
        self._mid_frame = True
        return super().subscribed(uuid, on)

    def _on_write(self, uuid: str, data: bytes) -> list[Notification]:
        if len(data) != 5 or data[:2] != b"\xff\xaa":
            return []
        register, value = struct.unpack_from("<BH", data, 2)
        if register == _READ:
            return [(DATA, self._register_block(value & 0xFF))]
        if register == _UNLOCK:
            self._locked_from_s = self._now_s + _UNLOCKED_S if value == _KEY else -math.inf
        elif self._now_s < self._locked_from_s:
            self._set(register, value)
        return []

    def _set(self, register: int, value: int) -> None:
        if register == _SAVE:
            self._saved = dict(self._registers)
        elif register != _RATE or value in _RATES_HZ:
            self._registers[register] = value

    def _register_block(self, first: int) -> bytes:
        centivolts = next(v for percent, v in _CENTIVOLTS if self.battery_percent >= percent)
        held = {**self._registers, _BATTERY: centivolts, _TEMPERATURE: 2500}
        return register_reply(first, tuple(held.get(first + i, 0) for i in range(8)))

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        self._now_s = device_time_s
        packet = frame(counts(acc, ACC_PER_COUNT), counts(gyr, GYR_PER_COUNT), _tilt(acc))
        if not self._mid_frame:
            return [(DATA, packet)]
        # The UART ran before anyone listened: what is heard first is the end of a frame.
        self._mid_frame = False
        return [(DATA, packet[-7:]), (DATA, packet)]


def _tilt(acc: NDArray[np.float64]) -> tuple[int, int, int]:
    x, y, z = acc.tolist()
    angles = np.array([math.atan2(y, z), math.atan2(-x, math.hypot(y, z)), 0.0])
    return counts(angles, ANGLE_PER_COUNT)
