"""A small profile as text, for tests to change and to spoil."""

from __future__ import annotations

from pelvicsense.profiles.parse import parse_profile
from pelvicsense.profiles.schema import Profile

DATA = "11110001-0000-4000-8000-000000000001"
OTHER = "11110001-0000-4000-8000-000000000002"

HEAD = """\
id = "small"
device = "A small device"
sources = ["made up"]
[match]
names = ["Small-*"]
[characteristics]
data = "11110001-0000-4000-8000-000000000001"
other = "11110001-0000-4000-8000-000000000002"
[rates]
default_hz = 100
options = [{ hz = 50, rate = "32" }, { hz = 100, rate = "64" }]
"""

PACKET = """\
[[packets]]
characteristic = "data"
prefix = "AA"
fields = [{ name = "time", type = "u16" }]
[packets.samples]
fields = [
    { name = "acc", type = "i16", scale = 0.001, unit = "g" },
    { name = "gyr", type = "i16", scale = "1/16", unit = "dps" },
]
[time]
tick_s = 0.001
"""

TEXT = HEAD + PACKET


def small(text: str = TEXT) -> Profile:
    """Return the profile that a text says."""
    return parse_profile(text, "small.toml")


def with_packets(packets: str, top: str = "") -> Profile:
    """Return a profile with other packets; ``top`` goes before the first table."""
    return small(top + HEAD + packets)
