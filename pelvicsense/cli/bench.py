"""``pelvicsense bench``: how fast, where the time goes, how much memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from pelvicsense.runtime.bench import BenchRun


@click.command(name="bench")
@click.argument("session", required=False, type=click.Path(path_type=Path))
@click.option("--hours", default=1.0, show_default=True, help="Length of what is analysed.")
@click.option("--runs", default=5, show_default=True, help="How often it is analysed.")
def command(session: Path | None, hours: float, runs: int) -> None:
    """Measure the analysis of a long session, from samples.csv on disk to strides.csv.

    A mixed simulated session is made, or SESSION is repeated until it is long enough; both in a
    temporary folder.
    """
    from tempfile import TemporaryDirectory

    from rich.console import Console

    from pelvicsense.datatypes.errors import ConfigurationError
    from pelvicsense.runtime.bench import measure, peak_memory_mb, prepare

    if not (0.0 < hours <= 24.0 and runs >= 1):
        msg = f"bench: expected hours in 0 to 24 and 1 run or more, got {hours:g} and {runs}"
        raise ConfigurationError(msg)
    waiting = Console(stderr=True)
    with TemporaryDirectory(prefix="pelvicsense-bench-") as place:
        folder = Path(place) / "session"
        with waiting.status(f"making a session of {hours:g} h"):
            prepare(folder, hours, session)
        with waiting.status(f"analysing it {runs} times"):
            done = list(measure(folder, runs))
    console = Console(highlight=False)
    console.print(_table(done))
    memory = peak_memory_mb()
    console.print("\nPeak memory: " + ("not told here" if memory is None else f"{memory:.0f} MB"))


def _table(runs: list[BenchRun]) -> Table:
    from statistics import median

    from pelvicsense.cli.tables import clock_time, plain_table

    length_s = runs[0].duration_s
    total_s = median(run.total_s for run in runs)
    table = plain_table(f"{clock_time(length_s)}, {runs[0].strides} strides: median of {len(runs)}")
    for label in ("stage", "s", "share"):
        table.add_column(label, justify="left" if label == "stage" else "right")
    for stage in runs[0].seconds:
        seconds = median(run.seconds[stage] for run in runs)
        table.add_row(stage, f"{seconds:.3f}", f"{100 * seconds / total_s:.0f} %")
    table.add_section()
    table.add_row("all", f"{total_s:.3f}", f"{length_s / total_s:.0f} × real time", style="bold")
    return table
