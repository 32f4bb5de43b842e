"""Every mistake in a profile is told with its line and what to do."""

from __future__ import annotations

import pytest
from small_profiles import HEAD, PACKET, TEXT, small

from pelvicsense.datatypes.errors import ProfileError, error_line

SECOND = """\
[[packets]]
characteristic = "data"
prefix = "AA 01"
[packets.samples]
fields = [{ name = "acc", type = "i16", unit = "g" }, { name = "gyr", type = "i16", unit = "dps" }]
"""


SAMPLES = "[packets.samples]"


def faults(text: str) -> list[str]:
    with pytest.raises(ProfileError) as caught:
        small(text)
    return [str(fault) for fault in caught.value.faults]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_right_profile_is_read() -> None:
    assert small().id == "small"


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('id = "small"', 'id = "Small Device"', "id", "lower-case letters"),
        ('sources = ["made up"]', 'source = ["made up"]', "source", "did you mean 'sources'?"),
        ('sources = ["made up"]', "", "sources", "at least one source"),
        ('["Small-*"]', '["Sm*"]', "match.names", "grab strangers' devices"),
        ('["Small-*"]', '["*mall"]', "match.names", "at least 4 letters"),
        ('["Small-*"]', "[]", "match", "expected names or services"),
        ('["Small-*"]', '["Small"]\nservices = ["180d"]', "match.services", "128 bits"),
        (
            '["Small-*"]',
            '["Small"]\nservices = ["6e400001-b5a3-f393-e0a9-e50e24dcca9e"]',
            "match.services",
            "Nordic UART",
        ),
        ('000000001"', '00000001"', "characteristics.data", "UUID of 128 bits"),
        ("default_hz = 100", "default_hz = 60", "rates.default_hz", "one of the options"),
        ('rate = "64"', 'rate = "6"', "rates.options[1].rate", "hex digits in pairs"),
        ('rate = "64"', 'code = "64"', "rates.options[1]", "same names as in the first"),
        ('characteristic = "data"', 'characteristic = "dada"', "packets[0].characteristic", "dada"),
        ('prefix = "AA"', 'prefix = "A"', "packets[0].prefix", "hex digits in pairs"),
        ('prefix = "AA"', 'prefix = "AA"\nlength = 9', "packets[0].length", "at least 15"),
        ('prefix = "AA"', 'order = "middle"', "packets[0].order", "little or big"),
        ('prefix = "AA"', 'checksum = "md5"', "packets[0].checksum", "sum8"),
        ('prefix = "AA"', "ignore = true", "packets[0].samples", "remove either"),
        ('type = "u16"', 'type = "int"', "packets[0].fields[0].type", "one of i8"),
        ('type = "u16"', 'type = "f32"', "packets[0].fields", "integer type"),
        ('unit = "g"', 'unit = "G"', "packets[0].samples.fields[0].unit", "m/s2, g, mg"),
        ("scale = 0.001", 'scale = "1/0"', "packets[0].samples.fields[0].scale", "a ratio"),
        (SAMPLES, SAMPLES + '\nrepeat = "some"', "packets[0].samples.repeat", "fill"),
        (SAMPLES, SAMPLES + '\nrepeat = "count"', "packets[0]", "need each other"),
        (SAMPLES, SAMPLES + "\nrepeat = 2", "time.anchor", "first or last"),
        (SAMPLES, SAMPLES + "\nstride = 4", "packets[0].samples.stride", "at least 12"),
        (SAMPLES, SAMPLES + '\ncodec = "zip"', "packets[0].samples.codec", "polar"),
        ("tick_s = 0.001", "tick_s = 0", "time.tick_s", "above 0"),
        ("tick_s = 0.001", "", "time.tick_s", "got nothing"),
        ('"gyr", type', '"rate", type', "packets", "acc and gyr"),
        ("[rates]", '[framing]\ndate = { kind = "sync" }\n[rates]', "framing.date", "a name from"),
        ("[rates]", '[framing]\ndata = { kind = "lines" }\n[rates]', "packets[0].fields", "text"),
        (
            "[rates]",
            '[commands]\nstart = [{ write = "data", bytes = "01 {speed}" }]\n[rates]',
            "commands.start[0]",
            "{speed}",
        ),
        (
            "[rates]",
            '[commands]\nstart = [{ send = "data", bytes = "01" }]\n[rates]',
            "commands.start[0]",
            "write, read, ask, modify",
        ),
        ("[rates]", '[firmware]\nvalue = "version"\n[rates]', "commands", "named 'version'"),
        ("[rates]", "[confidence]\nlayout = \"sure\"\n[rates]", "confidence.layout", "confirmed"),
        ('id = "small"', 'id = "small"\naxes = ["x", "y", "-z"]', "axes", "mirror image"),
        ('id = "small"', 'id = "small"\naxes = ["x", "y", "y"]', "axes", "our x, y, z"),
        ('id = "small"', 'id = "small"\njoin = "time"', "join", "remove it"),
    ],
)  # fmt: skip
def test_a_mistake_is_told(old: str, new: str, key: str, words: str) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    told = faults(text)
    mine = [fault for fault in told if f": {key}: " in fault]
    assert mine, told
    assert words in mine[0]


def test_the_line_is_that_of_the_mistake() -> None:
    text = TEXT.replace('type = "i16", scale = "1/16"', 'type = "i17", scale = "1/16"')
    (fault,) = faults(text)
    assert fault.startswith(f"{line_of(text, 'i17')}: packets[0].samples.fields[1].type: ")


def test_all_faults_are_told_in_the_order_of_their_lines() -> None:
    text = TEXT.replace('"u16"', '"u17"').replace(', unit = "g"', "").replace('id = "small"', "")
    told = faults(text + "[nonsense]\nx = 1\n")
    numbers = [int(fault.split(":")[0]) for fault in told]
    assert numbers == sorted(numbers)
    assert len(told) == 4


def test_packets_that_cannot_be_told_apart_are_refused() -> None:
    told = faults(
        HEAD + PACKET.replace("[time]\ntick_s = 0.001\n", SECOND + "[time]\ntick_s = 1e-3\n")
    )
    assert any("cannot be told from packet" in fault for fault in told)


def test_what_is_no_toml_is_told_with_its_line() -> None:
    (fault,) = faults(TEXT.replace('prefix = "AA"', 'prefix = "AA'))
    assert fault.startswith(f"{line_of(TEXT, 'prefix')}: not TOML")


def test_the_error_is_one_line() -> None:
    with pytest.raises(ProfileError) as caught:
        small(TEXT.replace(', unit = "g"', "").replace(', unit = "dps"', ""))
    assert error_line(caught.value).count("\n") == 0
    assert "and 1 more" in error_line(caught.value)


def test_a_fault_in_a_variant_is_told_at_its_own_line_and_one_below_it_once() -> None:
    variants = """\
[[variants]]
name = "one"
when = { value = "model", bytes = "01" }
rates = { default_hz = 25, options = [{ hz = 26 }] }
[[variants]]
name = "two"
when = { value = "model", bytes = "02" }
"""
    probe = '[commands]\nprobe = [{ read = "other", name = "model" }]\n'
    text = TEXT.replace('unit = "g"', 'unit = "kg"') + probe + variants
    told = faults(text)
    assert len(told) == 2
    assert told[0].startswith(f"{line_of(text, 'kg')}: ")
    assert told[1].startswith(f"{line_of(text, 'default_hz = 25')}: variants[0].rates.default_hz")
