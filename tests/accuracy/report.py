"""VALIDATION.md: every figure with what it is of, beside what is aimed at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from filters import IMUFUSION, compared_filters
from measure import TIMES, Measured, Row
from report_extra import (
    calibration,
    contacts,
    coverage_by_metric,
    coverage_by_task,
    drift,
    filters,
    refusals,
)
from report_peers import peers
from sessions import SensorSet
from tables import (
    MET,
    NAMES,
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
from targets import target_of

import pelvicsense
from pelvicsense.datatypes.gait import EventKind
from pelvicsense.metrics.summary import ANGLES
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.synthetic.population import Condition, Group

EVERYDAY = tuple(
    str(condition)
    for condition in (
        Condition.LEVEL,
        Condition.TREADMILL,
        Condition.SLOPE,
        Condition.STARTS,
        Condition.TURNS,
        Condition.WALK_FIRST,
        Condition.FLIGHTS,
    )
)
OPTICAL = {"clean": "firm straps", "wobble": "soft tissue added", "lossy": "packets lost"}

TEMPLATE = Path(__file__).with_name("validation_template.md")


def validation_text(everything: Measured, group: Group, quick: bool) -> str:
    """The whole document."""
    config = PipelineConfig()
    usual = Measured()
    for name, rows in vars(everything).items():
        chosen = rows if name == "drift" else where(rows, filter=config.fusion.filter)
        getattr(usual, name).extend(chosen)
    verdicts = target_rows(usual)
    imufusion = "" if IMUFUSION in compared_filters() else " imufusion is not installed here."
    synthetic = where(usual.sessions, source="synthetic")
    return TEMPLATE.read_text(encoding="utf-8").format(
        version=pelvicsense.__version__,
        fingerprint=config.fingerprint(),
        filter=config.fusion.filter,
        quick=" **A quick run on few people: not for quotation.**" if quick else "",
        people=len({row["person"] for row in where(usual.sessions, source="optical")}),
        group=group,
        targets_met=f"{sum(row[-1] == MET for row in verdicts)} of {len(verdicts)}",
        targets=markdown(["evidence", "activity", "figure", "reached", "target", ""], verdicts),
        metrics=metrics(usual),
        conditions=conditions(usual),
        contacts=contacts(usual),
        mountings=len(where(synthetic, sensors=SensorSet.BOTH)),
        calibration=calibration(synthetic),
        refusals=refusals(synthetic),
        coverage=coverage_by_metric(usual, EVERYDAY),
        coverage_by_task=coverage_by_task(usual),
        drift=drift(usual.drift),
        imufusion=imufusion,
        filters=filters(everything),
        peers=peers(),
    )


def cohorts(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The two bodies of evidence that targets are held against, pelvis and two thighs."""
    both = where(rows, sensors=SensorSet.BOTH)
    return [
        ("optical, firm straps", where(both, source="optical", condition="clean")),
        ("synthetic, everyday", where(both, source="synthetic", condition=EVERYDAY)),
    ]


def activities(rows: Iterable[Row]) -> list[str]:
    order = ["run", "walk", "stairs", "stairs_up", "stairs_down"]
    return [name for name in order if where(rows, activity=name)]


def label(activity: str) -> str:
    return activity.replace("_", " ")


# -- targets -----------------------------------------------------------------------------------


def target_rows(usual: Measured) -> list[list[str]]:
    """Every target beside what was reached."""
    rows: list[list[str]] = []
    for (title, strides), (_, found) in zip(
        cohorts(usual.strides), cohorts(usual.contacts), strict=True
    ):
        for activity in activities(strides):
            of = where(strides, activity=activity)
            rows += _angle_verdicts(title, activity, of)
            rows += _event_verdicts(title, activity, of, where(found, activity=activity))
    return rows


def _angle_verdicts(title: str, activity: str, strides: Sequence[Row]) -> Iterable[list[str]]:
    for metric in ANGLES:
        target = target_of(activity).of(metric)
        if target is None:
            continue
        rmse = metric_agreement(strides, metric)[0].rmse
        words = [
            f"{NAMES[metric]}, RMSE",
            f"{number(rmse)}°",
            f"{target:g}°",
            verdict(rmse <= target),
        ]
        yield [title, label(activity), *words]


def _event_verdicts(
    title: str, activity: str, strides: Sequence[Row], found: Sequence[Row]
) -> Iterable[list[str]]:
    target, about = target_of(activity), [title, label(activity)]
    for kind, limits in (
        (EventKind.INITIAL_CONTACT, target.initial_ms),
        (EventKind.FINAL_CONTACT, target.final_ms),
    ):
        late = late_agreement(where(found, kind=kind))
        met = abs(late.bias) <= limits[0] and late.pooled_sd <= limits[1]
        reached = f"{number(late.bias, 0, sign=True)} ± {number(late.pooled_sd, 0)} ms"
        words = kind.replace("_", " ")
        yield [
            *about,
            f"{words}, bias ± SD",
            reached,
            "{:g}, {:g} ms".format(*limits),
            verdict(met),
        ]
    part, wrong = share(strides, "found"), sum(row["wrong_side"] for row in strides)
    yield [
        *about,
        "strides found",
        percent(part),
        percent(target.found, 0),
        verdict(part >= target.found),
    ]
    yield [*about, "strides on the wrong side", str(wrong), "0", verdict(wrong == 0)]


# -- metrics -----------------------------------------------------------------------------------


METRIC_HEAD = ("activity", "sensors", "metric", "n", "bias", "MAE", "RMSE", "95 % limits", "ICC",
               "empty")  # fmt: skip


def metrics(usual: Measured) -> str:
    """Every metric, activity and sensor set; the two sources apart."""
    parts = []
    for source, condition, title in (
        *(("optical", name, f"Optical truth, {words}") for name, words in OPTICAL.items()),
        ("synthetic", EVERYDAY, "Synthetic people, everyday"),
    ):
        strides = where(usual.strides, source=source, condition=condition)
        if strides:
            table = markdown(METRIC_HEAD, _metric_rows(strides))
            parts.append(f"### {title}\n\n{_found_lines(strides)}\n{table}")
    return "\n".join(parts)


def _found_lines(strides: Sequence[Row]) -> str:
    lines = []
    for activity in activities(strides):
        for sensors in SensorSet:
            of = where(strides, activity=activity, sensors=sensors)
            wrong = sum(row["wrong_side"] for row in of)
            found = f"{percent(share(of, 'found'))} of {len(of)} strides found"
            lines.append(f"- {label(activity)}, {sensors}: {found}, {wrong} on the wrong side\n")
    return "".join(lines)


def _metric_rows(strides: Sequence[Row]) -> Iterable[list[str]]:
    for activity in activities(strides):
        for sensors in SensorSet:
            of = where(strides, activity=activity, sensors=sensors)
            for metric in (*ANGLES, *TIMES):
                a, empty = metric_agreement(of, metric)
                digits = 0 if metric in TIMES else 2
                yield [
                    label(activity),
                    str(sensors).removeprefix("pelvis + "),
                    NAMES[metric],
                    f"{a.people} / {a.count}",
                    number(a.bias, digits, sign=True),
                    number(a.mae, digits),
                    number(a.rmse, digits),
                    f"{number(a.low, digits, sign=True)} … {number(a.high, digits, sign=True)}",
                    number(a.icc),
                    percent(empty),
                ]


# -- conditions --------------------------------------------------------------------------------

SHORT = {
    "pelvic_drop_peak_deg": "drop peak",
    "pelvic_drop_excursion_deg": "exc.",
    "hip_adduction_peak_deg": "add. peak",
    "hip_adduction_excursion_deg": "exc.",
    "thigh_rotation_peak_deg": "rot. peak",
    "thigh_rotation_excursion_deg": "exc.",
}


def conditions(usual: Measured) -> str:
    """Each task apart, as sessions were recorded: where it goes wrong."""
    head = ["task", "condition", "found", "wrong side", "invented", "activity right"]
    rows = []
    both = {"source": "synthetic", "sensors": SensorSet.BOTH}
    strides, events = where(usual.strides, **both), where(usual.contacts, **both)
    sessions = where(usual.sessions, **both)
    for about in tasks(strides):
        parts = (where(of, **about) for of in (strides, events, sessions))
        rows.append(_condition_row(about, *parts))
    return markdown([*head, *SHORT.values(), "IC", "FC"], rows)


def _condition_row(
    about: dict[str, str], strides: Sequence[Row], events: Sequence[Row], sessions: Sequence[Row]
) -> list[str]:
    found = where(strides, found=True)
    late = [late_agreement(where(events, kind=kind)) for kind in EventKind]
    return [
        label(about["task"]),
        about["condition"],
        percent(share(strides, "found")),
        str(sum(row["wrong_side"] for row in strides)),
        str(sum(row["invented"] for row in sessions)),
        percent(share(found, "same_activity")),
        *(number(metric_agreement(strides, metric)[0].rmse) for metric in SHORT),
        *(f"{number(a.bias, 0, sign=True)} ± {number(a.pooled_sd, 0)}" for a in late),
    ]
