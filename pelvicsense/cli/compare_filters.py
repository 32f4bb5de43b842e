"""``pelvicsense compare-filters``: every orientation filter on one recording."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from pelvicsense.runtime.compare import FilterRun

METRICS = {
    "drop\npeak": "pelvic_drop_peak_deg",
    "\nexc.": "pelvic_drop_excursion_deg",
    "adduction\npeak": "hip_adduction_peak_deg",
    "\nexc. ": "hip_adduction_excursion_deg",
    "rotation\npeak": "thigh_rotation_peak_deg",
    "\nexc.  ": "thigh_rotation_excursion_deg",
}


@click.command(name="compare-filters")
@click.argument("session", type=click.Path(path_type=Path))
def command(session: Path) -> None:
    """Analyse SESSION with every usable orientation filter; nothing is written.

    Where the session has a truth.csv, errors are shown as bias and root mean square.
    """
    from rich.console import Console

    from pelvicsense.cli.tables import bullet
    from pelvicsense.fusion.registry import refused_filters
    from pelvicsense.pipeline.config import PipelineConfig
    from pelvicsense.runtime.compare import compare_filters

    with Console(stderr=True).status("analysing"):
        runs = list(compare_filters(session, PipelineConfig()))
    console = Console()
    console.print(_speed_table(runs))
    console.print()
    console.print(_metric_table(runs))
    if any(run.errors for run in runs):
        console.print()
        console.print(_error_table(runs))
    console.print("\nRefused:")
    for name, reason in refused_filters().items():
        console.print(bullet(f"{name}: {reason}"), highlight=False)


def _speed_table(runs: list[FilterRun]) -> Table:
    from pelvicsense.cli.tables import plain_table

    table = plain_table("Filters: time of the whole analysis")
    table.add_column("filter")
    for label in ("seconds", "× real time", "strides", "valid", "calibrated"):
        table.add_column(label, justify="right")
    for run in runs:
        result = run.result
        table.add_row(
            run.filter,
            f"{run.seconds:.2f}",
            f"{result.duration_s / run.seconds:.0f}",
            str(len(result.strides)),
            str(result.summary.valid),
            "no" if result.calibration is None else "yes",
        )
    return table


def _metric_table(runs: list[FilterRun]) -> Table:
    from pelvicsense.cli.tables import number, plain_table
    from pelvicsense.datatypes.placement import Side

    table = plain_table("Mean of valid strides in the most frequent activity, degrees")
    table.padding = (0, 0)
    table.add_column("\nfilter")
    table.add_column("\nside")
    for label in METRICS:
        table.add_column(label, justify="right")
    for run in runs:
        for part in run.result.summary.activities[:1]:
            for side in Side:
                figures = part.sides[side].figures
                means = [number(figures[name].mean, 2) for name in METRICS.values()]
                table.add_row(run.filter if side is Side.LEFT else "", side, *means)
    return table


def _error_table(runs: list[FilterRun]) -> Table:
    from pelvicsense.cli.tables import number, plain_table

    table = plain_table("Errors against truth.csv: bias / root mean square, degrees")
    table.padding = (0, 0)
    table.add_column("\nfilter")
    table.add_column("\nstrides", justify="right")
    for label in METRICS:
        table.add_column(label, justify="right")
    for run in runs:
        cells = [run.errors[name] for name in METRICS.values()]
        texts = [f"{number(cell.bias, 1, '+')}/{number(cell.rmse)}" for cell in cells]
        table.add_row(run.filter, str(max(cell.count for cell in cells)), *texts)
    return table
