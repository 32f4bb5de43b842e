"""Rows of measurements chosen and grouped, and tables in Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from agreement import Agreement, agreement
from measure import Row

from pelvicsense.synthetic.population import TASKS

MET = "met"

NAMES = {
    "pelvic_drop_at_contact_deg": "pelvic drop at contact",
    "pelvic_drop_midstance_deg": "pelvic drop midstance",
    "pelvic_drop_peak_deg": "pelvic drop peak",
    "pelvic_drop_excursion_deg": "pelvic drop excursion",
    "hip_adduction_peak_deg": "hip adduction peak",
    "hip_adduction_excursion_deg": "hip adduction excursion",
    "thigh_rotation_at_contact_deg": "thigh rotation at contact",
    "thigh_rotation_peak_deg": "thigh rotation peak",
    "thigh_rotation_excursion_deg": "thigh rotation excursion",
    "stance_time_ms": "stance time",
    "stride_time_ms": "stride time",
}


def where(rows: Iterable[Row], **wanted: Any) -> list[Row]:
    """Rows whose columns have the wanted values; a tuple allows any of several."""
    allowed = {
        name: value if isinstance(value, tuple) else (value,) for name, value in wanted.items()
    }
    return [row for row in rows if all(row[name] in values for name, values in allowed.items())]


def tasks(rows: Iterable[Row]) -> list[dict[str, str]]:
    """Each task with each condition that occurs, in the order of the population."""
    found = {(row["task"], row["condition"]) for row in rows}
    return [
        {"task": str(activity), "condition": str(condition)}
        for activity, condition in TASKS
        if (str(activity), str(condition)) in found
    ]


def column(rows: Sequence[Row], name: str) -> np.ndarray[Any, Any]:
    return np.array([row[name] for row in rows])


def judged(rows: Iterable[Row], metric: str) -> list[Row]:
    """Found strides that could know the metric: hip angles need that side's thigh sensor."""
    needs_thigh = metric.startswith(("hip", "thigh"))
    return [row for row in rows if row["found"] and (row["own_thigh"] or not needs_thigh)]


def metric_agreement(rows: Iterable[Row], metric: str) -> tuple[Agreement, float]:
    """How a metric agrees with its truth, and the share of strides that leave it empty."""
    chosen = judged(rows, metric)
    values, true = column(chosen, f"value {metric}"), column(chosen, f"true {metric}")
    people = [row["person"] for row in chosen]
    empty = float(np.mean(~np.isfinite(values))) if len(chosen) else math.nan
    return agreement(values, true, people), empty


def late_agreement(rows: Iterable[Row]) -> Agreement:
    """How late contacts were found, ms."""
    found = where(rows, state="found")
    late = column(found, "late_ms")
    return agreement(late, np.zeros(len(late)), [row["person"] for row in found])


def share(rows: Sequence[Row], name: str) -> float:
    return float(np.mean([row[name] for row in rows])) if rows else math.nan


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the first column left, the others right."""
    lines = [
        "| " + " | ".join(head) + " |",
        "|" + "|".join([" --- ", *[" ---: "] * (len(head) - 1)]) + "|",
    ]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def number(value: float, digits: int = 2, *, sign: bool = False) -> str:
    if not math.isfinite(value):
        return "–"
    text = f"{value:+.{digits}f}" if sign else f"{value:.{digits}f}"
    return text.replace("-", "−")


def percent(value: float, digits: int = 1) -> str:
    return "–" if not math.isfinite(value) else f"{100.0 * value:.{digits}f} %"


def verdict(met: bool) -> str:
    return MET if met else "**missed**"
