"""``pelvicsense compare``: two sessions, or two stretches of one, side by side."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="compare")
@click.argument("sessions", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--stretch",
    "stretches",
    multiple=True,
    metavar="START:END",
    help="Seconds of one session; give two stretches.",
)
def command(sessions: tuple[Path, ...], stretches: tuple[str, ...]) -> None:
    """Compare two SESSIONS, or two stretches of one: before and after a cue, two speeds, two shoes.

    Shows each difference with its 95 % interval, and calls it a change only beyond the minimal
    detectable change. Both are analysed anew, so that both are computed alike; nothing is written.
    """
    from rich.console import Console
    from rich.progress import Progress
    from rich.text import Text

    from pelvicsense.cli.change_table import change_table, is_wide, print_limits
    from pelvicsense.cli.tables import bullet
    from pelvicsense.report.comparison import compare_summaries
    from pelvicsense.report.pair import pair_of
    from pelvicsense.runtime.notices import ACTIVITY_WORDS, DISCLAIMER

    errors = Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("analysing", total=1.0)
        pair = pair_of(sessions, stretches, lambda share: bar.update(task, completed=share))
    console = Console(highlight=False)
    console.print(Text(f"before: {pair.names[0]}   now: {pair.names[1]}", style="bold"))
    console.print()
    compared = compare_summaries(pair.before, pair.now)
    for activity, rows in compared.items():
        title = ACTIVITY_WORDS[activity].capitalize()
        console.print(change_table(title, "before", "now", rows, wide=is_wide(console)))
        console.print()
        print_limits(console, rows)
    if not compared:
        console.print("Nothing to compare: the two have no known activity in common.")
    for notice in pair.notices:
        console.print(bullet(notice))
    console.print(Text(DISCLAIMER, style="dim"))
