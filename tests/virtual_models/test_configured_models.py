"""Devices whose settings are blocks and registers: they start, stop, refuse and forget."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from driving import STILL, TURNING, code, sample

from pelvicsense.virtual.gatt import AttError, SensorModel
from pelvicsense.virtual.models import (
    adafruit,
    make_model,
    metamotion,
    movella_dot,
    nano33,
    sensortag,
    thingy52,
    witmotion,
)


class TestMovellaDot:
    def _model(self) -> SensorModel:
        model = make_model("movella-dot", "0001")
        model.subscribed(movella_dot.MEDIUM, True)
        return model

    def test_rate_by_read_modify_write(self) -> None:
        model = self._model()
        block = bytearray(model.read(movella_dot.CONTROL))
        block[0], block[24:26] = 0x10, (30).to_bytes(2, "little")
        model.write(movella_dot.CONTROL, bytes(block))
        assert model.rate_hz == 30.0
        block[0], block[24:26] = 0x01, (10).to_bytes(2, "little")
        model.write(movella_dot.CONTROL, bytes(block))
        assert model.rate_hz == 30.0, "the rate's visit bit was not set"
        model.reboot()
        assert model.rate_hz == 60.0

    def test_refuses_a_rate_it_records_only(self) -> None:
        model = self._model()
        with pytest.raises(AttError):
            model.write(movella_dot.CONTROL, bytes([0x10]) + bytes(23) + b"\x78\0" + bytes(6))

    def test_measures_on_after_the_link_dropped_and_takes_no_rate_until_stopped(self) -> None:
        model = self._model()
        model.write(movella_dot.MEASUREMENT, bytes.fromhex("010115"))
        assert len(sample(model, 3)) == 3
        model.disconnected()
        assert model.streaming
        assert sample(model, 3) == []
        block = bytearray(model.read(movella_dot.CONTROL))
        block[0] = 0x10
        with pytest.raises(AttError):
            model.write(movella_dot.CONTROL, bytes(block))
        model.write(movella_dot.MEASUREMENT, bytes.fromhex("010015"))
        model.write(movella_dot.CONTROL, bytes(block))
        assert not model.streaming

    def test_clips_at_its_ranges(self) -> None:
        model = self._model()
        model.write(movella_dot.MEASUREMENT, bytes.fromhex("010115"))
        ((_, packet),) = model.sample(0, 0.0, np.full(3, 500.0), np.full(3, -99.0))
        acc_x, *_, gyr_z = struct.unpack_from("<6f", packet, 4)
        assert acc_x == pytest.approx(16 * 9.80665)
        assert gyr_z == -2000.0

    def test_clock_wraps(self) -> None:
        model = self._model()
        model.write(movella_dot.MEASUREMENT, bytes.fromhex("010115"))
        ((_, packet),) = model.sample(0, (2**32 + 5) * 1e-6, STILL, TURNING)
        assert struct.unpack_from("<I", packet)[0] == 5

    def test_other_payloads_are_not_there(self) -> None:
        with pytest.raises(AttError):
            self._model().write(movella_dot.MEASUREMENT, bytes.fromhex("010105"))


class TestWitMotion:
    UNLOCK = bytes.fromhex("ffaa6988b5")
    RATE_100 = bytes.fromhex("ffaa030900")

    def _model(self) -> SensorModel:
        model = make_model("witmotion-ble5", "0001", battery_percent=76.0)
        model.subscribed(witmotion.DATA, True)
        return model

    def test_locked_registers_ignore_writes(self) -> None:
        model = self._model()
        model.write(witmotion.REGISTERS, self.RATE_100)
        assert model.rate_hz == 10.0
        model.write(witmotion.REGISTERS, self.UNLOCK)
        model.write(witmotion.REGISTERS, self.RATE_100)
        assert model.rate_hz == 100.0

    def test_the_lock_closes_again(self) -> None:
        model = self._model()
        sample(model, 1)
        model.write(witmotion.REGISTERS, self.UNLOCK)
        sample(model, 1, from_index=101)  # ten seconds later
        model.write(witmotion.REGISTERS, self.RATE_100)
        assert model.rate_hz == 10.0

    @pytest.mark.parametrize(("save", "after"), [(False, 10.0), (True, 100.0)])
    def test_only_saved_settings_last(self, save: bool, after: float) -> None:
        model = self._model()
        model.write(witmotion.REGISTERS, self.UNLOCK)
        model.write(witmotion.REGISTERS, self.RATE_100)
        if save:
            model.write(witmotion.REGISTERS, bytes.fromhex("ffaa000000"))
        model.reboot()
        assert model.rate_hz == after

    def test_begins_in_the_middle_of_a_frame(self) -> None:
        sent = [data for _, data in sample(self._model(), 3)]
        assert [len(data) for data in sent] == [7, 20, 20, 20]
        assert all(data[:2] == b"\x55\x61" for data in sent[1:])

    def test_battery_register(self) -> None:
        ((_, reply),) = self._model().write(witmotion.REGISTERS, bytes.fromhex("ffaa276400"))
        assert reply[:4] == bytes.fromhex("55716400")
        volts = struct.unpack_from("<h", reply, 4)[0] / 100
        assert 3.87 <= volts <= 3.93  # the vendor's 75 %

    def test_nonsense_is_ignored(self) -> None:
        assert self._model().write(witmotion.REGISTERS, b"hello") == []


@pytest.mark.parametrize(
    ("key", "acc_packed", "gyr_packed", "odr_50"),
    [("metamotion-bmi160", 0x1C, 0x07, 0x27), ("metamotion-bmi270", 0x05, 0x05, 0xA7)],
)
class TestMetaMotion:
    def _started(
        self, key: str, acc_packed: int, gyr_packed: int, acc_config: bytes
    ) -> SensorModel:
        model = make_model(key, "0001", battery_percent=99.0)
        model.subscribed(metamotion.REPLIES, True)
        for command in (
            b"\x03\x03" + acc_config,
            bytes.fromhex("1303 27 00"),
            bytes([0x03, acc_packed, 1]),
            bytes([0x13, gyr_packed, 1]),
            *map(bytes.fromhex, ("03020100", "13020100", "030101", "130101")),
        ):
            assert model.write(metamotion.COMMANDS, command) == []
        return model

    def test_packed_streams(self, key: str, acc_packed: int, gyr_packed: int, odr_50: int) -> None:
        config = bytes([odr_50, 0x0C if key.endswith("160") else 0x03])
        model = self._started(key, acc_packed, gyr_packed, config)
        assert model.rate_hz == 50.0
        sent = [data for _, data in sample(model, 6)]
        acc_head, gyr_head = bytes([0x03, acc_packed]), bytes([0x13, gyr_packed])
        assert [data[:2] for data in sent] == [acc_head, gyr_head] * 2
        assert {len(data) for data in sent} == {20}
        assert struct.unpack_from("<h", sent[0], 6)[0] == 2048  # 1 g in a range of 16 g

    def test_stop(self, key: str, acc_packed: int, gyr_packed: int, odr_50: int) -> None:
        model = self._started(key, acc_packed, gyr_packed, bytes([odr_50, 0x03]))
        model.disconnected()
        assert model.streaming, "the modules do not know of the link"
        for command in ("030100", "03020001", "130100", "13020001"):
            model.write(metamotion.COMMANDS, bytes.fromhex(command))
        assert not model.streaming

    def test_tells_its_chip_and_battery(
        self, key: str, acc_packed: int, gyr_packed: int, odr_50: int
    ) -> None:
        model = self._started(key, acc_packed, gyr_packed, bytes([odr_50, 0x03]))
        chip = metamotion.BMI160 if key.endswith("160") else metamotion.BMI270
        ((_, acc),) = model.write(metamotion.COMMANDS, b"\x03\x80")
        ((_, gyr),) = model.write(metamotion.COMMANDS, b"\x13\x80")
        assert (acc[2], gyr[2]) == (chip.acc.implementation, chip.gyr.implementation)
        ((_, battery),) = model.write(metamotion.COMMANDS, b"\x11\xcc")
        assert battery == bytes.fromhex("118c633410")
        assert model.read(metamotion.MODEL_NUMBER) == chip.model


class TestThingy:
    def test_configuration(self) -> None:
        model = make_model("thingy52", "0001")
        model.subscribed(thingy52.RAW, True)
        assert model.rate_hz == 10.0
        model.write(thingy52.CONFIG, bytes.fromhex("6400f401f401640001"))
        assert model.rate_hz == 100.0
        for refused in ("6400f401f401040001", "6400"):
            with pytest.raises(AttError):
                model.write(thingy52.CONFIG, bytes.fromhex(refused))
        model.reboot()
        assert model.rate_hz == 100.0

    def test_clamps_as_the_firmware_does(self) -> None:
        model = make_model("thingy52", "0001")
        model.subscribed(thingy52.RAW, True)
        ((_, packet),) = model.sample(0, 0.0, np.full(3, 1e3), np.full(3, 30.0))
        assert struct.unpack("<9h", packet)[:4] == (31 * 1024,) * 3 + (1023 * 32,)


class TestAdafruit:
    def test_period(self) -> None:
        model = make_model("adafruit-ble", "0001")
        model.subscribed(adafruit.ACC, True)
        assert model.rate_hz == 1.0
        model.write(adafruit.PERIOD, struct.pack("<i", 20))
        assert model.rate_hz == 50.0
        assert [uuid for uuid, _ in sample(model)] == [adafruit.ACC]
        model.write(adafruit.PERIOD, struct.pack("<i", -1))
        assert not model.streaming


class TestSensorTag:
    def test_never_faster_than_ten_a_second(self) -> None:
        model = make_model("sensortag-cc2650", "0001")
        model.subscribed(sensortag.DATA, True)
        model.write(sensortag.CONFIG, bytes.fromhex("7f02"))
        assert (model.rate_hz, model.streaming) == (1.0, True)
        with pytest.raises(AttError) as refusal:
            model.write(sensortag.PERIOD, b"\x09")
        assert code(refusal) == sensortag.INVALID_VALUE
        model.write(sensortag.PERIOD, b"\x0a")
        assert model.rate_hz == pytest.approx(10.0)
        ((_, packet),) = sample(model)
        assert struct.unpack("<9h", packet)[5] == 4096  # 1 g in a range of 8 g
        model.write(sensortag.CONFIG, b"\0\0")
        assert not model.streaming


def test_nano33_sends_what_is_listened_to() -> None:
    model = make_model("arduino-nano33", "AB12")
    model.subscribed(nano33.GYR, True)
    ((uuid, packet),) = sample(model)
    assert uuid == nano33.GYR
    assert struct.unpack("<3f", packet) == pytest.approx(np.degrees(TURNING))
