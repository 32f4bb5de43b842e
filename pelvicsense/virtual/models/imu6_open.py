"""The open layout for self-built boards: batches of samples with a packet counter and a time.

Source: the layout's description in ``firmware_profiles/README.md`` and the sketch beside it.
"""

from __future__ import annotations

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
from pelvicsense.virtual.models.wire import DEGREE, G, counts, wrapped


def _uuid(short: int) -> str:
    return f"7f2a{short:04x}-5c1e-4d0a-9b3f-6d1e8c24a790"


SERVICE, DATA, INFO, CONTROL = (_uuid(1 + i) for i in range(4))
SERVICES = (
    Service(
        SERVICE,
        (
            Characteristic(DATA, NOTIFY),
            Characteristic(INFO, READ),
            Characteristic(CONTROL, WRITE | NOTIFY),
        ),
    ),
    battery_service(),
)

_LAYOUT_VERSION = 1
_STOP, _START, _RANGES, _PING, _IDENTIFY = 0, 1, 2, 3, 4
_ARGUMENT_BYTES = {_STOP: 0, _START: 3, _RANGES: 4, _PING: 0, _IDENTIFY: 0}
_RATES_HZ = (25, 50, 100, 119, 200, 400)
_ACC_RANGES_G = (2, 4, 8, 16)
_GYR_RANGES_DPS = (125, 250, 500, 1000, 2000)
_MAX_SAMPLES = 19  # 236 bytes: one link-layer packet


def packet(sequence: int, first_us: int, samples: list[tuple[int, ...]]) -> bytes:
    """Return one data notification; each sample is ax ay az gx gy gz in counts."""
    head = struct.pack("<BBHI", _LAYOUT_VERSION, len(samples), sequence, first_us)
    return head + b"".join(struct.pack("<6h", *sample) for sample in samples)


class Imu6Open(Firmware):
    """A board with the open layout: streams between start and stop, and stops with the link."""

    advertised_services = (SERVICE,)
    max_mtu = 247

    def __init__(self, serial: str, battery_percent: float) -> None:
        super().__init__(f"IMU6-{serial[-4:]}", SERVICES, serial, battery_percent)

    def _power_on(self) -> None:
        self._rate_hz = 100
        self._ranges = (16, 2000)
        self._batch_samples = 1
        self._running = False
        self._sequence = 0
        self._now_s = 0.0
        self._batch: list[tuple[float, tuple[int, ...]]] = []

    @property
    def rate_hz(self) -> float:
        """Rate of the last start; 100 Hz before the first."""
        return float(self._rate_hz)

    @property
    def streaming(self) -> bool:
        """Whether it was started."""
        return self._running

    def disconnected(self) -> None:
        """Stop."""
        super().disconnected()
        self._stop()

    def _scales(self) -> tuple[float, float]:
        acc_g, gyr_dps = self._ranges
        return acc_g * G / 32768, gyr_dps * DEGREE / 32768

    def _on_read(self, uuid: str) -> bytes:
        return struct.pack(
            "<3f2H2B", *self._scales(), self._rate_hz, *self._ranges, _MAX_SAMPLES, 0
        )

    def _on_write(self, uuid: str, data: bytes) -> list[Notification]:
        if not data or len(data) != 1 + _ARGUMENT_BYTES.get(data[0], 0):
            raise AttError(INVALID_ATTRIBUTE_VALUE_LENGTH)
        op = data[0]
        if op == _PING:
            return [(CONTROL, struct.pack("<BI", _PING, wrapped(self._now_s, 1e6, 32)))]
        if op == _START:
            self._start(*struct.unpack_from("<HB", data, 1))
        elif op == _RANGES:
            self._set_ranges(*struct.unpack_from("<2H", data, 1))
        elif op == _STOP:
            self._stop()
        elif op == _IDENTIFY:
            self.identified += 1
        else:
            raise AttError(VALUE_NOT_ALLOWED)
        return []

    def _start(self, rate_hz: int, batch_samples: int) -> None:
        if rate_hz not in _RATES_HZ or not 1 <= batch_samples <= _MAX_SAMPLES:
            raise AttError(VALUE_NOT_ALLOWED)
        self._stop()
        self._rate_hz, self._batch_samples, self._running = rate_hz, batch_samples, True

    def _stop(self) -> None:
        self._running = False
        self._batch.clear()

    def _set_ranges(self, acc_g: int, gyr_dps: int) -> None:
        if self._running or acc_g not in _ACC_RANGES_G or gyr_dps not in _GYR_RANGES_DPS:
            raise AttError(VALUE_NOT_ALLOWED)
        self._ranges = acc_g, gyr_dps

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        self._now_s = device_time_s
        acc_scale, gyr_scale = self._scales()
        self._batch.append((device_time_s, counts(acc, acc_scale) + counts(gyr, gyr_scale)))
        if len(self._batch) < self._batch_samples:
            return []
        first_us = wrapped(self._batch[0][0], 1e6, 32)
        due = packet(self._sequence, first_us, [sample for _, sample in self._batch])
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._batch.clear()
        return [(DATA, due)]
