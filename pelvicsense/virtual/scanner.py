"""Bleak's scanner on the simulated radio, as it behaves on Linux."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from bleak.backends.scanner import (
    AdvertisementData,
    AdvertisementDataCallback,
    BaseBleakScanner,
)
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
)
from bumble.core import UUID, AdvertisingData

from pelvicsense.virtual.central import Central
from pelvicsense.virtual.discovery import uuid_str

_KINDS = AdvertisingData.Type
_SERVICE_KINDS = (
    _KINDS.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    _KINDS.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    _KINDS.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    _KINDS.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)


def require_power(central: Central) -> None:
    """Raise what bleak raises where no adapter is switched on."""
    if not central.powered:
        raise BleakBluetoothNotAvailableError(
            "No powered Bluetooth adapters found.",
            BleakBluetoothNotAvailableReason.POWERED_OFF,
        )


class VirtualScanner(BaseBleakScanner):
    """Scans with a :class:`Central`; subclasses name it."""

    central: ClassVar[Central]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: Literal["active", "passive"],
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"
        self._scans = False
        self._known: dict[str, _Known] = {}

    async def start(self) -> None:
        """Start scanning; refused while another scan runs, as BlueZ does."""
        require_power(self.central)
        if self.central.scanning:
            raise BleakDBusError("org.bluez.Error.InProgress", ["Operation already in progress"])
        self.seen_devices = {}
        self._known = {}
        self._scans = True
        await self.central.start_scanning(self._heard, active=self._active)

    async def stop(self) -> None:
        """Stop scanning, if this scanner does."""
        if self._scans:
            self._scans = False
            await self.central.stop_scanning()

    def _heard(self, address: str, rssi_dbm: int, data: AdvertisingData) -> None:
        known = self._known.setdefault(address, _Known())
        known.learn(data)
        if not self.is_allowed_uuid(known.services):
            return
        advert = AdvertisementData(
            local_name=known.name,
            manufacturer_data=dict(known.manufacturer_data),
            service_data={},
            service_uuids=list(known.services),
            tx_power=None,
            rssi=rssi_dbm,
            platform_data=(address,),
        )
        # Details without a "path": helpers would take it for one of BlueZ's and ask BlueZ.
        device = self.create_or_update_device(address, address, known.name, {}, advert)
        self.call_detection_callbacks(device, advert)


@dataclass(slots=True)
class _Known:
    """What adverts and scan responses of one device said so far; BlueZ adds them up, too."""

    name: str | None = None
    services: list[str] = field(default_factory=list)
    manufacturer_data: dict[int, bytes] = field(default_factory=dict)

    def learn(self, data: AdvertisingData) -> None:
        for kind, value in data.ad_structures:
            if kind == _KINDS.COMPLETE_LOCAL_NAME:
                self.name = value.decode(errors="replace")
            elif kind == _KINDS.MANUFACTURER_SPECIFIC_DATA:
                self.manufacturer_data = {int.from_bytes(value[:2], "little"): value[2:]}
            elif kind in _SERVICE_KINDS:
                self._learn_services(kind, value)

    def _learn_services(self, kind: int, value: bytes) -> None:
        size = 16 if kind in _SERVICE_KINDS[2:] else 2
        for start in range(0, len(value), size):
            uuid = uuid_str(UUID.from_bytes(value[start : start + size]))
            if uuid not in self.services:
                self.services.append(uuid)
