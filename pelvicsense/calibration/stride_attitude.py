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
from pelvicsense.numerics import quaternion

ComplexArray = NDArray[np.complex128]

BINS = 32
"""Parts of equal length into which a stride is cut."""

_HARMONICS = np.array([*range(1, 7), *range(-6, 0)])
_SHIFTS = np.linspace(-0.06, 0.06, 49)
_PHASORS: ComplexArray = np.exp(2j * np.pi * _SHIFTS[:, None] * _HARMONICS)
_Y = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class StridePattern:
    """What one stride of one segment looks like.

    Attributes
    ----------
    lean
        By how much the sensor leans about the anterior and the right axis, rad.
    horizontal, vertical
        (12,) harmonics of the angular rates about the horizontal (z + ix) and the vertical axis,
        taken upright, rad/s.
    """

    lean: tuple[float, float]
    horizontal: ComplexArray
    vertical: ComplexArray


def stride_pattern(up: FloatArray, rate: FloatArray) -> StridePattern:
    """Return the pattern of a stride.

    Parameters
    ----------
    up
        (3,) mean of the vertical in segment axes.
    rate
        (`BINS`, 3) angular rate in segment axes, rad/s, means over equal parts of the stride.
    """
    vertical = up / np.sqrt(np.sum(up * up))
    x, y, z = quaternion.rotate(quaternion.smallest_rotation(vertical, _Y), rate).T
    return StridePattern(
        lean=lean(up),
        horizontal=np.fft.fft(z + 1j * x)[_HARMONICS] / BINS,
        vertical=np.fft.fft(y)[_HARMONICS] / BINS,
    )


def lean(up: FloatArray) -> tuple[float, float]:
    """Return by how much a sensor leans about the anterior and the right axis, rad.

    Its own turn is the inverse of the turn of the vertical (3,) that it sees.
    """
    x, y, z = up.tolist()
    return math.atan2(-z, y), math.atan2(x, y)


def twist(reference: StridePattern, stride: StridePattern) -> float:
    """Return by how much the sensor is twisted about the long axis against a reference, rad."""
    # Sums of products, as a matrix product's last bits depend on where its operands lie.
    horizontal = np.sum(_PHASORS * (np.conj(reference.horizontal) * stride.horizontal), axis=1)
    vertical = np.sum(_PHASORS * (np.conj(reference.vertical) * stride.vertical), axis=1)
    best = horizontal[np.argmax(np.abs(horizontal) + np.real(vertical))]
    return -math.atan2(best.imag, best.real)
