"""The bytes of a C3D file: header, parameters and points as Intel floats.

After the C3D user guide (Motion Lab Systems, 2008; c3d.org). A parameter holds at most 255
entries; longer lists go on in parameters with the suffix 2, 3, … as the guide lets
``POINT:LABELS`` go on. Frame numbers have 16 bits; longer trials say their last frame in
``TRIAL:ACTUAL_END_FIELD``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pelvicsense.datatypes.arrays import FloatArray

_BLOCK = 512
_MOST_ENTRIES = 255
_MOST_FRAMES = 65535
_KEY, _INTEL = 0x50, 84
_CHARACTERS, _INTEGERS, _FLOATS = -1, 2, 4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named array: C3D's type code, dimensions (the first runs fastest) and bytes."""

    name: str
    kind: int
    shape: tuple[int, ...]
    data: bytes


def integers(name: str, values: Sequence[int]) -> Parameter:
    """Return a list of 16-bit integers; those above 32767 are meant unsigned."""
    data = struct.pack(f"<{len(values)}H", *values)
    return Parameter(name, _INTEGERS, (len(values),), data)


def floats(name: str, values: Sequence[float], shape: tuple[int, ...] | None = None) -> Parameter:
    """Return an array of floats."""
    data = struct.pack(f"<{len(values)}f", *values)
    return Parameter(name, _FLOATS, shape or (len(values),), data)


def texts(name: str, values: Sequence[str]) -> Parameter:
    """Return a list of ASCII texts, padded to the longest."""
    encoded = [value.encode("ascii", errors="replace")[:_MOST_ENTRIES] for value in values]
    width = max((len(value) for value in encoded), default=0)
    data = b"".join(value.ljust(width) for value in encoded)
    return Parameter(name, _CHARACTERS, (width, len(encoded)), data)


def split(values: Sequence[T]) -> Iterator[tuple[str, Sequence[T]]]:
    """Yield as many entries as a parameter holds, and its name's suffix: none, 2, 3 and on."""
    for number, start in enumerate(range(0, len(values), _MOST_ENTRIES), 1):
        yield "" if number == 1 else str(number), values[start : start + _MOST_ENTRIES]


def encode_c3d(
    data: FloatArray, rate_hz: float, groups: Mapping[str, Sequence[Parameter]]
) -> bytes:
    """Return a C3D file without analog channels.

    Parameters
    ----------
    data
        (frames, points, 4): x, y, z and the residual, -1 where a point is not known.
    rate_hz
        Frames per second.
    groups
        More parameters by group; the ones that readers need for the data are added.
    """
    length = len(_parameter_section(data.shape, rate_hz, groups, 0))
    data_start = 2 + length // _BLOCK
    header = struct.pack(
        "<BBHHHHHfHHf",
        2,  # the block of the parameters
        _KEY,
        data.shape[1],
        0,
        1,
        min(len(data), _MOST_FRAMES),
        0,
        -1.0,  # negative: the data are floats
        data_start,
        0,
        rate_hz,
    )
    section = _parameter_section(data.shape, rate_hz, groups, data_start)
    # Not padded: readers of long trials take all there is for frames.
    return _padded(header) + section + data.astype("<f4").tobytes()


def _parameter_section(
    shape: tuple[int, ...],
    rate_hz: float,
    groups: Mapping[str, Sequence[Parameter]],
    data_start: int,
) -> bytes:
    frames, points = shape[:2]
    needed = {
        "POINT": [
            integers("USED", [points]),
            floats("SCALE", [-1.0]),
            floats("RATE", [rate_hz]),
            integers("DATA_START", [data_start]),
            integers("FRAMES", [min(frames, _MOST_FRAMES)]),
        ],
        "ANALOG": [integers("USED", [0])],
        "TRIAL": [
            integers("ACTUAL_START_FIELD", [1, 0]),
            integers("ACTUAL_END_FIELD", [frames % 65536, frames // 65536]),
            floats("CAMERA_RATE", [rate_hz]),
        ],
    }
    names = [*needed, *(name for name in groups if name not in needed)]
    body = b""
    for number, name in enumerate(names, 1):
        body += _entry(name, -number, b"")
        for parameter in (*needed.get(name, ()), *groups.get(name, ())):
            body += _entry(parameter.name, number, _content(parameter))
    body += b"\0\0"  # no further entry
    blocks = -(-(4 + len(body)) // _BLOCK)
    return _padded(struct.pack("<BBBB", 1, _KEY, blocks, _INTEL) + body)


def _content(parameter: Parameter) -> bytes:
    dimensions = bytes([len(parameter.shape), *parameter.shape])
    return struct.pack("<b", parameter.kind) + dimensions + parameter.data


def _entry(name: str, group: int, content: bytes) -> bytes:
    """Return a group (negative number) or a parameter of one, without a description."""
    rest = content + b"\0"  # length of the description
    following = struct.pack("<H", 2 + len(rest))  # counted from itself
    return struct.pack("<bb", len(name), group) + name.encode("ascii") + following + rest


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % _BLOCK)
