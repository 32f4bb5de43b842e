"""Files of other tools in, a session folder out: whole, or not there at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, SensorSpec
from pelvicsense.exchange.imports.check import check
from pelvicsense.exchange.imports.formats import FORMATS, expand, sort_by_format
from pelvicsense.exchange.imports.place import place
from pelvicsense.exchange.imports.signal import ImportedSensor, ReadOptions
from pelvicsense.recording.arrival import in_arrival_order
from pelvicsense.recording.manifest import Manifest, SessionActivity
from pelvicsense.recording.session import Session
from pelvicsense.recording.write import write_session

PROFILE = "imported"
_TICK_NS = 1000
"""Ticks of imported samples are microseconds: finer than any clock they are from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a session says besides its samples.

    Attributes
    ----------
    subject
        A code, never a name.
    activity
        A hint, never trusted.
    started_at
        Wall clock of the first sample; none: as the files say.
    """

    subject: str
    activity: SessionActivity = SessionActivity.UNKNOWN
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A session that was made, and what its reader should know."""

    session: Session
    formats: tuple[str, ...]
    sensors: Mapping[Placement, ImportedSensor]
    notes: tuple[str, ...]


def import_session(
    files: Sequence[Path],
    out: Path,
    about: About,
    *,
    from_format: str = "auto",
    placements: Mapping[Placement, str] | None = None,
    options: ReadOptions | None = None,
) -> Imported:
    """Make a session of recordings of another tool.

    Parameters
    ----------
    files
        Files, or folders that hold them.
    out
        The new session folder.
    about
        What the session says besides its samples.
    from_format
        A key of `FORMATS`, or ``auto``.
    placements
        Label or part of a file's name of the sensor at each place; none: as files and names say.
    options
        What the user says about files that do not say it themselves.

    Raises
    ------
    RecordingError
        If a file is of no format, lacks something, or holds samples that cannot be right; or if
        ``out`` exists. Nothing is left behind then.
    ConfigurationError
        If it is not known where a sensor sits, or the sensors have no common clock.
    """
    options = options or ReadOptions()
    found = sort_by_format(expand(files), from_format, options)
    sensors = [one for name, own in found.items() for one in FORMATS[name].read(own, options)]
    placed = place(sensors, placements or {})
    for sensor in placed.values():
        check(sensor)
    _check_clocks(placed)
    start_ns = min(int(sensor.time_ns[0]) for sensor in placed.values())
    started_at, notes = _started_at(placed, about, start_ns)
    manifest = Manifest(
        started_at=started_at,
        subject=about.subject,
        activity=about.activity,
        sensors={placement: _spec(placement, sensor) for placement, sensor in placed.items()},
    )
    notes = tuple(dict.fromkeys(note for s in placed.values() for note in s.notes)) + notes
    marks = [Mark(host_ns=0, kind=MarkKind.NOTE, text=f"Imported from {name}.") for name in found]
    marks += [Mark(host_ns=0, kind=MarkKind.NOTE, text=note) for note in notes]
    blocks = [_block(placement, sensor, start_ns) for placement, sensor in placed.items()]
    session = write_session(out, manifest, in_arrival_order(blocks, marks))
    return Imported(session=session, formats=tuple(found), sensors=placed, notes=notes)


def _check_clocks(placed: Mapping[Placement, ImportedSensor]) -> None:
    clocks = {placement: sensor.clock for placement, sensor in placed.items()}
    if len(set(clocks.values())) > 1:
        each = "; ".join(f"{placement}: {clock}" for placement, clock in clocks.items())
        msg = (
            f"sensors: expected one clock for all, got {each}; record them together with one tool, "
            "or import them one by one"
        )
        raise ConfigurationError(msg)
    start_ns = max(int(sensor.time_ns[0]) for sensor in placed.values())
    end_ns = min(int(sensor.time_ns[-1]) for sensor in placed.values())
    if end_ns <= start_ns:
        msg = "sensors: they were not recorded at the same time; give the files of one recording"
        raise ConfigurationError(msg)


def _started_at(
    placed: Mapping[Placement, ImportedSensor], about: About, start_ns: int
) -> tuple[datetime, tuple[str, ...]]:
    if about.started_at is not None:
        return about.started_at, ()
    first = min(placed.values(), key=lambda sensor: int(sensor.time_ns[0]) - start_ns)
    if first.started_at is not None:
        return first.started_at, ()
    written = datetime.fromtimestamp(int(first.source.stat().st_mtime), UTC)
    note = "The files do not say when they were recorded; the start is when they were written."
    return written, (note,)


def _spec(placement: Placement, sensor: ImportedSensor) -> SensorSpec:
    return SensorSpec(
        placement=placement,
        profile=PROFILE,
        rate_hz=sensor.rate_hz or round(sensor.measured_rate_hz, 3),
        tick_s=_TICK_NS * 1e-9 if sensor.sampled else None,
    )


def _block(placement: Placement, sensor: ImportedSensor, start_ns: int) -> SampleBlock:
    time_ns = sensor.time_ns - start_ns
    return SampleBlock(
        sensor=placement,
        host_ns=time_ns,
        tick=np.round(time_ns / _TICK_NS).astype(np.int64) if sensor.sampled else None,
        acc=sensor.acc,
        gyr=sensor.gyr,
    )
