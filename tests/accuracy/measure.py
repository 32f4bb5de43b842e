"""One session through the pipeline against its truth: a row per stride, contact, mean, session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from figures import SAME_CONTACT_S, TrueStride
from sessions import SensorSet, Session, TrueEvent, Window

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import CalibrationNews, CalibrationRefusal
from pelvicsense.datatypes.gait import GaitEvent, Stride
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.metrics.summary import ANGLES, summarise
from pelvicsense.numerics import quaternion
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Pipeline

Row = dict[str, Any]

TIMES = ("stance_time_ms", "stride_time_ms")

INVENTED_S = 0.15
"""A stride this far from every true one of its side was invented (README of the reference)."""


@dataclass
class Measured:
    """Rows of tables; `report` says what their columns mean."""

    strides: list[Row] = field(default_factory=list)
    contacts: list[Row] = field(default_factory=list)
    means: list[Row] = field(default_factory=list)
    sessions: list[Row] = field(default_factory=list)
    drift: list[Row] = field(default_factory=list)

    def add(self, other: Measured) -> None:
        for name, rows in vars(self).items():
            rows.extend(getattr(other, name))


def measure(session: Session, sensors: SensorSet, config: PipelineConfig) -> Measured:
    """Analyse ``session`` as if only ``sensors`` were worn."""
    worn, later_s = session.wearing(sensors)
    pipeline = Pipeline(config, worn.specs, worn.still_windows_s)
    outputs = [item for group in worn.groups for item in pipeline.feed(group)]
    outputs += pipeline.finish()
    labels = {**asdict(session.labels), "sensors": str(sensors), "filter": config.fusion.filter}
    strides = [item for item in outputs if isinstance(item, Stride) and item.valid]
    events = [item for item in outputs if isinstance(item, GaitEvent)]
    news = [item for item in outputs if isinstance(item, CalibrationNews)]
    thighs = {side for side in Side if any(s.placement.side is side for s in worn.specs)}
    matched = [(true, *_partner(true, strides, later_s)) for true in session.truth.strides]
    return Measured(
        strides=[
            {**labels, **_stride_row(true, stride, wrong_side, later_s, thighs)}
            for true, stride, wrong_side in matched
        ],
        contacts=[{**labels, **row} for row in _contact_rows(session, events, later_s, thighs)],
        means=[{**labels, **row} for row in _mean_rows(matched)],
        sessions=[
            {
                **labels,
                **_calibration_row(pipeline, news, session.truth.forward),
                "invented": _invented(session, strides, later_s),
            }
        ],
    )


# -- strides -----------------------------------------------------------------------------------


def _partner(
    true: TrueStride, strides: Sequence[Stride], later_s: float
) -> tuple[Stride | None, bool]:
    """The stride that began with the same contact, and whether only the other foot's did."""

    def apart_s(stride: Stride) -> float:
        return abs(stride.t_contact_s + later_s - true.t_contact_s)

    near = [stride for stride in strides if apart_s(stride) < SAME_CONTACT_S]
    own = [stride for stride in near if stride.side == true.side]
    return (min(own, key=apart_s) if own else None), bool(near and not own)


def _stride_row(
    true: TrueStride,
    stride: Stride | None,
    wrong_side: bool,
    later_s: float,
    thighs: set[Side],
) -> Row:
    unknown = dict.fromkeys((*ANGLES, *TIMES), np.nan)
    values, errors = dict(unknown), dict(unknown)
    if stride is not None:
        values = {name: getattr(stride.angles, name) for name in ANGLES}
        values["stance_time_ms"] = 1e3 * (stride.t_final_contact_s - stride.t_contact_s)
        values["stride_time_ms"] = 1e3 * stride.stride_time_s
        errors = {name: getattr(stride.standard_errors, name) for name in ANGLES}
        errors["stance_time_ms"] = 1e3 * stride.stance_time_se_s
    truth = {
        **true.angles_deg,
        "stance_time_ms": 1e3 * (true.t_final_contact_s - true.t_contact_s),
        "stride_time_ms": 1e3 * (true.t_end_s - true.t_contact_s),
    }
    own_thigh = true.side in thighs
    return {
        "activity": true.activity,
        "side": true.side,
        "own_thigh": own_thigh,
        "found": stride is not None,
        "wrong_side": wrong_side,
        "same_activity": stride is not None and str(stride.activity) == true.activity,
        **{f"true {name}": value for name, value in truth.items()},
        **{f"value {name}": value for name, value in values.items()},
        **{f"error {name}": errors.get(name, np.nan) for name in (*ANGLES, "stance_time_ms")},
    }


def _invented(session: Session, strides: Iterable[Stride], later_s: float) -> int:
    def invented(stride: Stride) -> bool:
        start_s, end_s = stride.t_contact_s + later_s, stride.t_end_s + later_s
        inside = any(a <= start_s and end_s <= b for a, b in session.truth.stride_windows)
        return inside and not any(
            stride.side == side and abs(start_s - contact_s) < INVENTED_S
            for side, contact_s in session.truth.landings
        )

    return sum(invented(stride) for stride in strides)


def _mean_rows(matched: Sequence[tuple[TrueStride, Stride | None, bool]]) -> Iterable[Row]:
    """Each mean of the summary with the true mean of the same strides."""
    found = [(true, stride) for true, stride, _ in matched if stride is not None]
    for part in summarise([stride for _, stride in found]).activities:
        for side, summary in part.sides.items():
            of_side = [
                (true, stride)
                for true, stride in found
                if stride.side is side and stride.activity is part.activity
            ]
            if not of_side:
                continue
            activity = of_side[0][0].activity
            for name in ANGLES:
                figure = summary.figures[name]
                known = [t for t, s in of_side if np.isfinite(getattr(s.angles, name))]
                if figure.count < 2:
                    continue
                mean = float(np.mean([true.angles_deg[name] for true in known]))
                inside = figure.low <= mean <= figure.high
                yield {"activity": activity, "side": side, "metric": name, "inside": bool(inside)}
            figure = summary.figures["stance_time_s"]
            mean = float(np.mean([t.t_final_contact_s - t.t_contact_s for t, _ in of_side]))
            inside = figure.low <= mean <= figure.high
            if figure.count >= 2:
                yield {
                    "activity": activity,
                    "side": side,
                    "metric": "stance_time_ms",
                    "inside": bool(inside),
                }


# -- contacts ----------------------------------------------------------------------------------


def _contact_rows(
    session: Session, events: Sequence[GaitEvent], later_s: float, thighs: set[Side]
) -> Iterable[Row]:
    """True contacts, found or missed, then false ones; each found contact has one partner."""
    truth = session.truth
    activities = [(t.t_contact_s, t.t_end_s, t.activity) for t in truth.strides]
    for (kind, side), windows in truth.event_windows.items():
        true = [event for event in truth.events if event.kind is kind and event.side is side]
        free = sorted(e.t_s + later_s for e in events if e.kind is kind and e.side is side)
        about = {"kind": str(kind), "side": side, "own_thigh": side in thighs}
        for event in true:
            near = [t for t in free if abs(t - event.t_s) <= SAME_CONTACT_S]
            best = min(near, key=lambda t: abs(t - event.t_s), default=None)
            if best is not None:
                free.remove(best)
            yield {
                **about,
                "activity": _activity_at(event.t_s, activities),
                "state": "missed" if best is None else "found",
                "late_ms": np.nan if best is None else 1e3 * (best - event.t_s),
                "wrong_side": False,
            }
        for t_s in _inside(free, windows):
            yield {
                **about,
                "activity": _activity_at(t_s, activities),
                "state": "false",
                "late_ms": np.nan,
                "wrong_side": _has_event(t_s, kind, side.other, truth.events),
            }


def _inside(times_s: Iterable[float], windows: Sequence[Window]) -> list[float]:
    return [t for t in times_s if any(a <= t <= b for a, b in windows)]


def _has_event(t_s: float, kind: str, side: Side, events: Iterable[TrueEvent]) -> bool:
    return any(
        e.kind == kind and e.side is side and abs(e.t_s - t_s) <= SAME_CONTACT_S for e in events
    )


def _activity_at(t_s: float, strides: Sequence[tuple[float, float, str]]) -> str:
    """What the stride nearest in time was."""
    if not strides:
        return "unknown"
    return min(strides, key=lambda s: max(s[0] - t_s, t_s - s[1], 0.0))[2]


# -- calibration -------------------------------------------------------------------------------


def _calibration_row(
    pipeline: Pipeline, news: Sequence[CalibrationNews], forward: Mapping[Placement, FloatArray]
) -> Row:
    calibration = pipeline.calibration
    refusals = [n.outcome.reason for n in news if isinstance(n.outcome, CalibrationRefusal)]
    row: Row = {f"heading {placement}": np.nan for placement in Placement}
    row |= {
        "calibrated": calibration is not None,
        "refusal": refusals[-1] if calibration is None and refusals else "",
        "pelvis_sigma": np.nan,
    }
    if calibration is not None:
        row["pelvis_sigma"] = float(np.degrees(calibration.pelvis_heading_sigma))
        for placement, sensor_from_segment in calibration.sensor_from_segment.items():
            seen = quaternion.rotate(quaternion.conjugate(sensor_from_segment), forward[placement])
            # The true anterior axis in the calibrated frame (x anterior, z right).
            row[f"heading {placement}"] = float(np.degrees(np.arctan2(-seen[2], seen[0])))
    return row
