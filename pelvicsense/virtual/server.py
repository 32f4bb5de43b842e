"""A firmware's GATT table as bumble's server shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from bumble import att
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt import Characteristic as BumbleCharacteristic
from bumble.gatt import CharacteristicValue
from bumble.gatt import Service as BumbleService
from bumble.gatt_server import Server

from pelvicsense.virtual.gatt import (
    READ_NOT_PERMITTED,
    SIG_UUID_TAIL,
    UNLIKELY_ERROR,
    WRITE_NOT_PERMITTED,
    AttError,
    Characteristic,
    Notification,
    Property,
    SensorModel,
)

_PROPERTIES = {
    Property.READ: BumbleCharacteristic.Properties.READ,
    Property.WRITE: BumbleCharacteristic.Properties.WRITE,
    Property.WRITE_WITHOUT_RESPONSE: BumbleCharacteristic.Properties.WRITE_WITHOUT_RESPONSE,
    Property.NOTIFY: BumbleCharacteristic.Properties.NOTIFY,
    Property.INDICATE: BumbleCharacteristic.Properties.INDICATE,
}
T = TypeVar("T")

_NOTIFYING = 0x01
"""Bit of a Client Characteristic Configuration."""

_HEADER = 3
"""Opcode and handle of a notification."""

# Permissions are refused below: bumble's server leaves a refused write without an answer.
_ALL = BumbleCharacteristic.READABLE | BumbleCharacteristic.WRITEABLE


class StrictServer(Server):
    """A GATT server that takes the kinds of write a characteristic allows, and no other.

    Bumble's own does not look at the properties.
    """

    def on_att_write_request(self, bearer: att.Bearer, request: att.ATT_Write_Request) -> None:
        """Refuse a write that wants a response where there is none to be had."""
        if self._forbids(request.attribute_handle, BumbleCharacteristic.Properties.WRITE):
            error = att.ATT_Error_Response(
                request_opcode_in_error=request.op_code,
                attribute_handle_in_error=request.attribute_handle,
                error_code=WRITE_NOT_PERMITTED,
            )
            self.send_response(bearer, error)
        else:
            super().on_att_write_request(bearer, request)

    def on_att_write_command(self, bearer: att.Bearer, request: att.ATT_Write_Command) -> None:
        """Ignore a write without response where one is needed: nobody is told."""
        command = BumbleCharacteristic.Properties.WRITE_WITHOUT_RESPONSE
        if not self._forbids(request.attribute_handle, command):
            super().on_att_write_command(bearer, request)

    def notify(
        self, connection: Connection, characteristic: BumbleCharacteristic[bytes], value: bytes
    ) -> None:
        """Notify a subscriber; a value too long for the link is cut, silently, as in life."""
        if self.read_cccd(connection, characteristic)[0] & _NOTIFYING:
            notification = att.ATT_Handle_Value_Notification(
                attribute_handle=characteristic.handle,
                attribute_value=value[: connection.att_mtu - _HEADER],
            )
            self.send_gatt_pdu(connection, bytes(notification))

    def _forbids(self, handle: int, kind: BumbleCharacteristic.Properties) -> bool:
        attribute = self.get_attribute(handle)
        return isinstance(attribute, BumbleCharacteristic) and not attribute.properties & kind


class GattTable:
    """Connects reads, writes and subscriptions with a firmware.

    Parameters
    ----------
    model
        The firmware.
    queue
        Takes the notifications that are due.

    Attributes
    ----------
    services
        For bumble's server.
    characteristics
        By UUID.
    att_errors
        Characteristics that answer with an ATT error instead: a fault, to be set at any time.
    failures
        What the firmware's code raised apart from AttError: programming errors.
    """

    def __init__(self, model: SensorModel, queue: Callable[[Iterable[Notification]], None]) -> None:
        self.characteristics: dict[str, BumbleCharacteristic[bytes]] = {}
        self.att_errors: dict[str, int] = {}
        self.failures: list[BaseException] = []
        self._model = model
        self._queue = queue
        self.services = [
            BumbleService(
                _bumble_uuid(service.uuid),
                [self._characteristic(each) for each in service.characteristics],
            )
            for service in model.services
        ]

    def _characteristic(self, described: Characteristic) -> BumbleCharacteristic[bytes]:
        properties = BumbleCharacteristic.Properties(0)
        for each in described.properties:
            properties |= _PROPERTIES[each]
        characteristic: BumbleCharacteristic[bytes] = BumbleCharacteristic(
            _bumble_uuid(described.uuid),
            properties,
            _ALL,
            CharacteristicValue(
                read=partial(self._read, described), write=partial(self._write, described.uuid)
            ),
        )
        characteristic.on(
            BumbleCharacteristic.EVENT_SUBSCRIPTION, partial(self._subscribed, described.uuid)
        )
        self.characteristics[described.uuid] = characteristic
        return characteristic

    def _read(self, described: Characteristic, _connection: object) -> bytes:
        if Property.READ not in described.properties:
            raise att.ATT_Error(READ_NOT_PERMITTED)
        return self._answered(described.uuid, partial(self._model.read, described.uuid))

    def _write(self, uuid: str, _connection: object, data: bytes) -> None:
        self._queue(self._answered(uuid, partial(self._model.write, uuid, bytes(data))))

    def _subscribed(self, uuid: str, _bearer: object, notify: bool, indicate: bool) -> None:
        subscribe = partial(self._model.subscribed, uuid, notify or indicate)
        self._queue(self._answered(uuid, subscribe))

    def _answered(self, uuid: str, ask: Callable[[], T]) -> T:
        """Ask the firmware; whatever it raises becomes an ATT error, so that a client is told."""
        if uuid in self.att_errors:
            raise att.ATT_Error(self.att_errors[uuid])
        try:
            return ask()
        except AttError as error:
            raise att.ATT_Error(error.code) from error
        except Exception as error:
            self.failures.append(error)
            raise att.ATT_Error(UNLIKELY_ERROR) from error


def _bumble_uuid(uuid: str) -> UUID:
    if uuid.endswith(SIG_UUID_TAIL) and uuid.startswith("0000"):
        return UUID.from_16_bits(int(uuid[4:8], 16))
    return UUID(uuid)
