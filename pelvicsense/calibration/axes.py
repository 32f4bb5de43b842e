"""Which way is forward: independent estimates from the pelvis alone, the thighs and the hips.

All directions are headings, rad, in the levelled frame of the pelvis sensor. Signals are taken in
a frame that follows the pelvis' own heading averaged over the last stride, so that turns do not
matter. An *axis* is known up to 180°; a *direction* is not.

From the pelvis alone (the idea of the harmonic ratio, Menz, Lord, Fitzpatrick 2003,
doi:10.1016/S0966-6362(02)00159-5): what repeats every step (the even part) is fore-aft in the
acceleration and sideways in the angular rate; what alternates (the odd part) is the other way
round.

From a thigh (Seel, Raisch, Schauer 2014, doi:10.3390/s140406891): it turns about the flexion axis,
and its long axis swings in the sagittal plane. The errors of left and right have opposite signs.

From the hip fits: the line through both hip centres is sideways, and both lie ahead of the sacrum.
Not found in the literature for this use; on walking it was as good as any other single estimate,
and unlike the others it tells front from back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pelvicsense.calibration.frames import UP, LevelledMotion, yaw
from pelvicsense.calibration.joint import STANDARD_GRAVITY
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import HipFit
from pelvicsense.datatypes.placement import Side
from pelvicsense.numerics import quaternion
from pelvicsense.numerics.filters import HannSmoother

ComplexArray = NDArray[np.complex128]

HIP_BEARING = 0.66
"""Angle between forward and the line from the sacral sensor to a hip centre, rad: hips lie about
0.085 m to the side and 0.11 m ahead of the sacral skin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A line in the horizontal plane.

    Attributes
    ----------
    heading
        Heading of the forward axis, rad, known up to π.
    clarity
        0…1, how much of the signal lies along it.
    """

    heading: float
    clarity: float


def smooth(rows: FloatArray, length_s: float, rate_hz: float) -> FloatArray:
    """Smooth (n, c) rows by a Hann window; the delay is the same for all."""
    return HannSmoother(length_s, rate_hz).feed(rows)


def trailing_mean(rows: FloatArray, length: int) -> FloatArray:
    """Mean of the last ``length`` rows (fewer at the start), shape kept."""
    total = np.concatenate([[0.0], np.cumsum(rows)])
    end = np.arange(1, len(rows) + 1)
    start = np.maximum(0, end - length)
    return np.asarray((total[end] - total[start]) / (end - start), dtype=np.float64)


def following_heading(pelvis: LevelledMotion, stride_rows: int) -> FloatArray:
    """Heading of the pelvis averaged over the last stride, (n,), rad, unwrapped."""
    return trailing_mean(np.unwrap(yaw(pelvis.earth_from_levelled)), stride_rows)


def horizontal(rows: FloatArray) -> ComplexArray:
    """Horizontal components (n, 3) as complex numbers x + iy."""
    return np.asarray(rows[:, 0] + 1j * rows[:, 1], dtype=np.complex128)


def _principal_axis(z: ComplexArray) -> tuple[float, float]:
    total = np.sum(z * z)
    return 0.5 * float(np.angle(total)), float(np.abs(total) / np.sum(np.abs(z) ** 2))


def pelvis_axes(
    pelvis: LevelledMotion, follow: FloatArray, rows: slice, step_rows: int, rate_hz: float
) -> tuple[Axis, Axis]:
    """Return the forward axis from the pelvis' acceleration and from its angular rate."""
    force = quaternion.rotate(pelvis.earth_from_levelled, pelvis.force)
    rate = quaternion.rotate(pelvis.earth_from_levelled, pelvis.rate)
    turn = np.exp(-1j * follow)
    estimates = []
    for signal, forward_part in ((force, 1.0), (rate, -1.0)):
        z = (horizontal(smooth(signal, 0.09, rate_hz)) * turn)[rows]
        even = 0.5 * (z[step_rows:] + z[:-step_rows])
        odd = 0.5 * (z[step_rows:] - z[:-step_rows])
        total = forward_part * (np.sum(even * even) - np.sum(odd * odd))
        power = np.sum(np.abs(even) ** 2 + np.abs(odd) ** 2)
        estimates.append(
            Axis(heading=0.5 * float(np.angle(total)), clarity=float(np.abs(total) / power))
        )
    return estimates[0], estimates[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThighAxes:
    """What one thigh says about forward.

    Attributes
    ----------
    own_forward
        Heading of its forward axis in its own levelled frame, front and back told apart, rad.
    asymmetry
        By how much flexion exceeds extension, as a share of the range; 0 tells nothing.
    flexion_axis, swing_plane
        Forward axis in the pelvis' levelled frame.
    forward
        ``own_forward`` in the pelvis' levelled frame, rad.
    """

    own_forward: float
    asymmetry: float
    flexion_axis: Axis
    swing_plane: Axis
    forward: float


def thigh_axes(
    thigh: LevelledMotion,
    heading: float,
    follow: FloatArray,
    rows: slice,
    rate_hz: float,
    smoothing_s: float,
) -> ThighAxes:
    """Estimate forward from one thigh; ``heading`` turns its earth frame into the pelvis'."""
    own_rate = horizontal(smooth(thigh.rate, smoothing_s, rate_hz))[rows]
    own_axis, _ = _principal_axis(own_rate)
    own_forward = own_axis - 0.5 * np.pi
    # The vertical seen from the thigh leans forward when the hip is flexed.
    lean = horizontal(
        quaternion.rotate(
            quaternion.conjugate(thigh.earth_from_levelled[rows]),
            np.broadcast_to(UP, (len(own_rate), 3)),
        )
    )
    low, high = np.percentile(np.real(lean * np.exp(-1j * own_forward)), [2.0, 98.0])
    asymmetry = float((low + high) / max(high - low, 1e-9))
    if asymmetry < 0.0:
        own_forward += np.pi

    to_pelvis = np.exp(1j * (heading - follow[rows]))
    earth_rate = smooth(quaternion.rotate(thigh.earth_from_levelled, thigh.rate), 0.12, rate_hz)
    axis, axis_clarity = _principal_axis(horizontal(earth_rate)[rows] * to_pelvis)
    long_axis = quaternion.rotate(
        thigh.earth_from_levelled[rows], np.broadcast_to(-UP, (len(own_rate), 3))
    )
    swing = horizontal(long_axis) * to_pelvis
    plane, plane_clarity = _principal_axis(swing - swing.mean())
    mapped = np.exp(1j * (own_forward + yaw(thigh.earth_from_levelled[rows]))) * to_pelvis
    return ThighAxes(
        own_forward=float(own_forward),
        asymmetry=abs(asymmetry),
        flexion_axis=Axis(heading=axis - 0.5 * np.pi, clarity=axis_clarity),
        swing_plane=Axis(heading=plane, clarity=plane_clarity),
        forward=float(np.angle(mapped.mean())),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HipGeometry:
    """Forward directions from where the hip centres lie, headings in rad; none where unknown.

    Attributes
    ----------
    across
        Perpendicular to the line from the right to the left hip.
    ahead
        From the sacral sensor to the middle between the hips.
    single
        Per side, the bearing of that hip less `HIP_BEARING`.
    width_m
        Distance between the hips, horizontal.
    """

    across: float | None
    ahead: float | None
    single: Mapping[Side, float]
    width_m: float


def hip_geometry(hips: Mapping[Side, HipFit]) -> HipGeometry:
    """Read forward off the fitted hip centres."""
    at = {
        side: complex(fit.joint_in_pelvis[0], fit.joint_in_pelvis[1]) for side, fit in hips.items()
    }
    single = {
        # The left hip lies to the left, i.e. at a larger heading than forward.
        side: float(np.angle(point)) + side.sign * HIP_BEARING
        for side, point in at.items()
    }
    if len(at) < 2:
        return HipGeometry(across=None, ahead=None, single=single, width_m=float("nan"))
    line = at[Side.LEFT] - at[Side.RIGHT]
    middle = 0.5 * (at[Side.LEFT] + at[Side.RIGHT])
    return HipGeometry(
        across=float(np.angle(line)) - 0.5 * np.pi,
        ahead=float(np.angle(middle)),
        single=single,
        width_m=abs(line),
    )


def step_asymmetry_vote(
    pelvis: LevelledMotion, follow: FloatArray, rows: slice, forward: float, rate_hz: float
) -> float:
    """Correlate fore-aft acceleration with vertical velocity: positive in running, -1…1.

    A runner's pelvis is braked while it sinks and pushed while it rises. In walking the sign is
    the opposite and on stairs it may be either: use in running only.
    """
    force = quaternion.rotate(pelvis.earth_from_levelled, pelvis.force)[rows]
    vertical = force[:, 2] - STANDARD_GRAVITY
    velocity = np.cumsum(vertical - vertical.mean()) / rate_hz
    velocity = velocity - trailing_mean(velocity, round(rate_hz))
    along = np.real(horizontal(force) * np.exp(-1j * (follow[rows] + forward)))
    return float(np.corrcoef(along - along.mean(), velocity)[0, 1])
