"""FIT: an activity with pelvic drop, left and right, once a second as developer fields.

A second shows the peak of the valid stride that is under way then, on that side; a second without
one shows nothing. Apps that know developer fields draw them beside a run.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from pathlib import Path

from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Side
from pelvicsense.exchange.exports.fit_bytes import (
    BYTES,
    ENUM,
    FLOAT32,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    UINT32Z,
    FitField,
    FitWriter,
    MessageKind,
    fit_time,
)
from pelvicsense.exchange.exports.motion import AnalysedSession
from pelvicsense.exchange.exports.place import new_file
from pelvicsense.recording.manifest import SessionActivity

APPLICATION = uuid.uuid5(uuid.NAMESPACE_URL, "pelvicsense/fit")
"""Identifies our developer fields to whoever reads them."""

FIELDS = (
    ("pelvic_drop_left", "deg", Side.LEFT),
    ("pelvic_drop_right", "deg", Side.RIGHT),
)

_TIMESTAMP = FitField(253, UINT32)
_FILE_ID = MessageKind(
    0,
    (
        FitField(0, ENUM),
        FitField(1, UINT16),
        FitField(2, UINT16),
        FitField(3, UINT32Z),
        FitField(4, UINT32),
    ),
)
_DEVELOPER_DATA_ID = MessageKind(207, (FitField(1, BYTES, 16), FitField(3, UINT8)))
_FIELD_DESCRIPTION = MessageKind(
    206,
    (
        FitField(0, UINT8),  # developer_data_index
        FitField(1, UINT8),  # field_definition_number
        FitField(2, UINT8),  # fit_base_type_id
        FitField(3, STRING, 32),  # field_name
        FitField(8, STRING, 8),  # units
    ),
)
_EVENT = MessageKind(21, (_TIMESTAMP, FitField(0, ENUM), FitField(1, ENUM)))
_RECORD = MessageKind(
    20,
    (_TIMESTAMP, FitField(4, UINT8)),  # cadence, strides per minute
    tuple(FitField(number, FLOAT32) for number in range(len(FIELDS))),
)
_BOUT = (_TIMESTAMP, FitField(2, UINT32), FitField(7, UINT32), FitField(8, UINT32))
_LAP = MessageKind(19, _BOUT)  # start_time, total_elapsed_time, total_timer_time (ms)
_SESSION = MessageKind(18, (*_BOUT, FitField(5, ENUM), FitField(25, UINT16), FitField(26, UINT16)))
_ACTIVITY = MessageKind(
    34, (_TIMESTAMP, FitField(0, UINT32), FitField(1, UINT16), FitField(2, ENUM))
)

_FILE_ACTIVITY, _DEVELOPMENT = 4, 255
_TIMER, _START, _STOP_ALL = 0, 0, 4
_SPORT_GENERIC = 0
_SPORTS = {SessionActivity.RUN: 1, SessionActivity.WALK: 11}
_FLOAT32_TYPE = 0x88


def export(analysed: AnalysedSession, out: Path) -> None:
    """Write a new FIT file.

    Raises
    ------
    RecordingError
        If ``out`` exists.
    """
    new_file(out, encode(analysed))


def encode(analysed: AnalysedSession) -> bytes:
    """Return the bytes of a FIT activity."""
    manifest, result = analysed.session.manifest, analysed.result
    start = fit_time(manifest.started_at)
    seconds = math.ceil(result.duration_s)
    length_ms = round(1000 * result.duration_s)
    writer = FitWriter()
    writer.add(_FILE_ID, (_FILE_ACTIVITY, _DEVELOPMENT, 0, None, start))
    writer.add(_DEVELOPER_DATA_ID, (APPLICATION.bytes, 0))
    for number, (name, unit, _) in enumerate(FIELDS):
        writer.add(_FIELD_DESCRIPTION, (0, number, _FLOAT32_TYPE, name, unit))
    writer.add(_EVENT, (start, _TIMER, _START))
    for second, cadence, drops in per_second(result.strides, seconds):
        writer.add(_RECORD, (start + second, cadence, *drops))
    end = start + seconds
    writer.add(_EVENT, (end, _TIMER, _STOP_ALL))
    bout = (end, start, length_ms, length_ms)
    writer.add(_LAP, bout)
    sport = _SPORTS.get(manifest.activity, _SPORT_GENERIC)
    writer.add(_SESSION, (*bout, sport, 0, 1))
    writer.add(_ACTIVITY, (end, length_ms, 1, 0))
    return writer.encode()


def per_second(
    strides: Sequence[Stride], seconds: int
) -> list[tuple[int, int | None, tuple[float | None, ...]]]:
    """Return for each second its number, cadence (strides per minute) and drop of each side."""
    cadence: dict[int, int] = {}
    drops: dict[Side, dict[int, float]] = {side: {} for side in Side}
    for stride in strides:
        if not stride.valid:
            continue
        drop = stride.angles.pelvic_drop_peak_deg
        for second in range(math.ceil(stride.t_contact_s), math.ceil(stride.t_end_s)):
            cadence[second] = round(stride.cadence_spm / 2.0)
            if math.isfinite(drop):
                drops[stride.side][second] = drop
    return [
        (second, cadence.get(second), tuple(drops[side].get(second) for _, _, side in FIELDS))
        for second in range(seconds)
    ]
