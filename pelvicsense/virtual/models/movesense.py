"""Movesense: resources subscribed to by path, answered by reference (GATT SensorData Protocol).

Source: movesense.com, *GATT SensorData Protocol*; captures of a movesense-commander user for the
number of samples in a packet, the counts (8 g and 2000 deg/s) and the HELLO reply.
"""

from __future__ import annotations

import re
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
from pelvicsense.virtual.models.firmware import NOTIFY, WRITE, Firmware
from pelvicsense.virtual.models.wire import DEGREE, counts, wrapped

COMMANDS = "34800001-7185-4d5d-b431-630e7050e8f0"
RESULTS = "34800002-7185-4d5d-b431-630e7050e8f0"
SERVICES = (
    Service(
        "34802252-7185-4d5d-b431-630e7050e8f0",
        (Characteristic(COMMANDS, WRITE), Characteristic(RESULTS, NOTIFY)),
    ),
)

ACC_PER_COUNT = 0.244e-3 * 9.807  # the firmware rounds standard gravity, as captures show
GYR_PER_COUNT_DPS = 0.07
RATES_HZ = (13, 26, 52, 104, 208, 416, 833, 1666)

_HELLO, _SUBSCRIBE, _UNSUBSCRIBE, _GET, _SYSTEM_MODE = 0, 1, 2, 4, 7
_RESPONSE, _DATA, _DATA_PART2 = 1, 2, 3
_OK, _ACCEPTED, _NOT_FOUND, _CONFLICT = 200, 202, 404, 409
_APPLICATION = 5  # system mode: restart
_FIRST_PART_BYTES = 150  # with its header 152: a longer payload continues in a second notification
_IMU6 = re.compile(r"/?Meas/IMU6/(\d+)\Z")


def imu6_payload(
    time_ms: int, acc: list[tuple[float, ...]], gyr_dps: list[tuple[float, ...]]
) -> bytes:
    """Return time of the first sample, all accelerations, then all angular rates."""
    flat = [value for sample in (*acc, *gyr_dps) for value in sample]
    return struct.pack(f"<I{len(flat)}f", time_ms, *flat)


def notifications(reference: int, payload: bytes) -> list[Notification]:
    """Return the one or two notifications that carry a payload."""
    parts = [payload[:_FIRST_PART_BYTES], payload[_FIRST_PART_BYTES:]]
    return [
        (RESULTS, bytes([kind, reference]) + part)
        for kind, part in zip((_DATA, _DATA_PART2), parts, strict=True)
        if part
    ]


class Movesense(Firmware):
    """A Movesense sensor with the default firmware, of whose measurements IMU6 is modelled.

    The subscription ends with the link. A path it does not know answers 404, a second subscription
    409 (the real one takes up to four, of different paths).
    """

    advertised_services = (sig_uuid(0xFDF3), sig_uuid(0x180D))
    max_mtu = 247

    def __init__(self, serial: str, battery_percent: float) -> None:
        super().__init__(f"Movesense {serial}", SERVICES, serial, battery_percent)

    def _power_on(self) -> None:
        self._stream: tuple[int, int] | None = None  # reference and rate of the subscription
        self._batch: list[tuple[float, tuple[float, ...], tuple[float, ...]]] = []

    @property
    def rate_hz(self) -> float:
        """Rate in the path subscribed to; 52 Hz while there is none."""
        return float(self._stream[1]) if self._stream else 52.0

    @property
    def streaming(self) -> bool:
        """Whether an IMU6 resource is subscribed to."""
        return self._stream is not None

    def disconnected(self) -> None:
        """End the subscription."""
        super().disconnected()
        self._power_on()

    def _on_write(self, uuid: str, data: bytes) -> list[Notification]:
        if len(data) < 2:
            raise AttError(INVALID_ATTRIBUTE_VALUE_LENGTH)
        reply = bytes([_RESPONSE, data[1]]) + self._answer(data[0], data[1], data[2:])
        return [(RESULTS, reply)]

    def _answer(self, command: int, reference: int, payload: bytes) -> bytes:
        path = payload.split(b"\0")[0].decode(errors="replace")
        if command == _HELLO:
            words = (self.serial, "Movesense", "00-00-00-00-00-00", "Default", "2.3.1")
            return b"\x01" + b"".join(word.encode() + b"\0" for word in words)
        if command == _SUBSCRIBE:
            return _status(self._subscribe(reference, path))
        if command == _UNSUBSCRIBE and self._stream and self._stream[0] == reference:
            self._power_on()
            return _status(_OK)
        if command == _GET and path.lstrip("/") == "System/Energy/Level":
            return _status(_OK) + bytes([round(self.battery_percent)])
        if command == _SYSTEM_MODE and payload == bytes([_APPLICATION]):
            self._power_on()
            return _status(_ACCEPTED)
        return _status(_NOT_FOUND)

    def _subscribe(self, reference: int, path: str) -> int:
        found = _IMU6.match(path)
        if found is None or int(found[1]) not in RATES_HZ:
            return _NOT_FOUND
        if self._stream is not None:
            return _CONFLICT
        self._stream = reference, int(found[1])
        return _OK

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        assert self._stream is not None
        reference, rate = self._stream
        acc_si = tuple(n * ACC_PER_COUNT for n in counts(acc, ACC_PER_COUNT))
        dps = tuple(n * GYR_PER_COUNT_DPS for n in counts(gyr / DEGREE, GYR_PER_COUNT_DPS))
        self._batch.append((device_time_s, acc_si, dps))
        if len(self._batch) < min(16, max(1, rate // 13)):
            return []
        times, accs, rates = zip(*self._batch, strict=True)
        self._batch.clear()
        payload = imu6_payload(wrapped(times[0], 1e3, 32), list(accs), list(rates))
        return notifications(reference, payload)


def _status(code: int) -> bytes:
    return struct.pack("<H", code)
