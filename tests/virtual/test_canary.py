"""What we rely on in bumble and bleak: a failure here means that an upgrade changed it.

Each gap of bumble is shown twice: in the class as shipped, where it can go once the assertion
fails, and closed in ours.
"""

from __future__ import annotations

import asyncio
import inspect
import struct

import numpy as np
import pytest
from bleak import BleakClient, BleakScanner
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner
from bumble import att, hci, ll
from bumble.controller import Controller
from bumble.device import Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.gatt_server import Server
from bumble.host import Host
from bumble.link import LocalLink

from pelvicsense.virtual.air import Air
from pelvicsense.virtual.controller import VirtualController
from pelvicsense.virtual.server import StrictServer
from pelvicsense.virtual.virtual_time import run_fast

SENSOR = "C0:00:00:00:00:01"
HOST = "A0:00:00:00:00:01"
BLOCK = "9d0c0000-1111-4222-8333-444455556666"
PROPERTIES = Characteristic.Properties


def make_air() -> Air:
    return Air(np.random.default_rng(1))


def shipped(name: str, link: LocalLink, public: str | None = None) -> Controller:
    return Controller(name, link=link, public_address=public)


def ours(name: str, link: LocalLink, public: str | None = None) -> Controller:
    assert isinstance(link, Air)
    return VirtualController(name, link, public_address=public)


KINDS = [pytest.param(shipped, False, id="shipped"), pytest.param(ours, True, id="ours")]


def air_for(closed: bool) -> LocalLink:
    return make_air() if closed else LocalLink()


async def device(controller: Controller, address: str, server: type[Server] = Server) -> Device:
    made = Device(
        name="x",
        address=hci.Address(address, hci.Address.RANDOM_DEVICE_ADDRESS),
        host=Host(controller, controller),
    )
    made.gatt_server = server(made)
    await made.power_on()
    return made


async def linked(
    make: object, closed: bool, characteristic: Characteristic, server: type[Server] = Server
) -> tuple[Device, Device]:
    """A sensor with one characteristic, and a host; the host connects from its random address."""
    assert callable(make)
    link = air_for(closed)
    sensor = await device(make("sensor", link), SENSOR, server)
    sensor.add_services([Service(BLOCK, [characteristic])])
    host = await device(make("host", link, HOST), "C1:00:00:00:00:02")
    await sensor.start_advertising()
    return sensor, host


@pytest.mark.parametrize(("make", "closed"), KINDS)
def test_a_cancelled_attempt_ends(make: object, closed: bool) -> None:
    async def story() -> bool:
        assert callable(make)
        host = await device(make("host", air_for(closed), HOST), "C1:00:00:00:00:02")
        attempt = asyncio.create_task(host.connect_le(SENSOR, timeout=0.5))
        await asyncio.wait([attempt], timeout=5.0)
        ended = attempt.done()
        attempt.cancel()
        await asyncio.gather(attempt, return_exceptions=True)
        return ended

    assert run_fast(story()) is closed


@pytest.mark.parametrize(("make", "closed"), KINDS)
def test_scan_responses_carry_their_own_data(make: object, closed: bool) -> None:
    async def story() -> bool:
        assert callable(make)
        link = air_for(closed)
        sensor = await device(make("sensor", link), SENSOR)
        host = await device(make("host", link, HOST), "C1:00:00:00:00:02")
        heard: list[bytes] = []
        host.on(Device.EVENT_ADVERTISEMENT, lambda advert: heard.append(bytes(advert.data)))
        await host.start_scanning(active=True)
        sensor.scan_response_data = b"\x03\x09me"
        await sensor.start_advertising(advertising_data=b"\x02\x01\x06")
        await asyncio.sleep(1.0)
        await sensor.stop_advertising()
        return any(b"\x03\x09me" in data for data in heard)

    assert run_fast(story()) is closed


@pytest.mark.parametrize(("make", "closed"), KINDS)
def test_a_host_with_a_public_address_can_ask(make: object, closed: bool) -> None:
    async def story() -> bool:
        value = Characteristic(BLOCK, PROPERTIES.READ, Characteristic.READABLE, b"v")
        sensor, host = await linked(make, closed, value)
        link = await host.connect_le(
            hci.Address(SENSOR, hci.Address.RANDOM_DEVICE_ADDRESS),
            own_address_type=hci.OwnAddressType.PUBLIC,
        )
        asked = asyncio.create_task(link.gatt_client.request_mtu(100))
        await asyncio.wait([asked], timeout=5.0)
        answered = asked.done()
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        await sensor.stop_advertising()
        return answered

    assert run_fast(story()) is closed


def test_packets_hold_a_whole_notification() -> None:
    assert Controller.le_acl_data_packet_length == 27
    assert VirtualController.le_acl_data_packet_length == 251


def test_linux_needs_no_enhanced_connection_complete() -> None:
    features = hci.LeFeatureMask.LL_PRIVACY | hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
    assert Controller.le_features & features == features
    assert not VirtualController.le_features & features


def test_the_advertising_interval_counts_in_units_of_the_specification() -> None:
    async def adverts(make: object, closed: bool) -> int:
        assert callable(make)
        count = 0

        class Listener(Air if closed else LocalLink):  # type: ignore[misc]
            def send_advertising_pdu(self, *_: object) -> None:
                nonlocal count
                count += 1

        link = Listener(np.random.default_rng(1)) if closed else Listener()
        controller = make("sensor", link)
        controller.le_features &= ~hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
        sensor = await device(controller, SENSOR)
        await sensor.start_advertising(advertising_interval_min=100, advertising_interval_max=100)
        await asyncio.sleep(20.0)
        await sensor.stop_advertising()
        return count

    assert run_fast(adverts(shipped, False)) == pytest.approx(20.0 / 0.16, abs=3)
    assert run_fast(adverts(ours, True)) == pytest.approx(20.0 / 0.105, abs=5)


def test_bumble_cancels_what_is_pending_when_a_link_drops() -> None:
    """Which the backend translates."""

    async def story() -> None:
        never = asyncio.Event()

        async def read(_: object) -> bytes:
            await never.wait()
            return b""

        value = Characteristic(
            BLOCK, PROPERTIES.READ, Characteristic.READABLE, CharacteristicValue(read=read)
        )
        _, host = await linked(ours, True, value)
        link = await host.connect_le(SENSOR)
        (found,) = await link.gatt_client.discover_service(BLOCK)
        (characteristic,) = await found.discover_characteristics()
        asked = asyncio.create_task(characteristic.read_value())
        await asyncio.sleep(0.1)
        await link.disconnect()
        await asyncio.wait([asked])
        assert asked.cancelled()
        never.set()

    run_fast(story())


def test_bumble_never_answers_a_write_that_has_no_function() -> None:
    """Why every characteristic of ours has a read and a write function."""

    async def story() -> None:
        value = Characteristic(
            BLOCK,
            PROPERTIES.WRITE,
            Characteristic.WRITEABLE,
            CharacteristicValue(read=lambda _: b""),
        )
        _, host = await linked(ours, True, value)
        link = await host.connect_le(SENSOR)
        (found,) = await link.gatt_client.discover_service(BLOCK)
        (characteristic,) = await found.discover_characteristics()
        asked = asyncio.create_task(characteristic.write_value(b"x", with_response=True))
        await asyncio.wait([asked], timeout=20.0)
        assert not asked.done()
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)

    run_fast(story())


@pytest.mark.parametrize(("server", "refuses"), [(Server, False), (StrictServer, True)])
def test_bumble_takes_any_kind_of_write(server: type[Server], refuses: bool) -> None:
    async def story() -> bool:
        value = Characteristic(
            BLOCK, PROPERTIES.WRITE_WITHOUT_RESPONSE, Characteristic.WRITEABLE, b""
        )
        _, host = await linked(ours, True, value, server)
        link = await host.connect_le(SENSOR)
        (found,) = await link.gatt_client.discover_service(BLOCK)
        (characteristic,) = await found.discover_characteristics()
        try:
            await characteristic.write_value(b"x", with_response=True)
        except att.ATT_Error as error:
            return bool(error.error_code == att.ATT_WRITE_NOT_PERMITTED_ERROR)
        return False

    assert run_fast(story()) is refuses


def test_a_notification_looks_as_the_faults_expect() -> None:
    notification = att.ATT_Handle_Value_Notification(attribute_handle=0x1234, attribute_value=b"v")
    packet = struct.pack("<HH", len(bytes(notification)), att.ATT_CID) + bytes(notification)
    assert packet[2:5] == b"\x04\x00\x1b"
    assert packet[7:] == b"v"


def test_bumble_s_classes_have_the_hooks_we_override() -> None:
    for owner, names in (
        (Controller, ("create_le_connection", "on_advertising_pdu", "on_le_disconnected")),
        (LocalLink, ("send_acl_data", "send_ll_control_pdu", "send_advertising_pdu")),
        (Server, ("on_att_write_request", "on_att_write_command")),
    ):
        for name in names:
            assert callable(getattr(owner, name))
    assert set(ll.AdvInd.__dataclass_fields__) == {"advertiser_address", "data"}


def test_bleak_takes_backends_as_we_give_them() -> None:
    assert "backend" in inspect.signature(BleakClient.__init__).parameters
    assert "backend" in inspect.signature(BleakScanner.__init__).parameters
    client = {"connect", "disconnect", "is_connected", "mtu_size", "pair", "unpair"} | {
        f"{verb}_gatt_{what}" for verb in ("read", "write") for what in ("char", "descriptor")
    }
    notify = {"start_notify", "stop_notify"}
    assert BaseBleakClient.__abstractmethods__ == client | notify
    assert BaseBleakScanner.__abstractmethods__ == {"start", "stop"}
