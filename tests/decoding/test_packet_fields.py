"""Types, byte orders, layouts and axes: bytes by hand against the decoder."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from decoding_streams import acc_of, decoder, feed, gyr_of, ticks_of
from small_profiles import DATA, with_packets

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.decoding.inspect import inspect
from pelvicsense.decoding.numbers import NumberGrid

G, DPS = 9.80665, np.pi / 180


def fields(kind: str) -> str:
    return (
        f'fields = [{{ name = "acc", type = "{kind}", unit = "m/s2" }}, '
        f'{{ name = "gyr", type = "{kind}", unit = "rad/s" }}]\n'
    )


def plain(kind: str = "i16", packet: str = "", samples: str = "", top: str = "") -> str:
    return (
        f'[[packets]]\ncharacteristic = "data"\n{packet}[packets.samples]\n{samples}{fields(kind)}'
    )


CODES = {"i8": "b", "u8": "B", "i16": "h", "u16": "H", "i32": "i", "u32": "I", "i64": "q",
         "u64": "Q", "f32": "f", "f64": "d"}  # fmt: skip


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("kind", [*CODES, "i24", "u24"])
def test_every_type_in_either_byte_order(kind: str, order: str) -> None:
    numbers = [1, 2, 100, 7, 0, 120]
    if kind[0] in "if":
        numbers[3:] = [-7, -128, 0]
    if kind in CODES:
        data = struct.pack(("<" if order == "little" else ">") + 6 * CODES[kind], *numbers)
    else:
        sign = kind[0] == "i"
        data = b"".join(number.to_bytes(3, order, signed=sign) for number in numbers)  # type: ignore[arg-type]
    profile = with_packets(plain(kind, packet=f'order = "{order}"\n'))
    blocks = feed(decoder(profile), [(DATA, data)])
    assert [*acc_of(blocks)[0], *gyr_of(blocks)[0]] == numbers


@pytest.mark.parametrize("kind", ["i24", "u24", *(kind for kind in CODES if kind[0] != "f")])
def test_integers_are_clipped_to_what_a_type_holds(kind: str) -> None:
    grid = NumberGrid(kind, True, 1)
    bits = int(kind[1:])
    low, high = (0, 2**bits - 1) if kind[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    buffer = bytearray(2 * bits // 8)
    grid.write(buffer, 0, bits // 8, np.array([[-1e30], [1e30]]))
    got = [int(number) for number in grid.read(bytes(buffer), 0, 2, bits // 8)[:, 0]]
    assert got[0] == low
    assert got[1] == pytest.approx(high, rel=1e-15)


def test_sample_major_and_array_major() -> None:
    numbers = np.arange(12)
    data = numbers.astype("<i2").tobytes()
    by_sample = feed(decoder(with_packets(plain(samples="repeat = 2\n"))), [(DATA, data)])
    array_major = plain(samples='repeat = 2\nmajor = "array"\n')
    by_array = feed(decoder(with_packets(array_major)), [(DATA, data)])
    assert acc_of(by_sample).tolist() == [[0, 1, 2], [6, 7, 8]]
    assert gyr_of(by_sample).tolist() == [[3, 4, 5], [9, 10, 11]]
    assert acc_of(by_array).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert gyr_of(by_array).tolist() == [[6, 7, 8], [9, 10, 11]]


def test_scale_unit_and_axes() -> None:
    text = """\
[[packets]]
characteristic = "data"
[packets.samples]
fields = [
    { name = "acc", type = "i16", scale = "16/32768", unit = "g" },
    { name = "gyr", type = "i16", scale = 0.1, unit = "dps" },
]
"""
    profile = with_packets(text, top='axes = ["y", "-x", "z"]\n')
    blocks = feed(decoder(profile), [(DATA, struct.pack("<6h", 2048, 4096, 6144, 10, 20, 30))])
    np.testing.assert_allclose(acc_of(blocks), [[2 * G, -1 * G, 3 * G]], rtol=1e-15)
    np.testing.assert_allclose(gyr_of(blocks), [[2 * DPS, -1 * DPS, 3 * DPS]], rtol=1e-15)


def test_counted_and_filled_packets() -> None:
    row = struct.pack("<6h", 1, 2, 3, 4, 5, 6)
    counted = with_packets(
        plain(packet='fields = [{ name = "count", type = "u8" }]\n', samples='repeat = "count"\n')
    )
    filled = with_packets(plain(samples='repeat = "fill"\n'))
    for n in (1, 3):
        assert len(acc_of(feed(decoder(counted), [(DATA, bytes([n]) + n * row)]))) == n
        assert len(acc_of(feed(decoder(filled), [(DATA, n * row)]))) == n
    for profile, data in (
        (counted, bytes([2]) + row),
        (counted, bytes([0])),
        (counted, bytes([1]) + row + b"\0"),
        (filled, row + b"\0"),
        (filled, b""),
    ):
        into = decoder(profile)
        assert feed(into, [(DATA, data)]) == []
        assert into.counters.bad == {"length": 1}


def test_a_scale_that_the_device_tells() -> None:
    text = """\
[commands]
probe = [{ read = "other", name = "info" }]
[[packets]]
characteristic = "data"
[packets.samples]
fields = [
    { name = "acc", type = "i16", scale = { value = "info", at = 1, type = "f32" }, unit = "m/s2" },
    { name = "gyr", type = "i16", scale = { value = "info", at = 9 }, unit = "rad/s" },
]
"""
    profile = with_packets(text)
    told = {"info": b"\0" + struct.pack("<fff", 0.25, 0.0, 2.0)}
    blocks = feed(decoder(profile, told), [(DATA, struct.pack("<6h", 4, 0, 0, 1, 0, 0))])
    assert (acc_of(blocks)[0, 0], gyr_of(blocks)[0, 0]) == (1.0, 2.0)
    with pytest.raises(ConfigurationError, match="info: expected at least 5 bytes"):
        decoder(profile, {"info": b"\0"})


def test_times_of_single_samples_and_wrapping_ticks() -> None:
    text = """\
[[packets]]
characteristic = "data"
[packets.samples]
repeat = 2
fields = [
    { name = "time", type = "u16" },
    { name = "acc", type = "i8", unit = "g" },
    { name = "gyr", type = "i8", unit = "dps" },
]
[time]
tick_s = 0.001
"""
    data = struct.pack("<H6bH6b", 65530, *range(6), 4, *range(6))
    blocks = feed(decoder(with_packets(text)), [(DATA, data)])
    assert ticks_of(blocks) == [65530, 4]


@pytest.mark.parametrize(("checksum", "last"), [("sum8", 0x15), ("xor8", 0x07)])
def test_a_checksum_is_looked_at(checksum: str, last: int) -> None:
    profile = with_packets(plain("i8", packet=f'checksum = "{checksum}"\n'))
    into = decoder(profile)
    good = bytes([1, 2, 3, 4, 5, 6, last])
    assert len(feed(into, [(DATA, good)])) == 1
    assert feed(into, [(DATA, good[:-1] + b"\x99")]) == []
    assert into.counters.bad == {"checksum": 1}


def test_packets_are_told_apart_by_bytes_inside() -> None:
    text = plain("i8", packet='name = "one"\nconstants = [{ at = 6, bytes = "01" }]\nlength = 7\n')
    text += '[[packets]]\nname = "two"\ncharacteristic = "data"\nignore = true\n'
    text += 'constants = [{ at = 6, bytes = "02" }]\n'
    into = decoder(with_packets(text))
    assert len(feed(into, [(DATA, bytes([1, 2, 3, 4, 5, 6, 1]))])) == 1
    assert feed(into, [(DATA, bytes([1, 2, 3, 4, 5, 6, 2])), (DATA, bytes(7))]) == []
    assert (into.counters.ignored, into.counters.bad) == (1, {"unknown": 1})


def test_a_captured_packet_is_shown_field_by_field() -> None:
    text = """\
[[packets]]
name = "sample"
characteristic = "data"
prefix = "AA"
fields = [{ name = "time", type = "u16" }]
[packets.samples]
fields = [
    { name = "acc", type = "i16", scale = 0.5, unit = "g" },
    { name = "gyr", type = "i16", unit = "dps" },
    { name = "heat", type = "i8", scale = 0.5, unit = "°C" },
]
[time]
tick_s = 0.001
"""
    data = b"\xaa" + struct.pack("<H6hb", 7, 2, 0, 0, 180, 0, 0, 41)
    views, thrown = inspect(with_packets(text), {}, [(DATA, data), (DATA, data[:-1]), ("x", b"")])
    assert thrown == 0
    told = [(f.sample, f.name, f.raw, f.unit) for f in views[0].fields]
    assert told == [
        (None, "time", (7,), ""),
        (0, "acc", (2, 0, 0), "m/s²"),
        (0, "gyr", (180, 0, 0), "rad/s"),
        (0, "heat", (41,), "°C"),
    ]
    assert views[0].fields[1].values == (G, 0.0, 0.0)
    assert views[0].fields[2].values[0] == pytest.approx(np.pi)
    assert views[0].fields[3].values == (20.5,)
    assert [view.problem for view in views] == [
        "",
        "bad length",
        "the profile knows no packets there",
    ]
