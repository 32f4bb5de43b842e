"""The host's Bluetooth adapter: scans, connects, can be switched off, knows whom it heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from bumble import hci
from bumble.core import AdvertisingData
from bumble.core import ConnectionError as LinkError
from bumble.device import Advertisement, Connection, Device

from pelvicsense.virtual.air import Air
from pelvicsense.virtual.controller import VirtualController
from pelvicsense.virtual.host import ForgivingClient, QuietHost

ADDRESS = "A0:00:00:00:00:01"
"""A public address: Linux connects from one, too."""

FORGET_S = 30.0
"""BlueZ forgets a device that it is not connected to so long after it was last heard."""

Heard = Callable[[str, int, AdvertisingData], None]
"""Called with the address, the signal strength in dBm and the data of an advert."""


class Central:
    """An adapter on the air.

    Must be made in a running event loop.

    Attributes
    ----------
    powered
        Whether it is switched on; see :meth:`power_on`, :meth:`power_off`.
    max_mtu
        Largest ATT MTU it asks for; 517, as BlueZ does. 23: as if it never asked.
    """

    def __init__(self, air: Air, address: str = ADDRESS) -> None:
        controller = VirtualController("central", air, public_address=address)
        self.powered = False
        self.max_mtu = 517
        self._connecting = asyncio.Lock()
        self._last_heard_s: dict[str, float] = {}
        self._scanner: Heard | None = None
        self._device = Device(name="central", host=QuietHost(controller, controller))
        self._device.on(Device.EVENT_ADVERTISEMENT, self._heard)

    async def power_on(self) -> None:
        """Switch on."""
        await self._device.power_on()
        self.powered = True

    async def power_off(self) -> None:
        """Switch off: scanning ends, links end, everything is forgotten."""
        if not self.powered:
            return
        await self.stop_scanning()
        self.powered = False
        self._last_heard_s.clear()
        for connection in list(self._device.connections.values()):
            with suppress(hci.HCI_Error):
                await connection.disconnect()
        await self._device.power_off()

    # -- scanning ------------------------------------------------------------------------------

    @property
    def scanning(self) -> bool:
        """Whether a scan runs; there can be one only."""
        return self._scanner is not None

    async def start_scanning(self, heard: Heard, *, active: bool) -> None:
        """Hand every advert to ``heard`` from now on."""
        self._scanner = heard
        await self._device.start_scanning(active=active)

    async def stop_scanning(self) -> None:
        """Stop scanning, if it does."""
        if self._scanner is not None:
            self._scanner = None
            await self._device.stop_scanning()

    def knows(self, address: str) -> bool:
        """Whether a device can be connected to without scanning for it anew."""
        now_s = asyncio.get_running_loop().time()
        heard_s = self._last_heard_s.get(address)
        return heard_s is not None and now_s - heard_s < FORGET_S

    def forget(self, address: str) -> None:
        """Forget a device, as BlueZ may after a failed connection."""
        self._last_heard_s.pop(address, None)

    def _heard(self, advertisement: Advertisement) -> None:
        address = advertisement.address.to_string(with_type_qualifier=False)
        self._last_heard_s[address] = asyncio.get_running_loop().time()
        if self._scanner is not None:
            self._scanner(address, advertisement.rssi, advertisement.data)

    # -- connecting ----------------------------------------------------------------------------

    async def connect(self, address: str) -> Connection:
        """Connect, one attempt at a time; waits for as long as the caller does.

        Raises
        ------
        bumble.core.ConnectionError
            If the attempt fails.
        """
        async with self._connecting:
            attempt = asyncio.create_task(self._attempt(address))
            try:
                connection = await asyncio.shield(attempt)
            except asyncio.CancelledError:
                await self._abandon(attempt)
                raise
        return connection

    async def _attempt(self, address: str) -> Connection:
        connection: Connection = await self._device.connect_le(
            hci.Address(address, hci.Address.RANDOM_DEVICE_ADDRESS),
            own_address_type=hci.OwnAddressType.PUBLIC,
            timeout=None,
        )
        connection.gatt_client = ForgivingClient(connection)
        return connection

    async def _abandon(self, attempt: asyncio.Task[Connection]) -> None:
        """End an attempt that nobody waits for, without leaving a link behind."""
        while not (self._device.is_le_connecting or attempt.done()):
            await asyncio.sleep(0.0)  # the controller does not know of it yet
        with suppress(hci.HCI_Error):  # it has come through meanwhile
            await self._device.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command())
        with suppress(LinkError, hci.HCI_Error):
            connection = await attempt
            await connection.disconnect()
