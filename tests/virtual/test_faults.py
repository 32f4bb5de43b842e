"""Each fault as bleak's unchanged client sees it."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from bleak.exc import (
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)
from bumble import att
from tiny_sensor import (
    ASK,
    CONTROL,
    DATA,
    FASTER,
    INFO,
    LONG,
    STUMBLE,
    Scene,
    TinySensor,
    scene,
    unpack,
)

from pelvicsense.virtual.controller import VirtualController
from pelvicsense.virtual.virtual_time import loop_clock_ns, run_fast

SUPERVISION_S = 0.72


def numbers(packets: list[bytes]) -> list[int]:
    return [unpack(packet)[0] for packet in packets]


async def waits(s: Scene, client: object) -> float:
    """Seconds until the loss of the link is told."""
    start_ns = loop_clock_ns()
    while not s.gone:
        await asyncio.sleep(0.001)
    return (loop_clock_ns() - start_ns) / 1e9


def test_drop_is_told_at_once_and_a_new_client_connects() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            s.faults.drop(s.address)
            assert await waits(s, client) < 0.01
            assert not client.is_connected
            assert s.model.disconnections == 1
            again = await s.connect()
            assert await again.read_gatt_char(INFO) == b"tiny"
            await again.disconnect()

    run_fast(story())


def test_what_was_pending_when_the_link_dropped_fails_as_on_linux() -> None:
    """And is not mistaken for the caller's own cancelling."""

    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            s.faults.path(s.address).delay_s = 0.2
            reads = [asyncio.create_task(client.read_gatt_char(INFO)) for _ in range(2)]
            await asyncio.sleep(0.05)
            s.faults.drop(s.address)
            first, second = await asyncio.gather(*reads, return_exceptions=True)
            assert isinstance(first, BleakGATTProtocolError)
            assert first.code is BleakGATTProtocolErrorCode.UNLIKELY_ERROR
            assert isinstance(second, BleakError)
            assert str(second) == "Not connected"

    run_fast(story())


def test_the_caller_s_own_cancelling_passes() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            s.faults.path(s.address).delay_s = 0.2
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await client.read_gatt_char(INFO)
            assert client.is_connected
            await client.disconnect()

    run_fast(story())


def test_an_answer_to_a_cancelled_request_is_no_error() -> None:
    """Bumble sets the result of a future that was cancelled, which raises in the event loop."""

    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            info = client.services.get_characteristic(INFO)
            assert info is not None
            gatt = info.obj.client
            read = asyncio.create_task(client.read_gatt_char(INFO))
            s.faults.path(s.address).delay_s = 0.2
            await asyncio.sleep(0.05)
            read.cancel()
            while not gatt.pending_response.done():
                await asyncio.sleep(0.0)
            gatt.on_gatt_pdu(att.ATT_Read_Response(attribute_value=b"late"))
            await asyncio.wait([read])
            assert read.cancelled()
            await client.disconnect()

    run_fast(story())


def test_short_silence_delays_and_loses_nothing() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            packets = await s.stream(client)
            await asyncio.sleep(1.0)
            s.faults.silence(s.address, 0.4)
            before = len(packets)
            await asyncio.sleep(0.39)
            assert len(packets) - before <= 1
            await asyncio.sleep(0.61)
            got = numbers(packets)
            assert got == list(range(got[0], got[0] + len(got)))
            assert len(got) >= 195
            assert s.gone == []
            await client.disconnect()

    run_fast(story())


def test_a_full_buffer_loses_the_newest() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            packets = await s.stream(client)
            await client.write_gatt_char(CONTROL, FASTER, response=True)
            await asyncio.sleep(0.5)
            s.faults.silence(s.address, 0.6)  # 120 samples, 64 places
            await asyncio.sleep(2.0)
            steps = np.diff(numbers(packets)[80:])
            assert s.sensor.overflowed > 40
            assert steps.max() == s.sensor.overflowed + 1
            assert client.is_connected
            await client.disconnect()

    run_fast(story())


def test_long_silence_breaks_the_link_by_supervision() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            read = asyncio.create_task(client.read_gatt_char(INFO))
            s.faults.silence(s.address, 5.0)
            assert await waits(s, client) == pytest.approx(SUPERVISION_S, abs=0.01)
            with pytest.raises(BleakGATTProtocolError):
                await read
            assert await s.find() is None
            await asyncio.sleep(5.0)
            again = await s.connect()
            await again.disconnect()

    run_fast(story())


def test_refused_connection() -> None:
    async def story() -> None:
        async with scene() as s:
            device = await s.find()
            assert device is not None
            s.faults.refuse(s.address)
            with pytest.raises(BleakDBusError, match="Software caused connection abort"):
                await s.client(device).connect()
            s.faults.refuse(s.address, None)
            async with s.client(device) as client:
                assert client.is_connected

    run_fast(story())


def test_kicked_after_connecting() -> None:
    async def story() -> None:
        async with scene() as s:
            device = await s.find()
            assert device is not None
            s.faults.kick(s.address)
            with pytest.raises(BleakError, match="failed to discover services"):
                await s.client(device).connect()
            async with s.client(device) as client:
                assert client.is_connected

    run_fast(story())


def test_a_short_mtu_cuts_notifications() -> None:
    async def story() -> None:
        async with scene() as s:
            for mtu, expected in ((23, 20), (100, 97), (247, 180)):
                s.faults.limit_mtu(s.address, mtu)
                client = await s.connect()
                got: list[bytes] = []
                await client.start_notify(LONG, lambda _, data, got=got: got.append(bytes(data)))
                await client.write_gatt_char(CONTROL, ASK, response=True)
                await asyncio.sleep(0.1)
                assert [len(packet) for packet in got] == [expected]
                await client.disconnect()

    run_fast(story())


def test_delay_and_jitter_keep_the_order() -> None:
    async def story() -> None:
        async with scene() as s:
            path = s.faults.path(s.address)
            client = await s.connect()
            path.delay_s, path.jitter_s = 0.03, 0.05
            start_ns = loop_clock_ns()
            await client.read_gatt_char(INFO)
            assert loop_clock_ns() - start_ns > 0.06e9
            packets = await s.stream(client)
            await asyncio.sleep(3.0)
            got = numbers(packets)
            assert got == list(range(got[0], got[0] + len(got)))
            assert len(got) > 260
            await client.disconnect()

    run_fast(story())


@pytest.mark.parametrize("kind", ["loss", "duplicate", "garbage"])
def test_faults_of_single_notifications(kind: str) -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            setattr(s.faults.path(s.address), kind, 0.2)
            packets = await s.stream(client)
            await asyncio.sleep(10.0)
            assert await client.read_gatt_char(INFO) == b"tiny"  # spared: no notification
            await client.disconnect()
        whole = [packet for packet in packets if len(packet) == 16]
        steps = np.diff(numbers(whole))
        if kind == "loss":
            assert 0.1 < np.mean(steps > 1) < 0.3
        elif kind == "duplicate":
            assert 0.1 < np.mean(steps == 0) < 0.3
        else:
            assert 100 < len(packets) - len(whole) < 300
            assert 950 < len(packets) < 1010

    run_fast(story())


def test_att_errors() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            s.faults.att_error(s.address, INFO, 0x11)
            with pytest.raises(BleakGATTProtocolError) as caught:
                await client.read_gatt_char(INFO)
            assert caught.value.code is BleakGATTProtocolErrorCode.INSUFFICIENT_RESOURCE
            s.faults.att_error(s.address, DATA, 0x80)
            with pytest.raises(BleakGATTProtocolError) as caught:
                await client.start_notify(DATA, lambda *_: None)
            assert caught.value.code == 0x80
            s.faults.att_error(s.address, INFO, None)
            assert await client.read_gatt_char(INFO) == b"tiny"
            await client.disconnect()

    run_fast(story())


def test_reboot_loses_settings_and_starts_the_clock_anew() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            await client.write_gatt_char(CONTROL, FASTER, response=True)
            packets = await s.stream(client)
            await asyncio.sleep(5.0)
            reboot = asyncio.create_task(s.faults.reboot(s.address))
            assert await waits(s, client) == pytest.approx(SUPERVISION_S, abs=0.01)
            await reboot
            again = await s.connect()
            fresh = await s.stream(again)
            await asyncio.sleep(1.0)
            assert s.model.rate_hz == 100.0
            assert unpack(packets[-1])[1] > 5e6
            assert unpack(fresh[0])[1] < 3e6
            await again.disconnect()

    run_fast(story())


def test_a_dead_battery_vanishes() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            await s.stream(client)
            await s.faults.die(s.address)
            assert await waits(s, client) == pytest.approx(SUPERVISION_S, abs=0.01)
            assert await s.find() is None
            await s.faults.revive(s.address)
            again = await s.connect()
            await again.disconnect()

    run_fast(story())


def test_dying_while_the_host_connects_leaves_no_half_link() -> None:
    """Whenever it happens; a link without a sensor at its other end ends by supervision."""

    async def story() -> None:
        async with scene() as s:
            for wait_s in np.linspace(0.0, 0.12, 13):
                device = await s.find()
                assert device is not None
                attempt = asyncio.create_task(s.client(device, timeout=1.0).connect())
                await asyncio.sleep(wait_s)
                await s.faults.die(s.address)
                await asyncio.gather(attempt, return_exceptions=True)
                await asyncio.sleep(1.0)
                await s.faults.revive(s.address)
            again = await s.connect()
            await again.disconnect()

    run_fast(story())


def test_a_request_to_connect_that_nobody_hears_ends_by_supervision() -> None:
    async def story() -> None:
        async with scene() as s:
            device = await s.find()
            assert device is not None
            controller = s.sensor._device.host.hci_sink
            assert isinstance(controller, VirtualController)
            controller.on_le_connect_ind = lambda packet: None
            start_ns = loop_clock_ns()
            with pytest.raises(BleakError, match="failed to discover services"):
                await s.client(device).connect()
            assert (loop_clock_ns() - start_ns) / 1e9 < SUPERVISION_S + 0.2
            del controller.on_le_connect_ind
            async with s.client(device) as client:
                assert client.is_connected

    run_fast(story())


def test_a_forgotten_device_must_be_looked_for_again() -> None:
    async def story() -> None:
        async with scene() as s:
            device = await s.find()
            assert device is not None
            s.faults.forget(s.address)
            with pytest.raises(BleakDeviceNotFoundError):
                await s.client(device).connect()
            again = await s.connect()
            await again.disconnect()

    run_fast(story())


def test_one_sensor_s_fault_is_its_own() -> None:
    async def story() -> None:
        async with scene(TinySensor(), TinySensor()) as s:
            clients = [await s.connect(sensor.address) for sensor in s.sensors]
            streams = [await s.stream(client) for client in clients]
            await asyncio.sleep(1.0)
            s.faults.drop(s.sensors[0].address)
            await asyncio.sleep(1.0)
            assert not clients[0].is_connected
            got = numbers(streams[1])
            assert got == list(range(got[0], got[0] + len(got)))
            assert len(got) >= 195
            await clients[1].disconnect()

    run_fast(story())


def test_a_programming_error_in_a_model_is_not_swallowed() -> None:
    async def story() -> None:
        async with scene() as s:
            client = await s.connect()
            with pytest.raises(BleakGATTProtocolError) as caught:
                await client.write_gatt_char(CONTROL, STUMBLE, response=True)
            assert caught.value.code is BleakGATTProtocolErrorCode.UNLIKELY_ERROR
            await client.disconnect()

    with pytest.raises(ZeroDivisionError):
        run_fast(story())


def test_one_seed_one_story() -> None:
    async def story() -> list[tuple[int, bytes]]:
        packets: list[tuple[int, bytes]] = []
        async with scene() as s:
            path = s.faults.path(s.address)
            path.jitter_s, path.loss, path.garbage = 0.01, 0.1, 0.1
            client = await s.connect()
            await client.start_notify(
                DATA, lambda _, data: packets.append((loop_clock_ns(), bytes(data)))
            )
            await client.write_gatt_char(CONTROL, b"\x01", response=True)
            await asyncio.sleep(2.0)
            await client.disconnect()
        return packets

    first, second = run_fast(story()), run_fast(story())
    assert len(first) > 100
    assert first == second
