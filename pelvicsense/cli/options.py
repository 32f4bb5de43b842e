"""Options that several commands share, and what they make of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from pelvicsense.feedback.plan import PlanStep
    from pelvicsense.pipeline.config import PipelineConfig

F = TypeVar("F", bound=Callable[..., object])


def _together(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


radio_options = _together(
    click.option("--virtual", metavar="ACTIVITY", help="Simulated sensors: walk, run, stairs."),
    click.option("--virtual-model", default="imu6-open", show_default=True, metavar="PROFILE"),
    click.option("--adapter", metavar="NAME", help="Bluetooth adapter on Linux, such as hci1."),
)
"""Which radio: parameters ``virtual``, ``virtual_model``, ``adapter``."""

session_options = _together(
    click.option(
        "--out",
        type=click.Path(path_type=Path),
        default=Path("recordings"),
        show_default=True,
        help="Folder for the new session folder.",
    ),
    click.option("--subject", default="P00", show_default=True, help="A code, never a name."),
    click.option(
        "--activity",
        type=click.Choice(["walk", "run", "stairs", "exercise", "mixed", "unknown"]),
        default="unknown",
        show_default=True,
    ),
    click.option("--speed", type=click.FloatRange(min=0, min_open=True), help="Known speed, m/s."),
    click.option("--filter", "filter_name", default="vqf", show_default=True, metavar="NAME"),
    click.option(
        "--plan",
        default="next",
        show_default=True,
        metavar="next|off|NUMBER",
        help="Session of the subject's plan, if there is one.",
    ),
    click.option("--keep-packets", is_flag=True, help="Also keep raw notifications (packets.csv)."),
)
"""What a new session is: parameters ``out``, ``subject``, ``activity``, ``speed``, ``filter_name``,
``plan``, ``keep_packets``."""


def plan_lookup(folder: Path, subject: str, plan: str) -> Callable[[], PlanStep | None]:
    """Return what looks up the wanted session of the subject's plan; it is looked up now, too.

    Raises
    ------
    ConfigurationError
        If ``plan`` is no session of the subject's plan.
    PlanError, RecordingError
        If the plan cannot be used.
    """
    from pelvicsense.datatypes.errors import ConfigurationError
    from pelvicsense.runtime.plan import read_plan
    from pelvicsense.runtime.plan_history import next_step

    def look_up() -> PlanStep | None:
        if plan == "off":
            return None
        if plan == "next":
            return next_step(folder, subject)
        whole = read_plan(folder, subject)
        if whole is None or not plan.isdecimal():
            msg = (
                f"--plan: expected next, off, or the number of a session of the plan of {subject}, "
                f"got {plan!r}" + ("; there is no plan" if whole is None else "")
            )
            raise ConfigurationError(msg)
        return whole.step(int(plan))

    look_up()
    return look_up


sessions_option = click.option(
    "--in",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("recordings"),
    show_default=True,
    help="Folder that holds the sessions.",
)
"""Where a person's sessions are: parameter ``folder``."""


def config_with(filter_name: str) -> PipelineConfig:
    """Return the default parameters with another orientation filter.

    Raises
    ------
    FilterRefusedError, ConfigurationError
        If the filter is refused, or there is none of that name.
    """
    from pelvicsense.fusion.registry import make_filter
    from pelvicsense.fusion.stage import FusionConfig
    from pelvicsense.pipeline.config import PipelineConfig

    config = PipelineConfig(fusion=FusionConfig(filter=filter_name))
    make_filter(filter_name, config.clock.rate_hz, config.fusion.filters)  # refuse it now
    return config
