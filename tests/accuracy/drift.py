"""Heading drift injected behind the orientation filter, for minutes or an hour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pytest
from turned_fusion import turn_headings

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Pipeline
from pelvicsense.synthetic import (
    ActivityScript,
    PersonConfig,
    SimulatedSession,
    simulate,
    worn_sensors,
)

DRIFT_DEG_PER_MIN = 3.0
ROTATION_PEAK = "thigh_rotation_peak_deg"
ROTATION_EXCURSION = "thigh_rotation_excursion_deg"

CALIBRATED_S = 120.0
"""The first minutes: what is wrong then is the calibration, what comes on top is drift."""

LATE_S = 300.0


class Path(StrEnum):
    """Where the person goes."""

    STRAIGHT = "straight"
    BEND = "bend of 36.5 m"
    TURNS = "180° turn every 30 s"


@dataclass(frozen=True)
class DriftTask:
    """So many minutes of one thing, left thigh drifting by ``sign`` × 3 °/min, right opposite."""

    activity: Activity
    minutes: float
    path: Path = Path.STRAIGHT
    sign: float = 1.0


def drift(sign: float) -> Callable[[FloatArray], FloatArray]:
    return lambda t_s: sign * np.deg2rad(DRIFT_DEG_PER_MIN) * t_s / 60.0


def valid_strides(simulated: SimulatedSession) -> list[Stride]:
    pipeline = Pipeline(PipelineConfig(), simulated.specs)
    found = [item for group in simulated.stream(30.0) for item in pipeline.feed(group)]
    return [item for item in found if isinstance(item, Stride) and item.valid]


def stride_errors(
    simulated: SimulatedSession, strides: Sequence[Stride], side: Side, metric: str
) -> tuple[FloatArray, FloatArray]:
    """Contact times, s, and errors of a metric, degrees, of the true strides that were found."""
    own = [stride for stride in strides if stride.side is side]
    starts = np.array([stride.t_contact_s for stride in own])
    times, errors = [], []
    for true in simulated.truth_strides:
        if true.side is not side or not true.valid or not own:
            continue
        nearest = int(np.argmin(np.abs(starts - true.t_contact_s)))
        if abs(starts[nearest] - true.t_contact_s) < 0.1:
            times.append(true.t_contact_s)
            errors.append(getattr(own[nearest].angles, metric) - getattr(true.angles, metric))
    return np.array(times), np.array(errors)


def measure_drift(task: DriftTask) -> list[dict[str, Any]]:
    """A row per side."""
    gait: dict[str, float] = {
        Path.STRAIGHT: {},
        Path.BEND: {"bend_radius_m": 36.5},
        Path.TURNS: {"u_turn_every_s": 30.0},
    }[task.path]
    script = ActivityScript.single(task.activity, 60.0 * task.minutes, **gait)
    simulated = simulate(PersonConfig(), worn_sensors(), script, 11)
    yaws = {Placement.THIGH_LEFT: drift(task.sign), Placement.THIGH_RIGHT: drift(-task.sign)}
    with pytest.MonkeyPatch.context() as patch:
        turn_headings(patch, yaws)
        strides = valid_strides(simulated)
    return [_drift_row(task, simulated, strides, side) for side in Side]


def _drift_row(
    task: DriftTask, simulated: SimulatedSession, strides: Sequence[Stride], side: Side
) -> dict[str, Any]:
    times, peak = stride_errors(simulated, strides, side, ROTATION_PEAK)
    _, excursion = stride_errors(simulated, strides, side, ROTATION_EXCURSION)
    true = sum(stride.side is side and stride.valid for stride in simulated.truth_strides)
    early, late = times < times[0] + CALIBRATED_S, times > times[-1] - LATE_S
    known = ~early & np.isfinite(peak)
    change = peak - np.nanmean(peak[early])
    minute = (times[known] // 60.0).astype(int)
    means = np.bincount(minute, change[known]) / np.maximum(1, np.bincount(minute))
    return {
        "activity": str(task.activity),
        "path": str(task.path),
        "minutes": task.minutes,
        "drift_dpm": DRIFT_DEG_PER_MIN * task.sign * (1.0 if side is Side.LEFT else -1.0),
        "side": str(side),
        "found": len(times) / true,
        "empty": float(np.mean(np.isnan(peak))),
        "early": float(np.nanmean(peak[early])),
        "late": float(np.nanmean(peak[late])),
        "worst": float(np.abs(means).max()),
        "slope_dpm": float(np.polyfit(times[known] / 60.0, peak[known], 1)[0]),
        "excursion_early": float(np.sqrt(np.nanmean(excursion[early] ** 2))),
        "excursion_late": float(np.sqrt(np.nanmean(excursion[late] ** 2))),
    }
