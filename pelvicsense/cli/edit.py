"""``pelvicsense edit``: mends what people get wrong, in a copy; the original stays as it is."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="edit")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--swap-thighs", is_flag=True, help="The thigh sensors were worn the wrong way.")
@click.option("--trim", nargs=2, type=float, metavar="START END", help="Keep these seconds only.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change the manifest: subject, activity, speed_mps, person.height_m, "
    "person.leg_length_m, started_at, calibration.still; may be repeated.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="The new folder.  [default: SESSION-edited]"
)
def command(
    session: Path,
    swap_thighs: bool,
    trim: tuple[float, float] | None,
    settings: tuple[str, ...],
    out: Path | None,
) -> None:
    """Write a corrected copy of SESSION that says what it came from."""
    from pelvicsense.datatypes.errors import ConfigurationError
    from pelvicsense.recording.edit import edit_session

    pairs = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            msg = f"set: expected KEY=VALUE such as subject=P08, got {setting!r}"
            raise ConfigurationError(msg)
        pairs[key] = value
    place = session.resolve()
    target = out if out is not None else place.with_name(f"{place.name}-edited")
    edited = edit_session(session, target, swap_thighs=swap_thighs, trim=trim, settings=pairs)
    click.echo(f"{edited.folder}: {', '.join(edited.manifest.edits)}; {session} is unchanged")
