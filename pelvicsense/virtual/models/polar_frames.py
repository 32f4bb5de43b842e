"""Polar's measurement frames: a reference sample, then blocks of packed differences.

Source: Polar's BLE SDK (documentation, Android and iOS sources and their unit tests).
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TypeAlias

Counts: TypeAlias = tuple[int, int, int]

_DELTAS_PER_BLOCK = 10
_COMPRESSED = 0x80


def delta_block(deltas: list[Counts], bits: int) -> bytes:
    """Return the width, the number and the differences, ``bits`` each, lowest bit first."""
    packed = 0
    flat = [value for delta in deltas for value in delta]
    for place, value in enumerate(flat):
        packed |= (value & ((1 << bits) - 1)) << (place * bits)
    n_bytes = (len(flat) * bits + 7) // 8
    return bytes([bits, len(deltas)]) + packed.to_bytes(n_bytes, "little")


def compressed_frame(kind: int, frame_type: int, last_ns: int, samples: list[Counts]) -> bytes:
    """Return one notification of 16-bit samples.

    Parameters
    ----------
    kind
        Measurement: 2 acceleration, 5 angular rate.
    frame_type
        0 or 1: what the counts, times the factor, mean.
    last_ns
        Time of the last sample, ns since 2000-01-01.
    samples
        Counts, oldest first.
    """
    head = struct.pack("<BQB3h", kind, last_ns, _COMPRESSED | frame_type, *samples[0])
    deltas = [(b[0] - a[0], b[1] - a[1], b[2] - a[2]) for a, b in pairwise(samples)]
    blocks = [deltas[i : i + _DELTAS_PER_BLOCK] for i in range(0, len(deltas), _DELTAS_PER_BLOCK)]
    return head + b"".join(delta_block(block, _width(block)) for block in blocks)


def _width(block: list[Counts]) -> int:
    """Return the bits that hold the largest of some differences in two's complement."""
    return (
        max((value if value >= 0 else ~value).bit_length() for delta in block for value in delta)
        + 1
    )
