"""What a device broadcasts: its name, services and manufacturer data in two packets of 31 bytes.

Layout: Core specification supplement, part A; each structure is length, type, data.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from bumble.core import AdvertisingData

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.virtual.gatt import SIG_UUID_TAIL, SensorModel

MAX_BYTES = 31

_FLAGS = b"\x06"
"""General discoverable, no classic Bluetooth."""


def advert_packets(model: SensorModel) -> tuple[bytes, bytes]:
    """Return the advert and the scan response of a device.

    Each structure goes to the advert where it fits, else to the scan response, in the order
    services, manufacturer data, name, as most firmwares do.

    Raises
    ------
    ConfigurationError
        If one fits neither.
    """
    advert, response = _structure(AdvertisingData.Type.FLAGS, _FLAGS), b""
    for structure in _structures(model):
        if len(advert) + len(structure) <= MAX_BYTES:
            advert += structure
        elif len(response) + len(structure) <= MAX_BYTES:
            response += structure
        else:
            msg = (
                f"{model.name}: expected name, services and manufacturer data to fit an advert and"
                f" a scan response of {MAX_BYTES} bytes each, got more; advertise less"
            )
            raise ConfigurationError(msg)
    return advert, response


def _structures(model: SensorModel) -> Iterator[bytes]:
    kinds = AdvertisingData.Type
    short = [uuid for uuid in model.advertised_services if uuid.endswith(SIG_UUID_TAIL)]
    whole = [uuid for uuid in model.advertised_services if uuid not in short]
    if short:
        numbers = b"".join(int(uuid[:8], 16).to_bytes(2, "little") for uuid in short)
        yield _structure(kinds.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, numbers)
    if whole:
        numbers = b"".join(UUID(uuid).bytes[::-1] for uuid in whole)
        yield _structure(kinds.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, numbers)
    for company, data in model.manufacturer_data.items():
        yield _structure(kinds.MANUFACTURER_SPECIFIC_DATA, company.to_bytes(2, "little") + data)
    if model.name:
        yield _structure(kinds.COMPLETE_LOCAL_NAME, model.name.encode())


def _structure(kind: int, data: bytes) -> bytes:
    return bytes([len(data) + 1, kind]) + data
