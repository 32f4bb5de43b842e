"""Bleak's client on the simulated radio, with the errors and the oddities it has on Linux.

``BleakClient(device, backend=client)`` and ``BleakScanner(backend=scanner)`` are then the
unchanged classes of bleak. What is copied from BlueZ 5.66 under bleak 3.1: error types;
``mtu_size`` 23 with a warning; handles of the declarations; services in no order of handles, and
0x1800 hidden; a device that was not heard lately is unknown; the callback comes after every
disconnection, asked for or not; what was pending then fails with "unlikely error".
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, ClassVar, TypeVar

from bleak import BleakScanner
from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.exc import (
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)
from bumble import att, hci
from bumble.core import BaseBumbleError
from bumble.core import ConnectionError as LinkError
from bumble.device import Connection

from pelvicsense.virtual.central import Central
from pelvicsense.virtual.discovery import discovered_services
from pelvicsense.virtual.scanner import VirtualScanner

T = TypeVar("T")

_COMMAND_HEADER = 3
_FAILED = "org.bluez.Error.Failed"


def backends(central: Central) -> tuple[type[BaseBleakClient], type[VirtualScanner]]:
    """Return bleak backends, client and scanner, that use an adapter."""
    bound = central

    class BoundClient(VirtualClient):
        central = bound

    class BoundScanner(VirtualScanner):
        central = bound

    BoundClient.scanner = BoundScanner
    return BoundClient, BoundScanner


class VirtualClient(BaseBleakClient):
    """A connection through a :class:`Central`; subclasses name it."""

    central: ClassVar[Central]
    scanner: ClassVar[type[VirtualScanner]]

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        services: set[str] | None = None,
        **_: Any,
    ) -> None:
        super().__init__(
            address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout
        )
        self._device = (
            address_or_ble_device if isinstance(address_or_ble_device, BLEDevice) else None
        )
        self._wanted = services
        self._connection: Connection | None = None
        self._requests = asyncio.Lock()
        self._notifying: dict[int, Callable[[bytes], None]] = {}

    # -- connecting ----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The advertised name, or the address where there is none."""
        name = None if self._device is None else self._device.name
        return name or self.address.replace(":", "-")

    @property
    def is_connected(self) -> bool:
        """Whether the link stands."""
        return self._connection is not None

    @property
    def mtu_size(self) -> int:
        """Always 23, as on Linux; see ``max_write_without_response_size``."""
        warnings.warn("Using default MTU value.", stacklevel=2)
        return att.ATT_DEFAULT_MTU

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """Connect and discover services; pairing is not simulated, and not needed."""
        del pair
        if self.is_connected:
            raise BleakError("Client is already connected")
        timeout_s = kwargs.get("timeout", self._timeout)
        if self._device is None:
            await self._find(timeout_s)
        if not self.central.powered:
            raise BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"])
        if not self.central.knows(self.address):
            raise BleakDeviceNotFoundError(
                self.address,
                f"Device with address {self.address} was not found. It may have been removed"
                " from BlueZ when scanning stopped.",
            )
        async with asyncio.timeout(timeout_s):
            await self._connect()

    async def _find(self, timeout_s: float) -> None:
        self._device = await BleakScanner.find_device_by_address(
            self.address, timeout=timeout_s, backend=self.scanner
        )
        if self._device is None:
            msg = f"Device with address {self.address} was not found."
            raise BleakDeviceNotFoundError(self.address, msg)

    async def _connect(self) -> None:
        try:
            connection = await self.central.connect(self.address)
        except LinkError as error:
            raise BleakDBusError(_FAILED, ["Software caused connection abort"]) from error
        self._connection = connection
        self._notifying = {}
        connection.on(Connection.EVENT_DISCONNECTION, self._disconnected)
        try:
            await self._ask(lambda: connection.gatt_client.request_mtu(self.central.max_mtu))
            self.services = await self._ask(lambda: discovered_services(connection, self._wanted))
        except BaseException as error:
            if isinstance(error, BleakError) and not self.is_connected:
                msg = "failed to discover services, device disconnected"
                raise BleakError(msg) from error
            await self.disconnect()
            raise

    async def disconnect(self) -> None:
        """End the link, if it stands."""
        if self._connection is not None:
            with suppress(hci.HCI_Error, LinkError):  # it ends at this very moment
                await self._connection.disconnect()

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: pairing is not simulated."""
        raise NotImplementedError("pairing is not simulated")

    async def unpair(self) -> None:
        """Refuse: pairing is not simulated."""
        raise NotImplementedError("pairing is not simulated")

    def _disconnected(self, _reason: int) -> None:
        self._connection = None
        self.services = None
        if self._disconnected_callback is not None:
            _guarded(self._disconnected_callback)

    # -- input and output ----------------------------------------------------------------------

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a value; never a cached one."""
        del use_cached, kwargs
        client = self._link().gatt_client
        return bytearray(await self._ask(lambda: client.read_value(characteristic.obj)))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a descriptor; never a cached one."""
        del use_cached, kwargs
        return bytearray(
            await self._ask(lambda: self._link().gatt_client.read_value(descriptor.obj))
        )

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """Write a value, and wait for the answer where a response is wanted."""
        link, value = self._link(), bytes(data)
        if not response and len(value) > link.att_mtu - _COMMAND_HEADER:
            raise BleakDBusError(_FAILED, ["Failed to initiate write"])
        await self._ask(
            lambda: link.gatt_client.write_value(characteristic.obj, value, with_response=response)
        )

    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        """Write a descriptor."""
        client = self._link().gatt_client
        await self._ask(lambda: client.write_value(descriptor.obj, bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        """Subscribe, once per characteristic."""
        del kwargs
        client = self._link().gatt_client
        if not {"notify", "indicate"} & set(characteristic.properties):
            raise BleakDBusError("org.bluez.Error.NotSupported", ["Operation is not supported"])
        if characteristic.handle in self._notifying:
            raise BleakDBusError("org.bluez.Error.InProgress", ["Operation already in progress"])

        def take(value: bytes) -> None:
            _guarded(callback, bytearray(value))

        self._notifying[characteristic.handle] = take
        await self._ask(lambda: client.subscribe(characteristic.obj, take, prefer_notify=True))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        client = self._link().gatt_client
        self._notifying.pop(characteristic.handle, None)
        await self._ask(lambda: client.unsubscribe(characteristic.obj))

    def _link(self) -> Connection:
        if self._connection is None:
            raise BleakError("Not connected")
        return self._connection

    async def _ask(self, request: Callable[[], Awaitable[T]]) -> T:
        """Await one request at a time; whatever goes wrong becomes what bleak raises on Linux."""
        async with self._requests:
            if self._connection is None:  # lost while others were served
                raise BleakError("Not connected")
            try:
                return await request()
            except att.ATT_Error as error:
                raise BleakGATTProtocolError(error.error_code) from error
            except BaseBumbleError as error:
                await self.disconnect()  # no answer in 30 s: the specification ends the link
                raise BleakGATTProtocolError(BleakGATTProtocolErrorCode.UNLIKELY_ERROR) from error
            except asyncio.CancelledError as error:
                # Bumble cancels what is pending on a link that drops; our caller's own
                # cancelling must pass.
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                raise BleakGATTProtocolError(BleakGATTProtocolErrorCode.UNLIKELY_ERROR) from error


def _guarded(callback: Callable[..., Any], *args: Any) -> None:
    """Call a user's callback; what it raises is the event loop's to report, not the link's."""
    try:
        callback(*args)
    except Exception as error:
        context = {"message": "a Bluetooth callback failed", "exception": error}
        asyncio.get_running_loop().call_exception_handler(context)
