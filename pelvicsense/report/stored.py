"""summary.json read back: figures of earlier analyses, without a look at any sample."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.gait import Flag
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.summary import (
    ActivitySummary,
    Asymmetry,
    Figure,
    SessionSummary,
    SideSummary,
)
from pelvicsense.recording.results import SUMMARY_FILE

ASYMMETRY_KEY = "asymmetry_left_minus_right"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSummary:
    """What summary.json of a session says.

    Attributes
    ----------
    duration_s
        Length of the recording.
    summary
        Figures by activity and side.
    made_by
        Program version, filter and fingerprint of the configuration: figures that were made alike
        can be compared.
    """

    duration_s: float
    summary: SessionSummary
    made_by: tuple[str, str, str]


def read_summary(folder: Path) -> StoredSummary:
    """Read the summary.json of a session folder.

    Raises
    ------
    RecordingError
        If it cannot be read, or is not what this program writes.
    """
    path = folder / SUMMARY_FILE
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise RecordingError(path, f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise RecordingError(path, f"is no valid JSON ({error}); analyze --force anew") from error
    try:
        return _stored(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        problem = f"is not as this version writes it ({error!r}); analyze --force anew"
        raise RecordingError(path, problem) from error


def _stored(document: Mapping[str, Any]) -> StoredSummary:
    made_by = document["made_by"]
    return StoredSummary(
        duration_s=_number(document["session"]["duration_s"]),
        summary=SessionSummary(
            activities=tuple(
                _activity(Activity(name), plain) for name, plain in document["figures"].items()
            )
        ),
        made_by=(
            str(made_by["version"]),
            str(made_by["filter"]),
            str(made_by["configuration_fingerprint"]),
        ),
    )


def _activity(activity: Activity, plain: Mapping[str, Any]) -> ActivitySummary:
    return ActivitySummary(
        activity=activity,
        sides={side: _side(plain[side.value]) for side in Side},
        asymmetry={name: _asymmetry(value) for name, value in plain[ASYMMETRY_KEY].items()},
    )


def _side(plain: Mapping[str, Any]) -> SideSummary:
    return SideSummary(
        valid=int(plain["valid"]),
        invalid=int(plain["invalid"]),
        figures={name: _figure(value) for name, value in plain["figures"].items()},
        flags={Flag(name): int(count) for name, count in plain["flags"].items()},
    )


def _figure(plain: Mapping[str, Any]) -> Figure:
    numbers = {f.name: _number(plain[f.name]) for f in fields(Figure) if f.name != "count"}
    return Figure(count=int(plain["count"]), **numbers)


def _asymmetry(plain: Mapping[str, Any]) -> Asymmetry:
    return Asymmetry(**{field.name: _number(plain[field.name]) for field in fields(Asymmetry)})


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
