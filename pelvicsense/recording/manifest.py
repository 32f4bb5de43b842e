"""session.toml: what was worn where, and how it was read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import tomlkit

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SensorSpec
from pelvicsense.recording.files import write_private
from pelvicsense.recording.plan_entry import PlanEntry, read_plan_entry
from pelvicsense.recording.toml_table import TomlTable

MANIFEST_FILE = "session.toml"
FORMAT_VERSION = 1
"""The newest version of the recording format that this program knows."""


class SessionActivity(StrEnum):
    """What the session was meant to be: a hint, never trusted."""

    WALK = "walk"
    RUN = "run"
    STAIRS = "stairs"
    EXERCISE = "exercise"
    MIXED = "mixed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Body measures; none where they were not taken."""

    height_m: float | None = None
    leg_length_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What session.toml says.

    Attributes
    ----------
    started_at
        Wall clock of the first ``host_ns``, for people only.
    subject
        A code, never a name.
    activity
        A hint, never trusted.
    sensors
        What is known about each worn sensor.
    format_version
        Version of the recording format.
    continues
        The session that this one carries on after a crash.
    speed_mps
        Treadmill or known speed, m/s.
    person
        Body measures.
    still_windows_s
        Windows [start, end) in which the person stood still, seconds since the first ``host_ns``.
    edited_from, edits
        The session that this one was made from, and what was done to it.
    plan
        Which session of a retraining plan it was.
    """

    started_at: datetime
    subject: str
    activity: SessionActivity
    sensors: Mapping[Placement, SensorSpec]
    format_version: int = FORMAT_VERSION
    continues: str | None = None
    speed_mps: float | None = None
    person: Person = field(default_factory=Person)
    still_windows_s: tuple[tuple[float, float], ...] = ()
    edited_from: str | None = None
    edits: tuple[str, ...] = ()
    plan: PlanEntry | None = None


def read_manifest(folder: Path) -> Manifest:
    """Read ``session.toml`` of a session folder.

    Raises
    ------
    RecordingError
        If the file is missing, is no TOML, is of a newer format, or a key is missing or wrong.
    """
    path = folder / MANIFEST_FILE
    return parse_manifest(read_manifest_text(folder), path)


def read_manifest_text(folder: Path) -> str:
    """Return ``session.toml`` as it was written, comments and all.

    Raises
    ------
    RecordingError
        If the file is missing or is not UTF-8 text.
    """
    path = folder / MANIFEST_FILE
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RecordingError(path, f"expected UTF-8 text, got {error.reason}") from error
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); every session folder needs this file"
        raise RecordingError(path, problem) from error


def parse_manifest(text: str, path: Path) -> Manifest:
    """Make sense of the text of a manifest; ``path`` is for messages. Unknown keys are ignored.

    Raises
    ------
    RecordingError
        As :func:`read_manifest`.
    """
    try:
        root = TomlTable(path, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RecordingError(path, f"is no valid TOML: {error}; correct the file") from error
    version = root.integer("format_version", 1, 2**31)
    if version > FORMAT_VERSION:
        problem = f"expected format_version {FORMAT_VERSION}, got {version}; update pelvicsense"
        raise RecordingError(path, problem)
    person = root.table("person")
    return Manifest(
        format_version=version,
        started_at=root.moment("started_at"),
        subject=root.text("subject"),
        activity=root.word("activity", SessionActivity),
        sensors=_sensors(root),
        continues=root.optional("continues", root.text),
        speed_mps=root.optional("speed_mps", root.positive),
        person=Person(
            height_m=person.optional("height_m", person.positive),
            leg_length_m=person.optional("leg_length_m", person.positive),
        ),
        still_windows_s=_still_windows(root.table("calibration")),
        edited_from=root.optional("edited_from", root.text),
        edits=root.optional("edits", root.texts) or (),
        plan=read_plan_entry(root.table("plan")),
    )


def _sensors(root: TomlTable) -> dict[Placement, SensorSpec]:
    tables = root.table("sensors")
    if not tables.values:
        root.refuse("sensors", f"a table [sensors.<{' | '.join(Placement)}>] per worn sensor")
    sensors = {}
    for key in tables.values:
        if key not in set(Placement):
            problem = f"sensors.{key}: expected one of {', '.join(Placement)}; rename the table"
            raise RecordingError(root.path, problem)
        placement = Placement(key)
        sensors[placement] = _sensor(placement, tables.table(key))
    return sensors


def _sensor(placement: Placement, table: TomlTable) -> SensorSpec:
    return SensorSpec(
        placement=placement,
        profile=table.text("profile"),
        rate_hz=table.positive("rate_hz"),
        tick_s=table.optional("tick_s", table.positive),
        tick_bits=table.optional("tick_bits", lambda key: table.integer(key, 1, 64)),
        device=table.optional("device", table.text),
    )


def _still_windows(calibration: TomlTable) -> tuple[tuple[float, float], ...]:
    return calibration.optional("still", calibration.windows) or ()


def format_manifest(manifest: Manifest) -> str:
    """Return the text of ``session.toml``; values that are none are left out."""
    document = tomlkit.document()
    _put(document, "format_version", manifest.format_version)
    _put(document, "started_at", manifest.started_at)
    _put(document, "subject", manifest.subject)
    _put(document, "activity", manifest.activity.value)
    _put(document, "continues", manifest.continues)
    _put(document, "speed_mps", manifest.speed_mps)
    _put(document, "edited_from", manifest.edited_from)
    _put(document, "edits", list(manifest.edits) or None)
    person = tomlkit.table()
    _put(person, "height_m", manifest.person.height_m)
    _put(person, "leg_length_m", manifest.person.leg_length_m)
    _put(document, "person", person or None)
    sensors = tomlkit.table(is_super_table=True)
    for placement, spec in manifest.sensors.items():
        sensors[placement.value] = _sensor_table(spec)
    document["sensors"] = sensors
    if manifest.plan is not None:
        document["plan"] = manifest.plan.as_dict()
    if manifest.still_windows_s:
        document["calibration"] = {"still": still_value(manifest.still_windows_s)}
    return tomlkit.dumps(document)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``session.toml`` into ``folder``, readable by its owner only.

    Raises
    ------
    FileExistsError
        If there is one already.
    """
    write_private(folder / MANIFEST_FILE, format_manifest(manifest).encode())


def still_value(windows: tuple[tuple[float, float], ...]) -> list[object]:
    """Return ``[calibration] still`` as TOML holds it: a lone window as one pair."""
    pairs: list[object] = [list(window) for window in windows]
    return list(windows[0]) if len(windows) == 1 else pairs


def _sensor_table(spec: SensorSpec) -> tomlkit.items.Table:
    table = tomlkit.table()
    for key in ("profile", "rate_hz", "tick_s", "tick_bits", "device"):
        _put(table, key, getattr(spec, key))
    return table


def _put(table: tomlkit.TOMLDocument | tomlkit.items.Table, key: str, value: object) -> None:
    if value is not None:
        table[key] = value
