"""The false tilt of the pelvis in bends and after turns: what the filter took for gravity.

An orientation filter without magnetometer takes the low-passed specific force for the vertical. On
a bend a body is pushed sideways all the time, by its speed times its turning rate, and this passes
the low-pass: runners seem to lean, the pelvis to drop on the outside, by 1 to 3°. After a turn on
the spot it fades within some seconds, and so does the push of setting off, which a turn moves to
the side. The low-pass is known (VQF's, a Butterworth filter of second order, Laidig & Seel 2023,
doi:10.1016/j.inffus.2022.10.014), and so is the heading ψ; with the speed v follows

    tilt = -1/g · Σ h(age) · Δ(v · sin(ψ - ψ now))

over pieces of the last seconds, h being the low-pass' impulse response. A little of it is shrunk
towards nothing: people look about without turning. Thighs and pelvis seem tilted alike, so that hip
angles do not suffer. Not found in the literature. What the filter forgets in a gap still counts
here, and who walks backwards is pushed the other way.
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
on a straight treadmill at 2.5 m/s the two together were 0.14°."""

_GRAVITY = 9.81


@dataclass(frozen=True, slots=True)
class FalseTilt:
    """What turning, and a change of speed, did to the inclination.

    Attributes
    ----------
    sideways
        How much too high the pelvis seems on the right, rad: turning left it seems too low there.
    turning
        The sum of all pushes, whatever their direction, rad: how much there was that could tilt.
    """

    sideways: float
    turning: float


def directions(headings: FloatArray) -> FloatArray:
    """Return which way the pelvis faced, seen from how it faces now, at several moments.

    Parameters
    ----------
    headings
        (j, `PIECES` + 1) heading of the pelvis, rad, unwrapped, counter-clockwise: now, and at
        the ends of the pieces of time before it.

    Returns
    -------
    (j, 2, `PIECES` + 1) ahead and to the left, newest first.
    """
    away = headings - headings[:, :1]
    return np.stack([np.cos(away), np.sin(away)], axis=1)


def false_tilt(facing: FloatArray, speeds_mps: FloatArray, time_constant_s: float) -> FalseTilt:
    """Return the false tilt at one moment.

    Parameters
    ----------
    facing
        (2, `PIECES` + 1), see `directions`.
    speeds_mps
        The speeds then, (`PIECES` + 1,).
    time_constant_s
        VQF's time constant of the specific force, s.
    """
    velocity = facing * speeds_mps
    pushes = (velocity[:, :-1] - velocity[:, 1:]) * _response(time_constant_s) / _GRAVITY
    sideways = -float(pushes[1].sum())
    turning = float(np.sqrt((pushes * pushes).sum(axis=0)).sum())
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
