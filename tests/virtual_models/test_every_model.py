"""What all devices' GATT servers have in common."""

from __future__ import annotations

import pytest
from driving import code, sample

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.virtual.advert import advert_packets
from pelvicsense.virtual.gatt import (
    INVALID_HANDLE,
    READ_NOT_PERMITTED,
    WRITE_NOT_PERMITTED,
    AttError,
    Property,
    sig_uuid,
)
from pelvicsense.virtual.models import MODELS, make_model


@pytest.mark.parametrize("key", MODELS)
class TestEveryModel:
    def test_table_is_well_formed(self, key: str) -> None:
        model = make_model(key, "0001")
        uuids = [s.uuid for s in model.services]
        uuids += [c.uuid for s in model.services for c in s.characteristics]
        assert all(len(uuid) == 36 and uuid == uuid.lower() for uuid in uuids)
        assert all(c.properties for s in model.services for c in s.characteristics)
        assert 23 <= model.max_mtu <= 517
        assert model.name

    def test_advert_fits(self, key: str) -> None:
        advert, response = advert_packets(make_model(key, "174630000192"))
        assert advert
        assert max(len(advert), len(response)) <= 31

    def test_permissions(self, key: str) -> None:
        model = make_model(key, "0001")
        for characteristic in (c for s in model.services for c in s.characteristics):
            allowed = characteristic.properties
            if Property.READ in allowed:
                assert isinstance(model.read(characteristic.uuid), bytes)
            else:
                with pytest.raises(AttError) as refusal:
                    model.read(characteristic.uuid)
                assert code(refusal) == READ_NOT_PERMITTED
            if not allowed & {Property.WRITE, Property.WRITE_WITHOUT_RESPONSE}:
                with pytest.raises(AttError) as refusal:
                    model.write(characteristic.uuid, b"\0\0")
                assert code(refusal) == WRITE_NOT_PERMITTED
            if not allowed & {Property.NOTIFY, Property.INDICATE}:
                with pytest.raises(AttError):
                    model.subscribed(characteristic.uuid, True)

    def test_unknown_characteristic(self, key: str) -> None:
        model = make_model(key, "0001")
        unknown = sig_uuid(0x2A00)
        for access in (lambda: model.read(unknown), lambda: model.write(unknown, b"")):
            with pytest.raises(AttError) as refusal:
                access()
            assert code(refusal) == INVALID_HANDLE

    def test_silent_until_started(self, key: str) -> None:
        model = make_model(key, "0001")
        assert not model.streaming
        assert sample(model, 30) == []


def test_unknown_model() -> None:
    with pytest.raises(ConfigurationError, match="there are movella-dot"):
        make_model("wristwatch", "1")
