"""One connected device: carries out the steps of a plan, hands on what it notifies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import BleakCharacteristicNotFoundError, BleakGATTProtocolError
from bleak_retry_connector import establish_connection

from pelvicsense.profiles.plan import Ask, Modify, Read, Step, Write
from pelvicsense.sources.ble.radio import Radio

Notified = Callable[[int, str, bytes], None]
"""Called with host_ns, characteristic and bytes of every notification."""

_ATTEMPTS = 1
"""More make no sense: a client whose attempt failed may think that it is connected for ever."""

_ANSWER_S = 5.0
"""How long a device may take over a request: the system alone would wait for half a minute."""


class Connection:
    """A device that is connected, until it is not.

    A lost connection is never used again: make a new one.

    Parameters
    ----------
    radio
        Whose clock stamps the notifications.
    notified
        Takes every notification, in the event loop: must return at once.
    alternates
        What a characteristic may be called instead, by its usual UUID: firmware versions differ.
    """

    def __init__(
        self,
        radio: Radio,
        notified: Notified,
        alternates: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.lost = asyncio.Event()
        self._radio = radio
        self.notified = notified
        self._alternates = alternates or {}
        self._client: BleakClient | None = None
        self._subscribed: set[str] = set()
        self._waiting: list[tuple[Ask, asyncio.Future[bytes]]] = []

    @property
    def stands(self) -> bool:
        """Whether it was made and is not lost."""
        return self._client is not None and not self.lost.is_set()

    @property
    def client(self) -> BleakClient:
        """Bleak's own client."""
        assert self._client is not None, "used before it was connected"
        return self._client

    async def open(self, device: BLEDevice, name: str) -> None:
        """Connect to a device; the adapter does nothing else meanwhile.

        Raises
        ------
        BleakError, TimeoutError
            If it cannot be reached.
        """
        async with self._radio.lock:
            self._client = await establish_connection(
                BleakClient,
                device,
                name,
                self._disconnected,
                max_attempts=_ATTEMPTS,
                use_services_cache=False,  # a firmware update changes the table
                backend=self._radio.client_backend,
                bluez=self._radio.bluez,
            )
        if self._client.is_connected:
            self.lost.clear()  # an earlier attempt may have been cut off

    async def run(self, steps: Iterable[Step]) -> dict[str, bytes]:
        """Carry out steps in order; return what was read, by name.

        Raises
        ------
        BleakError, TimeoutError
            If the device refuses or does not answer.
        """
        values: dict[str, bytes] = {}
        for step in steps:
            match step:
                case Write():
                    await self._write(step.characteristic, step.data, step.response)
                    await asyncio.sleep(step.delay_s)
                case Modify():
                    await self._modify(step)
                case Read():
                    await self._read(step, values)
                case Ask():
                    await self._ask(step, values)
        return values

    async def subscribe(self, characteristic: str) -> None:
        """Enable notifications of a characteristic, once per connection."""
        if characteristic in self._subscribed:
            return
        self._subscribed.add(characteristic)
        # Explicit: bleak's default on Linux changed twice, and devices that notify before they
        # confirm the subscription lose packets with the other way.
        take = partial(self._take, characteristic)
        async with asyncio.timeout(_ANSWER_S):
            for there in self._there(characteristic):
                await self.client.start_notify(there, take, bluez={"use_start_notify": True})

    async def close(self) -> None:
        """Disconnect."""
        if self._client is not None:
            await self._client.disconnect()

    # -- steps ---------------------------------------------------------------------------------

    def _there(self, characteristic: str) -> list[BleakGATTCharacteristic]:
        """Return what a characteristic is on this device; some have it once in each service."""
        everything = self.client.services.characteristics.values()
        for name in (characteristic, *self._alternates.get(characteristic, ())):
            found = [known for known in everything if known.uuid.lower() == name]
            if found:
                return found
        raise BleakCharacteristicNotFoundError(characteristic)

    async def _get(self, characteristic: str) -> bytes:
        async with asyncio.timeout(_ANSWER_S):
            return bytes(await self.client.read_gatt_char(self._there(characteristic)[0]))

    async def _write(self, characteristic: str, data: bytes, response: bool) -> None:
        async with asyncio.timeout(_ANSWER_S):
            for there in self._there(characteristic):
                await self.client.write_gatt_char(there, data, response=response)

    async def _modify(self, step: Modify) -> None:
        block = bytearray(await self._get(step.characteristic))
        for offset, patch in step.patches:
            block[offset : offset + len(patch)] = patch
        await self._write(step.characteristic, bytes(block), step.response)
        await asyncio.sleep(step.delay_s)

    async def _read(self, step: Read, values: dict[str, bytes]) -> None:
        try:
            values[step.name] = await self._get(step.characteristic)
        except (BleakCharacteristicNotFoundError, BleakGATTProtocolError):
            if not step.optional:
                raise

    async def _ask(self, step: Ask, values: dict[str, bytes]) -> None:
        await self.subscribe(step.reply_characteristic)
        waiting = (step, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(step.timeout_s):
                await self._write(step.characteristic, step.data, step.response)
                values[step.name] = await waiting[1]
        except TimeoutError:
            if not step.optional:
                raise
        finally:
            self._waiting.remove(waiting)

    # -- callbacks, in the event loop ----------------------------------------------------------

    def _take(self, characteristic: str, sender: BleakGATTCharacteristic, data: bytearray) -> None:
        host_ns = self._radio.clock_ns()
        del sender  # equal for devices of one kind: the binding tells who sent it
        value = bytes(data)
        for step, reply in self._waiting:
            if (
                step.reply_characteristic == characteristic
                and value.startswith(step.reply_prefix)
                and not reply.done()
            ):
                reply.set_result(value)
                return
        self.notified(host_ns, characteristic, value)

    def _disconnected(self, client: BleakClient) -> None:
        del client
        self.lost.set()
        for _, reply in self._waiting:
            if not reply.done():
                reply.set_exception(TimeoutError("disconnected"))
