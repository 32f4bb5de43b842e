"""How a sensor sits on its segment, seen from one stride: lean against gravity, and twist.

A sensor that turned on the skin sees the same stride turned. Two parts of that turn are told apart:

- *Lean*, about the anterior and the right axis: the mean direction of gravity over the stride.
- *Twist*, about the long axis, which gravity does not show: angular rates of a stride repeat, so
  the turn about the vertical that brings its horizontal rates onto those of a reference stride is
  the twist. Of a thigh that is the direction of its flexion axis (Seel, Raisch, Schauer 2014,
  doi:10.3390/s140406891); a pelvis turns about all axes, and its whole pattern is compared.

Strides are taken as their first harmonics, which leaves out impacts and wobble. A shift in time
within which contacts are uncertain is looked for too: in a circular motion it looks like a twist.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pelvicsense.datatypes.arrays import FloatArray

ComplexArray = NDArray[np.complex128]

BINS = 32
"""Parts of equal length into which a stride is cut."""

_HARMONICS = np.array([*range(1, 7), *range(-6, 0)])
_PARTS = np.arange(BINS) / BINS
_FOURIER: ComplexArray = np.exp(-2j * np.pi * _HARMONICS[:, None] * _PARTS)
_SHIFTS = np.linspace(-0.06, 0.06, 49)
_PHASORS: ComplexArray = np.exp(2j * np.pi * _SHIFTS[:, None] * _HARMONICS)


@dataclass(frozen=True, slots=True, kw_only=True)
class StridePattern:
    """What one stride of one segment looks like.

    Attributes
    ----------
    lean
        By how much the sensor leans about the anterior and the right axis, rad.
    harmonics
        (2, 12) of the angular rates about the horizontal (z + ix) and the vertical axis, taken
        upright, rad/s.
    """

    lean: tuple[float, float]
    harmonics: ComplexArray


def stride_patterns(up: FloatArray, rate: FloatArray) -> list[list[StridePattern]]:
    """Return the patterns of ``j`` strides, each seen by ``s`` sensors; they do not mix.

    Parameters
    ----------
    up, rate
        (j, s, 3, `BINS`) the vertical and the angular rate, rad/s, in segment axes: means over
        equal parts of a stride.
    """
    # Laid out alike for any number of strides, so that sums come out alike to the last bit.
    up, rate = np.ascontiguousarray(up).mean(axis=3), np.ascontiguousarray(rate)
    length = np.sqrt(np.sum(up * up, axis=2, keepdims=True))
    ux, uy, uz = np.moveaxis((up / length)[..., None], 2, 0)
    rx, ry, rz = np.moveaxis(rate, 2, 0)
    # The smallest rotation that turns the vertical onto the long axis y
    about_vertical = ux * rx + uy * ry + uz * rz
    share = (about_vertical + ry) / (1.0 + uy)
    upright = np.empty((*ry.shape[:2], 2, BINS), dtype=np.complex128)
    upright[:, :, 0].real, upright[:, :, 0].imag = rz - share * uz, rx - share * ux
    upright[:, :, 1] = about_vertical
    harmonics = np.mean(_FOURIER * upright[:, :, :, None, :], axis=4)
    # A sensor's own turn is the inverse of the turn of the vertical that it sees.
    leans = np.stack([np.arctan2(-up[..., 2], up[..., 1]), np.arctan2(up[..., 0], up[..., 1])], 2)
    return [
        [
            StridePattern(lean=(anterior, right), harmonics=own)
            for (anterior, right), own in zip(*one, strict=True)
        ]
        for one in zip(leans.tolist(), harmonics, strict=True)
    ]


def twist(reference: StridePattern, stride: StridePattern) -> float:
    """Return by how much the sensor is twisted about the long axis against a reference, rad."""
    product = np.conj(reference.harmonics) * stride.harmonics
    horizontal, vertical = np.sum(_PHASORS * product[:, None, :], axis=2)
    best = horizontal[np.argmax(np.abs(horizontal) + np.real(vertical))]
    return -math.atan2(best.imag, best.real)
