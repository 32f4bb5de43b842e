"""A device on the air: its adverts, its link, its packets."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from bumble import hci
from bumble.core import ConnectionError as LinkError
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic

from pelvicsense.virtual.advert import advert_packets
from pelvicsense.virtual.air import Air
from pelvicsense.virtual.controller import VirtualController
from pelvicsense.virtual.feed import Feed
from pelvicsense.virtual.gatt import Notification, SensorModel
from pelvicsense.virtual.host import QuietHost
from pelvicsense.virtual.sampler import Sampler
from pelvicsense.virtual.server import GattTable, StrictServer

_LINK_ENDED = (hci.HCI_Error, LinkError, TimeoutError)
"""What asking a link that is going down for something raises: as in life, nobody is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeripheralConfig:
    """How one device's hardware differs from the next.

    Attributes
    ----------
    skew_ppm
        Device seconds per true second, minus one, in millionths; 0 (crystals: within ± 50).
    phase
        Where between two samples the device was switched on, 0…1; 0.
    connection_interval_s
        Packets leave at multiples of it, s; 0.03 (phones and Linux grant 15–50 ms).
    advertising_interval_s
        Between adverts, s; 0.1 (0.02–10.24 allowed; wearables use 0.1–1).
    buffer_packets
        Packets the device keeps while the link is mute; newer ones are lost; 64 (firmwares: 6–100).
    boot_s
        From power-on to the first advert, s; 0.3.
    """

    skew_ppm: float = 0.0
    phase: float = 0.0
    connection_interval_s: float = 0.03
    advertising_interval_s: float = 0.1
    buffer_packets: int = 64
    boot_s: float = 0.3


class Peripheral:
    """A device on the air, from :meth:`switch_on` to :meth:`switch_off`.

    Must be made in a running event loop.

    Parameters
    ----------
    air
        What it sends on.
    address
        Static random address, ``C0:…`` to ``FF:…``.
    model
        Its firmware.
    feed
        What it measures.
    config
        Its hardware.

    Attributes
    ----------
    table
        Its GATT table, with the faults of it.
    kicks
        How many of the next connections it ends at once.
    overflowed
        Packets lost because the buffer was full.
    """

    def __init__(
        self, air: Air, address: str, model: SensorModel, feed: Feed, config: PeripheralConfig
    ) -> None:
        self.address = address
        self.model = model
        self.table = GattTable(model, self._queue)
        self.kicks = 0
        self.overflowed = 0
        self._air = air
        self._config = config
        self._sampler = Sampler(model, feed, config.skew_ppm, config.phase)
        self._packets: deque[Notification] = deque()
        self._connection: Connection | None = None
        self._anchor_s = 0.0
        self._on = False
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._device = self._make_device()

    def _make_device(self) -> Device:
        controller = VirtualController(self.model.name, self._air)
        config = DeviceConfiguration(gap_service_enabled=False, gatt_service_enabled=False)
        device = Device(
            name=self.model.name,
            address=hci.Address(self.address, hci.Address.RANDOM_DEVICE_ADDRESS),
            config=config,
            host=QuietHost(controller, controller),
        )
        device.gatt_server = self._server = StrictServer(device)
        device.add_default_services()
        self._server.max_mtu = self.model.max_mtu
        device.add_services(self.table.services)
        device.on(Device.EVENT_CONNECTION, self._connected)
        return device

    async def switch_on(self) -> None:
        """Boot, advertise, and sample whenever the firmware streams.

        Raises
        ------
        ConfigurationError
            If what the firmware advertises is too long.
        """
        self._device.advertising_data, self._device.scan_response_data = advert_packets(self.model)
        self._on = True
        self._anchor_s = asyncio.get_running_loop().time()
        self._sampler.boot(self._anchor_s)
        await self._device.power_on()
        await self._advertise()
        self._start(self._work())

    async def switch_off(self) -> None:
        """Vanish without a word."""
        if not self._on:
            return
        self._on = False
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._air.power_cut(self.address)
        await asyncio.sleep(0.0)  # for the news to reach the device
        await self._device.stop_advertising()
        await self._device.power_off()

    async def reboot(self) -> None:
        """Reset: the link ends without a word, clock and settings are back at power-on."""
        await self.switch_off()
        await asyncio.sleep(self._config.boot_s)
        self.model.reboot()
        await self.switch_on()

    def limit_mtu(self, mtu: int) -> None:
        """Agree to no more than ``mtu`` bytes, from the next connection on."""
        self._server.max_mtu = mtu

    # -- the link ------------------------------------------------------------------------------

    async def _advertise(self) -> None:
        interval_ms = 1e3 * self._config.advertising_interval_s
        await self._device.start_advertising(
            advertising_interval_min=interval_ms, advertising_interval_max=interval_ms
        )

    def _connected(self, connection: Connection) -> None:
        self._connection = connection
        self._anchor_s = asyncio.get_running_loop().time()
        connection.on(Connection.EVENT_DISCONNECTION, self._disconnected)
        if self.kicks:
            self.kicks -= 1
            self._start(connection.disconnect(hci.HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR))

    def _disconnected(self, _reason: int) -> None:
        self._connection = None
        self._packets.clear()
        self.model.disconnected()
        if self._on:
            self._start(self._advertise())

    # -- packets -------------------------------------------------------------------------------

    def _queue(self, notifications: Iterable[Notification]) -> None:
        for notification in notifications if self._connection is not None else ():
            if len(self._packets) < self._config.buffer_packets:
                self._packets.append(notification)
            else:
                self.overflowed += 1
        self._wake.set()  # something was written: the firmware may stream now

    async def _work(self) -> None:
        """At each connection event with something to do: take the samples due, send packets."""
        loop = asyncio.get_running_loop()
        while True:
            if not (self.model.streaming or self._packets):
                self._wake.clear()
                await self._wake.wait()
                self._sampler.skip_to(loop.time())
            interval_s = self._config.connection_interval_s
            events = math.floor((loop.time() - self._anchor_s) / interval_s + 1e-6)
            event_s = self._anchor_s + (events + 1) * interval_s
            await asyncio.sleep(event_s - loop.time())
            self._queue(self._sampler.take(max(event_s, loop.time())))
            self._flush()

    def _flush(self) -> None:
        path = self._air.path(self.address)
        while self._packets and self._connection is not None and not path.silent:
            uuid, value = self._packets.popleft()
            characteristic = self.table.characteristics[uuid]
            if characteristic.properties & Characteristic.Properties.NOTIFY:
                self._server.notify(self._connection, characteristic, value)
            else:
                indicate = self._device.indicate_subscriber
                self._start(indicate(self._connection, characteristic, value))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, _LINK_ENDED):
            self.table.failures.append(error)
