"""ST BlueST (SensorTile with FP-SNS-ALLMEMS1): features bundled in one characteristic.

Source: BlueSTSDK (Python, Android, iOS) and ST's function packs, which fix rate and name.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from pelvicsense.virtual.gatt import Characteristic, Notification, Service
from pelvicsense.virtual.models.firmware import NOTIFY, READ, Firmware
from pelvicsense.virtual.models.wire import DEGREE, G, counts, wrapped

_ACC, _GYR, _MAG, _BATTERY = 0x00800000, 0x00400000, 0x00200000, 0x00020000


def _uuid(features: int) -> str:
    return f"{features:08x}-0001-11e1-ac36-0002a5d5c51b"


MOTION, BATTERY = _uuid(_ACC | _GYR | _MAG), _uuid(_BATTERY)
SERVICES = (
    Service(
        "00000000-0001-11e1-9ab4-0002a5d5c51b",
        (Characteristic(MOTION, NOTIFY), Characteristic(BATTERY, READ | NOTIFY)),
    ),
)

ACC_PER_COUNT = 1e-3 * G
GYR_PER_COUNT = 0.1 * DEGREE
_TICKS_PER_S = 125  # HAL tick of 1 ms, shifted right by three
_ACC_RANGE, _GYR_RANGE = 16 * G, 2000 * DEGREE
_DISCHARGING = 1


def motion(
    tick: int, acc: tuple[int, int, int], gyr: tuple[int, int, int], mag: tuple[int, int, int]
) -> bytes:
    """Return the 20 bytes of the bundle: tick, mg, 0.1 deg/s, mGauss."""
    return struct.pack("<H9h", tick, *acc, *gyr, *mag)


class BlueSt(Firmware):
    """A SensorTile: no settings, no start; streams while subscribed to, at a rate built in."""

    def __init__(self, serial: str, battery_percent: float) -> None:
        super().__init__("AM1V420", SERVICES, serial, battery_percent)
        # Not a company but protocol version 1 and device 2 (SensorTile), where a company would be.
        mask = _ACC | _GYR | _MAG | _BATTERY
        address = serial.encode()[-6:].rjust(6, b"\0")
        self.manufacturer_data = {0x0201: mask.to_bytes(4, "big") + address}

    def _power_on(self) -> None:
        self._now_s = 0.0

    @property
    def rate_hz(self) -> float:
        """The rate the firmware was built with."""
        return 40.0

    @property
    def streaming(self) -> bool:
        """Whether the bundle is subscribed to."""
        return self._is_subscribed(MOTION)

    def _on_read(self, uuid: str) -> bytes:
        tick = wrapped(self._now_s, _TICKS_PER_S, 16)
        percent = round(self.battery_percent * 10)
        return struct.pack("<HHhhB", tick, percent, 3900, 0, _DISCHARGING)

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        self._now_s = device_time_s
        packet = motion(
            int(device_time_s * 1000) >> 3 & 0xFFFF,
            counts(acc.clip(-_ACC_RANGE, _ACC_RANGE), ACC_PER_COUNT),
            counts(gyr.clip(-_GYR_RANGE, _GYR_RANGE), GYR_PER_COUNT),
            (0, 0, 0),
        )
        return [(MOTION, packet)]
