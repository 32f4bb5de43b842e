"""What every device's GATT server does before its own firmware comes into play."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pelvicsense.virtual.gatt import (
    INVALID_HANDLE,
    READ_NOT_PERMITTED,
    WRITE_NOT_PERMITTED,
    AttError,
    Characteristic,
    Notification,
    Property,
    Service,
    sig_uuid,
)

READ = frozenset({Property.READ})
WRITE = frozenset({Property.WRITE})
NOTIFY = frozenset({Property.NOTIFY})
INDICATE = frozenset({Property.INDICATE})
COMMAND = frozenset({Property.WRITE_WITHOUT_RESPONSE})

BATTERY_LEVEL = sig_uuid(0x2A19)
_BATTERY_SERVICE = sig_uuid(0x180F)
_WRITABLE = WRITE | COMMAND
_PUSHED = NOTIFY | INDICATE


class Firmware(ABC):
    """A device without a sensor: its table, its permissions, who is subscribed, its battery.

    A device's own class says what its writes do, when it streams and what its packets hold, by
    overriding the hooks below. Nothing is sent on a characteristic nobody subscribed to.

    Parameters
    ----------
    name
        Local name in the advert.
    services
        The GATT table, without the battery service.
    serial
        Tells two devices of one model apart.
    battery_percent
        Charge, 0–100.

    Attributes
    ----------
    identified
        How often it was asked to show itself.
    """

    advertised_services: tuple[str, ...] = ()
    manufacturer_data: Mapping[int, bytes] = MappingProxyType({})
    max_mtu: int = 23

    def __init__(
        self, name: str, services: tuple[Service, ...], serial: str, battery_percent: float
    ) -> None:
        self.name = name
        self.services = services
        self.serial = serial
        self.battery_percent = battery_percent
        self.identified = 0
        self._properties = {
            each.uuid: each.properties for service in services for each in service.characteristics
        }
        self._subscriptions: set[str] = set()
        self._power_on()

    @property
    @abstractmethod
    def rate_hz(self) -> float:
        """Samples per second, as configured now."""

    @property
    @abstractmethod
    def streaming(self) -> bool:
        """Whether the firmware takes samples now."""

    def read(self, uuid: str) -> bytes:
        """Return the value of a characteristic; raises AttError where it is not readable."""
        self._require(uuid, READ, READ_NOT_PERMITTED)
        if uuid == BATTERY_LEVEL:
            return bytes([round(self.battery_percent)])
        return self._on_read(uuid)

    def write(self, uuid: str, data: bytes) -> list[Notification]:
        """Take a write and return the replies due at once; raises AttError where refused."""
        self._require(uuid, _WRITABLE, WRITE_NOT_PERMITTED)
        return self._sent(self._on_write(uuid, bytes(data)))

    def subscribed(self, uuid: str, on: bool) -> list[Notification]:
        """Note that the client subscribed to a characteristic or stopped."""
        self._require(uuid, _PUSHED, WRITE_NOT_PERMITTED)
        if on:
            self._subscriptions.add(uuid)
        else:
            self._subscriptions.discard(uuid)
        return []

    def sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        """Take one sample and return the packets due after it (see :mod:`~..gatt`)."""
        if not self.streaming:
            return []
        return self._sent(self._on_sample(index, device_time_s, acc, gyr))

    def disconnected(self) -> None:
        """Forget who was subscribed, as every GATT server does for a client it is not bonded to."""
        self._subscriptions.clear()

    def reboot(self) -> None:
        """Set the settings back to power-on."""
        self._subscriptions.clear()
        self._power_on()

    @abstractmethod
    def _power_on(self) -> None:
        """Set the firmware's state as at power-on."""

    def _on_read(self, uuid: str) -> bytes:
        """Return the value of a readable characteristic other than the battery level."""
        raise AttError(READ_NOT_PERMITTED)

    def _on_write(self, uuid: str, data: bytes) -> list[Notification]:
        """Take a write to a writable characteristic."""
        raise AttError(WRITE_NOT_PERMITTED)

    @abstractmethod
    def _on_sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        """Take one sample while streaming."""

    def _is_subscribed(self, *uuids: str) -> bool:
        return self._subscriptions.issuperset(uuids)

    def _sent(self, due: list[Notification]) -> list[Notification]:
        return [each for each in due if each[0] in self._subscriptions]

    def _require(self, uuid: str, wanted: frozenset[Property], refusal: int) -> None:
        if uuid not in self._properties:
            raise AttError(INVALID_HANDLE)
        if not self._properties[uuid] & wanted:
            raise AttError(refusal)


def battery_service() -> Service:
    """Return the battery service of the Bluetooth SIG (BAS 1.0)."""
    return Service(_BATTERY_SERVICE, (Characteristic(BATTERY_LEVEL, READ | NOTIFY),))
