"""Named codecs, for samples that a table of fields cannot describe.

``polar-delta``: Polar's compressed measurement frames as described in the Polar BLE SDK's
documentation (Polar Electro, "Polar Measurement Data specification", 2020 on): one reference sample
of full width, then blocks of a width in bits, a count and that many deltas for each channel,
two's complement, least significant bit first, channels interleaved, each block padded to a byte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import IntArray

_CHANNELS = 3
_MOST_DELTAS = 255


@dataclass(frozen=True, slots=True)
class Codec:
    """Bytes ↔ (n, 3) integers of ``size`` bytes each.

    ``decode`` returns none where the bytes are no such frame.
    """

    decode: Callable[[bytes, int], IntArray | None]
    encode: Callable[[IntArray, int], bytes]


def decode_polar_delta(data: bytes, size: int) -> IntArray | None:
    """Return (n, 3) samples, or none where a block is cut short."""
    at = _CHANNELS * size
    if len(data) < at:
        return None
    reference = [
        int.from_bytes(data[i * size : (i + 1) * size], "little", signed=True)
        for i in range(_CHANNELS)
    ]
    deltas: list[IntArray] = [np.array([reference], dtype=np.int64)]
    while at < len(data):
        if len(data) < at + 2:
            return None
        bits, count = data[at], data[at + 1]
        length = (bits * count * _CHANNELS + 7) // 8
        block = data[at + 2 : at + 2 + length]
        if bits > 8 * size + 1 or count == 0 or len(block) < length:
            return None
        deltas.append(_unpack(block, bits, count))
        at += 2 + length
    return np.cumsum(np.concatenate(deltas), axis=0)


def encode_polar_delta(samples: IntArray, size: int) -> bytes:
    """Return a frame of (n, 3) samples that fit ``size`` bytes; n at least 1."""
    frame = b"".join(int(v).to_bytes(size, "little", signed=True) for v in samples[0])
    deltas = np.diff(samples, axis=0)
    for first in range(0, len(deltas), _MOST_DELTAS):
        block = deltas[first : first + _MOST_DELTAS]
        widest = max(int(block.max()), ~int(block.min()))
        bits = widest.bit_length() + 1
        frame += bytes((bits, len(block))) + _pack(block, bits)
    return frame


def _unpack(block: bytes, bits: int, count: int) -> IntArray:
    if bits == 0:
        return np.zeros((count, _CHANNELS), dtype=np.int64)
    flat = np.unpackbits(np.frombuffer(block, np.uint8), bitorder="little")
    digits = flat[: count * _CHANNELS * bits].reshape(-1, bits).astype(np.int64)
    weights = np.left_shift(1, np.arange(bits, dtype=np.int64))
    weights[-1] = -weights[-1]  # the sign of two's complement
    deltas: IntArray = np.sum(digits * weights, axis=1).reshape(count, _CHANNELS)
    return deltas


def _pack(deltas: IntArray, bits: int) -> bytes:
    digits = deltas.reshape(-1, 1) >> np.arange(bits, dtype=np.int64) & 1
    return np.packbits(digits.astype(np.uint8), bitorder="little").tobytes()


CODECS: dict[str, Codec] = {
    "polar-delta": Codec(decode=decode_polar_delta, encode=encode_polar_delta),
}
"""Codecs by the names that profiles use."""
