"""What the report of a session says, before it is laid out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Side
from pelvicsense.datatypes.quality import LinkQuality
from pelvicsense.metrics.summary import ActivitySummary, Asymmetry, Figure
from pelvicsense.recording.manifest import SessionActivity
from pelvicsense.report.shown import (
    ANGLE_METRICS,
    HEADLINES,
    TIMING_METRICS,
    UNKNOWN_TEXT,
    ShownMetric,
    clock_text,
    number_text,
)
from pelvicsense.report.unknown import why_no_figure
from pelvicsense.runtime.notices import ACTIVITY_WORDS, PLACEMENT_WORDS
from pelvicsense.runtime.result import SessionResult

_CLOCK_WORDS = {
    "timestamp": "its own clock",
    "counter": "its sample counter",
    "arrival": "arrival only",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorLine:
    """One sensor, in texts: where it was worn, what it is, and how its samples arrived."""

    place: str
    profile: str
    samples: str
    rate_hz: str
    lost: str
    unknown_s: str
    longest_gap_s: str
    timed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureCell:
    """A figure of one side: mean ± SD and interval; or a dash; and why fewer strides, or none."""

    spread: str
    interval: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLine:
    """One metric of an activity, left and right, and their difference."""

    metric: ShownMetric
    cells: tuple[FigureCell, ...]
    difference: str
    interval: str
    distinct: bool


def facts(result: SessionResult) -> tuple[tuple[str, str], ...]:
    """Return what the head of the report says, as pairs of label and text."""
    manifest = result.manifest
    person = manifest.person
    optional = (
        ("Speed", manifest.speed_mps, "m/s", 2),
        ("Height", person.height_m, "m", 2),
        ("Leg length", person.leg_length_m, "m", 2),
    )
    pairs = [
        ("Subject", manifest.subject),
        ("Session", result.name),
        ("Began", f"{manifest.started_at:%Y-%m-%d %H:%M}"),
        ("Length", clock_text(result.duration_s)),
        ("Strides", f"{result.summary.valid} count, {result.summary.invalid} do not"),
    ]
    if manifest.activity is not SessionActivity.UNKNOWN:
        pairs.append(("Recorded as", manifest.activity.value))
    pairs += [
        (label, f"{number_text(value, decimals)} {unit}")
        for label, value, unit, decimals in optional
        if value is not None
    ]
    if manifest.edited_from is not None:
        pairs.append(("Made from", f"{manifest.edited_from} ({', '.join(manifest.edits)})"))
    if manifest.continues is not None:
        pairs.append(("Carries on", manifest.continues))
    return tuple(pairs)


def sensor_lines(result: SessionResult) -> tuple[SensorLine, ...]:
    """Return how each sensor's samples arrived."""
    rate_hz = result.config.clock.rate_hz
    return tuple(
        _sensor_line(PLACEMENT_WORDS[place], result.manifest.sensors[place].profile, link, rate_hz)
        for place, link in result.links.items()
    )


def _sensor_line(place: str, profile: str, link: LinkQuality, grid_hz: float) -> SensorLine:
    sent = link.samples + link.lost
    share = 100.0 * link.lost / sent if sent else math.nan
    sigma = f"± {number_text(1000.0 * link.clock_sigma_s)} ms".replace(" ", "\N{NO-BREAK SPACE}")
    clock = _CLOCK_WORDS.get(link.clock_source, link.clock_source)
    return SensorLine(
        place=place,
        profile=profile,
        samples=f"{link.samples}",
        rate_hz=number_text(link.rate_hz),
        lost=f"{number_text(share)}\N{NO-BREAK SPACE}%" if sent else UNKNOWN_TEXT,
        unknown_s=f"{number_text(link.invalid_rows / grid_hz)}\N{NO-BREAK SPACE}s",
        longest_gap_s=f"{number_text(link.longest_gap_s)}\N{NO-BREAK SPACE}s",
        timed_by=f"{clock}, {sigma}",
    )


def calibration_sentences(result: SessionResult) -> tuple[str, ...]:
    """Return how the calibration came about and how sure it is; what was refused, and why."""
    calibration = result.calibration
    refused = tuple(f"An attempt was refused: {reason}." for reason in result.refusals)
    if calibration is None:
        return ("No calibration was accepted.", *refused)
    rate_hz = result.config.clock.rate_hz
    still = calibration.still
    forward_deg = math.degrees(calibration.pelvis_heading_sigma)
    sentences = [
        f"Calibrated from standing still, {number_text(still.first / rate_hz)} to "
        f"{number_text(still.end / rate_hz)} s, and from {calibration.strides} strides until "
        f"{number_text(calibration.end / rate_hz)} s.",
        f"Which way is forward is known to ± {number_text(forward_deg)}°.",
    ]
    for side in calibration.hips:
        sigma_deg = math.degrees(calibration.heading_sigma[side])
        sentences.append(
            f"The heading of the {side} thigh is known to ± {number_text(sigma_deg)}°."
        )
    return (*sentences, *refused)


def figure_lines(part: ActivitySummary, strides: Sequence[Stride]) -> tuple[FigureLine, ...]:
    """Return the table of an activity; ``strides`` are its own."""
    return tuple(
        FigureLine(
            metric=metric,
            cells=tuple(
                _cell(metric, part.sides[side].figures[metric.key], strides, side) for side in Side
            ),
            difference=metric.text(part.asymmetry[metric.key].difference, "+"),
            interval=_interval(metric, part.asymmetry[metric.key]),
            distinct=part.asymmetry[metric.key].distinct,
        )
        for metric in (*ANGLE_METRICS, *TIMING_METRICS)
    )


def _cell(metric: ShownMetric, figure: Figure, strides: Sequence[Stride], side: Side) -> FigureCell:
    if figure.count == 0:
        why = why_no_figure(strides, side, metric)
        return FigureCell(spread=UNKNOWN_TEXT, interval="", why=why)
    spread = metric.text(figure.mean)
    if not math.isnan(figure.sd):
        spread += f" ± {metric.text(figure.sd)}"
    counting = sum(stride.valid and stride.side is side for stride in strides)
    fewer = "" if figure.count == counting else f"of {figure.count} strides"
    return FigureCell(spread=spread, interval=_interval(metric, figure), why=fewer)


def _interval(metric: ShownMetric, value: Figure | Asymmetry) -> str:
    return "" if math.isnan(value.low) else metric.interval(value.low, value.high)


def headline_sentences(result: SessionResult) -> tuple[str, ...]:
    """Return the figures of the most frequent activity in words."""
    if not result.summary.activities:
        return ("No strides were found.",)
    part = result.summary.activities[0]
    sentences = []
    for metric in HEADLINES:
        figures = {side: part.sides[side].figures[metric.key] for side in Side}
        if not any(figure.count for figure in figures.values()):
            sentences.append(f"{metric.name.capitalize()}: not known.")
            continue
        texts = [_side_text(metric, side, figure) for side, figure in figures.items()]
        asymmetry = part.asymmetry[metric.key]
        differ = ""
        if asymmetry.distinct:
            larger = Side.LEFT if asymmetry.difference > 0.0 else Side.RIGHT
            differ = f"; the {larger} side is larger"
        elif not math.isnan(asymmetry.difference):
            differ = "; no sure difference between the sides"
        sentences.append(f"{metric.name.capitalize()}: {', '.join(texts)}{differ}.")
    return tuple(sentences)


def _side_text(metric: ShownMetric, side: Side, figure: Figure) -> str:
    if figure.count == 0:
        return f"{side} not known"
    return f"{side} {metric.text(figure.mean)} {metric.unit}".replace(" °", "°")


def activity_title(part: ActivitySummary) -> str:
    """Return the heading of an activity."""
    return ACTIVITY_WORDS[part.activity].capitalize()
