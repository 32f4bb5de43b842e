"""``pelvicsense plan``: a subject's retraining plan, made from a baseline, and shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pelvicsense.cli.options import sessions_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from pelvicsense.feedback.plan_make import OwnTarget
    from pelvicsense.runtime.result import SessionResult

_AIMS = {
    "drop": "pelvic_drop_peak_deg",
    "drop-excursion": "pelvic_drop_excursion_deg",
    "adduction": "hip_adduction_peak_deg",
    "rotation": "thigh_rotation_peak_deg",
    "rotation-excursion": "thigh_rotation_excursion_deg",
    "cadence": "",
}


@click.command(name="plan")
@click.argument("subject")
@sessions_option
@click.option("--from", "baseline", type=click.Path(path_type=Path), help="Make it from a session.")
@click.option(
    "--aim",
    type=click.Choice(list(_AIMS)),
    default="drop",
    show_default=True,
    help="What is to change: less of an angle, or more steps per minute.",
)
@click.option("--less", type=float, default=3.0, show_default=True, help="Degrees less.")
@click.option("--floor", type=float, help="Degrees below which the zone's middle is not set.")
@click.option(
    "--more",
    nargs=2,
    type=click.FloatRange(0, 50, min_open=True),
    default=(7.5, 10.0),
    show_default=True,
    metavar="FROM TO",
    help="Percent more steps per minute.",
)
@click.option("--force", is_flag=True, help="Replace a plan that is there already.")
def command(
    *,
    subject: str,
    folder: Path,
    baseline: Path | None,
    aim: str,
    less: float,
    floor: float | None,
    more: tuple[float, float],
    force: bool,
) -> int:
    """Show the retraining plan of SUBJECT, or make it from a baseline session.

    A plan has eight sessions of 15 to 30 minutes; from the fifth on feedback fades. It is a text
    file beside the sessions, which anybody may change. `live` and `log` follow it: they cue in
    the minutes with feedback, and are silent in the others.
    """
    from pelvicsense.datatypes.errors import ConfigurationError
    from pelvicsense.feedback.plan_make import angle_target, cadence_target
    from pelvicsense.feedback.zone import BaselineGoal, CadenceGoal, Metric

    def target_of(result: SessionResult) -> OwnTarget:
        if aim == "cadence":
            if more[0] >= more[1]:
                msg = f"more: expected the lower percentage first, got {more[0]:g} and {more[1]:g}"
                raise ConfigurationError(msg)
            least, most = (percent / 100.0 for percent in more)
            return cadence_target(result.strides, CadenceGoal(least_more=least, most_more=most))
        goal = BaselineGoal(less_deg=less, floor_deg=floor)
        return angle_target(result.strides, Metric(_AIMS[aim]), goal)

    if baseline is not None:
        _make(subject, folder, baseline, target_of, force=force)
    return _show(subject, folder)


def _make(
    subject: str,
    folder: Path,
    baseline: Path,
    target_of: Callable[[SessionResult], OwnTarget],
    *,
    force: bool,
) -> None:
    from pelvicsense.cli.analysed import analysed
    from pelvicsense.datatypes.errors import ConfigurationError
    from pelvicsense.feedback.plan import Plan
    from pelvicsense.recording.manifest import read_manifest
    from pelvicsense.runtime.plan import check_free, write_plan

    check_free(folder, subject, force=force)
    whose = read_manifest(baseline).subject
    if whose != subject:
        msg = f"{baseline}: expected a session of {subject}, got one of {whose}"
        raise ConfigurationError(msg)
    result = analysed(baseline)
    own = target_of(result)
    made_from = f"{result.name}: {own.words}"
    click.echo(
        f"Written: {write_plan(folder, Plan(subject=subject, target=own.target), made_from)}"
    )
    click.echo(made_from)


def _show(subject: str, folder: Path) -> int:
    """Print the plan and what was done of it, or everything that is wrong with it."""
    from rich.console import Console

    from pelvicsense.cli.plan_table import print_plan
    from pelvicsense.datatypes.errors import ConfigurationError, PlanError
    from pelvicsense.report.plan_view import plan_view
    from pelvicsense.runtime.plan import plan_path, read_plan
    from pelvicsense.runtime.plan_history import subject_records

    try:
        plan = read_plan(folder, subject)
    except PlanError as error:
        for fault in error.faults:
            click.echo(f"{error.origin}:{fault}", err=True)
        return 1
    view = plan_view(plan, subject_records(folder, subject))
    if plan is None or view is None:
        msg = (
            f"{plan_path(folder, subject)}: there is no such plan; make one from a baseline: "
            f"pelvicsense plan {subject} --from SESSION"
        )
        raise ConfigurationError(msg)
    print_plan(Console(highlight=False), view, f"Plan of {subject}")
    return 0
