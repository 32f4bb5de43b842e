"""MbientLab MetaMotion: modules with registers, two sensors on one characteristic, no clock.

Source: MbientLab's MetaWear C++ SDK and its unit tests.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pelvicsense.virtual.gatt import Characteristic, Notification, Service, sig_uuid
from pelvicsense.virtual.models.firmware import (
    COMMAND,
    NOTIFY,
    READ,
    WRITE,
    Firmware,
    battery_service,
)
from pelvicsense.virtual.models.wire import DEGREE, G, counts


def _uuid(short: int) -> str:
    return f"326a{short:04x}-85cb-9195-d9dd-464cfbbae75a"


COMMANDS, REPLIES = _uuid(0x9001), _uuid(0x9006)
MODEL_NUMBER, FIRMWARE_REVISION = sig_uuid(0x2A24), sig_uuid(0x2A26)
SERVICES = (
    Service(
        _uuid(0x9000),
        (Characteristic(COMMANDS, WRITE | COMMAND), Characteristic(REPLIES, NOTIFY)),
    ),
    Service(
        sig_uuid(0x180A),
        (Characteristic(MODEL_NUMBER, READ), Characteristic(FIRMWARE_REVISION, READ)),
    ),
    battery_service(),
)

_ACC, _GYR, _SETTINGS = 0x03, 0x13, 0x11
_START, _ENABLE, _CONFIG = 0x01, 0x02, 0x03
_BATTERY, _ASKED = 0x0C, 0x80
_PACKED_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class SensorChip:
    """Half of a chip: where its module keeps what, and what its codes mean.

    Attributes
    ----------
    implementation
        What the module answers when asked which chip it drives.
    plain, packed
        Registers that push one sample, and three.
    full_scale
        Range code → counts per unit (g or deg/s).
    power_on
        Configuration register after power-on: rate code, range code.
    """

    implementation: int
    plain: int
    packed: int
    full_scale: dict[int, float]
    power_on: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Chip:
    """One generation of boards: ``model`` as in the model number, and the two halves."""

    model: bytes
    acc: SensorChip
    gyr: SensorChip


# The SDK doubles 16.4 for each smaller range; the data sheets round differently (65.5, 131).
_DPS = {code: 16.4 * 2**code for code in range(5)}
BMI160 = Chip(
    model=b"5",
    acc=SensorChip(1, 0x04, 0x1C, {3: 16384, 5: 8192, 8: 4096, 12: 2048}, (0x28, 0x03)),
    gyr=SensorChip(0, 0x05, 0x07, _DPS, (0x28, 0x00)),
)
BMI270 = Chip(
    model=b"8",
    acc=SensorChip(4, 0x04, 0x05, {0: 16384, 1: 8192, 2: 4096, 3: 2048}, (0xA8, 0x02)),
    gyr=SensorChip(1, 0x04, 0x05, _DPS, (0xA9, 0x00)),
)


def battery_reply(percent: int, millivolts: int) -> bytes:
    """Return what the settings module says of the battery."""
    return struct.pack("<3BH", _SETTINGS, _BATTERY | _ASKED, percent, millivolts)


def sensor_packet(module: int, register: int, samples: list[tuple[int, int, int]]) -> bytes:
    """Return one plain or packed notification, from counts."""
    flat = [count for sample in samples for count in sample]
    return struct.pack(f"<2B{len(flat)}h", module, register, *flat)


@dataclass(slots=True)
class _Module:
    """One sensor module at work."""

    number: int
    chip: SensorChip
    unit: float
    config: bytearray = field(init=False)
    enabled: bool = False
    started: bool = False
    pushing: set[int] = field(default_factory=set)
    pack: list[tuple[int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.config = bytearray(self.chip.power_on)

    @property
    def rate_hz(self) -> float:
        return 100.0 * 2.0 ** ((self.config[0] & 0x0F) - 8)

    @property
    def running(self) -> bool:
        return self.enabled and self.started

    def write(self, register: int, data: bytes) -> None:
        if register == _START:
            self.started = data[:1] == b"\x01"
            self.pack.clear()
        elif register == _ENABLE and len(data) == 2:
            self.enabled = bool(data[0]) or (self.enabled and not data[1])
        elif register == _CONFIG and len(data) == 2 and self._known_range(data[1]):
            self.config[:] = data
        elif register in (self.chip.plain, self.chip.packed):
            (self.pushing.add if data == b"\x01" else self.pushing.discard)(register)

    def ask(self, register: int) -> bytes:
        """Return what the module answers when one of its registers is read."""
        head = bytes([self.number, register | _ASKED])
        return head + (bytes([self.chip.implementation, 1]) if register == 0 else self.config)

    def sample(self, values: NDArray[np.float64]) -> list[bytes]:
        per_count = self.unit / self.chip.full_scale[self._range]
        taken = counts(values, per_count)
        self.pack.append(taken)
        due = []
        if self.chip.plain in self.pushing:
            due.append(sensor_packet(self.number, self.chip.plain, [taken]))
        if len(self.pack) == _PACKED_SAMPLES:
            if self.chip.packed in self.pushing:
                due.append(sensor_packet(self.number, self.chip.packed, self.pack))
            self.pack = []
        return due

    @property
    def _range(self) -> int:
        return self.config[1] & 0x07 if self.number == _GYR else self.config[1]

    def _known_range(self, code: int) -> bool:
        return (code & 0x07 if self.number == _GYR else code) in self.chip.full_scale


class MetaMotion(Firmware):
    """A MetaMotion R/RL (BMI160) or S (BMI270).

    Its modules go on measuring when the link drops. Commands it does not know are ignored.
    """

    advertised_services = (_uuid(0x9000),)

    def __init__(self, chip: Chip, serial: str, battery_percent: float) -> None:
        self._chip = chip
        super().__init__("MetaWear", SERVICES, serial, battery_percent)

    def _power_on(self) -> None:
        self._acc = _Module(_ACC, self._chip.acc, G)
        self._gyr = _Module(_GYR, self._chip.gyr, DEGREE)

    @property
    def rate_hz(self) -> float:
        """The faster of the two sensors' rates; the other is a whole fraction of it."""
        running = [each.rate_hz for each in (self._acc, self._gyr) if each.running]
        return max(running or (self._acc.rate_hz, self._gyr.rate_hz))

    @property
    def streaming(self) -> bool:
        """Whether a sensor was enabled and started, subscribed to or not."""
        return self._acc.running or self._gyr.running

    def _on_read(self, uuid: str) -> bytes:
        return self._chip.model if uuid == MODEL_NUMBER else b"1.7.3"

    def _on_write(self, uuid: str, data: bytes) -> list[Notification]:
        if len(data) < 2:
            return []
        number, register = data[0], data[1] & 0x3F
        module = {_ACC: self._acc, _GYR: self._gyr}.get(number)
        if data[1] & _ASKED:
            return [(REPLIES, self._answer(number, register, module))]
        if module is not None:
            module.write(register, data[2:])
        return []

    def _answer(self, number: int, register: int, module: _Module | None) -> bytes:
        if number == _SETTINGS and register == _BATTERY:
            percent = round(self.battery_percent)
            return battery_reply(percent, round(3300 + 8.5657 * percent))
        if module is not None and register in (0, _CONFIG):
            return module.ask(register)
        return bytes([number, register | _ASKED])

    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        due: list[bytes] = []
        for module, values in ((self._acc, acc), (self._gyr, gyr)):
            if module.running and index % round(self.rate_hz / module.rate_hz) == 0:
                due += module.sample(values)
        return [(REPLIES, packet) for packet in due]
