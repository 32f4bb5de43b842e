"""The false tilt of the pelvis in bends and after turns: what the filter took for gravity.

An orientation filter without magnetometer takes the low-passed specific force for the vertical. On
a bend a body is pushed sideways all the time, by its speed times its turning rate, and this passes
the low-pass: runners seem to lean, the pelvis to drop on the outside, by 1 to 3°. After a turn on
the spot it fades within some seconds. The low-pass is known (VQF's, a Butterworth filter of second
order, Laidig & Seel 2023, doi:10.1016/j.inffus.2022.10.014), and so is the heading ψ; with the
speed v follows

    tilt = -1/g · Σ h(age) · v · Δψ · cos(ψ - ψ now)

over pieces of the last seconds, h being the low-pass' impulse response. A little of it is shrunk
towards nothing: people look about without turning. Thighs and pelvis seem tilted alike, so that hip
angles do not suffer. Not found in the literature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray

PIECES_PER_TIME_CONSTANT = 12
"""Pieces of time over which the heading's change is taken, 0.25 s each for VQF's usual 3 s."""

PIECES = 48
"""How many of them: after four time constants the low-pass has forgotten."""

_SWAY = np.deg2rad(0.1)
"""False tilt per speed, rad per m/s, that is no more likely a bend than a pelvis that looks about:
on a straight treadmill it was 0.06°."""

_GRAVITY = 9.81


@dataclass(frozen=True, slots=True)
class FalseTilt:
    """What turning did to the inclination.

    Attributes
    ----------
    sideways
        How much too high the pelvis seems on the right, rad: turning left it seems too low there.
    turning
        The sum of all parts, whatever their direction, rad: how much there was that could tilt.
    """

    sideways: float
    turning: float


def turning_parts(headings: FloatArray, time_constant_s: float) -> FloatArray:
    """Return what each of the last pieces of time does to the inclination at several moments.

    Parameters
    ----------
    headings
        (j, `PIECES` + 1) heading of the pelvis, rad, unwrapped, counter-clockwise: now, and at
        the ends of the pieces of time before it.
    time_constant_s
        VQF's time constant of the specific force, s.

    Returns
    -------
    (j, 2, `PIECES`) rad per m/s: to the side, and in size, newest first.
    """
    change = headings[:, :-1] - headings[:, 1:]
    middle = 0.5 * (headings[:, :-1] + headings[:, 1:])
    parts = change * _response(time_constant_s) / _GRAVITY
    return np.stack([-parts * np.cos(middle - headings[:, :1]), np.abs(parts)], axis=1)


def false_tilt(parts: FloatArray, speeds_mps: FloatArray) -> FalseTilt:
    """Return the false tilt of one moment from its ``parts`` (2, n) and the speeds then (n,)."""
    sideways, turning = (parts * speeds_mps).sum(axis=1).tolist()
    sway = float(_SWAY * speeds_mps.max())
    if sideways != 0.0:
        sideways *= sideways**2 / (sideways**2 + sway**2)
    return FalseTilt(sideways, turning)


def _response(time_constant_s: float) -> FloatArray:
    """Return the impulse response of VQF's low-pass, (`PIECES`,) 1/s, newest first."""
    # vqf's cut-off is √2 / τ, its damping 1/√2: decay and oscillation are both 1 / τ.
    part = 1.0 / time_constant_s
    age = (np.arange(PIECES) + 0.5) * time_constant_s / PIECES_PER_TIME_CONSTANT
    return np.asarray(2.0 * part * np.exp(-part * age) * np.sin(part * age), dtype=np.float64)
