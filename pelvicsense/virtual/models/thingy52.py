"""Nordic Thingy:52: raw motion in fixed point, nine axes per notification.

Source: Nordic-Thingy52-FW (UUIDs, structures, fixed-point conversion and its limits).
"""

from __future__ import annotations

import math
import struct

import numpy as np
from numpy.typing import NDArray

from pelvicsense.virtual.gatt import (
    INVALID_ATTRIBUTE_VALUE_LENGTH,
    VALUE_NOT_ALLOWED,
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
from pelvicsense.virtual.models.wire import DEGREE, G


def _uuid(short: int) -> str:
    return f"ef68{short:04x}-9b35-4933-9b10-52ffa9740042"


DEVICE_NAME, CONFIG, RAW = _uuid(0x0101), _uuid(0x0401), _uuid(0x0406)
SERVICES = (
    Service(_uuid(0x0100), (Characteristic(DEVICE_NAME, READ | WRITE),)),
    Service(_uuid(0x0400), (Characteristic(CONFIG, READ | WRITE), Characteristic(RAW, NOTIFY))),
    battery_service(),
)

# Step counter, temperature and magnetometer compensation in ms; motion in Hz; wake on motion.
_CONFIG_FORMAT = "<4HB"
_LIMITS = ((100, 5000), (100, 5000), (100, 1000), (5, 200), (0, 1))
_DEFAULTS = (500, 500, 500, 10, 1)
# Fraction bits on the wire, and the firmware's own limits before packing.
_ACC_BITS, _ACC_LIMITS_G = 10, (-32.0, 31.0)
_GYR_BITS, _GYR_LIMITS_DPS = 5, (-1024.0, 1023.0)


def raw_motion(
    acc_g: list[float], gyr_dps: list[float], compass_ut: tuple[float, float, float]
) -> bytes:
    """Return the 18 bytes of a raw motion notification."""
    return struct.pack(
        "<9h",
        *(_fixed(value, _ACC_BITS, _ACC_LIMITS_G) for value in acc_g),
        *(_fixed(value, _GYR_BITS, _GYR_LIMITS_DPS) for value in gyr_dps),
        *(math.floor(value * 16) for value in compass_ut),
    )


class Thingy52(Firmware):
    """A Thingy:52: 10 Hz until configured, streams while subscribed to; its settings last."""

    advertised_services = (_uuid(0x0100),)
    max_mtu = 276

    def __init__(self, serial: str, battery_percent: float) -> None:
        super().__init__("Thingy", SERVICES, serial, battery_percent)
        self._config = _DEFAULTS

    def _power_on(self) -> None:
        """Nothing to lose: the settings are in flash."""

    @property
    def rate_hz(self) -> float:
        """Motion processing frequency of the configuration."""
        return float(self._config[3])

    @property
    def streaming(self) -> bool:
        """Whether raw motion is subscribed to."""
        return self._is_subscribed(RAW)

    def _on_read(self, uuid: str) -> bytes:
        if uuid == CONFIG:
            return struct.pack(_CONFIG_FORMAT, *self._config)
        return self.name.encode()

    def _on_write(self, uuid: str, data: bytes) -> list[Notification]:
        if uuid == DEVICE_NAME:
            self.name = data.decode(errors="replace")
            return []
        if len(data) != struct.calcsize(_CONFIG_FORMAT):
            raise AttError(INVALID_ATTRIBUTE_VALUE_LENGTH)
        wanted = struct.unpack(_CONFIG_FORMAT, data)
        if not all(low <= each <= high for each, (low, high) in zip(wanted, _LIMITS, strict=True)):
            raise AttError(VALUE_NOT_ALLOWED)
        self._config = wanted
        return []

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        packet = raw_motion((acc / G).tolist(), (gyr / DEGREE).tolist(), (0.0, 0.0, 0.0))
        return [(RAW, packet)]


def _fixed(value: float, fraction_bits: int, limits: tuple[float, float]) -> int:
    """Return a value in fixed point, cut off as the firmware's shift does."""
    return math.floor(max(limits[0], min(limits[1], value)) * (1 << fraction_bits))
