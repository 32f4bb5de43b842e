"""One virtual machine with BlueZ, and simulated sensors within reach of its adapter."""

from __future__ import annotations

import asyncio
import socket
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from bluez.image import Image
from bluez.machine import Machine, running
from bumble.transport.common import StreamPacketSink, StreamPacketSource

from pelvicsense.datatypes.placement import Placement
from pelvicsense.virtual.air import Air
from pelvicsense.virtual.controller import VirtualController
from pelvicsense.virtual.feed import Feed
from pelvicsense.virtual.gatt import Notification, SensorModel
from pelvicsense.virtual.models import make_model
from pelvicsense.virtual.people import simulated_person
from pelvicsense.virtual.peripheral import Peripheral, PeripheralConfig

_ADAPTER = "F0:F1:F2:F3:F4:F5"
_ADAPTER_IN = "btattach -B /dev/hvc0 -P h4"
_POWER = (
    "dbus-send --system --print-reply --dest=org.bluez /org/bluez/hci0 "
    "org.freedesktop.DBus.Properties.Set "
    "string:org.bluez.Adapter1 string:Powered variant:boolean:{}"
)
_PERSON_S = 60.0
_HARDWARE = PeripheralConfig(buffer_packets=4096)  # nothing is lost where this process is slow


class Sensor:
    """A simulated sensor that remembers what it has sent.

    Attributes
    ----------
    address, name
        As it advertises.
    peripheral
        The device on the air.
    sent
        Notifications of samples, in order.
    """

    def __init__(self, air: Air, address: str, model: SensorModel, feed: Feed) -> None:
        self.address = address
        self.name = model.name
        self.peripheral = Peripheral(air, self.address, model, feed, _HARDWARE)
        self.sent: list[Notification] = []
        self._take_sample = model.sample
        model.sample = self._sample  # type: ignore[method-assign]

    def _sample(self, *measured: object) -> list[Notification]:
        packets = self._take_sample(*measured)  # type: ignore[arg-type]
        self.sent += packets
        return packets


class World:
    """The machine, the air its adapter hears, and what an administrator would do to it.

    Attributes
    ----------
    machine
        Runs bluetoothd.
    air
        What its adapter and the sensors meet on; takes the faults of links.
    """

    def __init__(self, machine: Machine, air: Air) -> None:
        self.machine = machine
        self.air = air
        self._on_air: list[str] = []

    @asynccontextmanager
    async def worn(self, models: Mapping[Placement, str]) -> AsyncIterator[dict[Placement, Sensor]]:
        """Put sensors of these models on a walking person, switched on until the block is left."""
        person = simulated_person("walk", _PERSON_S, seed=1)
        person.wears_only(models)
        sensors = {
            placement: Sensor(
                self.air,
                _address(model, number),
                make_model(model, f"{number:04d}"),
                person.feed(placement),
            )
            for number, (placement, model) in enumerate(models.items(), start=1)
        }
        for sensor in sensors.values():
            await sensor.peripheral.switch_on()
        self._on_air = [sensor.address for sensor in sensors.values()]
        try:
            yield sensors
        finally:
            self._on_air = []
            for sensor in sensors.values():
                await sensor.peripheral.switch_off()
        for sensor in sensors.values():
            assert not sensor.peripheral.table.failures
            assert not sensor.peripheral.overflowed

    def named(self, sensors: Mapping[Placement, Sensor]) -> list[str]:
        """Return the options of ``log`` that say which sensor is worn where."""
        return [
            word
            for placement, sensor in sensors.items()
            for word in (f"--{placement.replace('_', '-')}", sensor.name)
        ]

    async def power(self, *, on: bool) -> None:
        """Switch the adapter on or off, as a desktop's switch does."""
        told = await self.machine.shell(_POWER.format(str(on).lower()))
        assert "method return" in told, told

    async def unplug(self) -> None:
        """Pull the adapter out: its links end, and the system has none any more."""
        gone = "while [ -e /sys/class/bluetooth/hci0 ]; do sleep 0.1; done"
        await self.machine.shell(f"killall btattach; {gone}")
        for sensor in self._on_air:
            self.air.drop(sensor)

    async def kill_daemon(self) -> None:
        """Let bluetoothd die without a word."""
        await self.machine.shell("killall -9 bluetoothd")

    async def restore(self) -> None:
        """Plug in the adapter, start bluetoothd, switch the adapter on: what is not so yet."""
        on = _POWER.format("true")
        await self.machine.shell(
            f"""
            pidof btattach || {_ADAPTER_IN} </dev/null >/dev/null 2>&1 &
            pidof bluetoothd || bluetoothd -n </dev/null >>/tmp/bluetoothd.log 2>&1 &
            until {on} >/dev/null 2>&1; do sleep 0.2; done
            """
        )


def _address(model: str, number: int) -> str:
    """Return an address that no other sensor has: BlueZ remembers what it saw of a device."""
    digits = f"C0{zlib.crc32(model.encode()):08X}{number:02X}"
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


@asynccontextmanager
async def world(image: Image, log: Path) -> AsyncIterator[World]:
    """Boot a machine whose adapter hears a new, empty air."""
    ours, theirs = socket.socketpair()
    loop = asyncio.get_running_loop()
    transport, source = await loop.create_connection(StreamPacketSource, sock=ours)
    air = Air(np.random.default_rng(1))
    VirtualController(
        "adapter", air, _ADAPTER, host_source=source, host_sink=StreamPacketSink(transport)
    )
    try:
        async with running(image, theirs, log) as machine:
            yield World(machine, air)
    finally:
        transport.close()
