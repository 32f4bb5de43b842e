"""Which sensor sits where: as the user says, as the file says, or as its name says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.exchange.imports.signal import ImportedSensor

_THIGH = r"(?:thigh|femur|upper_?leg)"
_NAMES = {
    Placement.PELVIS: r"(?:pelvis|sacrum|sacral)",
    Placement.THIGH_LEFT: rf"(?:{_THIGH}_?l(?:eft)?|l(?:eft)?_?{_THIGH})",
    Placement.THIGH_RIGHT: rf"(?:{_THIGH}_?r(?:ight)?|r(?:ight)?_?{_THIGH})",
}

_ADVICE = "add --placement pelvis=NAME, where NAME is the sensor's label or a part of its file name"


def placement_in(name: str) -> Placement | None:
    """Return the placement that a name holds as words of its own, if it holds exactly one."""
    words = re.sub(r"[^a-z0-9]+", "_", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())
    found = [
        placement
        for placement, pattern in _NAMES.items()
        if re.search(rf"(?:^|_){pattern}(?:_|$)", words)
    ]
    return found[0] if len(found) == 1 else None


def parse_placements(texts: Sequence[str]) -> dict[Placement, str]:
    """Read ``PLACEMENT=NAME`` options; ``PLACEMENT`` alone is for a lone sensor.

    Raises
    ------
    ConfigurationError
        If a placement does not exist or is given twice.
    """
    chosen: dict[Placement, str] = {}
    for text in texts:
        word, _, name = text.partition("=")
        if word not in set(Placement):
            msg = f"placement: expected one of {', '.join(Placement)} and =NAME, got {text!r}"
            raise ConfigurationError(msg)
        if Placement(word) in chosen:
            msg = f"placement: {word} is given twice; give it once"
            raise ConfigurationError(msg)
        chosen[Placement(word)] = name
    return chosen


def place(
    sensors: Sequence[ImportedSensor], chosen: Mapping[Placement, str]
) -> dict[Placement, ImportedSensor]:
    """Return the worn sensors by placement, in the order of `Placement`.

    What the user says comes before what a file says, and that before what its name says. Sensors
    that sit elsewhere are left out only where the user named all that are wanted.

    Raises
    ------
    ConfigurationError
        If a name fits no sensor or several, two sensors claim one place, or one has no place.
    """
    placed = {placement: _named(sensors, name) for placement, name in chosen.items()}
    rest = [sensor for sensor in sensors if all(sensor is not one for one in placed.values())]
    for sensor in rest:
        own = sensor.placement or placement_in(sensor.label) or placement_in(sensor.source.stem)
        if own is None:
            if chosen:
                continue
            msg = f"placement of {_title(sensor)} is not known; {_ADVICE}"
            raise ConfigurationError(msg)
        if own in placed:
            if own in chosen:
                continue
            msg = f"placement {own}: both {_title(placed[own])} and {_title(sensor)}; {_ADVICE}"
            raise ConfigurationError(msg)
        placed[own] = sensor
    return {
        placement: replace(placed[placement], placement=placement)
        for placement in Placement
        if placement in placed
    }


def _named(sensors: Sequence[ImportedSensor], name: str) -> ImportedSensor:
    exact = [sensor for sensor in sensors if name and sensor.label == name]
    found = exact or [sensor for sensor in sensors if name in sensor.source.name]
    if not found:
        found = [sensor for sensor in sensors if name in str(sensor.source)]
    if len(found) != 1:
        there = ", ".join(map(_title, sensors))
        how = "no" if not found else f"{len(found)}"
        msg = f"placement: {how} sensors are named {name!r}; there are {there}"
        raise ConfigurationError(msg)
    return found[0]


def _title(sensor: ImportedSensor) -> str:
    return f"{sensor.label!r} ({sensor.source.name})" if sensor.label else sensor.source.name
