"""Devices that are told by commands and answer: they start, stop, refuse and forget."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from driving import STILL, TURNING, code, sample

from pelvicsense.virtual.gatt import AttError, SensorModel
from pelvicsense.virtual.models import (
    gear_vr,
    imu6_open,
    make_model,
    movesense,
    muse,
    polar_sense,
)


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
        sent = sample(model, rate // 13)
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
        assert code(refusal) == polar_sense.CCCD_IMPROPERLY_CONFIGURED

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
        sent = [data for _, data in sample(model, 26)]
        assert [data[0] for data in sent] == [5, 2]
        times = [struct.unpack_from("<Q", data, 1)[0] for data in sent]
        assert times[1] - times[0] == pytest.approx(5e9 / 52, abs=1)
        assert all(len(data) <= model.max_mtu - 3 for data in sent)
        model.disconnected()
        assert not model.streaming


class TestGearVr:
    def _started(self) -> SensorModel:
        model = make_model("gear-vr-controller", "A1B2")
        model.subscribed(gear_vr.DATA, True)
        model.write(gear_vr.COMMANDS, b"\x08\x00")
        model.write(gear_vr.COMMANDS, b"\x01\x00")
        return model

    def test_three_samples_a_packet(self) -> None:
        sent = sample(self._started(), 6)
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
        sent = sample(model, 6)
        assert [uuid for uuid, _ in sent] == [muse.GYR, muse.ACC] * 2
        assert [int.from_bytes(data[:2], "big") for _, data in sent] == [0, 0, 1, 1]
        model.write(muse.CONTROL, bytes.fromhex("02680a"))
        assert not model.streaming

    def test_a_command_of_another_length_is_ignored(self) -> None:
        model = make_model("muse", "5A5A")
        assert model.write(muse.CONTROL, bytes.fromhex("03640a")) == []
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
        sent = [data for _, data in sample(model, 12)]
        assert [len(data) for data in sent] == [68, 68]
        heads = [struct.unpack_from("<BBHI", data) for data in sent]
        assert heads == [(1, 5, 0, 0), (1, 5, 1, 25000)]
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
