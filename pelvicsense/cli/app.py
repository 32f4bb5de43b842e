"""``pelvicsense <command>``: finds the command's file, and turns errors into one clear line."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from pelvicsense import __version__
from pelvicsense.datatypes.errors import PelvicsenseError, error_line

COMMANDS = {
    "scan": "scan",
    "log": "log",
    "live": "live",
    "analyze": "analyze",
    "replay": "replay",
    "plan": "plan",
    "report": "report",
    "trends": "trends",
    "compare": "compare",
    "info": "info",
    "edit": "edit",
    "forget": "forget",
    "import": "import_",
    "export": "export",
    "compare-filters": "compare_filters",
    "simulate": "simulate",
    "profiles": "profiles",
    "bench": "bench",
}
"""Command and its module in this package, in the order of the help text."""

STOPPED_BY_USER = 130
"""Exit status after Ctrl-C, as shells have it (128 + SIGINT)."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of `COMMANDS`."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; none if there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"pelvicsense.cli.{COMMANDS[cmd_name]}").command
        return command if isinstance(command, click.Command) else None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="pelvicsense")
def cli() -> None:
    """Pelvic drop, hip adduction and thigh rotation, stride by stride, from three sensors.

    Not a medical device. Not for diagnosis, treatment or prevention.
    """


def main() -> None:
    """Run the command line and exit with its status."""
    # Samples are parsed beside the computing, to which that leaves a processor of its own. Must be
    # said before polars is loaded.
    os.environ.setdefault("POLARS_MAX_THREADS", str(max(1, (os.cpu_count() or 1) - 1)))
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line; return its exit status.

    0: done; 1: an input cannot be used; 2: the command line is wrong; 130: stopped by Ctrl-C.
    A bug keeps its traceback.
    """
    try:
        status = cli.main(arguments, prog_name="pelvicsense", standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped.", err=True)
        return STOPPED_BY_USER
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        sys.stdout = None  # or the interpreter flushes into the closed pipe at exit
        return 1
    except (PelvicsenseError, OSError) as error:
        click.echo(f"Error: {error_line(error)}", err=True)
        return 1
    return status if isinstance(status, int) else 0
