"""The entry: a simulated person with real devices' firmwares, through bleak, faster than life."""

from __future__ import annotations

import asyncio
import logging

import numpy as np
import pytest
from bleak import BleakClient, BleakScanner
from tiny_sensor import CONTROL, DATA, START, TinySensor, ramp_person, unpack

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.virtual.models import MODELS, make_model
from pelvicsense.virtual.people import simulated_person
from pelvicsense.virtual.radio import SKEW_PPM, VirtualRadio, virtual_person
from pelvicsense.virtual.virtual_time import loop_clock_ns, run_fast


def test_all_sensors_measure_one_motion_on_clocks_of_their_own() -> None:
    """Acc x is the person's time: read back, it tells each device clock's skew."""

    async def story() -> None:
        models = {placement: TinySensor() for placement in Placement}
        async with VirtualRadio(ramp_person(), models, seed=3) as radio:
            found = await BleakScanner.discover(1.0, backend=radio.scanner_backend)
            streams: list[list[bytes]] = []
            clients = []
            for device in found:
                client = BleakClient(device, backend=radio.client_backend)
                await client.connect()
                packets: list[bytes] = []
                streams.append(packets)
                await client.start_notify(DATA, lambda _, data, p=packets: p.append(bytes(data)))
                await client.write_gatt_char(CONTROL, START, response=True)
                clients.append(client)
            started_ns = loop_clock_ns()
            await asyncio.sleep(8.0)
            assert radio.person.started_s == pytest.approx(started_ns / 1e9, abs=0.04)
            for client in clients:
                await client.disconnect()
        skews = []
        for packets in streams:
            _, time_us, acc, _ = np.array([unpack(packet) for packet in packets[20:]]).T
            skews.append(1e6 * ((time_us[-1] - time_us[0]) * 1e-6 / (acc[-1] - acc[0]) - 1.0))
            assert acc[-1] == pytest.approx(8.0, abs=0.1)
        assert np.ptp(skews) > 1.0
        assert np.max(np.abs(skews)) < SKEW_PPM + 1.0

    run_fast(story())


@pytest.mark.parametrize("key", MODELS)
def test_every_model_can_be_found_and_discovered(key: str) -> None:
    async def story() -> None:
        model = make_model(key, "A1B2C3")
        person = ramp_person()
        async with VirtualRadio(person, {Placement.PELVIS: model}, seed=1) as radio:
            found = await BleakScanner.discover(1.0, return_adv=True, backend=radio.scanner_backend)
            ((device, advert),) = found.values()
            assert advert.local_name == model.name
            assert set(advert.service_uuids) == set(model.advertised_services)
            assert advert.manufacturer_data == dict(model.manufacturer_data)
            async with BleakClient(device, backend=radio.client_backend) as client:
                shown = {service.uuid for service in client.services}
                assert {service.uuid for service in model.services} <= shown
                for service in model.services:
                    shown_service = client.services.get_service(service.uuid)
                    assert shown_service is not None
                    for each in service.characteristics:
                        got = shown_service.get_characteristic(each.uuid)
                        assert got is not None
                        wanted = {each_property.value for each_property in each.properties}
                        assert set(got.properties) == wanted

    run_fast(story())


def test_virtual_person_prepares_before_the_air_starts() -> None:
    models = {placement: make_model("imu6-open", str(placement)) for placement in Placement}
    radio = virtual_person("stairs", 30.0, models, seed=2)
    assert len(radio.person.strides) > 10
    assert radio.person.started_s is None

    async def story() -> None:
        async with radio:
            found = await BleakScanner.discover(1.0, backend=radio.scanner_backend)
            wanted = {radio.address(placement) for placement in Placement}
            assert {device.address for device in found} == wanted

    run_fast(story())


def test_a_repeating_person_never_ends() -> None:
    person = simulated_person("run", 25.0, seed=1, repeat=True)
    assert person.repeat_s is not None
    person.started_s = 0.0
    feed = person.feed(Placement.THIGH_RIGHT)
    _, gyr = feed.measure(10 * person.repeat_s + np.array([3.0, 12.0, 12.1, 12.2]), 100.0)
    assert np.abs(gyr[0]).max() < 0.1
    assert np.abs(gyr[1:]).max() > 0.5


def test_the_log_of_the_radio_is_as_it_was_afterwards() -> None:
    async def story() -> int:
        async with VirtualRadio(ramp_person(), {Placement.PELVIS: TinySensor()}, seed=1):
            return logging.getLogger("bumble").level

    before = logging.getLogger("bumble").level
    assert run_fast(story()) == logging.ERROR
    assert logging.getLogger("bumble").level == before


def test_a_device_that_cannot_advertise_leaves_nothing_behind() -> None:
    async def story() -> None:
        models = {Placement.PELVIS: TinySensor(), Placement.THIGH_LEFT: TinySensor("x" * 30)}
        async with VirtualRadio(ramp_person(), models, seed=1):
            pytest.fail("expected to be refused")

    before = logging.getLogger("bumble").level
    with pytest.raises(ConfigurationError, match="advertise less"):
        run_fast(story())
    assert logging.getLogger("bumble").level == before
