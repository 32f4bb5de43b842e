"""wear.toml: which sensor is worn where."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.recording.toml_table import TomlTable
from pelvicsense.sources.ble.worn import WornSensor


def read_wear(path: Path) -> tuple[WornSensor, ...]:
    """Read which sensor is worn where: a table per placement.

    ::

        [pelvis]
        name = "IMU6-1A2B"        # advertised name, or address
        [thigh_left]
        name = "IMU6-3C4D"
        profile = "imu6-open"     # optional: recognised by itself otherwise
        rate_hz = 100             # optional: the profile's own choice otherwise

    Raises
    ------
    RecordingError
        If the file cannot be read, or a key is missing, wrong or unknown.
    """
    try:
        root = TomlTable(path, tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); give the path of a wear.toml"
        raise RecordingError(path, problem) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecordingError(path, f"is no valid TOML: {error}; correct the file") from error
    for key in root.values:
        if key not in set(Placement):
            root.refuse(key, f"a table named {', '.join(Placement)}")
    return tuple(_worn(Placement(key), root.table(key)) for key in root.values)


def _worn(placement: Placement, table: TomlTable) -> WornSensor:
    for key in table.values:
        if key not in ("name", "profile", "rate_hz"):
            table.refuse(key, "one of the keys name, profile, rate_hz")
    return WornSensor(
        placement=placement,
        name=table.text("name"),
        profile=table.optional("profile", table.text),
        rate_hz=table.optional("rate_hz", table.positive),
    )
