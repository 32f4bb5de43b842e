"""Who is on the air: scanning, recognising, finding the sensors that are wanted."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak_retry_connector import restore_discoveries

from pelvicsense.datatypes.errors import RadioError
from pelvicsense.profiles.recognise import Advert, recognise
from pelvicsense.profiles.schema import Profile
from pelvicsense.sources.ble.advice import RADIO_FAULTS, radio_error
from pelvicsense.sources.ble.radio import Radio


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A device that advertises.

    Attributes
    ----------
    device
        What bleak connects to.
    name
        Its advertised name; empty where it has none.
    rssi_dbm
        Signal strength: above −60 is near, below −85 is unreliable.
    advert
        What it says of itself.
    profile
        The firmware profile that fits; none where none does.
    """

    device: BLEDevice
    name: str
    rssi_dbm: int
    advert: Advert
    profile: Profile | None

    @property
    def address(self) -> str:
        """Bluetooth address; on macOS a number that this computer gave it."""
        return self.device.address

    def is_called(self, wanted: str) -> bool:
        """Whether ``wanted`` is its name or its address, in any case of letters."""
        return wanted.casefold() in (self.name.casefold(), self.address.casefold())


class Sightings:
    """Everything seen while a scan runs; the newest advert of each device.

    Parameters
    ----------
    profiles
        What can be recognised.
    """

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._profiles = profiles
        self._seen: dict[str, Sighting] = {}
        self.changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._seen)

    def nearest_first(self) -> list[Sighting]:
        """Return what was seen, strongest signal first."""
        return sorted(self._seen.values(), key=lambda seen: -seen.rssi_dbm)

    def called(self, wanted: str) -> list[Sighting]:
        """Return the devices of that name or address."""
        return [seen for seen in self._seen.values() if seen.is_called(wanted)]

    def add(self, device: BLEDevice, data: AdvertisementData) -> None:
        """Take one advert (bleak's callback)."""
        advert = Advert(
            name=data.local_name or device.name,
            services=frozenset(uuid.lower() for uuid in data.service_uuids),
            manufacturer_ids=frozenset(data.manufacturer_data),
        )
        self._seen[device.address] = Sighting(
            device=device,
            name=advert.name or "",
            rssi_dbm=data.rssi,
            advert=advert,
            profile=recognise(advert, self._profiles),
        )
        self.changed.set()


@asynccontextmanager
async def scanning(radio: Radio, profiles: Sequence[Profile]) -> AsyncIterator[Sightings]:
    """Scan until the block is left; nobody else can scan or connect meanwhile.

    Raises
    ------
    RadioError
        If Bluetooth is not to be had.
    """
    sightings = Sightings(profiles)
    async with radio.lock:
        try:
            scanner = BleakScanner(
                sightings.add,
                backend=radio.scanner_backend,
                bluez=radio.bluez,  # type: ignore[arg-type]  # a TypedDict of optional keys
            )
            await scanner.start()
            await _add_held(scanner, radio, sightings)
        except RADIO_FAULTS as error:
            raise radio_error("Bluetooth", error) from error
        try:
            yield sightings
        finally:
            await _stop(scanner)


async def _add_held(scanner: BleakScanner, radio: Radio, sightings: Sightings) -> None:
    """Add the devices to which the system holds a link: they do not advertise.

    On Linux the links of a program that was killed stand on; connecting takes them over.
    """
    if sys.platform != "linux" or radio.scanner_backend is not None:
        return
    await restore_discoveries(scanner, radio.adapter or "hci0")
    for device, data in scanner.discovered_devices_and_advertisement_data.values():
        if device.details["props"]["Connected"]:
            sightings.add(device, data)


async def _stop(scanner: BleakScanner) -> None:
    try:
        await scanner.stop()
    except RADIO_FAULTS:
        return  # the adapter went away, and the scan with it


async def find(
    radio: Radio,
    profiles: Sequence[Profile],
    wanted: Sequence[str],
    timeout_s: float,
    namesakes_s: float = 1.5,
) -> list[Sighting]:
    """Scan until every wanted device was seen; return them in the order asked for.

    Parameters
    ----------
    wanted
        Names or addresses.
    timeout_s
        How long to look.
    namesakes_s
        How long to look on, once all are seen, for others of the same name: sensors advertise
        every second or more often.

    Raises
    ------
    RadioError
        If Bluetooth is not to be had, a device was not seen, or a name fits several.
    """
    async with scanning(radio, profiles) as sightings:
        try:
            async with asyncio.timeout(timeout_s):
                while not all(sightings.called(name) for name in wanted):
                    sightings.changed.clear()
                    await sightings.changed.wait()
                await asyncio.sleep(namesakes_s)
        except TimeoutError:
            pass  # said below, by name
    return [_the_one(sightings, name, timeout_s) for name in wanted]


def _the_one(sightings: Sightings, wanted: str, timeout_s: float) -> Sighting:
    found = sightings.called(wanted)
    if len(found) == 1:
        return found[0]
    if found:
        addresses = ", ".join(sorted(seen.address for seen in found))
        msg = (
            f"{wanted}: {len(found)} sensors have this name ({addresses}); give the address "
            "instead, `pelvicsense scan` shows them"
        )
        raise RadioError(msg)
    others = ", ".join(seen.name for seen in sightings.nearest_first() if seen.profile) or "none"
    msg = (
        f"{wanted}: not seen within {timeout_s:.0f} s (sensors seen: {others}); wake it, bring it "
        "near, and check that no phone or other program holds it"
    )
    raise RadioError(msg)
