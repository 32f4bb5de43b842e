"""``pelvicsense forget``: deletes all of one person, after showing what that is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pelvicsense.cli.options import sessions_option

if TYPE_CHECKING:
    from pelvicsense.runtime.forget import Remembered


@click.command(name="forget")
@click.argument("subject")
@sessions_option
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
def command(subject: str, folder: Path, yes: bool) -> None:
    """Delete all sessions of SUBJECT, their results, and the remembered targets. For good."""
    from pelvicsense.datatypes.errors import ConfigurationError
    from pelvicsense.runtime.forget import forget, remembered

    kept = remembered(folder, subject)
    _list(kept)
    if not kept.anything:
        msg = f"{folder}: nothing of subject {subject} was found; check the code and the folder"
        raise ConfigurationError(msg)
    if not yes:
        click.confirm(f"Delete this of {subject} for good?", abort=True)
    forget(kept)
    click.echo(f"Deleted. Copies, exports and reports outside {folder} are not found by this.")


def _list(kept: Remembered) -> None:
    for folder in kept.folders:
        size = f"{folder.files} files, {folder.byte_count / 1e6:.1f} MB"
        click.echo(f"{folder.folder}  ({size})")
    if kept.plan is not None:
        click.echo(f"{kept.plan}: the retraining plan")
    if kept.choices is not None:
        click.echo(f"{kept.choices}: the targets of {kept.subject}")
    for doubt in kept.doubts:
        click.echo(f"Not deleted: {doubt}")
