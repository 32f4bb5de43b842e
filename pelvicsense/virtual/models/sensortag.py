"""TI CC2650 SensorTag: nine axes per notification, ten a second at most.

Source: TI's ``sensortag_mov.c``.
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
    sig_uuid,
)
from pelvicsense.virtual.models.firmware import (
    NOTIFY,
    READ,
    WRITE,
    Firmware,
    battery_service,
)
from pelvicsense.virtual.models.wire import DEGREE, G, counts


def _uuid(short: int) -> str:
    return f"f000{short:04x}-0451-4000-b000-000000000000"


DATA, CONFIG, PERIOD = _uuid(0xAA81), _uuid(0xAA82), _uuid(0xAA83)
SERVICES = (
    Service(
        _uuid(0xAA80),
        (
            Characteristic(DATA, READ | NOTIFY),
            Characteristic(CONFIG, READ | WRITE),
            Characteristic(PERIOD, READ | WRITE),
        ),
    ),
    battery_service(),
)

INVALID_VALUE = 0x80
GYR_PER_COUNT = 500 * DEGREE / 65536
_GYR_RANGE = 250 * DEGREE
_AXES = 0x003F
_PERIOD_UNIT_S = 0.01
_MIN_PERIOD, _DEFAULT_PERIOD = 10, 100


def movement(
    gyr: tuple[int, int, int], acc: tuple[int, int, int], mag: tuple[int, int, int]
) -> bytes:
    """Return the 18 bytes of a movement notification: the gyroscope first."""
    return struct.pack("<9h", *gyr, *acc, *mag)


class SensorTag(Firmware):
    """A SensorTag: off until its configuration names axes, once a second until told otherwise.

    It refuses a period under 100 ms with an application error.
    """

    advertised_services = (sig_uuid(0xAA80),)

    def __init__(self, serial: str, battery_percent: float) -> None:
        super().__init__("CC2650 SensorTag", SERVICES, serial, battery_percent)

    def _power_on(self) -> None:
        self._config = 0
        self._period = _DEFAULT_PERIOD
        self._last = bytes(18)

    @property
    def rate_hz(self) -> float:
        """One over the period."""
        return 1.0 / (self._period * _PERIOD_UNIT_S)

    @property
    def streaming(self) -> bool:
        """Whether axes are on and the data is subscribed to."""
        return bool(self._config & _AXES) and self._is_subscribed(DATA)

    def _on_read(self, uuid: str) -> bytes:
        if uuid == CONFIG:
            return struct.pack("<H", self._config)
        return bytes([self._period]) if uuid == PERIOD else self._last

    def _on_write(self, uuid: str, data: bytes) -> list[Notification]:
        if len(data) != (2 if uuid == CONFIG else 1):
            raise AttError(INVALID_ATTRIBUTE_VALUE_LENGTH)
        if uuid == CONFIG:
            self._config = struct.unpack("<H", data)[0]
        elif data[0] < _MIN_PERIOD:
            raise AttError(INVALID_VALUE)
        else:
            self._period = data[0]
        return []

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        acc_per_count = G * 2 ** (1 + (self._config >> 8 & 3)) / 32768
        self._last = movement(
            counts(gyr.clip(-_GYR_RANGE, _GYR_RANGE), GYR_PER_COUNT),
            counts(acc, acc_per_count),
            (0, 0, 0),
        )
        return [(DATA, self._last)]
