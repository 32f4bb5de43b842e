"""The tables of VALIDATION.md but those of strides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from agreement import coverage
from filters import compared_filters, microseconds_per_sample
from measure import Measured, Row
from sessions import SensorSet
from tables import (
    MET,
    NAMES,
    column,
    judged,
    late_agreement,
    markdown,
    metric_agreement,
    number,
    percent,
    share,
    tasks,
    verdict,
    where,
)
from targets import COVERAGE, DRIFT_SLOPE_DPM, DRIFT_WORST_DEG

from pelvicsense.datatypes.gait import EventKind
from pelvicsense.datatypes.placement import Placement
from pelvicsense.metrics.summary import ANGLES

ORDER = ("run", "walk", "stairs", "stairs_up", "stairs_down")
TURNED_ROUND_DEG = 90.0


# -- contacts ----------------------------------------------------------------------------------


TRUST_MS = {
    ("optical", "run"): "± 5",
    ("optical", "walk"): "± 15",
    ("optical", "stairs"): "± 30",
}
"""Uncertainty of the truth itself; none given: exact."""


def contacts(usual: Measured) -> str:
    head = ["evidence", "activity", "sensors", "foot", "event", "n", "F1", "bias", "SD",
            "95 % limits", "trust", "wrong side"]  # fmt: skip
    rows: list[list[str]] = []
    for source, condition in (("optical", "clean"), ("synthetic", None)):
        of = where(usual.contacts, source=source)
        of = of if condition is None else where(of, condition=condition)
        for activity in ORDER:
            for sensors in SensorSet:
                for own in (True, False):
                    feet = where(of, activity=activity, sensors=sensors, own_thigh=own)
                    rows += _contact_rows((source, activity), sensors, own, feet)
    return markdown(head, rows)


def _contact_rows(
    about: tuple[str, str], sensors: SensorSet, own: bool, rows: Sequence[Row]
) -> Iterable[list[str]]:
    foot = "both" if sensors is SensorSet.BOTH else "worn" if own else "other"
    for kind in EventKind:
        of = where(rows, kind=kind)
        if not of:
            continue
        states = Counter(row["state"] for row in of)
        f1 = 2 * states["found"] / (2 * states["found"] + states["missed"] + states["false"])
        late = late_agreement(of)
        yield [
            about[0],
            about[1].replace("_", " "),
            str(sensors).removeprefix("pelvis + "),
            foot,
            kind.replace("_", " "),
            str(states["found"] + states["missed"]),
            number(f1, 3),
            number(late.bias, 0, sign=True),
            number(late.pooled_sd, 0),
            f"{number(late.low, 0, sign=True)} … {number(late.high, 0, sign=True)}",
            TRUST_MS.get(about, "0"),
            str(sum(row["wrong_side"] for row in of)),
        ]


# -- calibration -------------------------------------------------------------------------------


def calibration(sessions: Sequence[Row]) -> str:
    head = ["activity", "sensors", "mountings", "refused", "turned round", "pelvis RMS", "95 %",
            "worst", "inside ±1.96 σ", "worn thighs RMS", "95 %"]  # fmt: skip
    rows = [
        _calibration_row(task, sensors, where(sessions, task=task, sensors=sensors))
        for task in dict.fromkeys(row["task"] for row in sessions)
        for sensors in SensorSet
    ]
    return markdown(head, rows)


def refusals(sessions: Sequence[Row]) -> str:
    reasons = Counter(
        (row["sensors"], row["task"].replace("_", " "), row["refusal"] or "no attempt was made")
        for row in sessions
        if not row["calibrated"]
    )
    lines = [
        f"- {count} × {task}, {sensors}: {reason}\n"
        for (sensors, task, reason), count in reasons.most_common()
    ]
    return "".join(lines) or "none\n"


def _calibration_row(task: str, sensors: SensorSet, sessions: Sequence[Row]) -> list[str]:
    known = where(sessions, calibrated=True)
    pelvis = np.abs(column(known, f"heading {Placement.PELVIS}").astype(float))
    thighs = np.concatenate(
        [np.abs(column(known, f"heading {p}").astype(float)) for p in Placement if p.side]
    )
    thighs = thighs[np.isfinite(thighs)]
    sigma = column(known, "pelvis_sigma").astype(float)
    inside = coverage(pelvis <= 1.96 * sigma, [row["person"] for row in known])
    return [
        task.replace("_", " "),
        str(sensors).removeprefix("pelvis + "),
        str(len(sessions)),
        f"{len(sessions) - len(known)} ({percent(1.0 - share(sessions, 'calibrated'))})",
        str(int(np.sum(pelvis > TURNED_ROUND_DEG))),
        number(float(np.sqrt(np.mean(pelvis**2))), 1),
        number(float(np.percentile(pelvis, 95.0)), 1),
        number(float(pelvis.max()), 1),
        percent(inside.share, 0),
        number(float(np.sqrt(np.mean(thighs**2))), 1),
        number(float(np.percentile(thighs, 95.0)), 1),
    ]


# -- uncertainty -------------------------------------------------------------------------------


STATED_HEAD = ("people", "values", "inside ±1.96 SE", "[95 % interval]",
               "mean inside its interval", "[95 % interval]", "strides: goal 93–97 %")  # fmt: skip


def coverage_by_metric(usual: Measured, everyday: tuple[str, ...]) -> str:
    chosen = {"source": "synthetic", "condition": everyday, "sensors": SensorSet.BOTH}
    strides, means = where(usual.strides, **chosen), where(usual.means, **chosen)
    rows = []
    for activity in ORDER:
        for metric in (*ANGLES, "stance_time_ms"):
            of = where(strides, activity=activity)
            if of:
                about = [activity.replace("_", " "), NAMES[metric]]
                of_means = where(means, activity=activity, metric=metric)
                rows.append([*about, *_coverage_cells((metric,), of, of_means)])
    return markdown(["activity", "metric", *STATED_HEAD], rows)


def coverage_by_task(usual: Measured) -> str:
    chosen = {"source": "synthetic", "sensors": SensorSet.BOTH}
    strides, means = where(usual.strides, **chosen), where(usual.means, **chosen)
    rows = [
        [
            about["task"].replace("_", " "),
            about["condition"],
            *_coverage_cells(ANGLES, where(strides, **about), where(means, **about)),
        ]
        for about in tasks(strides)
    ]
    return markdown(["task", "condition", *STATED_HEAD], rows)


def _coverage_cells(
    metrics: Sequence[str], strides: Sequence[Row], means: Sequence[Row]
) -> list[str]:
    inside: list[bool] = []
    people: list[str] = []
    for metric in metrics:
        for row in judged(strides, metric):
            error = abs(row[f"value {metric}"] - row[f"true {metric}"])
            if np.isfinite(error):
                inside.append(bool(error <= 1.96 * row[f"error {metric}"]))
                people.append(row["person"])
    single = coverage(inside, people)
    mean = coverage(column(means, "inside"), [row["person"] for row in means])
    return [
        str(single.people),
        str(single.count),
        percent(single.share),
        f"{percent(single.low, 0)} … {percent(single.high, 0)}",
        percent(mean.share),
        f"{percent(mean.low, 0)} … {percent(mean.high, 0)}",
        _width_verdict(single.share),
    ]


def _width_verdict(share_inside: float) -> str:
    if share_inside < COVERAGE[0]:
        return "**too narrow**"
    return "too wide" if share_inside > COVERAGE[1] else MET


# -- drift -------------------------------------------------------------------------------------


def drift(rows: Sequence[Row]) -> str:
    head = ["activity", "path", "min", "side, °/min", "found", "empty", "first 2 min", "last 5 min",
            "worst minute", "slope °/min", "excursion", "< 2°", "< 0.05 °/min"]  # fmt: skip
    if not rows:
        return "not measured\n"
    table = [
        [
            row["activity"].replace("_", " "),
            row["path"],
            f"{row['minutes']:g}",
            f"{row['side']} {number(row['drift_dpm'], 0, sign=True)}",
            percent(row["found"]),
            percent(row["empty"]),
            number(row["early"], sign=True),
            number(row["late"], sign=True),
            number(row["worst"]),
            number(row["slope_dpm"], 3, sign=True),
            f"{number(row['excursion_early'])} → {number(row['excursion_late'])}",
            verdict(row["worst"] < DRIFT_WORST_DEG),
            verdict(abs(row["slope_dpm"]) < DRIFT_SLOPE_DPM),
        ]
        for row in rows
    ]
    return markdown(head, table)


# -- filters -----------------------------------------------------------------------------------

COMPARED = ("pelvic_drop_peak_deg", "hip_adduction_peak_deg", "thigh_rotation_peak_deg",
            "thigh_rotation_excursion_deg")  # fmt: skip


def filters(everything: Measured) -> str:
    head = ["filter", "µs per sample", "evidence", "activity", "strides", "found"]
    others = where(everything.strides, filter=tuple(compared_filters()[1:]))
    seen = set.intersection(
        *({row["session"] for row in where(others, filter=name)} for name in compared_filters()[1:])
    )
    rows = []
    for name in compared_filters():
        speed = number(microseconds_per_sample(name), 1)
        of_filter = where(everything.strides, filter=name, sensors=SensorSet.BOTH)
        same = [row for row in of_filter if row["session"] in seen]
        rows += _filter_rows(name, speed, same)
    return markdown([*head, *(NAMES[metric] for metric in COMPARED)], rows)


def _filter_rows(name: str, speed: str, strides: Sequence[Row]) -> Iterable[list[str]]:
    for source in ("optical", "synthetic"):
        for activity in ORDER:
            of = where(strides, source=source, activity=activity)
            if of:
                errors = [number(metric_agreement(of, metric)[0].rmse) for metric in COMPARED]
                words = activity.replace("_", " ")
                yield [
                    name,
                    speed,
                    source,
                    words,
                    str(len(of)),
                    percent(share(of, "found")),
                    *errors,
                ]
