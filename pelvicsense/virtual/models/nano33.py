"""Arduino Nano 33 BLE Sense with the dashboard sketch: one characteristic of floats per sensor.

Source: the public "BLE Sense dashboard" sketches; ranges and rate of the Arduino_LSM9DS1 library.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from pelvicsense.virtual.gatt import Characteristic, Notification, Service
from pelvicsense.virtual.models.firmware import NOTIFY, READ, Firmware
from pelvicsense.virtual.models.wire import DEGREE, G, clipped


def _uuid(short: int) -> str:
    return f"6fbe1da7-{short:04x}-44de-92c4-bb6e04fb0212"


SERVICE, VERSION, ACC, GYR = (_uuid(short) for short in (0x0000, 0x1001, 0x3001, 0x3002))
SERVICES = (
    Service(
        SERVICE,
        (
            Characteristic(VERSION, READ),
            Characteristic(ACC, NOTIFY),
            Characteristic(GYR, NOTIFY),
        ),
    ),
)

_ACC_RANGE_G, _GYR_RANGE_DPS = 4.0, 2000.0


class Nano33(Firmware):
    """A board that sends what its sensor measures, in g and deg/s, while it is subscribed to."""

    advertised_services = (SERVICE,)

    def __init__(self, serial: str, battery_percent: float) -> None:
        super().__init__(f"BLESense-{serial[-4:]}", SERVICES, serial, battery_percent)

    def _power_on(self) -> None:
        """Nothing is ever set."""

    @property
    def rate_hz(self) -> float:
        """The one rate of the sensor's library."""
        return 119.0

    @property
    def streaming(self) -> bool:
        """Whether either sensor is subscribed to."""
        return self._is_subscribed(ACC) or self._is_subscribed(GYR)

    def _on_read(self, uuid: str) -> bytes:
        return struct.pack("<I", 0)

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        return [
            (ACC, struct.pack("<3f", *clipped(acc / G, _ACC_RANGE_G))),
            (GYR, struct.pack("<3f", *clipped(gyr / DEGREE, _GYR_RANGE_DPS))),
        ]
