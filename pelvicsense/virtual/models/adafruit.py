"""Adafruit's BLE sensor services: acceleration and angular rate in SI, each in its own service.

Source: Adafruit_CircuitPython_BLE_Adafruit and Adafruit's bluetooth-low-energy protocol notes.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from pelvicsense.virtual.gatt import (
    INVALID_ATTRIBUTE_VALUE_LENGTH,
    AttError,
    Characteristic,
    Notification,
    Service,
)
from pelvicsense.virtual.models.firmware import (
    NOTIFY,
    READ,
    WRITE,
    Firmware,
    battery_service,
)
from pelvicsense.virtual.models.wire import DEGREE, G, clipped


def _uuid(short: int) -> str:
    return f"adaf{short:04x}-c332-42a8-93bd-25e905756cb8"


PERIOD, VERSION = _uuid(0x0001), _uuid(0x0002)
ACC, GYR = _uuid(0x0201), _uuid(0x0401)
_COMMON = (Characteristic(PERIOD, READ | WRITE), Characteristic(VERSION, READ))
# Both services hold a period and a version of one and the same UUID.
SERVICES = (
    Service(_uuid(0x0200), (Characteristic(ACC, READ | NOTIFY), *_COMMON)),
    Service(_uuid(0x0400), (Characteristic(GYR, READ | NOTIFY), *_COMMON)),
    battery_service(),
)

ADAFRUIT_COMPANY = 0x0822
_ACC_RANGE, _GYR_RANGE = 4 * G, 2000 * DEGREE
_FASTEST_MS = 10


class Adafruit(Firmware):
    """A board with Adafruit's standard sensor firmware.

    Period −1 stops, 0 is as fast as it can, 1000 ms after power-on. The model keeps one period for
    both sensors, because a write is told by UUID only and the UUID is the same in both services.
    """

    def __init__(self, serial: str, battery_percent: float) -> None:
        super().__init__(f"CLUE {serial[-4:]}", SERVICES, serial, battery_percent)
        self.advertised_services = (_uuid(0x0400),)  # an advert has no room for both
        self.manufacturer_data = {ADAFRUIT_COMPANY: struct.pack("<BHH", 4, 1, 0x8072)}

    def _power_on(self) -> None:
        self._period_ms = 1000
        self._last = {ACC: bytes(12), GYR: bytes(12)}

    @property
    def rate_hz(self) -> float:
        """Rate of the measurement period."""
        return 1000.0 / max(_FASTEST_MS, self._period_ms)

    @property
    def streaming(self) -> bool:
        """Whether anything is subscribed to and the period does not say stop."""
        return self._period_ms >= 0 and (self._is_subscribed(ACC) or self._is_subscribed(GYR))

    def _on_read(self, uuid: str) -> bytes:
        if uuid == PERIOD:
            return struct.pack("<i", self._period_ms)
        return self._last.get(uuid, struct.pack("<I", 1))

    def _on_write(self, uuid: str, data: bytes) -> list[Notification]:
        if len(data) != 4:
            raise AttError(INVALID_ATTRIBUTE_VALUE_LENGTH)
        self._period_ms = struct.unpack("<i", data)[0]
        return []

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        self._last = {
            ACC: struct.pack("<3f", *clipped(acc, _ACC_RANGE)),
            GYR: struct.pack("<3f", *clipped(gyr, _GYR_RANGE)),
        }
        return list(self._last.items())
