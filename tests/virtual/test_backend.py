"""Bleak's unchanged client and scanner on the simulated radio behave as they do on Linux."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)
from bleak_retry_connector import establish_connection
from tiny_sensor import (
    ANSWER,
    ASK,
    BATTERY,
    CONTROL,
    DATA,
    EVENT,
    FASTER,
    INFO,
    LONG,
    SERVICE,
    START,
    TinySensor,
    scene,
    uuid,
)

from pelvicsense.virtual.gatt import sig_uuid
from pelvicsense.virtual.virtual_time import run_fast

STRANGER = "C0:12:34:56:78:9A"


# -- scanning --------------------------------------------------------------------------------------


def test_scan_tells_name_services_and_manufacturer_data() -> None:
    async def story() -> None:
        async with scene(TinySensor("Tiny A"), TinySensor("Tiny B")) as s:
            found = await BleakScanner.discover(
                1.0, return_adv=True, backend=s.radio.scanner_backend
            )
            assert set(found) == {sensor.address for sensor in s.sensors}
            device, advert = found[s.address]
            assert device.name == advert.local_name == "Tiny A"
            assert advert.service_uuids == [SERVICE]
            assert advert.manufacturer_data == {0xFFFF: b"\x01\x02\x03"}
            assert advert.rssi == -50

    run_fast(story())


def test_a_passive_scan_gets_no_scan_response() -> None:
    """The name did not fit into the advert beside the service."""

    async def story() -> None:
        async with scene(TinySensor("A name of 18 bytes")) as s:
            found = await BleakScanner.discover(
                1.0, return_adv=True, scanning_mode="passive", backend=s.radio.scanner_backend
            )
            ((_, advert),) = found.values()
            assert advert.local_name is None
            assert advert.service_uuids == [SERVICE]

    run_fast(story())


def test_scan_filters_by_service() -> None:
    async def story() -> None:
        async with scene() as s:
            backend = s.radio.scanner_backend
            wanted = await BleakScanner.discover(1.0, service_uuids=[SERVICE], backend=backend)
            other = await BleakScanner.discover(1.0, service_uuids=["180f"], backend=backend)
            assert [device.address for device in wanted] == [s.address]
            assert other == []

    run_fast(story())


def test_one_scan_at_a_time() -> None:
    async def story() -> None:
        async with scene() as s, BleakScanner(backend=s.radio.scanner_backend):
            with pytest.raises(BleakDBusError, match="InProgress"):
                await BleakScanner.discover(0.1, backend=s.radio.scanner_backend)

    run_fast(story())


def test_two_sensors_of_one_name_differ_by_address() -> None:
    async def story() -> None:
        async with scene(TinySensor(), TinySensor()) as s:
            found = await BleakScanner.discover(1.0, backend=s.radio.scanner_backend)
            assert [device.name for device in found] == ["Tiny", "Tiny"]
            assert len({device.address for device in found}) == 2

    run_fast(story())


# -- connecting ------------------------------------------------------------------------------------


def test_services_look_as_on_linux() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            uuids = [service.uuid for service in client.services]
            assert sig_uuid(0x1800) not in uuids
            assert {SERVICE, sig_uuid(0x180F)} <= set(uuids)
            info = client.services.get_characteristic(INFO)
            assert info is not None
            assert set(info.properties) == {"read", "write-without-response"}
            assert info.max_write_without_response_size == TinySensor.max_mtu - 3
            with pytest.warns(UserWarning, match="default MTU"):
                assert client.mtu_size == 23
            assert client.name == "Tiny"
            assert client.backend_id == "BoundClient"
            await client.disconnect()

    run_fast(story())


def test_connecting_by_address_scans_first() -> None:
    async def story() -> None:
        async with scene() as s:
            async with s.client(s.address) as client:
                assert client.is_connected
            with pytest.raises(BleakDeviceNotFoundError, match="was not found"):
                await s.client(STRANGER, timeout=0.5).connect()

    run_fast(story())


def test_a_device_not_heard_lately_is_forgotten() -> None:
    async def story() -> None:
        async with scene() as s:
            device = await s.find()
            assert device is not None
            await asyncio.sleep(31.0)
            with pytest.raises(BleakDeviceNotFoundError, match="removed from BlueZ"):
                await s.client(device).connect()
            await s.find()
            async with s.client(device) as client:
                assert client.is_connected

    run_fast(story())


def test_connecting_to_an_absent_device_times_out_and_can_be_tried_again() -> None:
    async def story() -> None:
        async with scene() as s:
            device = await s.find()
            assert device is not None
            s.faults.silence(s.address, 2.0)
            with pytest.raises(TimeoutError):
                await s.client(device, timeout=0.5).connect()
            await asyncio.sleep(2.0)
            async with s.client(device) as client:
                assert client.is_connected

    run_fast(story())


def test_connecting_can_be_cancelled_without_leaving_a_link() -> None:
    async def story() -> None:
        async with scene() as s:
            device = await s.find()
            assert device is not None
            for wait_s in np.linspace(0.0, 0.12, 25):
                client = s.client(device)
                attempt = asyncio.create_task(client.connect())
                await asyncio.sleep(wait_s)
                attempt.cancel()
                await asyncio.gather(attempt, return_exceptions=True)
                await client.disconnect()
                await asyncio.sleep(0.5)
                assert await s.find() is not None
            async with s.client(device) as client:
                assert await client.read_gatt_char(INFO) == b"tiny"

    run_fast(story())


def test_several_connect_at_once() -> None:
    async def story() -> None:
        async with scene(*(TinySensor() for _ in range(3))) as s:
            found = await BleakScanner.discover(1.0, backend=s.radio.scanner_backend)
            clients = [s.client(device) for device in found]
            await asyncio.gather(*(client.connect() for client in clients))
            assert all(client.is_connected for client in clients)
            await asyncio.gather(*(client.disconnect() for client in clients))
            assert sorted(s.gone) == sorted(sensor.address for sensor in s.sensors)

    run_fast(story())


def test_the_retry_connector_works() -> None:
    async def story() -> None:
        async with scene() as s:
            device = await s.find()
            assert device is not None
            s.faults.kick(s.address, times=2)
            client = await establish_connection(
                BleakClient, device, "Tiny", backend=s.radio.client_backend
            )
            assert await client.read_gatt_char(INFO) == b"tiny"
            assert s.model.disconnections == 2
            await client.disconnect()

    run_fast(story())


def test_disconnecting_calls_back_and_forgets_the_services() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            with pytest.raises(BleakError, match="already connected"):
                await client.connect()
            await client.disconnect()
            assert s.gone == [s.address]
            assert not client.is_connected
            with pytest.raises(BleakError, match="Service Discovery has not been performed"):
                await client.read_gatt_char(INFO)
            await client.disconnect()
            assert s.gone == [s.address]

    run_fast(story())


# -- input and output ------------------------------------------------------------------------------


def test_reads_and_writes() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            assert await client.read_gatt_char(BATTERY) == b"\x50"
            assert await client.read_gatt_char(LONG) == bytes(range(200))
            await client.write_gatt_char(CONTROL, FASTER, response=True)
            await client.write_gatt_char(INFO, b"note", response=False)
            await asyncio.sleep(0.1)
            assert s.model.written == [FASTER, b"note"]
            await client.disconnect()

    run_fast(story())


def test_long_values_pass_a_short_mtu() -> None:
    async def story() -> None:
        async with scene() as s:
            s.faults.limit_mtu(s.address, 23)
            client = await s.connect()
            assert await client.read_gatt_char(LONG) == bytes(range(200))
            await client.disconnect()

    run_fast(story())


def test_refusals_are_typed() -> None:
    codes = BleakGATTProtocolErrorCode

    async def refused(request: Any) -> BleakGATTProtocolErrorCode:
        with pytest.raises(BleakGATTProtocolError) as caught:
            await request
        return caught.value.code

    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            write, read = client.write_gatt_char, client.read_gatt_char
            assert await refused(read(CONTROL)) is codes.READ_NOT_PERMITTED
            assert await refused(write(LONG, b"x", response=True)) is codes.WRITE_NOT_PERMITTED
            assert await refused(write(INFO, b"x", response=True)) is codes.WRITE_NOT_PERMITTED
            assert await refused(write(CONTROL, b"?", response=True)) is codes.VALUE_NOT_ALLOWED
            await write(CONTROL, START, response=False)  # not allowed there: ignored, as in life
            await asyncio.sleep(0.1)
            assert START not in s.model.written
            with pytest.raises(BleakDBusError, match="Failed to initiate write"):
                await write(INFO, bytes(245), response=False)
            await client.disconnect()

    run_fast(story())


def test_notifications_once_per_characteristic() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            packets = await s.stream(client)
            await asyncio.sleep(1.0)
            assert len(packets) >= 97
            with pytest.raises(BleakDBusError, match="InProgress"):
                await client.start_notify(DATA, lambda *_: None)
            with pytest.raises(BleakDBusError, match="NotSupported"):
                await client.start_notify(INFO, lambda *_: None)
            with pytest.raises(BleakError, match="was not found"):
                await client.start_notify(uuid(99), lambda *_: None)
            await client.stop_notify(DATA)
            count = len(packets)
            await asyncio.sleep(1.0)
            assert len(packets) == count
            await client.disconnect()

    run_fast(story())


def test_replies_come_as_notification_and_indication() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            got: dict[str, bytes] = {}
            for each in (LONG, EVENT):
                await client.start_notify(each, lambda sender, x: got.update({sender.uuid: x}))
            await client.write_gatt_char(CONTROL, ASK, response=True)
            await asyncio.sleep(0.2)
            assert got == {LONG: ANSWER + bytes(174), EVENT: ANSWER}
            await client.disconnect()

    run_fast(story())


def test_a_failing_callback_does_not_harm_the_link() -> None:
    async def story() -> list[dict[str, Any]]:
        reported: list[dict[str, Any]] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: reported.append(context))
        async with scene() as s:
            client = await s.connect()
            await client.start_notify(DATA, lambda *_: 1 / 0)
            await client.write_gatt_char(CONTROL, START, response=True)
            await asyncio.sleep(0.5)
            assert client.is_connected
            await client.disconnect()
        return reported

    reported = run_fast(story())
    assert len(reported) > 10
    assert {type(each["exception"]) for each in reported} == {ZeroDivisionError}


def test_requests_queue_up() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            s.faults.path(s.address).delay_s = 0.02
            values = await asyncio.gather(*(client.read_gatt_char(INFO) for _ in range(5)))
            assert values == [b"tiny"] * 5
            await client.disconnect()

    run_fast(story())


# -- the adapter -----------------------------------------------------------------------------------


def test_adapter_off() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            device = await s.find()
            assert device is None  # a connected sensor does not advertise
            await s.faults.adapter_off()
            assert s.gone == [s.address]
            assert not client.is_connected
            with pytest.raises(BleakBluetoothNotAvailableError) as caught:
                await BleakScanner.discover(0.1, backend=s.radio.scanner_backend)
            assert caught.value.reason is BleakBluetoothNotAvailableReason.POWERED_OFF
            with pytest.raises(BleakDBusError, match="NotReady"):
                await client.connect()
            await s.faults.adapter_on()
            again = await s.connect()
            assert await again.read_gatt_char(INFO) == b"tiny"
            await again.disconnect()

    run_fast(story())
