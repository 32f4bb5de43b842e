"""A short visit to a device: its battery, or everything it offers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from pelvicsense.profiles.schema import Profile
from pelvicsense.sources.ble.advice import RADIO_FAULTS, radio_error
from pelvicsense.sources.ble.connection import Connection
from pelvicsense.sources.ble.radio import Radio
from pelvicsense.sources.ble.sightings import Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedCharacteristic:
    """What a profile's author needs to know of a characteristic.

    Attributes
    ----------
    service, uuid
        128 bits, lower case.
    properties
        What can be done with it (``read``, ``notify``, …).
    value
        Its bytes where it can be read; none where it cannot, or refused.
    """

    service: str
    uuid: str
    properties: tuple[str, ...]
    value: bytes | None


async def battery_percent(radio: Radio, sighting: Sighting, profile: Profile) -> float | None:
    """Return the state of a device's battery, 0…100; none where it does not tell.

    Raises
    ------
    RadioError
        If it cannot be reached.
    """
    async with _visiting(radio, sighting) as connection:
        values = await connection.run(profile.probe())
        battery = profile.plan(values, None).battery
        if battery is None:
            return None
        answer = await connection.run([battery.step])
        name = battery.step.name
        return battery.percent(answer[name]) if name in answer else None


async def show_itself(radio: Radio, sighting: Sighting, profile: Profile) -> bool:
    """Make a device show itself; false where it cannot.

    Raises
    ------
    RadioError
        If it cannot be reached.
    ConfigurationError
        If the profile does not know this device.
    """
    async with _visiting(radio, sighting) as connection:
        steps = profile.plan(await connection.run(profile.probe())).identify
        await connection.run(steps)
        return bool(steps)


async def offered(radio: Radio, sighting: Sighting) -> tuple[OfferedCharacteristic, ...]:
    """Return all characteristics of a device.

    Raises
    ------
    RadioError
        If it cannot be reached.
    """
    async with _visiting(radio, sighting) as connection:
        found = []
        for service in connection.client.services:
            for characteristic in service.characteristics:
                value = None
                if "read" in characteristic.properties:
                    with suppress(*RADIO_FAULTS):  # some refuse what they announce
                        value = bytes(await connection.client.read_gatt_char(characteristic))
                found.append(
                    OfferedCharacteristic(
                        service=service.uuid.lower(),
                        uuid=characteristic.uuid.lower(),
                        properties=tuple(characteristic.properties),
                        value=value,
                    )
                )
        return tuple(found)


def _ignore(host_ns: int, characteristic: str, data: bytes) -> None:
    """Take a notification that nobody asked for."""


@asynccontextmanager
async def _visiting(radio: Radio, sighting: Sighting) -> AsyncIterator[Connection]:
    connection = Connection(radio, _ignore)
    try:
        await connection.open(sighting.device, sighting.name)
        yield connection
    except RADIO_FAULTS as error:
        raise radio_error(sighting.name or sighting.address, error) from error
    finally:
        with suppress(*RADIO_FAULTS):
            await connection.close()
