"""What a device's firmware shows the radio: its GATT table and its behaviour.

A model of a device knows bytes only: no radio, no clock of its own, no task. Whoever puts it on
the air (:mod:`pelvicsense.virtual.peripheral`) hands it writes, samples and broken links, and sends
what it returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

INVALID_HANDLE = 0x01
READ_NOT_PERMITTED = 0x02
WRITE_NOT_PERMITTED = 0x03
INVALID_ATTRIBUTE_VALUE_LENGTH = 0x0D
UNLIKELY_ERROR = 0x0E
VALUE_NOT_ALLOWED = 0x13

SIG_UUID_TAIL = "-0000-1000-8000-00805f9b34fb"
"""End of every UUID that the Bluetooth SIG assigned; those go over the air in their short form."""

Notification: TypeAlias = tuple[str, bytes]
"""Characteristic UUID and value; indicated where that is all the characteristic can do."""


class Property(Enum):
    """What a client may do with a characteristic (Core specification, vol. 3 part G, 3.3.1.1)."""

    READ = "read"
    WRITE = "write"
    WRITE_WITHOUT_RESPONSE = "write-without-response"
    NOTIFY = "notify"
    INDICATE = "indicate"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One characteristic; ``uuid`` is the whole 128 bits in lower case."""

    uuid: str
    properties: frozenset[Property] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Service:
    """A primary service; ``uuid`` is the whole 128 bits in lower case."""

    uuid: str
    characteristics: tuple[Characteristic, ...]


class AttError(Exception):
    """The firmware refuses a read or a write with an ATT error code (vol. 3 part F, 3.4.1.1)."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ATT error 0x{code:02X}")
        self.code = code


def sig_uuid(short: int) -> str:
    """Return the 128-bit form of a UUID the Bluetooth SIG assigned, e.g. ``0x180F``."""
    return f"0000{short:04x}{SIG_UUID_TAIL}"


class SensorModel(Protocol):
    """A device's firmware: GATT table and behaviour.

    The table is constant; the settings behind it change by writes and by :meth:`reboot`.
    """

    @property
    def name(self) -> str:
        """Local name in the advert."""
        ...

    @property
    def advertised_services(self) -> tuple[str, ...]:
        """Service UUIDs in the advert, 128 bits each."""
        ...

    @property
    def manufacturer_data(self) -> Mapping[int, bytes]:
        """Company identifier → bytes in the advert."""
        ...

    @property
    def services(self) -> tuple[Service, ...]:
        """The GATT table."""
        ...

    @property
    def max_mtu(self) -> int:
        """Largest ATT MTU the firmware agrees to, bytes (23–517)."""
        ...

    @property
    def rate_hz(self) -> float:
        """Samples per second by the device's clock, as configured now."""
        ...

    @property
    def streaming(self) -> bool:
        """Whether the firmware takes samples now."""
        ...

    def read(self, uuid: str) -> bytes:
        """Return the value of a characteristic; raises AttError where it is not readable."""
        ...

    def write(self, uuid: str, data: bytes) -> list[Notification]:
        """Take a write and return the replies due at once; raises AttError where refused."""
        ...

    def subscribed(self, uuid: str, on: bool) -> list[Notification]:
        """Note that the client subscribed to a characteristic or stopped; return what is due."""
        ...

    def sample(
        self, index: int, device_time_s: float, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[Notification]:
        """Take one sample while streaming and return the packets due after it.

        Parameters
        ----------
        index
            Number of the sample since power-on, by the device's sampling clock.
        device_time_s
            Time since power-on by the device's own clock, s.
        acc, gyr
            Specific force in m/s² and angular velocity in rad/s, shape (3,), sensor frame, before
            the range and the resolution of the wire format.
        """
        ...

    def disconnected(self) -> None:
        """Do what the firmware does when the link drops."""
        ...

    def reboot(self) -> None:
        """Set clock and settings back to power-on."""
        ...
