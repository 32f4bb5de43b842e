"""Movella DOT, formerly Xsens DOT: acceleration and angular rate as floats, one per notification.

Source: Movella, *DOT BLE Service Specification* XD0506P rev. C (2023).
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from pelvicsense.virtual.gatt import (
    INVALID_ATTRIBUTE_VALUE_LENGTH,
    VALUE_NOT_ALLOWED,
    WRITE_NOT_PERMITTED,
    AttError,
    Characteristic,
    Notification,
    Service,
)
from pelvicsense.virtual.models.firmware import NOTIFY, READ, WRITE, Firmware
from pelvicsense.virtual.models.wire import DEGREE, G, clipped, wrapped


def _uuid(short: int) -> str:
    return f"1517{short:04x}-4947-11e9-8646-d663bd873d93"


INFO, CONTROL, REPORT = _uuid(0x1001), _uuid(0x1002), _uuid(0x1004)
MEASUREMENT, LONG, MEDIUM, SHORT = (_uuid(0x2001 + i) for i in range(4))
HEADING_RESET, HEADING_STATUS = _uuid(0x2006), _uuid(0x2007)
BATTERY = _uuid(0x3001)
MESSAGE, MESSAGE_ACK, MESSAGE_EVENT = (_uuid(0x7001 + i) for i in range(3))

SERVICES = (
    Service(
        _uuid(0x1000),
        (
            Characteristic(INFO, READ),
            Characteristic(CONTROL, READ | WRITE),
            Characteristic(REPORT, NOTIFY),
        ),
    ),
    Service(
        _uuid(0x2000),
        (
            Characteristic(MEASUREMENT, READ | WRITE),
            Characteristic(LONG, NOTIFY),
            Characteristic(MEDIUM, NOTIFY),
            Characteristic(SHORT, NOTIFY),
            Characteristic(HEADING_RESET, READ | WRITE),
            Characteristic(HEADING_STATUS, READ),
        ),
    ),
    Service(_uuid(0x3000), (Characteristic(BATTERY, READ | NOTIFY),)),
    Service(
        _uuid(0x7000),
        (
            Characteristic(MESSAGE, WRITE),
            Characteristic(MESSAGE_ACK, READ),
            Characteristic(MESSAGE_EVENT, NOTIFY),
        ),
    ),
)

MOVELLA_COMPANY = 0x0886
RATE_QUANTITIES = 21
"""Payload mode: time, acceleration, angular rate; the one mode modelled here."""

_RATES_HZ = (1, 4, 10, 12, 15, 20, 30, 60)
_ACC_RANGE = 16 * G
_GYR_RANGE_DPS = 2000.0
_IDENTIFY, _RATE = 0x01, 0x10
_FIELDS = {  # visit bit of byte 0 → bytes of the control block it lets a client change
    _IDENTIFY: slice(1, 2),
    0x02: slice(2, 3),  # power options
    0x04: slice(3, 7),  # power-saving time-outs
    0x08: slice(7, 24),  # length of the tag, and the tag
    _RATE: slice(24, 26),
    0x20: slice(26, 27),  # filter profile
}


def rate_quantities(
    time_us: int, acc: tuple[float, float, float], gyr_dps: tuple[float, float, float]
) -> bytes:
    """Return the 40 bytes of the medium payload: time, m/s², deg/s, zero padding."""
    return struct.pack("<I6f12x", time_us, *acc, *gyr_dps)


class MovellaDot(Firmware):
    """A DOT in its rate-quantities mode; other payload modes are refused.

    It keeps measuring when the link drops, and accepts neither a new rate nor a new mode until it
    was stopped.
    """

    max_mtu = 247

    def __init__(self, serial: str, battery_percent: float) -> None:
        super().__init__("Movella DOT", SERVICES, serial, battery_percent)
        self.manufacturer_data = {MOVELLA_COMPANY: bytes(4)}

    def _power_on(self) -> None:
        self._control = bytearray(32)
        self._control[3], self._control[5] = 10, 30  # minutes: advertising, connected
        struct.pack_into("<H", self._control, 24, 60)
        self._mode: int | None = None

    @property
    def rate_hz(self) -> float:
        """Output rate of the control block."""
        return float(struct.unpack_from("<H", self._control, 24)[0])

    @property
    def streaming(self) -> bool:
        """Whether a measurement was started, subscribed to or not."""
        return self._mode is not None

    def _on_read(self, uuid: str) -> bytes:
        if uuid == BATTERY:
            return bytes([round(self.battery_percent), 0])
        if uuid == CONTROL:
            return bytes(self._control)
        if uuid == MEASUREMENT:
            return bytes([1, self.streaming, self._mode or 0])
        if uuid == INFO:
            return _device_info(self.serial)
        return bytes(2)

    def _on_write(self, uuid: str, data: bytes) -> list[Notification]:
        if uuid == CONTROL:
            self._configure(data)
        elif uuid == MEASUREMENT:
            self._measure(data)
        return []

    def _configure(self, data: bytes) -> None:
        if len(data) != len(self._control):
            raise AttError(INVALID_ATTRIBUTE_VALUE_LENGTH)
        visited = data[0]
        if visited & _RATE:
            if self.streaming:
                raise AttError(WRITE_NOT_PERMITTED)
            if struct.unpack_from("<H", data, 24)[0] not in _RATES_HZ:
                raise AttError(VALUE_NOT_ALLOWED)
        for bit, field in _FIELDS.items():
            if visited & bit and bit != _IDENTIFY:
                self._control[field] = data[field]
        self.identified += bool(visited & _IDENTIFY and data[1] == 1)

    def _measure(self, data: bytes) -> None:
        if len(data) != 3:
            raise AttError(INVALID_ATTRIBUTE_VALUE_LENGTH)
        kind, action, mode = data
        if kind != 1 or action not in (0, 1) or mode != RATE_QUANTITIES:
            raise AttError(VALUE_NOT_ALLOWED)
        self._mode = mode if action else None

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        packet = rate_quantities(
            wrapped(device_time_s, 1e6, 32),
            clipped(acc, _ACC_RANGE),
            clipped(gyr / DEGREE, _GYR_RANGE_DPS),
        )
        return [(MEDIUM, packet)]


def _device_info(serial: str) -> bytes:
    address = bytes.fromhex("d422cd") + serial.encode()[-3:].rjust(3, b"\0")
    build = struct.pack("<HBBBBB", 2023, 7, 1, 12, 0, 0)
    return struct.pack(
        "<6s3B7sIQ6s", address, 2, 4, 0, build, 0, int.from_bytes(serial.encode()[-8:]), b"XS-T02"
    )
