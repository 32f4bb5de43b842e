"""``pelvicsense info``: what a session holds, before anyone trusts a number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from pelvicsense.recording.session import Session
    from pelvicsense.runtime.result import SessionResult

_MOST_STRETCHES = 6
"""Gaps or still poses that are listed; of more, how many more there are."""


@click.command(name="info")
@click.argument("session", type=click.Path(path_type=Path))
def command(session: Path) -> None:
    """Show what was worn in SESSION, how it arrived, and whether it can be calibrated."""
    from rich.console import Console
    from rich.text import Text

    from pelvicsense.cli.tables import bullet, clock_time
    from pelvicsense.pipeline.config import PipelineConfig
    from pelvicsense.recording.session import open_session
    from pelvicsense.runtime.analyze import analyze
    from pelvicsense.runtime.inspect import content
    from pelvicsense.runtime.notices import PLACEMENT_WORDS

    opened = open_session(session)
    config = PipelineConfig()
    held = content(opened, config)
    result = analyze(session, config=config)
    console = Console(highlight=False)
    _print_head(console.print, opened, clock_time(result.duration_s))
    console.print(_sensor_table(result))
    console.print()
    for placement, gaps in held.gaps.items():
        console.print(f"Missing, {PLACEMENT_WORDS[placement]}: {_stretches(gaps)}")
    console.print(f"Still: {_stretches(held.still)}")
    stated = opened.manifest.still_windows_s
    if stated:
        console.print(f"Stated as still: {_stretches(stated)}")
    console.print()
    for line in _calibration_lines(result):
        console.print(Text(line))
    for notice in result.notices:
        console.print(bullet(notice))


def _print_head(write: Callable[[str], None], session: Session, length: str) -> None:
    manifest = session.manifest
    write(f"[bold]{session.name}[/]")
    speed = "" if manifest.speed_mps is None else f" at {manifest.speed_mps:g} m/s"
    write(
        f"subject {manifest.subject}, {manifest.activity}{speed}, "
        f"{manifest.started_at:%Y-%m-%d %H:%M}, {length}, {len(session.marks)} marks"
    )
    profiles = sorted({spec.profile for spec in manifest.sensors.values()})
    write(f"firmware profile: {', '.join(profiles)}")
    if manifest.edited_from is not None:
        write(f"made from {manifest.edited_from}: {', '.join(manifest.edits)}")
    if manifest.continues is not None:
        write(f"carries on {manifest.continues}")
    write("")


def _sensor_table(result: SessionResult) -> Table:
    from pelvicsense.cli.tables import number, plain_table
    from pelvicsense.runtime.notices import PLACEMENT_WORDS

    table = plain_table("Sensors")
    table.padding = (0, 0)
    table.add_column("")
    table.add_column("time by")
    for label in ("samples", "Hz", "lost", "late", "wrong", "skew ppm", "± ms", "bridged"):
        table.add_column(label, justify="right")
    for placement, link in result.links.items():
        table.add_row(
            PLACEMENT_WORDS[placement],
            link.clock_source,
            str(link.samples),
            number(link.rate_hz),
            str(link.lost),
            str(link.late),
            str(link.rejected),
            number(link.skew_ppm, 0, "+"),
            number(1000 * link.clock_sigma_s),
            str(link.interpolated_rows),
        )
    return table


def _stretches(windows: tuple[tuple[float, float], ...]) -> str:
    if not windows:
        return "nowhere"
    shown = [f"{start:.1f}–{end:.1f} s" for start, end in windows[:_MOST_STRETCHES]]
    more = len(windows) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _calibration_lines(result: SessionResult) -> list[str]:
    import math

    from pelvicsense.cli.tables import number

    calibration = result.calibration
    if calibration is None:
        return ["Calibration: none."]
    rate_hz = result.config.clock.rate_hz
    still = calibration.still
    lines = [
        f"Calibration: accepted from {still.first / rate_hz:.1f}–{still.end / rate_hz:.1f} s still "
        f"and {calibration.strides} strides until {calibration.end / rate_hz:.1f} s.",
        f"  Front and back: agreement {calibration.vote:.2f} (0.5 needed). "
        f"Forward ± {math.degrees(calibration.pelvis_heading_sigma):.1f}°.",
    ]
    for side, hip in calibration.hips.items():
        lines.append(
            f"  {side.capitalize()} hip: contrast {hip.contrast:.0f}, "
            f"misfit {hip.misfit:.2f} m/s², "
            f"heading ± {math.degrees(calibration.heading_sigma[side]):.1f}°, "
            f"lag {number(1000 * hip.lag_s, 0, '+')} ms."
        )
    lines.append(f"  {len(result.strides)} strides, {result.summary.valid} valid.")
    return lines
