"""The radio a command asks for: the computer's own, or a simulated one with sensors on it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.profiles.schema import Profile
from pelvicsense.sources.ble.radio import Radio
from pelvicsense.sources.ble.worn import WornSensor
from pelvicsense.sources.profile_library import load_profiles

if TYPE_CHECKING:
    from pelvicsense.virtual.radio import VirtualRadio

_LONG_S = 300.0
"""How long a simulated person moves before starting over, where no duration is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Air:
    """What a command finds on the air.

    Attributes
    ----------
    radio, profiles
        The adapter, and all known devices.
    worn
        Which simulated sensor is worn where; empty for the computer's own radio.
    """

    radio: Radio
    profiles: tuple[Profile, ...]
    worn: tuple[WornSensor, ...] = ()


@asynccontextmanager
async def air(
    adapter: str | None, virtual: str | None, model: str, duration_s: float | None
) -> AsyncIterator[Air]:
    """Open the radio that the options ask for.

    Raises
    ------
    ConfigurationError
        If simulated sensors are wanted and the extra that brings them is not installed, or the
        activity or the model does not exist.
    """
    library = load_profiles()
    for notice in library.notices:
        click.echo(notice, err=True)
    profiles = tuple(entry.profile for entry in library.entries.values())
    if virtual is None:
        yield Air(radio=Radio(adapter=adapter), profiles=profiles)
        return
    async with _simulated(virtual, model, duration_s) as simulated:
        from pelvicsense.virtual.virtual_time import loop_clock_ns

        yield Air(
            radio=Radio(
                client_backend=simulated.client_backend,
                scanner_backend=simulated.scanner_backend,
                clock_ns=loop_clock_ns,
            ),
            profiles=profiles,
            worn=tuple(
                WornSensor(placement=placement, name=simulated.address(placement))
                for placement in simulated.sensors
            ),
        )


def _simulated(activity: str, model: str, duration_s: float | None) -> VirtualRadio:
    try:
        from pelvicsense.virtual.models import make_model
        from pelvicsense.virtual.people import SHORTEST_S
        from pelvicsense.virtual.radio import virtual_person
    except ImportError as error:
        msg = f'simulated sensors need {error.name}: pip install "pelvicsense[virtual]"'
        raise ConfigurationError(msg) from error
    models = {
        placement: make_model(model, f"{number:04X}")
        for number, placement in enumerate(Placement, start=1)
    }
    length_s = max(SHORTEST_S, duration_s or _LONG_S)
    seed = os.getpid()  # two at once are two people, with sensors of their own
    return virtual_person(activity, length_s, models, seed, repeat=duration_s is None)
