"""A corrected copy of a session; the original stays as it is.

The copy says in its manifest where it came from and what was done. Results are not copied: they
are rebuilt. The truth of a generated session (files named ``truth…``) is copied only where samples
stay as they are; after a trim or a swap it would be that of another session.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import tomlkit

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.datatypes.samples import Mark
from pelvicsense.recording.files import write_private
from pelvicsense.recording.manifest import (
    MANIFEST_FILE,
    Manifest,
    parse_manifest,
    read_manifest_text,
    still_value,
)
from pelvicsense.recording.rows import SampleRows
from pelvicsense.recording.samples import first_host_ns
from pelvicsense.recording.session import Session, open_session, read_inputs
from pelvicsense.recording.settings import parse_settings
from pelvicsense.recording.trim import trimmed, trimmed_windows
from pelvicsense.recording.write import new_session

NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
NS_PER_S = 1_000_000_000


def edit_session(
    source: Path,
    destination: Path,
    *,
    swap_thighs: bool = False,
    trim: tuple[float, float] | None = None,
    settings: Mapping[str, str] = NO_SETTINGS,
) -> Session:
    """Write a corrected copy of a session.

    Parameters
    ----------
    source
        The session to copy.
    destination
        The new session folder; must not exist or be empty.
    swap_thighs
        The thigh sensors were worn the wrong way round.
    trim
        Keep only [start, end) seconds since the first ``host_ns``. Still windows and ``started_at``
        move along; a pause, a still pose or a lost link that was going on is marked at the start.
    settings
        Manifest keys and their new values as text, see `settings.SETTINGS`. A new
        ``calibration.still`` is in seconds of the copy.

    Raises
    ------
    RecordingError
        If the source cannot be read, the destination exists, a setting is out of its range, or the
        trim leaves no samples.
    ConfigurationError
        If nothing is to be done, the trim is no window, or a setting is unknown or unreadable.
    """
    edits = _described(swap_thighs, trim, settings)
    session = open_session(source)
    document = tomlkit.parse(read_manifest_text(source))
    document["edited_from"] = session.name
    document["edits"] = [*session.manifest.edits, *edits]
    if swap_thighs:
        _swap_thigh_tables(document)
    for key, value in parse_settings(settings).items():
        _set(document, key, value)
    parse_manifest(tomlkit.dumps(document), destination / MANIFEST_FILE)  # refuse before writing
    inputs: Iterable[SampleRows | Mark] = read_inputs(session)
    origin_ns = first_host_ns(source, session.manifest)
    if swap_thighs:
        inputs = map(_swapped, inputs)
    if trim is not None:
        start_ns, end_ns = (origin_ns + round(border * NS_PER_S) for border in trim)
        inputs = trimmed(inputs, start_ns, end_ns)
    with new_session(destination) as draft:
        draft.add_inputs(inputs)
        if trim is not None:
            _move_times(document, session.manifest, origin_ns, draft.span_ns(), settings)
        write_private(draft.folder / MANIFEST_FILE, tomlkit.dumps(document).encode())
        if trim is None and not swap_thighs:
            for truth in sorted(source.glob("truth*")):
                write_private(draft.folder / truth.name, truth.read_bytes())
    return open_session(destination)


def _described(
    swap_thighs: bool, trim: tuple[float, float] | None, settings: Mapping[str, str]
) -> list[str]:
    edits = ["swap-thighs"] if swap_thighs else []
    if trim is not None:
        start, end = trim
        if not 0 <= start < end:
            msg = f"trim: expected 0 <= start < end in seconds, got {start:g} and {end:g}"
            raise ConfigurationError(msg)
        edits.append(f"trim {start:g} {end:g}")
    edits += [f"set {key}={text}" for key, text in settings.items()]
    if not edits:
        msg = "nothing to edit; give a swap of the thighs, a trim or a setting"
        raise ConfigurationError(msg)
    return edits


def _other_thigh(sensor: Placement) -> Placement:
    return sensor if sensor.side is None else Placement.thigh(sensor.side.other)


def _swapped(item: SampleRows | Mark) -> SampleRows | Mark:
    if isinstance(item, Mark):
        return item if item.sensor is None else replace(item, sensor=_other_thigh(item.sensor))
    return replace(item, sensors=tuple(map(_other_thigh, item.sensors)))


def _swap_thigh_tables(document: tomlkit.TOMLDocument) -> None:
    """Exchange the tables of the thighs: what is known of a device goes with its samples."""
    sensors = document["sensors"]
    thighs = [Placement.thigh(side) for side in Side]
    tables = {thigh: sensors.pop(thigh.value) for thigh in thighs if thigh.value in sensors}
    for thigh, table in tables.items():
        sensors[_other_thigh(thigh).value] = table


def _set(document: tomlkit.TOMLDocument, key: str, value: object) -> None:
    table, _, name = key.rpartition(".")
    if table and table not in document:
        document[table] = tomlkit.table()
    holder = document[table] if table else document
    holder[name] = value


def _move_times(
    document: tomlkit.TOMLDocument,
    manifest: Manifest,
    origin_ns: int,
    span_ns: tuple[int, int],
    settings: Mapping[str, str],
) -> None:
    """Refer ``started_at`` and the still windows to the new first sample, unless they were set."""
    first_ns, last_ns = span_ns
    shift_s = (first_ns - origin_ns) / NS_PER_S
    if "started_at" not in settings:
        document["started_at"] = manifest.started_at + timedelta(seconds=shift_s)
    if "calibration.still" in settings or not manifest.still_windows_s:
        return
    duration_s = (last_ns - first_ns) / NS_PER_S
    windows = trimmed_windows(manifest.still_windows_s, shift_s, duration_s)
    if windows:
        document["calibration"]["still"] = still_value(windows)
    else:
        del document["calibration"]["still"]
