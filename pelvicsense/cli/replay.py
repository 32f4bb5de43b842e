"""``pelvicsense replay``: a session as in life, in a window or as lines in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pelvicsense.cli.lsl import lsl_option, lsl_streams

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pelvicsense.datatypes.calibration import CalibrationNews
    from pelvicsense.datatypes.gait import StanceReport, Stride
    from pelvicsense.pipeline.config import PipelineConfig
    from pelvicsense.pipeline.pipeline import Output
    from pelvicsense.runtime.replay import LatencyTally

SPEEDS = {
    "0.25": 0.25,
    "0.5": 0.5,
    "1": 1.0,
    "2": 2.0,
    "4": 4.0,
    "8": 8.0,
    "16": 16.0,
    "max": None,
}


@click.command(name="replay")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--headless", is_flag=True, help="Print to the terminal; no window.")
@click.option(
    "--speed",
    type=click.Choice(list(SPEEDS)),
    default="1",
    show_default=True,
    help="1: as recorded; 4: four times as fast; max: without waiting, with --headless only.",
)
@click.option("--filter", "filter_name", default="vqf", show_default=True, metavar="NAME")
@lsl_option
def command(session: Path, headless: bool, speed: str, filter_name: str, lsl: bool) -> None:
    """Play SESSION in a window, with a time line to go anywhere in it.

    With --headless: print each stance and stride when it becomes known. Latencies are in signal
    time: from the final contact until a stance's values are known, and from the initial contact
    that ends a stride until its row is.

    With --lsl, time stamps say when a moment of the session is due in the replay.
    """
    from pelvicsense.cli.options import config_with

    config = config_with(filter_name)
    if headless:
        _print_replay(session, config, SPEEDS[speed], lsl)
    else:
        _show_replay(session, config, SPEEDS[speed], lsl)


def _show_replay(session: Path, config: PipelineConfig, speed: float | None, lsl: bool) -> None:
    from pelvicsense.cli.window import check_window, show_replay
    from pelvicsense.datatypes.errors import ConfigurationError
    from pelvicsense.recording.session import open_session
    from pelvicsense.runtime.live_replay import ReplayWorker

    if speed is None:
        msg = "replay: a window cannot play without waiting; use --speed 16, or add --headless"
        raise ConfigurationError(msg)
    opened = open_session(session)  # a wrong folder is told here, not in a window
    check_window("add --headless")
    # Somebody may pause and jump: no rate can be promised.
    with lsl_streams(lsl, 0.0, opened.manifest.subject, replay=True) as streams:
        show_replay(ReplayWorker(session, config, speed, streams), config)


def _print_replay(session: Path, config: PipelineConfig, speed: float | None, lsl: bool) -> None:
    from pelvicsense.datatypes.errors import ConfigurationError
    from pelvicsense.recording.session import open_session
    from pelvicsense.runtime.lsl_out import replay_sender
    from pelvicsense.runtime.replay import replay

    opened = open_session(session)
    if not lsl:
        _print_outputs(replay(opened, config, speed))
        return
    if speed is None:
        msg = "replay: --lsl cannot send without waiting; use --speed 16, or leave --lsl out"
        raise ConfigurationError(msg)
    rate_hz = config.clock.rate_hz * speed
    with lsl_streams(lsl, rate_hz, opened.manifest.subject, replay=True) as streams:
        assert streams is not None
        _print_outputs(replay(opened, config, speed, replay_sender(streams, speed)))


def _print_outputs(outputs: Iterable[Output]) -> None:
    from pelvicsense.datatypes.calibration import CalibrationNews, SlipNews
    from pelvicsense.datatypes.gait import StanceReport, Stride
    from pelvicsense.runtime.replay import LatencyTally

    stances, strides = LatencyTally(), LatencyTally()
    for output in outputs:
        if isinstance(output, StanceReport):
            stances.add(output)
            click.echo(_stance_line(output))
        elif isinstance(output, Stride):
            strides.add(output)
            click.echo(_stride_line(output))
        elif isinstance(output, CalibrationNews):
            click.echo(_news_line(output))
        elif isinstance(output, SlipNews):
            click.echo(f"{output.known_at_s:8.2f} s  {output.words}")
    _print_latencies(stances, strides)


def _stance_line(report: StanceReport) -> str:
    from pelvicsense.cli.tables import number
    from pelvicsense.runtime.replay import latency_s

    angles = report.angles
    return (
        f"{report.known_at_s:8.2f} s  {report.side:<5} stance  "
        f"drop {number(angles.pelvic_drop_peak_deg):>5}°  "
        f"adduction {number(angles.hip_adduction_peak_deg):>5}°  "
        f"rotation {number(angles.thigh_rotation_peak_deg):>5}°  "
        f"{1000 * latency_s(report):4.0f} ms"
    )


def _stride_line(stride: Stride) -> str:
    from pelvicsense.runtime.replay import latency_s

    verdict = "valid" if stride.valid else f"not counted: {', '.join(stride.flags)}"
    return (
        f"{stride.known_at_s:8.2f} s  {stride.side:<5} stride {stride.stride} "
        f"({stride.activity.replace('_', ' ')}, {stride.cadence_spm:.0f} steps/min), {verdict}  "
        f"{1000 * latency_s(stride):4.0f} ms"
    )


def _news_line(news: CalibrationNews) -> str:
    from pelvicsense.datatypes.calibration import Calibration

    if isinstance(news.outcome, Calibration):
        text = f"calibrated from {news.outcome.strides} strides"
    else:
        text = f"not calibrated: {news.outcome.reason}"
    return f"{news.known_at_s:8.2f} s  {text}"


def _print_latencies(stances: LatencyTally, strides: LatencyTally) -> None:
    from rich.console import Console

    from pelvicsense.cli.tables import plain_table
    from pelvicsense.runtime.notices import ACTIVITY_WORDS

    table = plain_table("Signal time from the end until known, ms")
    table.add_column("activity")
    for label in ("stances", "median", "95 %", "strides", "median", "95 %"):
        table.add_column(label, justify="right")
    for activity, word in ACTIVITY_WORDS.items():
        cells: list[str] = []
        for tally in (stances, strides):
            counts = tally.by_activity.get(activity)
            if counts is None:
                cells += ["0", "–", "–"]
            else:
                quantiles = [tally.quantile_ms(activity, share) for share in (0.5, 0.95)]
                cells += [str(counts.total()), *map(str, quantiles)]
        if any(activity in tally.by_activity for tally in (stances, strides)):
            table.add_row(word, *cells)
    console = Console()
    console.print()
    console.print(table)
    if strides.before_calibration:
        console.print(
            f"{strides.before_calibration} strides before the calibration are not among them.",
            highlight=False,
        )
