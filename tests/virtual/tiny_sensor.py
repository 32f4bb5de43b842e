"""A sensor of no maker, a person who stands still, and the radio between them."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import numpy as np
from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from numpy.typing import NDArray

from pelvicsense.datatypes.placement import Placement
from pelvicsense.synthetic import ImuErrors
from pelvicsense.virtual.feed import Person, Track
from pelvicsense.virtual.gatt import (
    READ_NOT_PERMITTED,
    VALUE_NOT_ALLOWED,
    AttError,
    Characteristic,
    Notification,
    Property,
    Service,
    sig_uuid,
)
from pelvicsense.virtual.peripheral import Peripheral
from pelvicsense.virtual.radio import VirtualRadio


def uuid(number: int) -> str:
    return f"9d0c{number:04x}-1111-4222-8333-444455556666"


SERVICE, DATA, CONTROL, INFO, LONG, EVENT = (uuid(number) for number in range(6))
BATTERY = sig_uuid(0x2A19)
START, STOP, FASTER, ASK, STUMBLE = b"\x01", b"\x00", b"\x02", b"\x03", b"\x04"
ANSWER = b"answer"


class TinySensor:
    """Counts its samples: 16 bytes each of number (u32), device time (µs, u32), acc x, gyr x."""

    advertised_services = (SERVICE,)
    services = (
        Service(
            SERVICE,
            (
                Characteristic(DATA, frozenset({Property.NOTIFY})),
                Characteristic(CONTROL, frozenset({Property.WRITE})),
                Characteristic(INFO, frozenset({Property.READ, Property.WRITE_WITHOUT_RESPONSE})),
                Characteristic(LONG, frozenset({Property.NOTIFY, Property.READ})),
                Characteristic(EVENT, frozenset({Property.INDICATE})),
            ),
        ),
        Service(
            sig_uuid(0x180F),
            (Characteristic(BATTERY, frozenset({Property.READ, Property.NOTIFY})),),
        ),
    )
    manufacturer_data: Mapping[int, bytes] = {0xFFFF: b"\x01\x02\x03"}
    max_mtu = 247

    def __init__(self, name: str = "Tiny") -> None:
        self.name = name
        self.disconnections = 0
        self.written: list[bytes] = []
        self.reboot()
        self.disconnections = 0

    def reboot(self) -> None:
        self.rate_hz = 100.0
        self.streaming = False

    def read(self, characteristic: str) -> bytes:
        values = {INFO: b"tiny", LONG: bytes(range(200)), BATTERY: b"\x50"}
        if characteristic not in values:
            raise AttError(READ_NOT_PERMITTED)
        return values[characteristic]

    def write(self, characteristic: str, data: bytes) -> list[Notification]:
        del characteristic
        self.written.append(data)
        if data == STUMBLE:
            raise ZeroDivisionError
        if data == ASK:
            return [(LONG, ANSWER + bytes(174)), (EVENT, ANSWER)]
        if data not in (START, STOP, FASTER, b"note"):
            raise AttError(VALUE_NOT_ALLOWED)
        if data == FASTER:
            self.rate_hz = 200.0
        else:
            self.streaming = data == START
        return []

    def subscribed(self, characteristic: str, on: bool) -> list[Notification]:
        del characteristic, on
        return []

    def sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        return [(DATA, struct.pack("<IIff", index, round(device_time_s * 1e6), acc[0], gyr[0]))]

    def disconnected(self) -> None:
        self.disconnections += 1
        self.streaming = False


def unpack(packet: bytes) -> tuple[int, int, float, float]:
    number, time_us, acc, gyr = struct.unpack("<IIff", packet)
    return number, time_us, acc, gyr


def ramp_person(seconds: float = 20.0) -> Person:
    """Acc x is the person's time, gyr x is twice it: what was measured tells when."""
    time_s = np.arange(0.0, seconds, 0.01)
    acc = np.stack([time_s, np.zeros_like(time_s), np.full_like(time_s, 9.8)], axis=-1)
    gyr = np.stack([2.0 * time_s, np.zeros_like(time_s), np.zeros_like(time_s)], axis=-1)
    track = Track(0.0, 100.0, acc, gyr)
    return Person(tracks=dict.fromkeys(Placement, track), errors=ImuErrors.none(), seed=1)


class Scene:
    """A radio with tiny sensors, and what every scenario does with it."""

    def __init__(self, radio: VirtualRadio) -> None:
        self.radio = radio
        self.faults = radio.faults
        self.sensors: list[Peripheral] = list(radio.sensors.values())
        self.sensor = self.sensors[0]
        self.address = self.sensor.address
        model = self.sensor.model
        assert isinstance(model, TinySensor)
        self.model = model
        self.gone: list[str] = []

    async def find(self, address: str | None = None, timeout: float = 1.0) -> BLEDevice | None:
        return await BleakScanner.find_device_by_address(
            address or self.address, timeout=timeout, backend=self.radio.scanner_backend
        )

    def client(self, device: BLEDevice | str, timeout: float = 5.0) -> BleakClient:
        return BleakClient(
            device,
            lambda client: self.gone.append(client.address),
            timeout=timeout,
            backend=self.radio.client_backend,
        )

    async def connect(self, address: str | None = None) -> BleakClient:
        device = await self.find(address)
        assert device is not None
        client = self.client(device)
        await client.connect()
        return client

    async def stream(self, client: BleakClient) -> list[bytes]:
        """Start a connected sensor; its packets go on arriving in the returned list."""
        packets: list[bytes] = []
        await client.start_notify(DATA, lambda _, packet: packets.append(bytes(packet)))
        await client.write_gatt_char(CONTROL, START, response=True)
        return packets


@asynccontextmanager
async def scene(*models: TinySensor) -> AsyncIterator[Scene]:
    worn = dict(zip(Placement, models or (TinySensor(),), strict=False))
    async with VirtualRadio(ramp_person(), worn, seed=7) as radio:
        yield Scene(radio)
