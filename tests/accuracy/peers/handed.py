"""What peers are given: one session's calibrated pelvis and thighs, as plain files.

Peers know nothing of mountings, so they get segments of our own automatic calibration, and thigh
headings that agree with the pelvis' in the still pose. Nothing that comes after it is given: no
heading over time, no contacts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from drift import drift
from sessions import Session
from turned_fusion import turn_headings

from pelvicsense.calibration.tracker import Heading
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import GaitEvent
from pelvicsense.datatypes.motion import SegmentBlock
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.numerics import quaternion
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Pipeline

GRAVITY_MPS2 = 9.80665
MARGIN_S = 2.0
"""Peers see the gait and this much around it: telling gait from rest is not what is compared."""


@dataclass
class Watched:
    """Keeps all segment motion of a pipeline, and the heading at the end of each stretch."""

    axes: dict[Placement, list[FloatArray]] = field(default_factory=dict)
    rate: dict[Placement, list[FloatArray]] = field(default_factory=dict)
    pelvis_acc: list[FloatArray] = field(default_factory=list)
    first: int | None = None
    ends: list[int] = field(default_factory=list)
    headings: dict[Side, list[float]] = field(default_factory=lambda: {side: [] for side in Side})

    def __call__(self, block: SegmentBlock, headings: Mapping[Side, Heading]) -> None:
        if self.first is None:
            self.first = block.first_index
        self.ends.append(block.first_index + len(block))
        for placement, signal in block.segments.items():
            self.axes.setdefault(placement, []).append(signal.earth_from_segment)
            self.rate.setdefault(placement, []).append(signal.rate)
        self.pelvis_acc.append(block.segments[Placement.PELVIS].acceleration)
        for side in Side:
            self.headings[side].append(headings[side].angle)


@dataclass(frozen=True)
class OwnResult:
    """What pelvicsense itself makes of the session."""

    t_s: FloatArray
    pelvis: FloatArray
    thighs: Mapping[Side, FloatArray]
    events: Sequence[GaitEvent]
    cpu_s: float


def about_up(angle: FloatArray) -> FloatArray:
    return quaternion.to_matrix(quaternion.about_z(np.atleast_1d(angle)))


def hand_over(session: Session, path: Path, drift_sign: float) -> OwnResult | None:
    """Analyse; write what peers get to ``path``. None if the calibration was refused."""
    watched = Watched()
    yaws = {Placement.thigh(s): drift(-s.sign * drift_sign) for s in Side}
    with pytest.MonkeyPatch.context() if drift_sign else nullcontext() as patch:
        if patch is not None:
            turn_headings(patch, yaws)
        pipeline = Pipeline(PipelineConfig(), session.specs, session.still_windows_s, watched)
        start = process_time()
        outputs = [item for group in session.groups for item in pipeline.feed(group)]
        outputs += pipeline.finish()
        cpu_s = process_time() - start
    calibration = pipeline.calibration
    if calibration is None or watched.first is None:
        return None
    axes = {placement: np.concatenate(parts) for placement, parts in watched.axes.items()}
    index = watched.first + np.arange(len(axes[Placement.PELVIS]))
    still = (index >= calibration.still.first) & (index < calibration.still.end)
    yaw = {p: _heading(a[still]) for p, a in axes.items()}
    t_s = index / pipeline.rate_hz
    ahead = about_up(-yaw[Placement.PELVIS])  # the pelvis faces x in the still pose
    gait_s = [t for stride in session.truth.strides for t in (stride.t_contact_s, stride.t_end_s)]
    handed = {
        "t_s": t_s,
        "still": still,
        "gait": (t_s >= min(gait_s) - MARGIN_S) & (t_s <= max(gait_s) + MARGIN_S),
        "pelvis_acc": _specific_force(axes[Placement.PELVIS], watched),
    }
    for placement, a in axes.items():
        turned = about_up(-yaw[placement]) @ a
        handed[f"{placement}_wxyz"] = quaternion.from_matrix(turned)
        handed[f"{placement}_rate"] = np.concatenate(watched.rate[placement])
    np.savez(path, **handed)
    thighs = {
        side: ahead
        @ about_up(np.interp(index, watched.ends, np.unwrap(watched.headings[side])))
        @ axes[Placement.thigh(side)]
        for side in Side
    }
    return OwnResult(
        t_s=t_s,
        pelvis=ahead @ axes[Placement.PELVIS],
        thighs=thighs,
        events=[item for item in outputs if isinstance(item, GaitEvent)],
        cpu_s=cpu_s,
    )


def _heading(axes: FloatArray) -> FloatArray:
    x, y = axes[:, :2, 0].mean(axis=0)
    return np.asarray(np.arctan2(y, x))


def _specific_force(axes: FloatArray, watched: Watched) -> FloatArray:
    """Return what an accelerometer along the pelvis' axes reads, m/s²."""
    force = np.concatenate(watched.pelvis_acc) + np.array([0.0, 0.0, GRAVITY_MPS2])
    return np.asarray(np.einsum("nji,nj->ni", axes, force))
