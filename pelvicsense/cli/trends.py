"""``pelvicsense trends``: one subject over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pelvicsense.cli.options import sessions_option

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from pelvicsense.datatypes.placement import Activity, Side
    from pelvicsense.report.comparison import ChangeRow
    from pelvicsense.report.history import Past, PastSession
    from pelvicsense.report.shown import ShownMetric

_MOST_SESSIONS = 12
"""That the table shows: the first, and the newest ones."""


@click.command(name="trends")
@click.argument("subject")
@sessions_option
@click.option("--html", type=click.Path(path_type=Path), help="Also write it as one HTML file.")
@click.option("--force", is_flag=True, help="Replace an HTML file that is there already.")
def command(subject: str, folder: Path, html: Path | None, force: bool) -> None:
    """Show the analysed sessions of SUBJECT over time.

    Reads what `analyze` wrote (summary.json), no samples. A change is called one only beyond the
    minimal detectable change.
    """
    from rich.console import Console
    from rich.text import Text

    from pelvicsense.cli.plan_table import print_plan
    from pelvicsense.cli.tables import bullet
    from pelvicsense.report.extra import require_extra
    from pelvicsense.report.history import past_sessions
    from pelvicsense.report.write import check_free, write_page
    from pelvicsense.runtime.notices import DISCLAIMER

    if html is not None:
        require_extra()
        check_free(html, force=force)
    past = past_sessions(folder, subject)
    console = Console(highlight=False)
    count = len(past.sessions)
    sessions = f"{count} session{'' if count == 1 else 's'} with results"
    console.print(Text(f"{subject}: {sessions}", style="bold"))
    console.print()
    if past.plan is not None:
        print_plan(console, past.plan, "Retraining plan")
        console.print()
    for activity in past.activities:
        _print_activity(console, past, activity)
    for notice in past.notices:
        console.print(bullet(notice))
    console.print(Text(DISCLAIMER, style="dim"))
    if html is not None:
        from pelvicsense.report.page import trends_page

        write_page(trends_page(past), html)
        click.echo(f"Written: {html}")


def _print_activity(console: Console, past: Past, activity: Activity) -> None:
    from pelvicsense.cli.change_table import change_table, is_wide, print_limits
    from pelvicsense.report.history import comparisons
    from pelvicsense.runtime.notices import ACTIVITY_WORDS

    title = ACTIVITY_WORDS[activity].capitalize()
    console.print(_table(past, activity, title))
    console.print()
    rows: list[ChangeRow] = []
    for found in comparisons(past, activity):
        heading = f"{title}: from {' to '.join(found.days)}"
        wide = is_wide(console)
        console.print(change_table(heading, "before", "now", found.rows, wide=wide))
        console.print()
        rows += found.rows
    print_limits(console, rows)


def _table(past: Past, activity: Activity, title: str) -> Table:
    from pelvicsense.cli.tables import plain_table
    from pelvicsense.datatypes.placement import Side
    from pelvicsense.metrics.change import LEAST_STRIDES
    from pelvicsense.report.shown import HEADLINES

    table = plain_table(f"{title}: mean ± half of its 95 % interval")
    table.padding = (0, 0)  # it fits 80 columns
    table.caption = f"– fewer than {LEAST_STRIDES} strides know it"
    table.caption_justify = "left"
    table.add_column("began", no_wrap=True)
    table.add_column("side")
    for metric in HEADLINES:
        table.add_column(f"{metric.name} {metric.unit}", justify="right")
    own = [session for session in past.sessions if session.has(activity)]
    left_out = len(own) - _MOST_SESSIONS
    for index, session in enumerate(own):
        if left_out > 0 and 1 <= index <= left_out:
            if index == 1:
                table.add_row("…", f"+ {left_out}", style="dim")
            continue
        began = session.manifest.started_at
        for side, when in zip(Side, (f"{began:%Y-%m-%d}", f"{began:%H:%M}"), strict=True):
            cells = [_cell(session, activity, side, metric) for metric in HEADLINES]
            table.add_row(when, side, *cells)
    return table


def _cell(session: PastSession, activity: Activity, side: Side, metric: ShownMetric) -> str:
    from pelvicsense.report.shown import UNKNOWN_TEXT

    figure = session.figure(activity, side, metric.key)
    if figure is None:
        return UNKNOWN_TEXT
    return f"{metric.text(figure.mean)}±{metric.text(figure.high - figure.mean)}"
