"""Packets published by vendors and users come out of the models' own encoders."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from pelvicsense.virtual.models import (
    bluest,
    gear_vr,
    imu6_open,
    metamotion,
    movella_dot,
    movesense,
    muse,
    polar_frames,
    sensortag,
    thingy52,
    witmotion,
)
from pelvicsense.virtual.models.wire import DEGREE, G, counts


def test_dot_rate_quantities() -> None:
    packet = movella_dot.rate_quantities(1143080408, (0.5, -1.25, 9.75), (10.0, -20.5, 180.0))
    expected = "d8052244 0000003f 0000a0bf 00001c41 00002041 0000a4c1 00003443" + "00" * 12
    assert packet == bytes.fromhex(expected)


@pytest.mark.parametrize(
    ("captured", "acc_g", "gyr_dps", "roll_deg"),
    [
        ("5561 35ff59ff0a08 000000000000 b9fc", (-0.09912, -0.08154, 1.00488), (0, 0, 0), -4.609),
        (
            "5561 e403ebf43f00 7c0202ff3300 52fe",
            (0.48633, -1.38525, 0.03076),
            (38.8184, -15.5029, 3.1128),
            -2.362,
        ),
    ],
)
def test_witmotion_captures(
    captured: str, acc_g: tuple[float, ...], gyr_dps: tuple[float, ...], roll_deg: float
) -> None:
    frame = witmotion.frame(
        counts(np.array(acc_g) * G, witmotion.ACC_PER_COUNT),
        counts(np.array(gyr_dps) * DEGREE, witmotion.GYR_PER_COUNT),
        counts(np.array([roll_deg * DEGREE, 0, 0]), witmotion.ANGLE_PER_COUNT),
    )
    assert frame[:16] == bytes.fromhex(captured)
    assert len(frame) == 20


def test_witmotion_register_reply() -> None:
    reply = witmotion.register_reply(0x3A, (360, 105, 122, 0, 0, 0, 0, 0))
    assert reply == bytes.fromhex("55713a00 6801 6900 7a00" + "0000" * 5)


@pytest.mark.parametrize(
    ("module", "register", "samples", "expected"),
    [
        (0x03, 0x04, [(-15338, -23916, -12246)], "0304 16c494a22ad0"),
        (
            0x03,
            0x1C,
            [(-18590, 3411, -535), (-12266, 3661, 599), (-118, 1441, 266)],
            "031c 62b7530de9fd 16d04d0e5702 8affa1050a01",
        ),
        (0x13, 0x05, [(17214, 32767, -32768)], "1305 3e43 ff7f 0080"),
    ],
)
def test_metamotion_packets(
    module: int, register: int, samples: list[tuple[int, int, int]], expected: str
) -> None:
    assert metamotion.sensor_packet(module, register, samples) == bytes.fromhex(expected)


@pytest.mark.parametrize(
    ("chip", "range_code", "values", "expected"),
    [
        (metamotion.BMI160.acc, 5, (-1.87231, -2.91943, -1.49487), "16c494a22ad0"),
        (metamotion.BMI160.gyr, 2, (262.4085, 499.4970, -499.5122), "3e43ff7f0080"),
        (metamotion.BMI160.gyr, 1, (164.177, 301.860, -265.122), "0915ad2608de"),
    ],
)
def test_metamotion_scales(
    chip: metamotion.SensorChip, range_code: int, values: tuple[float, ...], expected: str
) -> None:
    taken = counts(np.array(values), 1.0 / chip.full_scale[range_code])
    assert struct.pack("<3h", *taken) == bytes.fromhex(expected)


def test_metamotion_battery() -> None:
    assert metamotion.battery_reply(99, 4148) == bytes.fromhex("118c633410")


MOVESENSE_CAPTURE = bytes.fromhex(
    "aca10200 94b578bf 399b8840 cdb20d41 55ff7cbf 6a608840 92c70c41 82627cbf a2e98840 5da00c41"
    "8bf871bf 71248940 c38c0c41 48e17abf 713daabf 3333b3be c3f568bf 713daabf 3e0ad7be ae4721bf"
    "f628bcbf 3e0ad7be ae4721bf 3333b3bf 3e0ad7be"
)


def test_movesense_capture() -> None:
    values = np.array(struct.unpack_from("<24f", MOVESENSE_CAPTURE, 4)).reshape(2, 4, 3)
    acc, gyr = ([tuple(row) for row in half.tolist()] for half in values)
    assert movesense.imu6_payload(172460, acc, gyr) == MOVESENSE_CAPTURE


def test_movesense_counts_are_those_of_the_capture() -> None:
    """The real sensor's floats are whole multiples of what the model counts in."""
    values = np.array(struct.unpack_from("<24f", MOVESENSE_CAPTURE, 4)).reshape(2, 12)
    quanta = np.array([[movesense.ACC_PER_COUNT], [movesense.GYR_PER_COUNT_DPS]])
    multiples = values / quanta
    assert np.abs(multiples - np.round(multiples)).max() < 0.01


@pytest.mark.parametrize(
    ("kind", "frame_type", "time_ns", "samples", "bits", "expected"),
    [
        (
            2,
            1,
            0x65,
            [(-15, 20, 1008), (-20, 17, 1008)],
            6,
            "02 6500000000000000 81 f1ff1400f003 0601 7b0f08",
        ),
        (
            5,
            0,
            0x7FFFFFFFFFFFFFFF,
            [(-22, 8, 13), (-23, 11, 16)],
            3,
            "05 ffffffffffffff7f 80 eaff08000d00 0301 df00",
        ),
    ],
)
def test_polar_frames(
    kind: int,
    frame_type: int,
    time_ns: int,
    samples: list[tuple[int, int, int]],
    bits: int,
    expected: str,
) -> None:
    first = polar_frames.compressed_frame(kind, frame_type, time_ns, samples[:1])
    (x0, y0, z0), (x1, y1, z1) = samples
    block = polar_frames.delta_block([(x1 - x0, y1 - y0, z1 - z0)], bits)
    # The suite's last byte has a bit set in the padding, which means nothing.
    padding = 8 * len(block[2:]) - 3 * bits
    assert first + block[:-1] == bytes.fromhex(expected)[:-1]
    assert block[-1] == bytes.fromhex(expected)[-1] & (0xFF >> padding)


def test_thingy_raw_motion() -> None:
    packet = thingy52.raw_motion([0.0, 0.5, 1.0], [1.0, -10.0, 100.0], (1.0, -10.0, 50.0))
    assert packet == bytes.fromhex("0000 0002 0004 2000 c0fe 800c 1000 60ff 2003")


def test_bluest_bundle() -> None:
    packet = bluest.motion(1000, (10, -100, 1000), (15, -300, 2000), (0, 0, 0))
    assert packet[:14] == bytes.fromhex("e803 0a00 9cff e803 0f00 d4fe d007")


def test_gear_vr_sub_sample() -> None:
    acc = counts(np.array([0.0, 0.0, 9.80665]), gear_vr.ACC_PER_COUNT)
    gyr = counts(np.array([1.74594, 0.0, 0.0]), gear_vr.GYR_PER_COUNT)
    expected = "a0860100 0000 0000 0008 9505 0000 0000"
    assert gear_vr.sub_sample(100000, acc, gyr) == bytes.fromhex(expected)


def test_muse_acceleration() -> None:
    packet = muse.packet(21101, [(4579, 3485, 15475), (4613, 3401, 15413), (4535, 3506, 15503)])
    expected = "526d 11e30d9d3c73 12050d493c35 11b70db23c8f"
    assert packet == bytes.fromhex(expected)
    first = np.array([0.27948, 0.21271, 0.94452]) * G
    assert counts(first, muse.ACC_PER_COUNT) == (4579, 3485, 15475)


def test_sensortag_movement() -> None:
    gyr = counts(np.array([0.99945, -1.99890, 0.0]) * DEGREE, sensortag.GYR_PER_COUNT)
    packet = sensortag.movement(gyr, (0, 0, 4096), (10, 20, -30))
    assert packet == bytes.fromhex("8300 fafe 0000 0000 0000 0010 0a00 1400 e2ff")


def test_imu6_open_packet() -> None:
    packet = imu6_open.packet(65535, 1_000_000, [(1, -2, 3, -4, 5, -6)] * 5)
    assert packet[:8] == bytes.fromhex("01 05 ffff 40420f00")
    assert packet[8:20] == bytes.fromhex("0100 feff 0300 fcff 0500 faff")
    assert len(packet) == 68
