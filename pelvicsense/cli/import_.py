"""``pelvicsense import``: recordings of other tools become a session."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

FORMATS = (
    "auto",
    "movella-dot",
    "metabase",
    "witmotion",
    "xsens-mtw",
    "phyphox",
    "sensor-logger",
    "opensense",
    "bids-motion",
    "csv",
)
ACTIVITIES = ("walk", "run", "stairs", "exercise", "mixed", "unknown")


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--from",
    "from_format",
    type=click.Choice(FORMATS),
    default="auto",
    show_default=True,
    help="What wrote the files; auto tells by their content.",
)
@click.option(
    "--placement",
    "placements",
    multiple=True,
    metavar="PLACE=NAME",
    help="Where a sensor was worn: pelvis, thigh_left or thigh_right, and its label or a part of "
    "its file name; may be repeated.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The new folder.")
@click.option("--subject", default="unknown", show_default=True, help="A code, never a name.")
@click.option("--activity", type=click.Choice(ACTIVITIES), default="unknown", show_default=True)
@click.option("--started-at", metavar="TIME", help="Date and time with offset, for people only.")
@click.option("--rate", "rate_hz", type=float, metavar="HZ", help="Where the files lack it.")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="Says which column of a CSV is what.",
)
def command(
    files: tuple[Path, ...],
    from_format: str,
    placements: tuple[str, ...],
    out: Path,
    *,
    subject: str,
    activity: str,
    started_at: str | None,
    rate_hz: float | None,
    mapping: Path | None,
) -> None:
    """Make a session of FILES: exports of other sensors' software, or folders of them.

    Units are checked where the sensors rest; what cannot be right is refused, and nothing is
    written then.
    """
    from pelvicsense.exchange.imports.place import parse_placements
    from pelvicsense.exchange.imports.run import About, import_session
    from pelvicsense.exchange.imports.signal import ReadOptions
    from pelvicsense.recording.manifest import SessionActivity

    done = import_session(
        files,
        out,
        About(
            subject=subject,
            activity=SessionActivity(activity),
            started_at=_moment(started_at),
        ),
        from_format=from_format,
        placements=parse_placements(placements),
        options=ReadOptions(rate_hz=_positive(rate_hz), mapping=mapping),
    )
    click.echo(f"{done.session.folder}: imported from {', '.join(done.formats)}")
    for placement, sensor in done.sensors.items():
        span_s = (int(sensor.time_ns[-1]) - int(sensor.time_ns[0])) * 1e-9
        click.echo(
            f"  {placement}: {sensor.label or sensor.source.name}, {len(sensor)} samples at "
            f"{sensor.measured_rate_hz:.1f} Hz, {span_s:.1f} s"
        )
    for note in done.notes:
        click.echo(f"  {note}")


def _moment(text: str | None) -> datetime | None:
    from pelvicsense.recording.settings import parse_settings

    if text is None:
        return None
    moment = parse_settings({"started_at": text})["started_at"]
    assert isinstance(moment, datetime)
    return moment


def _positive(rate_hz: float | None) -> float | None:
    from pelvicsense.datatypes.errors import ConfigurationError

    if rate_hz is not None and not 1.0 <= rate_hz <= 10000.0:
        msg = f"rate: expected 1 to 10000 samples per second, got {rate_hz:g}"
        raise ConfigurationError(msg)
    return rate_hz
