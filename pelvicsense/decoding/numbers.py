"""Arrays of numbers in a packet, read and written in place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.profiles.layout import NUMBER_BYTES


class NumberGrid:
    """Rows of ``count`` neighbouring numbers, each written as ``kind`` in the byte order."""

    def __init__(self, kind: str, little: bool, count: int) -> None:
        self.kind = kind
        self.is_float = kind[0] == "f"
        self._little = little
        self._count = count
        self._size = NUMBER_BYTES.get(kind, 0)  # text has none
        self._dtype: np.dtype[np.generic] | None = None  # numpy knows no numbers of 3 bytes
        if self._size not in {0, 3}:
            self._dtype = np.dtype(f"{'<' if little else '>'}{kind[0]}{self._size}")

    def read(self, data: bytes, at: int, rows: int, stride: int) -> NDArray[np.generic]:
        """Return (rows, count) numbers; row i begins at ``at + i * stride`` in the bytes."""
        if self._dtype is None:
            raw = np.ndarray((rows, self._count, 3), np.uint8, data, at, (stride, 3, 1))
            b = raw.astype(np.int64)
            low, high = (0, 2) if self._little else (2, 0)
            number = b[..., low] | b[..., 1] << 8 | b[..., high] << 16
            return (number ^ 0x800000) - 0x800000 if self.kind == "i24" else number
        return np.ndarray((rows, self._count), self._dtype, data, at, (stride, self._size))

    def write(self, data: bytearray, at: int, stride: int, numbers: FloatArray | IntArray) -> None:
        """Write (rows, count) numbers, integers rounded and clipped to what the type holds."""
        rows = len(numbers)
        if not self.is_float:
            numbers = np.clip(np.rint(numbers), *self._limits())
        if self._dtype is None:
            whole = numbers.astype(np.int64)
            raw = np.ndarray((rows, self._count, 3), np.uint8, data, at, (stride, 3, 1))
            for i in range(3):
                raw[..., i if self._little else 2 - i] = whole >> (8 * i) & 0xFF
        else:
            np.ndarray((rows, self._count), self._dtype, data, at, (stride, self._size))[:] = (
                numbers
            )

    def _limits(self) -> tuple[float, float]:
        bits = 8 * self._size
        if self.kind[0] == "u":
            return 0, float(np.nextafter(2.0**bits, 0)) if bits == 64 else 2**bits - 1
        half = 2 ** (bits - 1)
        return -half, float(np.nextafter(2.0**63, 0)) if bits == 64 else half - 1
