"""Contacts and hip angles of any program against the truth, the same way for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sessions import Truth

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import EventKind
from pelvicsense.datatypes.placement import Side
from pelvicsense.exchange.exports.angles import tilt_list_rotation

SAME_CONTACT_S = 0.15
"""Wider than elsewhere: a constant delay of a peer shall show as bias, not as misses."""

ANGLES = ("flexion", "adduction", "rotation")

Angles = Mapping[tuple[str, Side], FloatArray]
"""Degrees over time, by name and side."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """Contacts of one kind that a program reports; ``sides`` only where it tells them."""

    t_s: FloatArray
    sides: Sequence[str] | None = None


def hip_angles(pelvis: FloatArray, thighs: Mapping[Side, FloatArray]) -> Angles:
    """Grood and Suntay, as in conventions.md, of matrices (n, 3, 3) in one earth frame."""
    angles = {}
    for side, thigh in thighs.items():
        turns = tilt_list_rotation(np.swapaxes(pelvis, 1, 2) @ thigh)
        for name, sign, turn in zip(ANGLES, (1.0, side.sign, side.sign), turns, strict=True):
            angles[name, side] = sign * np.rad2deg(turn)
    return angles


def contact_row(found: Found, truth: Truth, kind: EventKind) -> Row:
    """Count over instants at which the contacts of both feet are known."""

    def judged(t_s: float) -> bool:
        return all(any(a <= t_s <= b for a, b in truth.event_windows[kind, s]) for s in Side)

    true = sorted((e.t_s, str(e.side)) for e in truth.events if e.kind is kind and judged(e.t_s))
    sides = found.sides if found.sides is not None else [""] * len(found.t_s)
    free = sorted(zip(found.t_s.tolist(), sides, strict=True))
    late_ms, wrong = [], 0
    for t_s, side in true:
        near = [item for item in free if abs(item[0] - t_s) <= SAME_CONTACT_S]
        if near:
            best = min(near, key=lambda item: abs(item[0] - t_s))
            free.remove(best)
            late_ms.append(1e3 * (best[0] - t_s))
            wrong += bool(best[1]) and best[1] != side
    return {
        "kind": str(kind),
        "true": len(true),
        "late_ms": late_ms,
        "false": sum(judged(t_s) for t_s, _ in free),
        "wrong_side": wrong if found.sides is not None else None,
    }


def angle_rows(t_s: FloatArray, angles: Angles, true_t_s: FloatArray, true: Angles,
               truth: Truth) -> list[Row]:  # fmt: skip
    """Errors of each true stride, contacts given: of the curve, and of peak and excursion."""
    rows = []
    for stride in truth.strides:
        side = Side(stride.side)
        row: Row = {}
        inside = (true_t_s >= stride.t_contact_s) & (true_t_s <= stride.t_end_s)
        for name in ANGLES:
            seen = np.interp(true_t_s[inside], t_s, angles[name, side])
            square = (seen - true[name, side][inside]) ** 2
            row[f"{name} curve"] = float(np.sqrt(square.mean()))
        for name, metric in (("adduction", "hip_adduction"), ("rotation", "thigh_rotation")):
            at_contact, peak = stance_values(
                t_s, angles[name, side], stride.t_contact_s, stride.t_final_contact_s
            )
            row[f"{name} peak"] = peak - stride.angles_deg[f"{metric}_peak_deg"]
            excursion = stride.angles_deg[f"{metric}_excursion_deg"]
            row[f"{name} excursion"] = peak - at_contact - excursion
        rows.append(row)
    return rows


def stance_values(
    t_s: FloatArray, angle: FloatArray, contact_s: float, final_s: float
) -> tuple[float, float]:
    """Value at contact, and highest of the stance, its borders included."""
    borders = np.interp([contact_s, final_s], t_s, angle)
    inside = angle[(t_s > contact_s) & (t_s < final_s)]
    return float(borders[0]), float(max(*borders, *inside))
