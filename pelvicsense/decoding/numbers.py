"""Arrays of numbers in a packet, read and written in place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.profiles.layout import NUMBER_BYTES


@dataclass(frozen=True, slots=True)
class NumberGrid:
    """``n`` rows of ``count`` neighbouring numbers.

    Attributes
    ----------
    kind, little
        How a number is written.
    count
        Numbers in a row.
    """

    kind: str
    little: bool
    count: int

    @property
    def is_float(self) -> bool:
        """Whether a number may be something that is none."""
        return self.kind[0] == "f"

    def read(self, data: bytes, at: int, rows: int, stride: int) -> NDArray[np.generic]:
        """Return (rows, count) numbers; row i begins at ``at + i * stride`` in the bytes."""
        size = NUMBER_BYTES[self.kind]
        if size == 3:
            raw = np.ndarray((rows, self.count, 3), np.uint8, data, at, (stride, 3, 1))
            b = raw.astype(np.int64)
            low, high = (0, 2) if self.little else (2, 0)
            number = b[..., low] | b[..., 1] << 8 | b[..., high] << 16
            return (number ^ 0x800000) - 0x800000 if self.kind == "i24" else number
        return np.ndarray((rows, self.count), self._dtype, data, at, (stride, size))

    def write(self, data: bytearray, at: int, stride: int, numbers: FloatArray | IntArray) -> None:
        """Write (rows, count) numbers, integers rounded and clipped to what the type holds."""
        size = NUMBER_BYTES[self.kind]
        rows = len(numbers)
        if not self.is_float:
            numbers = np.clip(np.rint(numbers), *self._limits())
        if size == 3:
            whole = numbers.astype(np.int64)
            raw = np.ndarray((rows, self.count, 3), np.uint8, data, at, (stride, 3, 1))
            for i in range(3):
                raw[..., i if self.little else 2 - i] = whole >> (8 * i) & 0xFF
        else:
            np.ndarray((rows, self.count), self._dtype, data, at, (stride, size))[:] = numbers

    @property
    def _dtype(self) -> str:
        return ("<" if self.little else ">") + self.kind[0] + str(NUMBER_BYTES[self.kind])

    def _limits(self) -> tuple[float, float]:
        bits = 8 * NUMBER_BYTES[self.kind]
        if self.kind[0] == "u":
            return 0, float(np.nextafter(2.0**bits, 0)) if bits == 64 else 2**bits - 1
        half = 2 ** (bits - 1)
        return -half, float(np.nextafter(2.0**63, 0)) if bits == 64 else half - 1
