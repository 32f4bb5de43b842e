"""``pelvicsense export``: a session in the formats of other tools."""

from __future__ import annotations

from pathlib import Path

import click

FORMATS = ("opensim", "bids-motion", "c3d", "parquet", "csv", "fit")


@click.command(name="export")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--to", required=True, type=click.Choice(FORMATS), help="For which tool.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="The new file (NAME.c3d, NAME.fit) or folder (others).",
)
@click.option(
    "--filter", "filter_name", default="vqf", show_default=True, metavar="NAME", help="As analyze."
)
def command(session: Path, to: str, out: Path, filter_name: str) -> None:
    """Analyse SESSION and write it for another tool; the session stays as it is.

    opensim: orientations.sto for OpenSense and angles.mot; bids-motion: a data set; c3d: angles
    and contacts; parquet, csv: tidy tables; fit: an activity with pelvic drop once a second.
    """
    from pelvicsense.cli.options import config_with
    from pelvicsense.exchange.exports.run import export_session

    done = export_session(session, to, out, config=config_with(filter_name))
    click.echo(f"{out}: {to}, {len(done.result.strides)} strides, {done.result.duration_s:.1f} s")
    for notice in done.result.notices:
        click.echo(f"  {notice}")
