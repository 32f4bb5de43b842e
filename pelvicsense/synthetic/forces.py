"""What the ground does: force templates of each stance, summed to the acceleration of the pelvis.

Each foot pushes only between its initial and its final contact, so contact times are physically
true, and in running nothing but gravity acts in flight. Templates are drawn by hand after the usual
textbook force curves (Perry & Burnfield 2010; Cavanagh & Lafortune 1980,
doi:10.1016/0021-9290(80)90033-0; Riener et al. 2002 for stairs).
The travel frame is x forward, y up, z right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.synthetic.curves import GAIT
from pelvicsense.synthetic.timeline import Bout, Foot

GRAVITY_MPS2 = 9.80665
IMPACT_HZ = 22.0
IMPACT_DECAY_S = 0.025
IMPACT_FORWARD = -0.3
"""Fore-aft share of the impact: the foot brakes."""


@dataclass(frozen=True, slots=True)
class ForceTemplate:
    """Force over the share of stance 0…1; vertical of unit area, the others in body weights.

    ``medial`` points from the standing foot to the midline.
    """

    vertical: PchipInterpolator
    forward: PchipInterpolator
    medial: PchipInterpolator


def _through(*points: tuple[float, float]) -> PchipInterpolator:
    x, y = zip(*points, strict=True)
    return PchipInterpolator(np.array(x), np.array(y))


def _unit_area(curve: PchipInterpolator) -> PchipInterpolator:
    area = float(curve.integrate(0.0, 1.0))
    return PchipInterpolator(curve.x, curve(curve.x) / area)


TEMPLATES: dict[Activity, ForceTemplate] = {
    Activity.WALK: ForceTemplate(
        vertical=_unit_area(
            _through(
                (0, 0),
                (0.08, 0.55),
                (0.16, 1.02),
                (0.23, 1.12),
                (0.35, 0.93),
                (0.5, 0.78),
                (0.64, 0.91),
                (0.77, 1.12),
                (0.85, 0.98),
                (0.93, 0.42),
                (1, 0),
            )
        ),
        forward=_through(
            (0, 0),
            (0.06, -0.05),
            (0.16, -0.18),
            (0.3, -0.1),
            (0.53, 0),
            (0.7, 0.08),
            (0.85, 0.2),
            (0.94, 0.11),
            (1, 0),
        ),
        medial=_through(
            (0, 0),
            (0.05, -0.03),
            (0.13, 0.02),
            (0.25, 0.055),
            (0.5, 0.04),
            (0.75, 0.055),
            (0.92, 0.02),
            (1, 0),
        ),
    ),
    Activity.RUN: ForceTemplate(
        vertical=_unit_area(
            _through(
                (0, 0),
                (0.06, 0.55),
                (0.13, 1.25),
                (0.2, 1.55),
                (0.32, 2.1),
                (0.44, 2.4),
                (0.56, 2.28),
                (0.7, 1.68),
                (0.84, 0.8),
                (0.94, 0.22),
                (1, 0),
            )
        ),
        forward=_through(
            (0, 0), (0.1, -0.14), (0.26, -0.3), (0.5, 0), (0.72, 0.27), (0.88, 0.14), (1, 0)
        ),
        medial=_through((0, 0), (0.08, -0.03), (0.25, 0.07), (0.5, 0.09), (0.8, 0.03), (1, 0)),
    ),
    Activity.STAIRS_UP: ForceTemplate(
        vertical=_unit_area(
            _through(
                (0, 0),
                (0.1, 0.5),
                (0.2, 1.02),
                (0.27, 1.12),
                (0.4, 0.92),
                (0.53, 0.78),
                (0.68, 1.0),
                (0.79, 1.28),
                (0.88, 0.95),
                (0.95, 0.38),
                (1, 0),
            )
        ),
        forward=_through((0, 0), (0.15, -0.06), (0.3, -0.03), (0.6, 0.03), (0.85, 0.07), (1, 0)),
        medial=_through((0, 0), (0.1, -0.01), (0.25, 0.05), (0.5, 0.04), (0.8, 0.05), (1, 0)),
    ),
    Activity.STAIRS_DOWN: ForceTemplate(
        vertical=_unit_area(
            _through(
                (0, 0),
                (0.06, 0.65),
                (0.13, 1.38),
                (0.18, 1.5),
                (0.3, 1.05),
                (0.5, 0.82),
                (0.68, 0.87),
                (0.82, 1.02),
                (0.91, 0.68),
                (1, 0),
            )
        ),
        forward=_through((0, 0), (0.12, -0.1), (0.3, -0.04), (0.6, 0.04), (0.85, 0.1), (1, 0)),
        medial=_through((0, 0), (0.08, -0.03), (0.2, 0.06), (0.5, 0.04), (0.8, 0.04), (1, 0)),
    ),
}


def ground_acceleration(bout: Bout, t_s: FloatArray) -> FloatArray:
    """Acceleration (n, 3) of the pelvis by both feet and gravity, full motion, travel frame."""
    total = np.zeros((len(t_s), 3))
    total[:, 1] = -GRAVITY_MPS2
    for side, foot in bout.feet.items():
        contact = foot.latest(t_s)
        share = (t_s - foot.initial_s[contact]) / (foot.final_s - foot.initial_s)[contact]
        for section, moving in enumerate(bout.sections):
            rows = np.flatnonzero((share < 1.0) & (foot.section[contact] == section))
            push = (foot.push / (foot.final_s - foot.initial_s))[contact[rows]]
            total[rows] += _stance(TEMPLATES[moving.activity], share[rows], push, side)
    return total


def _stance(template: ForceTemplate, share: FloatArray, push: FloatArray, side: Side) -> FloatArray:
    return np.stack(
        [
            GRAVITY_MPS2 * template.forward(share),
            push * template.vertical(share),
            -side.sign * GRAVITY_MPS2 * template.medial(share),
        ],
        axis=-1,
    )


def impact(bout: Bout, foot: Foot, t_s: FloatArray) -> FloatArray:
    """Vertical oscillation (n,) of the pelvis after each contact of a foot, m/s²."""
    contact = foot.latest(t_s)
    since_s = t_s - foot.initial_s[contact]
    size = np.array([GAIT[section.activity].impact_mps2 for section in bout.sections])
    amplitude = size[foot.section] * foot.gains[3] * foot.real
    ringing = np.exp(-since_s / IMPACT_DECAY_S) * np.sin(2.0 * np.pi * IMPACT_HZ * since_s)
    return np.asarray(amplitude[contact] * ringing, dtype=np.float64)


def remove_drift(bout: Bout, t_s: FloatArray, acceleration: FloatArray) -> FloatArray:
    """Take the slow part of the velocity out of ``acceleration`` (n, 3), so that gait is periodic.

    The velocity's mean over each stride, joined by a C2 spline that rests at both ends of the bout,
    is the drift: its derivative is subtracted.
    """
    step_s = t_s[1] - t_s[0]
    # Trapezoids, with an extra row for the integral up to each sample
    mean = 0.5 * (acceleration[1:] + acceleration[:-1])
    velocity = np.vstack([np.zeros(3), np.cumsum(mean, axis=0) * step_s])
    position = np.vstack([np.zeros(3), np.cumsum(0.5 * (velocity[1:] + velocity[:-1]), axis=0)])
    contacts_s = bout.contacts_s
    at_contact = np.stack(
        [np.interp(contacts_s, t_s, position[:, axis] * step_s) for axis in range(3)], axis=-1
    )
    stride_s = (contacts_s[2:] - contacts_s[:-2])[:, None]
    knots_s = np.concatenate([t_s[:1], contacts_s[1:-1], t_s[-1:]])
    values = np.vstack([velocity[:1], (at_contact[2:] - at_contact[:-2]) / stride_s, velocity[-1:]])
    drift = CubicSpline(knots_s, values, bc_type="clamped")
    return acceleration - np.asarray(drift(t_s, 1), dtype=np.float64)
