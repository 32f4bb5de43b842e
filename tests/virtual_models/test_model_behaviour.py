"""Every model starts, stops, refuses and forgets as the device it stands for."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.virtual.gatt import (
    INVALID_HANDLE,
    READ_NOT_PERMITTED,
    WRITE_NOT_PERMITTED,
    AttError,
    Notification,
    Property,
    SensorModel,
    sig_uuid,
)
from pelvicsense.virtual.models import (
    MODELS,
    adafruit,
    gear_vr,
    imu6_open,
    make_model,
    metamotion,
    movella_dot,
    movesense,
    muse,
    nano33,
    polar_sense,
    sensortag,
    thingy52,
    witmotion,
)

STILL, TURNING = np.array([0.0, 0.0, 9.80665]), np.array([0.5, -0.25, 0.125])


def _sample(model: SensorModel, n: int = 1, from_index: int = 0) -> list[Notification]:
    due: list[Notification] = []
    for i in range(from_index, from_index + n):
        due += model.sample(i, i / model.rate_hz, STILL, TURNING)
    return due


def _code(error: pytest.ExceptionInfo[AttError]) -> int:
    return error.value.code


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

    def test_permissions(self, key: str) -> None:
        model = make_model(key, "0001")
        for characteristic in (c for s in model.services for c in s.characteristics):
            allowed = characteristic.properties
            if Property.READ in allowed:
                assert isinstance(model.read(characteristic.uuid), bytes)
            else:
                with pytest.raises(AttError) as refusal:
                    model.read(characteristic.uuid)
                assert _code(refusal) == READ_NOT_PERMITTED
            if not allowed & {Property.WRITE, Property.WRITE_WITHOUT_RESPONSE}:
                with pytest.raises(AttError) as refusal:
                    model.write(characteristic.uuid, b"\0\0")
                assert _code(refusal) == WRITE_NOT_PERMITTED
            if not allowed & {Property.NOTIFY, Property.INDICATE}:
                with pytest.raises(AttError):
                    model.subscribed(characteristic.uuid, True)

    def test_unknown_characteristic(self, key: str) -> None:
        model = make_model(key, "0001")
        unknown = sig_uuid(0x2A00)
        for access in (lambda: model.read(unknown), lambda: model.write(unknown, b"")):
            with pytest.raises(AttError) as refusal:
                access()
            assert _code(refusal) == INVALID_HANDLE

    def test_silent_until_started(self, key: str) -> None:
        model = make_model(key, "0001")
        assert not model.streaming
        assert _sample(model, 30) == []


def test_unknown_model() -> None:
    with pytest.raises(ConfigurationError, match="there are movella-dot"):
        make_model("wristwatch", "1")


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
        assert len(_sample(model, 3)) == 3
        model.disconnected()
        assert model.streaming
        assert _sample(model, 3) == []
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
        _sample(model, 1)
        model.write(witmotion.REGISTERS, self.UNLOCK)
        _sample(model, 1, from_index=101)  # ten seconds later
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
        sent = [data for _, data in _sample(self._model(), 3)]
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
        sent = [data for _, data in _sample(model, 6)]
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


class TestMovesense:
    SUBSCRIBE_52 = b"\x01\x07/Meas/IMU6/52\0"

    def _model(self) -> SensorModel:
        model = make_model("movesense", "174630000192", battery_percent=64.0)
        model.subscribed(movesense.RESULTS, True)
        return model

    def test_dialogue(self) -> None:
        model = self._model()
        ((_, hello),) = model.write(movesense.COMMANDS, b"\x00\x01")
        assert hello.startswith(b"\x01\x01\x01174630000192\0")
        ((_, battery),) = model.write(movesense.COMMANDS, b"\x04\x02/System/Energy/Level\0")
        assert battery == b"\x01\x02\xc8\x00\x40"
        ((_, answer),) = model.write(movesense.COMMANDS, b"\x01\x03/Meas/Nothing\0")
        assert answer == b"\x01\x03\x94\x01"
        ((_, answer),) = model.write(movesense.COMMANDS, self.SUBSCRIBE_52)
        assert answer == b"\x01\x07\xc8\x00"
        assert (model.rate_hz, model.streaming) == (52.0, True)
        ((_, answer),) = model.write(movesense.COMMANDS, b"\x02\x07")
        assert (answer, model.streaming) == (b"\x01\x07\xc8\x00", False)

    @pytest.mark.parametrize(
        ("rate", "lengths"), [(52, [102]), (104, [152, 48]), (208, [152, 240])]
    )
    def test_long_payloads_go_on_in_a_second_part(self, rate: int, lengths: list[int]) -> None:
        model = self._model()
        model.write(movesense.COMMANDS, f"\x01\x07Meas/IMU6/{rate}\0".encode())
        sent = _sample(model, rate // 13)
        assert [len(data) for _, data in sent] == lengths
        assert [data[:2] for _, data in sent] == [b"\x02\x07", b"\x03\x07"][: len(sent)]

    def test_the_subscription_ends_with_the_link(self) -> None:
        model = self._model()
        model.write(movesense.COMMANDS, self.SUBSCRIBE_52)
        model.disconnected()
        assert not model.streaming


class TestPolarSense:
    ACC_52 = bytes.fromhex("0202 00013400 01011000 02010800 040103")
    GYR_52 = bytes.fromhex("0205 00013400 01011000 0201d007 040103")

    def _model(self) -> SensorModel:
        model = make_model("polar-verity-sense", "0A1B2C3D")
        model.subscribed(polar_sense.CONTROL, True)
        model.subscribed(polar_sense.DATA, True)
        return model

    def _status(self, model: SensorModel, command: bytes | str) -> int:
        data = bytes.fromhex(command) if isinstance(command, str) else command
        ((_, reply),) = model.write(polar_sense.CONTROL, data)
        assert reply[:3] == b"\xf0" + data[:2]
        return reply[3]

    def test_control_point_wants_a_subscription(self) -> None:
        model = make_model("polar-verity-sense", "0A1B2C3D")
        with pytest.raises(AttError) as refusal:
            model.write(polar_sense.CONTROL, self.ACC_52)
        assert _code(refusal) == polar_sense.CCCD_IMPROPERLY_CONFIGURED

    def test_settings_and_factor(self) -> None:
        model = self._model()
        ((_, reply),) = model.write(polar_sense.CONTROL, b"\x01\x05")
        settings = "00013400 01011000 0204f500f401e803d007 040103"
        assert reply == bytes.fromhex("f0 01 05 00 00" + settings)
        ((_, reply),) = model.write(polar_sense.CONTROL, self.ACC_52)
        assert reply[:7] == bytes.fromhex("f0 02 02 00 00 05 01")
        assert struct.unpack_from("<f", reply, 7)[0] == pytest.approx(8000 / 32768)

    def test_statuses(self) -> None:
        model = self._model()
        assert self._status(model, self.ACC_52) == 0
        assert self._status(model, self.ACC_52) == 6
        assert self._status(model, "0209") == 12  # SDK mode while measuring
        assert self._status(model, "0302") == 0
        assert self._status(model, self.ACC_52.replace(b"\x34", b"\x68")) == 5
        assert self._status(model, "0209") == 0
        assert self._status(model, self.ACC_52.replace(b"\x34", b"\x68")) == 0
        assert model.rate_hz == 104.0

    def test_frames(self) -> None:
        model = self._model()
        self._status(model, self.ACC_52)
        self._status(model, self.GYR_52)
        sent = [data for _, data in _sample(model, 26)]
        assert [data[0] for data in sent] == [5, 2]
        times = [struct.unpack_from("<Q", data, 1)[0] for data in sent]
        assert times[1] - times[0] == pytest.approx(5e9 / 52, abs=1)
        assert all(len(data) <= model.max_mtu - 3 for data in sent)
        model.disconnected()
        assert not model.streaming


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
        assert [uuid for uuid, _ in _sample(model)] == [adafruit.ACC]
        model.write(adafruit.PERIOD, struct.pack("<i", -1))
        assert not model.streaming


class TestGearVr:
    def _started(self) -> SensorModel:
        model = make_model("gear-vr-controller", "A1B2")
        model.subscribed(gear_vr.DATA, True)
        model.write(gear_vr.COMMANDS, b"\x08\x00")
        model.write(gear_vr.COMMANDS, b"\x01\x00")
        return model

    def test_three_samples_a_packet(self) -> None:
        sent = _sample(self._started(), 6)
        assert [len(data) for _, data in sent] == [60, 60]
        times = [struct.unpack_from("<I", sent[1][1], 16 * i)[0] for i in range(3)]
        assert times == [15000, 20000, 25000]

    def test_falls_silent_without_keep_alives(self) -> None:
        model = self._started()
        for second in range(0, 130):
            model.sample(second, float(second), STILL, TURNING)
            if second in (0, 50):
                model.write(gear_vr.COMMANDS, b"\x04\x00")
            if second <= 125:
                assert model.streaming
        assert not model.streaming

    def test_off(self) -> None:
        model = self._started()
        model.write(gear_vr.COMMANDS, b"\x00\x00")
        assert not model.streaming


class TestMuse:
    def test_commands_and_sequence(self) -> None:
        model = make_model("muse", "5A5A")
        for uuid in (muse.CONTROL, muse.ACC, muse.GYR):
            model.subscribed(uuid, True)
        ((_, reply),) = model.write(muse.CONTROL, bytes.fromhex("047032310a"))
        assert reply == b'\x08{"rc":0}'
        assert not model.streaming
        model.write(muse.CONTROL, bytes.fromhex("02640a"))
        sent = _sample(model, 6)
        assert [uuid for uuid, _ in sent] == [muse.GYR, muse.ACC] * 2
        assert [int.from_bytes(data[:2], "big") for _, data in sent] == [0, 0, 1, 1]
        model.write(muse.CONTROL, bytes.fromhex("02680a"))
        assert not model.streaming

    def test_a_command_of_another_length_is_ignored(self) -> None:
        model = make_model("muse", "5A5A")
        assert model.write(muse.CONTROL, bytes.fromhex("03640a")) == []
        assert not model.streaming


class TestSensorTag:
    def test_never_faster_than_ten_a_second(self) -> None:
        model = make_model("sensortag-cc2650", "0001")
        model.subscribed(sensortag.DATA, True)
        model.write(sensortag.CONFIG, bytes.fromhex("7f02"))
        assert (model.rate_hz, model.streaming) == (1.0, True)
        with pytest.raises(AttError) as refusal:
            model.write(sensortag.PERIOD, b"\x09")
        assert _code(refusal) == sensortag.INVALID_VALUE
        model.write(sensortag.PERIOD, b"\x0a")
        assert model.rate_hz == pytest.approx(10.0)
        ((_, packet),) = _sample(model)
        assert struct.unpack("<9h", packet)[5] == 4096  # 1 g in a range of 8 g
        model.write(sensortag.CONFIG, b"\0\0")
        assert not model.streaming


class TestImu6Open:
    def _model(self) -> SensorModel:
        model = make_model("imu6-open", "AB12")
        model.subscribed(imu6_open.DATA, True)
        model.subscribed(imu6_open.CONTROL, True)
        return model

    def test_batches_and_counter(self) -> None:
        model = self._model()
        model.write(imu6_open.CONTROL, b"\x01" + struct.pack("<HB", 200, 5))
        sent = [data for _, data in _sample(model, 12)]
        assert [len(data) for data in sent] == [68, 68]
        assert [struct.unpack_from("<BBHI", data) for data in sent] == [
            *((1, 5, 0, 0), (1, 5, 1, 25000)),
        ]
        model.disconnected()
        assert not model.streaming

    def test_info_follows_the_ranges(self) -> None:
        model = self._model()
        model.write(imu6_open.CONTROL, b"\x02" + struct.pack("<2H", 8, 1000))
        acc, gyr, rate, acc_g, gyr_dps, *_ = struct.unpack("<3f2H2B", model.read(imu6_open.INFO))
        assert (acc_g, gyr_dps, rate) == (8, 1000, 100.0)
        assert acc == pytest.approx(8 * 9.80665 / 32768)
        assert gyr == pytest.approx(np.radians(1000) / 32768)

    def test_ping_and_identify(self) -> None:
        model = self._model()
        assert model.write(imu6_open.CONTROL, b"\x03") == [(imu6_open.CONTROL, b"\x03" + bytes(4))]
        assert model.write(imu6_open.CONTROL, b"\x04") == []

    @pytest.mark.parametrize(
        "command", ["", "01", "0164ff01", "01640000", "0203000001", "09", "03aa"]
    )
    def test_refusals(self, command: str) -> None:
        with pytest.raises(AttError):
            self._model().write(imu6_open.CONTROL, bytes.fromhex(command))


def test_nano33_sends_what_is_listened_to() -> None:
    model = make_model("arduino-nano33", "AB12")
    model.subscribed(nano33.GYR, True)
    ((uuid, packet),) = _sample(model)
    assert uuid == nano33.GYR
    assert struct.unpack("<3f", packet) == pytest.approx(np.degrees(TURNING))
