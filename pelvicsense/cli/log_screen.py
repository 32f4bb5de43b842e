"""What a running log prints: one calm line that renews itself, or a line of JSON a second."""

from __future__ import annotations

import json
import shutil
import sys

import click

from pelvicsense.sinks.status import LogStatus, status_json, status_line

_PLAIN_EVERY = 30
"""Seconds between two lines where the output is no terminal: a log file stays readable."""


class LogScreen:
    """Where the log shows itself.

    Parameters
    ----------
    quiet
        Nothing for people.
    as_json
        A JSON line a second on the standard output.
    """

    def __init__(self, *, quiet: bool, as_json: bool) -> None:
        self._quiet = quiet
        self._as_json = as_json
        self._renews = sys.stderr.isatty()
        self._shown = 0
        self._seconds = 0

    def say(self, sentence: str) -> None:
        """Print a sentence on a line of its own."""
        if not self._quiet:
            self._clear()
            click.echo(sentence, err=True)

    def show(self, status: LogStatus) -> None:
        """Show the status; called once a second."""
        if self._as_json:
            click.echo(json.dumps(status_json(status)))
            sys.stdout.flush()
        if not self._quiet:
            if self._renews:
                line = status_line(status, shutil.get_terminal_size().columns - 1)
                self._clear()
                click.echo(line, err=True, nl=False)
                self._shown = len(line)
            elif self._seconds % _PLAIN_EVERY == 0:
                click.echo(status_line(status, 200), err=True)
        self._seconds += 1

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            click.echo("", err=True)
        self._shown = 0

    def _clear(self) -> None:
        if self._shown:
            click.echo("\r" + " " * self._shown + "\r", err=True, nl=False)
        self._shown = 0
