"""Which sensor is worn where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pelvicsense.datatypes.errors import RadioError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.sources.ble.sightings import Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class WornSensor:
    """Which sensor is worn where.

    Attributes
    ----------
    placement
        Where.
    name
        Its advertised name, or its address.
    profile
        Id of its firmware profile; none to recognise it.
    rate_hz
        Wanted rate; none for the profile's own choice.
    """

    placement: Placement
    name: str
    profile: str | None = None
    rate_hz: float | None = None


def check_distinct(worn: Sequence[WornSensor], sightings: Sequence[Sighting]) -> None:
    """Refuse one device on two placements."""
    places: dict[str, WornSensor] = {}
    for sensor, sighting in zip(worn, sightings, strict=True):
        other = places.setdefault(sighting.address, sensor)
        if other is not sensor:
            msg = (
                f"{other.name} and {sensor.name} are the same sensor; "
                f"name one for {other.placement} and another for {sensor.placement}"
            )
            raise RadioError(msg)
