"""A device's services as bleak shows them on Linux."""

from __future__ import annotations

from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.uuids import normalize_uuid_str
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt_client import CharacteristicProxy, ServiceProxy

from pelvicsense.virtual.gatt import sig_uuid

_GENERIC_ACCESS = sig_uuid(0x1800)
"""BlueZ keeps this service to itself."""

_COMMAND_HEADER = 3


def uuid_str(uuid: UUID) -> str:
    """Return the 128-bit, lower-case form."""
    return normalize_uuid_str(uuid.to_hex_str("-"))


async def discovered_services(
    connection: Connection, wanted: set[str] | None
) -> BleakGATTServiceCollection:
    """Discover everything, or the ``wanted`` services only."""
    collection = BleakGATTServiceCollection()
    proxies = await connection.gatt_client.discover_services()
    for proxy in sorted(proxies, key=lambda each: uuid_str(each.uuid)):
        uuid = uuid_str(proxy.uuid)
        if uuid == _GENERIC_ACCESS or (wanted is not None and uuid not in wanted):
            continue
        service = BleakGATTService(proxy, proxy.handle, uuid)
        collection.add_service(service)
        await _add_characteristics(collection, service, proxy, connection)
    return collection


async def _add_characteristics(
    collection: BleakGATTServiceCollection,
    service: BleakGATTService,
    proxy: ServiceProxy,
    connection: Connection,
) -> None:
    for each in await proxy.discover_characteristics():
        characteristic = BleakGATTCharacteristic(
            each,
            each.handle - 1,  # BlueZ shows the handle of the declaration
            uuid_str(each.uuid),
            list(gatt_char_props_to_strs(each.properties)),
            lambda: connection.att_mtu - _COMMAND_HEADER,
            service,
        )
        collection.add_characteristic(characteristic)
        await _add_descriptors(collection, characteristic, each)


async def _add_descriptors(
    collection: BleakGATTServiceCollection,
    characteristic: BleakGATTCharacteristic,
    proxy: CharacteristicProxy[bytes],
) -> None:
    for each in await proxy.discover_descriptors():
        descriptor = BleakGATTDescriptor(each, each.handle, uuid_str(each.type), characteristic)
        collection.add_descriptor(descriptor)
