"""The simulated radio against the real BlueZ: bleak must show an application the same on both."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest
from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import BleakBluetoothNotAvailableError, BleakDBusError, BleakGATTProtocolError
from bluez.conftest import Play
from bluez.world import World

from pelvicsense.datatypes.placement import Placement
from pelvicsense.virtual.models import make_model
from pelvicsense.virtual.models.imu6_open import CONTROL, DATA, INFO, SERVICE
from pelvicsense.virtual.radio import virtual_person

pytestmark = pytest.mark.bluez

Facts: TypeAlias = dict[str, Any]
Silence: TypeAlias = Callable[[], None]
Power: TypeAlias = Callable[[bool], Awaitable[None]]

DIFFERENT: Facts = {
    "subscribe twice": None,  # simulated: refused as "in progress"
    "connect without power": "BleakError",  # BlueZ forgets unpaired devices; simulated: "not ready"
}
"""What BlueZ shows where the simulated radio does not do the same; no application relies on it."""

_START = bytes([1, 100, 0, 5])
_UNKNOWN = "12345678-0000-1000-8000-00805f9b34fb"


async def outcome(work: Awaitable[object]) -> object:
    """Return what bleak gives: a value, or the kind of its error."""
    try:
        return await work
    except BleakBluetoothNotAvailableError as error:
        return type(error).__name__, error.reason.name
    except BleakGATTProtocolError as error:
        return type(error).__name__, error.code.name
    except BleakDBusError as error:
        return type(error).__name__, error.dbus_error
    except Exception as error:  # its kind is what is asked for
        return type(error).__name__


class Bleak:
    """Bleak on one of the radios: its arguments for clients and scanners."""

    def __init__(self, client: Any = None, scanner: Any = None) -> None:
        self._client = {} if client is None else {"backend": client}
        self._scanner = {} if scanner is None else {"backend": scanner}

    def client(self, device: BLEDevice, lost: Callable[[BleakClient], None]) -> BleakClient:
        return BleakClient(device, lost, timeout=5.0, **self._client)

    async def find(self, name: str) -> tuple[BLEDevice, Facts]:
        """Scan until a sensor has said all that it says."""
        async with BleakScanner(**self._scanner) as scanner, asyncio.timeout(20.0):
            async for device, data in scanner.advertisement_data():
                if data.local_name == name and SERVICE in data.service_uuids:  # BlueZ adds others
                    return device, {"advert": (device.name, data.manufacturer_data)}
        raise AssertionError("unreachable: adverts do not end")

    async def scan(self) -> None:
        async with BleakScanner(**self._scanner):
            pass


async def observe(bleak: Bleak, name: str, silence: Silence, power: Power) -> Facts:
    """Do what an application does with a sensor; return what it sees."""
    device, facts = await bleak.find(name)
    losses: list[BleakClient] = []
    client = bleak.client(device, losses.append)
    await client.connect()
    facts |= _table(client)
    facts |= await _requests(client)
    facts |= await _notifications(client)
    facts["losses before"] = len(losses)
    pending = asyncio.create_task(outcome(client.read_gatt_char(INFO)))
    silence()
    facts["pending when lost"] = await pending
    async with asyncio.timeout(20.0):
        while not losses:  # the news take two ways, either may be first
            await asyncio.sleep(0.05)
    facts["losses after"] = len(losses)
    facts["connected after"] = client.is_connected
    facts["read after"] = await outcome(client.read_gatt_char(INFO))
    facts["write after"] = await outcome(client.write_gatt_char(CONTROL, b"\x03", response=True))
    facts["disconnect after"] = await outcome(client.disconnect())
    facts["losses at last"] = len(losses)
    await power(False)
    facts["scan without power"] = await outcome(bleak.scan())
    facts["connect without power"] = await outcome(bleak.client(device, losses.append).connect())
    await power(True)
    return facts


def _table(client: BleakClient) -> Facts:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the size is a guess
        mtu = client.mtu_size
    return {
        "mtu": mtu,
        "services": {
            service.uuid: {each.uuid: _facts(each) for each in service.characteristics}
            for service in client.services
        },
    }


def _facts(characteristic: BleakGATTCharacteristic) -> tuple[object, ...]:
    descriptors = [descriptor.uuid for descriptor in characteristic.descriptors]
    return characteristic.handle, sorted(characteristic.properties), descriptors


async def _requests(client: BleakClient) -> Facts:
    read, write = client.read_gatt_char, client.write_gatt_char
    return {
        "read": await outcome(read(INFO)),
        "read what is not readable": await outcome(read(DATA)),
        "read what is not there": await outcome(read(_UNKNOWN)),
        "write what is not writable": await outcome(write(INFO, b"\x00", response=True)),
        "write too short": await outcome(write(CONTROL, b"\x01", response=True)),
        "write an unknown value": await outcome(write(CONTROL, b"\x7f", response=True)),
        "write": await outcome(write(CONTROL, b"\x00", response=True)),
        "command too long": await outcome(write(DATA, bytes(300), response=False)),
    }


async def _notifications(client: BleakClient) -> Facts:
    arrived: list[bytes] = []
    enough = asyncio.Event()

    def take(_sender: object, data: bytearray) -> None:
        arrived.append(bytes(data))
        if len(arrived) == 10:
            enough.set()

    facts = {"subscribe to what does not notify": await outcome(client.start_notify(INFO, take))}
    await client.start_notify(DATA, take)
    facts["subscribe twice"] = await outcome(client.start_notify(DATA, take))
    await client.write_gatt_char(CONTROL, _START, response=True)
    async with asyncio.timeout(20.0):
        await enough.wait()
    facts["counters"] = [packet[2] for packet in arrived[:10]]
    facts["lengths"] = {len(packet) for packet in arrived}
    await client.write_gatt_char(CONTROL, b"\x00", response=True)
    facts["unsubscribe"] = await outcome(client.stop_notify(DATA))
    return facts


async def _simulated() -> Facts:
    models = {Placement.PELVIS: make_model("imu6-open", "0001")}
    async with virtual_person("walk", 30.0, models, seed=1) as radio:
        address = radio.address(Placement.PELVIS)

        async def power(on: bool) -> None:
            await (radio.faults.adapter_on() if on else radio.faults.adapter_off())

        bleak = Bleak(radio.client_backend, radio.scanner_backend)
        return await observe(bleak, "IMU6-0001", lambda: radio.faults.silence(address), power)


async def _real(world: World) -> Facts:
    async with world.worn({Placement.PELVIS: "imu6-open"}) as sensors:
        sensor = sensors[Placement.PELVIS]
        try:
            return await observe(
                Bleak(),
                sensor.name,
                lambda: world.air.silence(sensor.address),
                lambda on: world.power(on=on),
            )
        finally:
            world.air.silence(sensor.address, 0.0)


def test_an_application_sees_the_same(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Facts = {}

    async def scenario(world: World) -> None:
        for name, value in world.machine.bus_environment.items():
            monkeypatch.setenv(name, value)
        real.update(await _real(world))

    play(scenario)
    simulated = asyncio.run(_simulated())
    assert {key: seen for key, seen in real.items() if simulated[key] != seen} == DIFFERENT
