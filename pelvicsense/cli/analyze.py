"""``pelvicsense analyze``: sessions in, stride tables, summaries and result files out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pelvicsense.pipeline.config import PipelineConfig
    from pelvicsense.runtime.batch import Analysed, Failed


@click.command(name="analyze")
@click.argument("sessions", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write to OUT/<session name>/.")
@click.option(
    "--filter",
    "filter_name",
    default="vqf",
    show_default=True,
    metavar="NAME",
    help="Orientation filter; compare-filters shows them.",
)
@click.option("--force", is_flag=True, help="Replace results that are there already.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def command(
    sessions: tuple[Path, ...], out: Path | None, filter_name: str, force: bool, as_json: bool
) -> int:
    """Analyse SESSIONS: session folders, or folders that hold some.

    Writes strides.csv, events.csv, curves.csv and summary.json into each session, all or none; the
    samples are never touched. Exits with status 1 if any session failed.
    """
    from rich.console import Console

    from pelvicsense.cli.batch_table import print_json, print_many, print_one
    from pelvicsense.cli.options import config_with
    from pelvicsense.runtime.batch import Analysed, Failed, find_all

    config = config_with(filter_name)
    found = find_all(sessions)
    done: list[Analysed | Failed] = []
    for item in _with_bar(found, config, out, force=force):
        done.append(item)
        if isinstance(item, Failed):
            click.echo(f"Error: {item.reason}", err=True)
    if as_json:
        print_json(done)
    elif len(done) == 1 and isinstance(done[0], Analysed):
        print_one(Console(), done[0])
    elif len(done) > 1:
        print_many(Console(), done)
    return int(any(isinstance(item, Failed) for item in done))


def _with_bar(
    found: list[Path | Failed], config: PipelineConfig, out: Path | None, *, force: bool
) -> Iterator[Analysed | Failed]:
    """Analyse all, with a progress bar on the standard error where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    from pelvicsense.runtime.batch import analyze_all

    errors = Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("analysing", total=len(found))

        def advance(index: int, share: float) -> None:
            bar.update(task, completed=index + share)

        yield from analyze_all(found, config, out=out, force=force, progress=advance)
