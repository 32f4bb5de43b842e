"""Getting ready: the list of sensors on the air, who wears what, and the way to connected ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol

from pelvicsense.datatypes.errors import ConfigurationError, RadioError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.profiles.schema import Profile
from pelvicsense.sinks.live_buffer import LiveBuffer
from pelvicsense.sinks.live_facts import Phase, SensorFact
from pelvicsense.sinks.sensor_lock import SensorLocks
from pelvicsense.sources.ble.link_state import LinkState
from pelvicsense.sources.ble.radio import Radio
from pelvicsense.sources.ble.sightings import Sighting, scanning
from pelvicsense.sources.ble.source import BleSource
from pelvicsense.sources.ble.visit import show_itself
from pelvicsense.sources.ble.worn import WornSensor

_LIST_S = 0.25
"""How often the list is renewed."""

_RETRY_S = 2.0
"""Pause before the next attempt to scan where Bluetooth is not to be had."""

_PERIOD_S = 0.01
"""Least time between two groups of arrivals: a screen must not wait for them."""

_CONNECTED_LIST_S = 0.5
"""How often the connected sensors are shown."""


class OpenAir(Protocol):
    """A radio that was opened, and what is known about devices."""

    @property
    def radio(self) -> Radio:
        """The adapter."""

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """All known devices."""

    @property
    def worn(self) -> tuple[WornSensor, ...]:
        """Which sensor is worn where, where that is known beforehand."""


class WishKind(Enum):
    """What a user wants while getting ready."""

    PLACE = auto()
    BLINK = auto()
    CONNECT = auto()
    AGAIN = auto()
    START = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One wish; ``address`` and ``placement`` where it concerns a sensor."""

    kind: WishKind
    address: str = ""
    placement: Placement | None = None


@dataclass(slots=True)
class ConnectedSensors:
    """Sensors that are connected and held for this process."""

    source: BleSource
    locks: ExitStack = field(default_factory=ExitStack)

    async def release(self) -> None:
        """Disconnect them and let others have them."""
        await self.source.stop()
        self.locks.close()


class GettingReady:
    """The first screen.

    Parameters
    ----------
    air
        The radio.
    buffer
        Where the list is shown.
    places
        Address of the sensor worn at each place; kept up here.
    wishes
        What the user wants.
    """

    def __init__(
        self,
        air: OpenAir,
        buffer: LiveBuffer,
        places: dict[Placement, str],
        wishes: asyncio.Queue[Wish],
    ) -> None:
        self.places = places
        self._air = air
        self._buffer = buffer
        self._wishes = wishes
        self._seen: dict[str, Sighting] = {}
        self._known: dict[str, WornSensor] = {}
        self._troubles: dict[str, str] = {}
        self._scan_failed = False

    async def run(self) -> ConnectedSensors | None:
        """Return connected sensors when the recording is wanted, none when the end is.

        Cancelling lets go of all.
        """
        while True:
            wish = await self._choose()
            if wish.kind is WishKind.CLOSE:
                return None
            if wish.kind is WishKind.BLINK:
                await self._blink_unconnected(wish.address)
                continue
            connected = await self.connect()
            if connected is None:
                continue
            try:
                wish = await self._await_start(connected)
            except BaseException:
                await connected.release()
                raise
            if wish.kind is WishKind.START:
                return connected
            await connected.release()
            if wish.kind is WishKind.CLOSE:
                return None
            if wish.kind is WishKind.PLACE:  # a place is part of the connection: make it anew
                self._place(wish)

    # -- choosing ------------------------------------------------------------------------------

    async def _choose(self) -> Wish:
        """Scan, and show the list, until something else is wanted."""
        while True:
            self._buffer.update(phase=Phase.SCANNING, progress="")
            try:
                return await self._scan()
            except RadioError as error:
                self._scan_failed = True
                self._buffer.update(trouble=str(error))
            wish = await self._next_wish(_RETRY_S)
            if wish is not None and not self._done_here(wish):
                return wish

    async def _scan(self) -> Wish:
        async with scanning(self._air.radio, self._air.profiles) as sightings:
            if self._scan_failed:  # Bluetooth is back
                self._scan_failed = False
                self._buffer.update(trouble="")
            while True:
                for sighting in sightings.nearest_first():
                    self._see(sighting)
                self._show_list(self._seen.values())
                wish = await self._next_wish(_LIST_S)
                if wish is not None and not self._done_here(wish):
                    return wish

    def _see(self, sighting: Sighting) -> None:
        """Take a sighting; the first one of a sensor whose place is known puts it there."""
        if sighting.address not in self._seen:
            for worn in self._air.worn:
                if sighting.is_called(worn.name):
                    self._known[sighting.address] = worn
                    self.places[worn.placement] = sighting.address
        self._seen[sighting.address] = sighting

    def _done_here(self, wish: Wish) -> bool:
        """Do what can be done while scanning; return whether that was it."""
        if wish.kind is WishKind.PLACE:
            self._place(wish)
        return wish.kind not in (WishKind.BLINK, WishKind.CONNECT, WishKind.CLOSE)

    async def _next_wish(self, timeout_s: float) -> Wish | None:
        try:
            async with asyncio.timeout(timeout_s):
                return await self._wishes.get()
        except TimeoutError:
            return None

    def _place(self, wish: Wish) -> None:
        for place, address in list(self.places.items()):
            if address == wish.address:
                del self.places[place]
        if wish.placement is not None:
            self.places[wish.placement] = wish.address

    def _show_list(self, seen: Iterable[Sighting]) -> None:
        places = {address: place for place, address in self.places.items()}
        known = list(seen)
        facts = [self._fact(sighting, places.get(sighting.address)) for sighting in known]
        addresses = {sighting.address for sighting in known}
        facts += [
            SensorFact(
                address=address,
                name="",
                model="",
                rssi_dbm=None,
                placement=place,
                state="not seen",
                trouble="not seen yet: wake it and bring it near",
            )
            for address, place in places.items()
            if address not in addresses
        ]
        self._buffer.update(sensors=tuple(sorted(facts, key=_order)))

    def _fact(self, sighting: Sighting, place: Placement | None) -> SensorFact:
        profile = sighting.profile
        return SensorFact(
            address=sighting.address,
            name=sighting.name,
            model=profile.device if profile is not None else "",
            rssi_dbm=sighting.rssi_dbm,
            placement=place,
            state="seen",
            refusal=profile.refusal if profile is not None else "",
            trouble=self._troubles.get(sighting.address, ""),
            can_blink=profile is not None and _can_identify(profile),
        )

    async def _blink_unconnected(self, address: str) -> None:
        sighting = self._seen.get(address)
        if sighting is None or sighting.profile is None:
            return
        name = sighting.name or address
        self._buffer.update(phase=Phase.CONNECTING, progress=f"asking {name} to blink")
        try:
            blinks = await show_itself(self._air.radio, sighting, sighting.profile)
        except (RadioError, ConfigurationError) as error:
            self._troubles[address] = str(error)
        else:
            self._troubles[address] = "" if blinks else "it cannot show itself"

    # -- connecting ----------------------------------------------------------------------------

    async def connect(self) -> ConnectedSensors | None:
        """Connect the chosen sensors; none, and the trouble is shown, where that fails."""
        self._buffer.update(phase=Phase.CONNECTING, trouble="")
        source = BleSource(self._air.radio, self._air.profiles, self._worn(), period_s=_PERIOD_S)
        connected = ConnectedSensors(source)
        try:
            await source.find(self._told)
            names = {link.sighting.address: link.name for link in source.links.values()}
            connected.locks.enter_context(SensorLocks(names))
            await source.connect(self._told)
        except (RadioError, ConfigurationError) as error:
            await connected.release()
            self._buffer.update(trouble=str(error))
            return None
        except BaseException:
            await connected.release()
            raise
        return connected

    def _worn(self) -> tuple[WornSensor, ...]:
        worn = []
        for place in Placement:
            if place in self.places:
                address = self.places[place]
                known = self._known.get(address)
                worn.append(
                    WornSensor(
                        placement=place,
                        name=address,
                        profile=known.profile if known is not None else None,
                        rate_hz=known.rate_hz if known is not None else None,
                    )
                )
        return tuple(worn)

    def _told(self, sentence: str) -> None:
        self._buffer.update(progress=sentence)

    async def _await_start(self, connected: ConnectedSensors) -> Wish:
        """Show connected sensors until something else than blinking is wanted."""
        self._buffer.update(phase=Phase.CONNECTED, progress="")
        while True:
            self._show_connected(connected.source)
            wish = await self._next_wish(_CONNECTED_LIST_S)
            if wish is None:
                continue
            if wish.kind is WishKind.BLINK:
                await self._blink_connected(connected.source, wish.address)
            elif wish.kind is not WishKind.CONNECT:
                return wish

    async def _blink_connected(self, source: BleSource, address: str) -> None:
        for place, link in source.links.items():
            if link.sighting.address == address:
                try:
                    await source.identify(place)
                except RadioError as error:
                    self._buffer.update(trouble=str(error))

    def _show_connected(self, source: BleSource) -> None:
        self._buffer.update(
            sensors=tuple(
                SensorFact(
                    address=link.sighting.address,
                    name=link.sighting.name,
                    model=link.profile.device,
                    rssi_dbm=link.sighting.rssi_dbm,
                    placement=place,
                    state=LinkState(link.state).value,
                    battery_percent=link.battery_percent,
                    trouble=link.trouble,
                    can_blink=bool(link.plan.identify),
                )
                for place, link in source.links.items()
            )
        )


def _can_identify(profile: Profile) -> bool:
    return any(variant.behaviour.commands.identify for variant in profile.variants)


def _order(sensor: SensorFact) -> tuple[bool, bool, int]:
    """Order of the list: chosen ones keep their place at the top; then what can be used."""
    unusable = not sensor.model or bool(sensor.refusal)
    if sensor.placement is not None:
        return (False, unusable, list(Placement).index(sensor.placement))
    return (True, unusable, -sensor.rssi_dbm if sensor.rssi_dbm is not None else 200)
