"""C3D: angles as points of the angle group, and contacts as events.

Points ``LHipAngles``, ``RHipAngles`` (flexion, adduction, internal rotation) and ``PelvisAngles``
(tilt, obliquity, heading) in degrees; a row that is not known has residual -1. Events are
``Foot Strike`` and ``Foot Off``, as gait software names them. The bytes are made by `c3d_bytes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pelvicsense import __version__
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.gait import EventKind, GaitEvent
from pelvicsense.exchange.exports.angles import hip_angles_deg, pelvis_angles_deg
from pelvicsense.exchange.exports.c3d_bytes import (
    Parameter,
    encode_c3d,
    floats,
    integers,
    split,
    texts,
)
from pelvicsense.exchange.exports.motion import AnalysedSession, BodyMotion
from pelvicsense.exchange.exports.place import new_file

_MOST_EVENTS = 4000
"""All parameters must fit into 255 blocks of 512 bytes; an event takes 28 bytes."""

_LABELS = {EventKind.INITIAL_CONTACT: "Foot Strike", EventKind.FINAL_CONTACT: "Foot Off"}
_ICONS = {EventKind.INITIAL_CONTACT: 1, EventKind.FINAL_CONTACT: 2}


def export(analysed: AnalysedSession, out: Path) -> None:
    """Write a new C3D file.

    Raises
    ------
    RecordingError
        If ``out`` exists, or there are more contacts than the format has room for.
    """
    contacts = len(analysed.result.events)
    if contacts > _MOST_EVENTS:
        problem = (
            f"has {contacts} contacts, and a C3D file has room for {_MOST_EVENTS}; cut a stretch "
            "out of it with pelvicsense edit --trim, or export it to parquet"
        )
        raise RecordingError(analysed.session.folder, problem)
    subject = analysed.session.manifest.subject
    new_file(out, encode(analysed.motion, analysed.result.events, subject))


def encode(motion: BodyMotion, events: Sequence[GaitEvent], subject: str) -> bytes:
    """Return the bytes of a C3D file."""
    points = _points(motion)
    labels = list(points)
    groups = {
        "POINT": [
            texts("LABELS", labels),
            texts("DESCRIPTIONS", ["against the still pose"] * len(labels)),
            texts("UNITS", ["deg"]),
            texts("TYPE_GROUPS", ["ANGLES", "ANGLE_UNITS"]),
            texts("ANGLES", labels),
            texts("ANGLE_UNITS", ["deg"]),
        ],
        "EVENT": _events(events),
        "SUBJECTS": [integers("USED", [1]), texts("NAMES", [subject])],
        "MANUFACTURER": [texts("COMPANY", ["pelvicsense"]), texts("SOFTWARE", [__version__])],
    }
    data = np.stack([_with_residual(angles) for angles in points.values()], axis=1)
    return encode_c3d(data, motion.rate_hz, groups)


def _points(motion: BodyMotion) -> dict[str, FloatArray]:
    """Return angles (n, 3) by label."""
    points = {}
    for side in motion.thighs:
        hip = hip_angles_deg(motion, side)
        names = ("flexion", "adduction", "rotation")
        points[f"{side.value[0].upper()}HipAngles"] = np.stack([hip[n] for n in names], axis=1)
    pelvis = pelvis_angles_deg(motion)
    names = ("tilt", "obliquity", "heading")
    points["PelvisAngles"] = np.stack([pelvis[name] for name in names], axis=1)
    return points


def _with_residual(angles: FloatArray) -> FloatArray:
    known = np.isfinite(angles).all(axis=1, keepdims=True)
    return np.hstack([np.where(known, angles, 0.0), np.where(known, 0.0, -1.0)])


def _events(events: Sequence[GaitEvent]) -> list[Parameter]:
    """Return the parameters of the EVENT group; times are minutes and seconds."""
    ordered = sorted(events, key=lambda event: event.t_s)
    parameters = [integers("USED", [len(ordered)])]
    for suffix, part in split(ordered):
        times = [value for event in part for value in divmod(event.t_s, 60.0)]
        parameters += [
            texts(f"CONTEXTS{suffix}", [event.side.value.capitalize() for event in part]),
            texts(f"LABELS{suffix}", [_LABELS[event.kind] for event in part]),
            floats(f"TIMES{suffix}", times, shape=(2, len(part))),
            integers(f"ICON_IDS{suffix}", [_ICONS[event.kind] for event in part]),
            integers(f"GENERIC_FLAGS{suffix}", [0] * len(part)),
        ]
    return parameters
