"""``pelvicsense profiles``: which devices are known, and help for adding one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pelvicsense.decoding.inspect import FieldView
    from pelvicsense.profiles.schema import Profile
    from pelvicsense.sources.profile_library import ProfileLibrary

_files = click.option(
    "--profile-file",
    "files",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A profile, or a folder of them, to know besides.",
)


@click.group(name="profiles")
def command() -> None:
    """Show the firmware profiles, check your own, decode a captured packet.

    How to write one: firmware_profiles/README.md.
    """


@command.command(name="list")
@_files
def list_profiles(files: tuple[Path, ...]) -> None:
    """List all profiles."""
    from rich.console import Console

    from pelvicsense.cli.tables import bullet, plain_table
    from pelvicsense.sources.profile_library import load_profiles, user_folder

    library = load_profiles(files)
    table = plain_table()
    table.add_column("id", no_wrap=True)
    table.add_column("device")
    table.add_column("Hz")
    table.add_column("from")
    table.add_column("notes")
    for entry in library.entries.values():
        profile = entry.profile
        rates = " ".join(f"{hz:g}" for hz in profile.rates_hz())
        first_note = profile.notes.split(". ")[0].rstrip(". ")
        notes = f"[red]refused[/]: {profile.refusal}" if profile.refusal else first_note
        table.add_row(profile.id, profile.device, rates, entry.origin.value, notes)
    console = Console(highlight=False)
    console.print(table)
    for notice in library.notices:
        console.print(bullet(notice))
    console.print(f"Your own profiles: {user_folder()}", soft_wrap=True)


@command.command()
@click.argument("profile_id", metavar="ID")
@_files
def show(profile_id: str, files: tuple[Path, ...]) -> None:
    """Show what the profile ID says."""
    from rich.console import Console
    from rich.text import Text

    from pelvicsense.cli.profile_text import profile_lines
    from pelvicsense.sources.profile_library import load_profiles

    entry = load_profiles(files).entry(profile_id)
    console = Console(highlight=False)
    console.print(
        f"[bold]{entry.profile.id}[/] ({entry.origin.value}: {entry.path})", soft_wrap=True
    )
    for line in profile_lines(entry.profile):
        console.print(Text(line), soft_wrap=True)


@command.command()
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> int:
    """Say line by line what is wrong with each FILE, and run its vectors.

    Without FILE: all shipped profiles and your own.
    """
    from pelvicsense.datatypes.errors import ProfileError
    from pelvicsense.sources.profile_library import load_profiles, read_profile

    library = load_profiles()
    paths = files or tuple(entry.path for entry in library.entries.values())
    wrong = 0
    for path in paths:
        try:
            profile = read_profile(path)
        except ProfileError as error:
            problems = [f"{path}:{fault}" for fault in error.faults]
        else:
            problems = [f"{path}:{problem}" for problem in _problems(profile, library)]
        for problem in problems:
            click.echo(problem)
        if not problems:
            click.echo(f"{path}: {profile.id} is right, {len(profile.vectors)} vectors pass")
        wrong += bool(problems)
    return 1 if wrong else 0


def _problems(profile: Profile, library: ProfileLibrary) -> list[str]:
    """Return what is wrong with a profile that could be read."""
    from pelvicsense.decoding.vectors import vector_problems
    from pelvicsense.profiles.recognise import ambiguities

    problems = [
        f"{vector.line}: vector: {problem}"
        for vector in profile.vectors
        for problem in vector_problems(profile, vector)
    ]
    others = [other for other in library.profiles if other.id != profile.id]
    for other in others:
        problems += [f"1: match: {sentence}" for sentence in ambiguities([profile, other])]
    return problems


@command.command()
@click.argument("profile_id", metavar="ID")
@click.argument("captured", metavar="HEX...", nargs=-1, required=True)
@click.option("--characteristic", help="Its name in the profile, or its UUID.")
@click.option(
    "--value",
    "told",
    metavar="NAME=HEX",
    multiple=True,
    help="What the device answered to the step NAME.",
)
@_files
def decode(
    profile_id: str,
    captured: tuple[str, ...],
    characteristic: str | None,
    told: tuple[str, ...],
    files: tuple[Path, ...],
) -> None:
    """Decode captured notifications with the profile ID.

    Each HEX is one notification, its bytes together or in quotes; single bytes apart are one
    notification.
    """
    from rich.console import Console
    from rich.text import Text

    from pelvicsense.decoding.inspect import inspect
    from pelvicsense.sources.profile_library import load_profiles

    profile = load_profiles(files).entry(profile_id).profile
    values = dict(_value(text) for text in told)
    if all(len(text.strip()) == 2 for text in captured):
        captured = (" ".join(captured),)
    uuid = _characteristic(profile, values, characteristic)
    views, faults = inspect(profile, values, [(uuid, _bytes(text)) for text in captured])
    console = Console(highlight=False)
    for view in views:
        console.print(Text(f"{view.name or 'packet'}, {len(view.data)} bytes", style="bold"))
        if view.problem:
            console.print(Text(f"  {view.problem}: {view.data.hex(' ')}"))
        if view.fields:
            console.print(_field_table(view.fields))
    if faults:
        console.print(f"Bytes between packets were thrown away {faults} times.")
    if not views:
        console.print("No whole packet.")


def _field_table(fields: tuple[FieldView, ...]) -> object:
    from pelvicsense.cli.tables import plain_table

    table = plain_table()
    for label in ("sample", "field", "as sent", "means", ""):
        table.add_column(label, justify="right" if label in {"as sent", "means"} else "left")
    for field in fields:
        table.add_row(
            "" if field.sample is None else str(field.sample),
            field.name,
            "  ".join(f"{number:.7g}" if number % 1 else f"{number:.0f}" for number in field.raw),
            "  ".join(
                f"{number:.6g}" if number % 1 else f"{number:.0f}" for number in field.values
            ),
            field.unit,
        )
    return table


def _characteristic(profile: Profile, values: dict[str, bytes], wanted: str | None) -> str:
    """Return the UUID meant; without one, the first that carries samples."""
    from pelvicsense.datatypes.errors import ConfigurationError

    if wanted is None:
        return profile.variant(values).behaviour.subscribe[0]
    if wanted in profile.characteristics:
        return profile.characteristics[wanted][0]
    for first, *alternates in profile.characteristics.values():
        if wanted.lower() in {first, *alternates}:
            return first
    names = ", ".join(profile.characteristics)
    msg = f"--characteristic: expected one of {names} or a UUID of them, got {wanted!r}"
    raise ConfigurationError(msg)


def _value(text: str) -> tuple[str, bytes]:
    from pelvicsense.datatypes.errors import ConfigurationError

    name, equals, data = text.partition("=")
    if not equals:
        msg = f"--value: expected NAME=HEX, got {text!r}"
        raise ConfigurationError(msg)
    return name, _bytes(data)


def _bytes(text: str) -> bytes:
    from pelvicsense.datatypes.errors import ConfigurationError

    try:
        return bytes.fromhex(text.replace(":", " ").replace("-", " "))
    except ValueError as error:
        msg = f"expected bytes as hex digits in pairs, got {text!r}"
        raise ConfigurationError(msg) from error
