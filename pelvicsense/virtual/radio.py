"""The entry: a person with virtual sensors, and an adapter for bleak, on one simulated radio."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType

import numpy as np
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner

from pelvicsense.datatypes.placement import Placement
from pelvicsense.virtual.air import SUPERVISION_S, Air
from pelvicsense.virtual.backend import backends
from pelvicsense.virtual.central import Central
from pelvicsense.virtual.faults import Faults
from pelvicsense.virtual.feed import Person
from pelvicsense.virtual.gatt import SensorModel
from pelvicsense.virtual.people import simulated_person
from pelvicsense.virtual.peripheral import Peripheral, PeripheralConfig

SKEW_PPM = 50.0
"""Clocks are drawn uniformly from ± this (crystals with temperature)."""

_BUMBLE = logging.getLogger("bumble")


class VirtualRadio:
    """A simulated radio for as long as its ``async with`` lasts.

    Everything is prepared before: the air itself is never late because of it. Leaving raises what a
    device's model raised, if one did.

    Parameters
    ----------
    person
        Who wears the sensors.
    models
        What is worn where.
    seed
        Draws clocks, delays and losses.
    config
        Hardware of all sensors; their skew and phase are drawn.
    supervision_s
        Silence after which a link counts as lost.

    Attributes
    ----------
    client_backend, scanner_backend
        For ``BleakClient(..., backend=…)`` and ``BleakScanner(..., backend=…)``; inside only.
    faults
        What can go wrong; inside only.
    sensors
        Devices on the air by placement; inside only.
    """

    client_backend: type[BaseBleakClient]
    scanner_backend: type[BaseBleakScanner]
    faults: Faults
    sensors: dict[Placement, Peripheral]

    def __init__(
        self,
        person: Person,
        models: Mapping[Placement, SensorModel],
        seed: int,
        *,
        config: PeripheralConfig | None = None,
        supervision_s: float = SUPERVISION_S,
    ) -> None:
        self.person = person
        self._models = dict(models)
        self._seed = seed
        self._config = PeripheralConfig() if config is None else config
        self._supervision_s = supervision_s
        person.wears_only(self._models)

    def address(self, placement: Placement) -> str:
        """Return a sensor's address; other seeds have others."""
        number = (self._seed % 2**32).to_bytes(4, "big")
        return ":".join(f"{byte:02X}" for byte in (0xC0, *number, list(Placement).index(placement)))

    async def __aenter__(self) -> VirtualRadio:
        """Switch on the adapter and all sensors."""
        # It warns of every packet that is in flight when a link ends, which is normal here.
        self._log_level = _BUMBLE.level
        _BUMBLE.setLevel(logging.ERROR)
        rng = np.random.default_rng(self._seed)
        self._air = Air(rng, self._supervision_s)
        self._central = Central(self._air)
        self.sensors = {
            placement: self._peripheral(placement, model, rng)
            for placement, model in self._models.items()
        }
        by_address = {sensor.address: sensor for sensor in self.sensors.values()}
        self.faults = Faults(self._air, self._central, by_address)
        self.client_backend, self.scanner_backend = backends(self._central)
        try:
            await self._central.power_on()
            for sensor in self.sensors.values():
                await sensor.switch_on()
        except BaseException:
            await self._switch_off()
            raise
        return self

    async def _switch_off(self) -> None:
        for sensor in self.sensors.values():
            await sensor.switch_off()
        await self._central.power_off()
        _BUMBLE.setLevel(self._log_level)

    def _peripheral(
        self, placement: Placement, model: SensorModel, rng: np.random.Generator
    ) -> Peripheral:
        config = replace(
            self._config,
            skew_ppm=SKEW_PPM * float(rng.uniform(-1.0, 1.0)),
            phase=float(rng.uniform()),
        )
        feed = self.person.feed(placement)
        return Peripheral(self._air, self.address(placement), model, feed, config)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Switch everything off."""
        await self._switch_off()
        for sensor in self.sensors.values():
            if sensor.table.failures:
                raise sensor.table.failures[0]


def virtual_person(
    activity: str,
    duration_s: float,
    models: Mapping[Placement, SensorModel],
    seed: int,
    *,
    repeat: bool = False,
) -> VirtualRadio:
    """Return the radio around a simulated person; see :func:`simulated_person`.

    Raises
    ------
    ConfigurationError
        If the activity is unknown, or the duration too short.
    """
    person = simulated_person(activity, duration_s, seed, repeat=repeat)
    return VirtualRadio(person, models, seed)
