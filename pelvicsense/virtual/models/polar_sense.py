"""Polar Verity Sense: two measurements, each started by its own command, in delta frames.

Source: Polar's BLE SDK (documentation, Android and iOS sources and their unit tests).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pelvicsense.virtual.gatt import AttError, Characteristic, Notification, Service
from pelvicsense.virtual.models.firmware import (
    INDICATE,
    NOTIFY,
    READ,
    WRITE,
    Firmware,
    battery_service,
)
from pelvicsense.virtual.models.polar_frames import Counts, compressed_frame
from pelvicsense.virtual.models.wire import DEGREE, G, counts

CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
SERVICES = (
    Service(
        "fb005c80-02e7-f387-1cad-8acd2d8df0c8",
        (Characteristic(CONTROL, READ | WRITE | INDICATE), Characteristic(DATA, NOTIFY)),
    ),
    battery_service(),
)

CCCD_IMPROPERLY_CONFIGURED = 0xFD
ACC, GYR, _SDK_MODE = 2, 5, 9
_ASK_SETTINGS, _START, _STOP = 1, 2, 3
_OK, _UNKNOWN_OP, _UNKNOWN_TYPE, _BAD_PARAMETER, _ALREADY, _WRONG_STATE = 0, 1, 2, 5, 6, 12
_RATE, _BITS, _RANGE, _CHANNELS, _FACTOR = 0, 1, 2, 4, 5
_PACK = {_RATE: "<H", _BITS: "<H", _RANGE: "<H", _CHANNELS: "<B"}
_SDK_RATES_HZ = (26, 52, 104, 208, 416)

# Nobody set the clock: it starts here, counted in nanoseconds from 2000-01-01.
_CLOCK_AT_POWER_ON_NS = 599_616_000 * 10**9


@dataclass(slots=True)
class _Measurement:
    """Acceleration or angular rate, while it runs.

    The factor that a start is answered with turns counts into ``unit``; frames of the two
    measurements hold different numbers of samples, so that they do not arrive in pairs.
    """

    kind: int
    frame_type: int
    unit: float
    full_scale_per_range: float
    ranges: tuple[int, ...]
    sdk_ranges: tuple[int, ...]
    frame_samples: int
    rate_hz: int = 0
    factor: float = 1.0
    pending: list[Counts] = field(default_factory=list)

    def settings(self, sdk_mode: bool) -> dict[int, tuple[int, ...]]:
        return {
            _RATE: _SDK_RATES_HZ if sdk_mode else (52,),
            _BITS: (16,),
            _RANGE: self.sdk_ranges if sdk_mode else self.ranges,
            _CHANNELS: (3,),
        }

    def start(self, rate_hz: int, full_scale: int) -> bytes:
        self.rate_hz = rate_hz
        self.factor = full_scale * self.full_scale_per_range / 32768
        self.pending.clear()
        return struct.pack("<2Bf", _FACTOR, 1, self.factor)

    def sample(self, time_ns: int, values: NDArray[np.float64]) -> list[bytes]:
        self.pending.append(counts(values, self.factor * self.unit))
        if len(self.pending) < self.frame_samples:
            return []
        frame = compressed_frame(self.kind, self.frame_type, time_ns, self.pending)
        self.pending = []
        return [frame]


class PolarSense(Firmware):
    """A Verity Sense in sensor mode; measurements end with the link.

    The control point refuses a command until it is subscribed to, and answers what it cannot do
    with a status. Ranges and rates other than 52 Hz need the SDK mode.
    """

    max_mtu = 232

    def __init__(self, serial: str, battery_percent: float) -> None:
        super().__init__(f"Polar Sense {serial}", SERVICES, serial, battery_percent)

    def _power_on(self) -> None:
        self._sdk_mode = False
        dps = (245, 500, 1000, 2000)
        self._measurements = {
            ACC: _Measurement(ACC, 1, 1e-3 * G, 1000.0, (8,), (2, 4, 8, 16), frame_samples=26),
            GYR: _Measurement(GYR, 0, DEGREE, 1.0, dps, dps, frame_samples=21),
        }

    @property
    def rate_hz(self) -> float:
        """The faster of the measurements under way; 52 Hz where there is none."""
        return float(max(each.rate_hz for each in self._measurements.values()) or 52)

    @property
    def streaming(self) -> bool:
        """Whether a measurement was started."""
        return any(each.rate_hz for each in self._measurements.values())

    def disconnected(self) -> None:
        """Stop measuring and leave the SDK mode."""
        super().disconnected()
        self._power_on()

    def _on_read(self, uuid: str) -> bytes:
        return struct.pack("<BH14x", 0x0F, (1 << ACC) | (1 << GYR) | (1 << _SDK_MODE))

    def _on_write(self, uuid: str, data: bytes) -> list[Notification]:
        if not self._is_subscribed(CONTROL):
            raise AttError(CCCD_IMPROPERLY_CONFIGURED)
        op, kind = (*data, 0, 0)[:2]
        status, parameters = self._answer(op, kind, data[2:])
        return [(CONTROL, bytes([0xF0, op, kind, status, 0]) + parameters)]

    def _answer(self, op: int, kind: int, settings: bytes) -> tuple[int, bytes]:
        if op not in (_ASK_SETTINGS, _START, _STOP):
            return _UNKNOWN_OP, b""
        if kind == _SDK_MODE and op != _ASK_SETTINGS:
            return self._switch_sdk_mode(op == _START), b""
        measurement = self._measurements.get(kind)
        if measurement is None:
            return _UNKNOWN_TYPE, b""
        if op == _ASK_SETTINGS:
            return _OK, _tlv(measurement.settings(self._sdk_mode))
        if op == _START:
            return self._start(measurement, settings)
        status = _OK if measurement.rate_hz else _ALREADY
        measurement.rate_hz = 0
        return status, b""

    def _switch_sdk_mode(self, on: bool) -> int:
        if self.streaming:
            return _WRONG_STATE
        if self._sdk_mode == on:
            return _ALREADY
        self._sdk_mode = on
        return _OK

    def _start(self, measurement: _Measurement, settings: bytes) -> tuple[int, bytes]:
        if measurement.rate_hz:
            return _ALREADY, b""
        allowed = measurement.settings(self._sdk_mode)
        wanted = _parsed(settings)
        if wanted is None or any(wanted.get(key) not in allowed[key] for key in allowed):
            return _BAD_PARAMETER, b""
        return _OK, measurement.start(wanted[_RATE], wanted[_RANGE])

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        time_ns = _CLOCK_AT_POWER_ON_NS + round(device_time_s * 1e9)
        due: list[Notification] = []
        for kind, values in ((ACC, acc), (GYR, gyr)):
            each = self._measurements[kind]
            if each.rate_hz and index % round(self.rate_hz / each.rate_hz) == 0:
                due += [(DATA, frame) for frame in each.sample(time_ns, values)]
        return due


def _tlv(settings: dict[int, tuple[int, ...]]) -> bytes:
    return b"".join(
        bytes([key, len(values)]) + b"".join(struct.pack(_PACK[key], value) for value in values)
        for key, values in settings.items()
    )


def _parsed(data: bytes) -> dict[int, int] | None:
    """Return the settings of a start command, one value each; none where they do not parse."""
    settings: dict[int, int] = {}
    while data:
        if len(data) < 2 or data[0] not in _PACK or data[1] != 1:
            return None
        size = struct.calcsize(_PACK[data[0]])
        if len(data) < 2 + size:
            return None
        settings[data[0]] = struct.unpack_from(_PACK[data[0]], data, 2)[0]
        data = data[2 + size :]
    return settings
