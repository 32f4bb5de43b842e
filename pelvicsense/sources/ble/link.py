"""One sensor from its first connection to its last: started, watched, found again when lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from pelvicsense.datatypes.errors import PelvicsenseError, RadioError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import MarkKind
from pelvicsense.profiles.plan import DevicePlan, Step, Values
from pelvicsense.profiles.schema import Profile
from pelvicsense.recording.packets import Packet
from pelvicsense.sources.ble.advice import RADIO_FAULTS, in_words, radio_error
from pelvicsense.sources.ble.connection import Connection
from pelvicsense.sources.ble.link_state import Emit, LinkChange, LinkState, LinkTimes
from pelvicsense.sources.ble.radio import Radio
from pelvicsense.sources.ble.sightings import Sighting, find

_CONNECT_ATTEMPTS = 3
"""First connections fail now and then; each further attempt looks for the sensor anew."""


class SensorLink:
    """One sensor's link.

    Parameters
    ----------
    radio, times
        The adapter, and how long to wait.
    placement
        Where the sensor is worn.
    sighting, profile
        The device and what is known about its kind.
    rate_hz
        Wanted sampling rate; none for the profile's own choice.
    emit
        Takes what arrives, in the event loop.
    """

    def __init__(
        self,
        radio: Radio,
        times: LinkTimes,
        placement: Placement,
        sighting: Sighting,
        profile: Profile,
        rate_hz: float | None,
        emit: Emit,
    ) -> None:
        self.placement = placement
        self.sighting = sighting
        self.profile = profile
        self.state = LinkState.CONNECTING
        self.trouble = ""
        """What went wrong last, in plain words."""
        self.battery_percent: float | None = None
        self.battery_ns: int | None = None
        """When the battery was read last, host clock."""
        self.values: Values = {}
        """What probing, configuring and starting brought."""
        self.losses = 0
        self._radio = radio
        self._times = times
        self._rate_hz = rate_hz
        self._emit = emit
        self._plan: DevicePlan | None = None
        self._connection: Connection | None = None
        self._heard_ns = 0
        self._awaited_back = False

    @property
    def plan(self) -> DevicePlan:
        """What to do with the device; known once it was connected."""
        assert self._plan is not None, "asked for before the first connection"
        return self._plan

    @property
    def name(self) -> str:
        """How the sensor is called in messages: its placement and its advertised name."""
        return f"{self.placement.replace('_', ' ')} ({self.sighting.name or 'no name'})"

    # -- the user's side -----------------------------------------------------------------------

    async def connect(self) -> None:
        """Connect, probe, configure and subscribe.

        Raises
        ------
        RadioError
            If the sensor cannot be reached or refuses.
        """
        for attempt in range(1, _CONNECT_ATTEMPTS + 1):
            try:
                await (self._open(self.sighting) if attempt == 1 else self._find_and_open())
                break
            except RADIO_FAULTS as error:
                await self._close()
                if attempt == _CONNECT_ATTEMPTS:
                    raise radio_error(self.name, error) from error
        with suppress(*RADIO_FAULTS):  # a battery that does not tell is no reason not to start
            await self._read_battery()
        self.state = LinkState.READY

    async def identify(self) -> None:
        """Make the sensor show itself, where it can.

        Raises
        ------
        RadioError
            If it is not connected any more.
        """
        await self._run_or_raise(self.plan.identify)

    async def start(self) -> None:
        """Let the samples flow; a sensor that went while others were connected is fetched back.

        Raises
        ------
        RadioError
            If the sensor refuses, or does not come back.
        """
        if self._connection is not None and self._connection.stands:
            await self._begin()
            return
        await self._close()
        try:
            await self._fetch()
        except RADIO_FAULTS as error:
            raise radio_error(self.name, error) from error

    async def keep(self) -> None:
        """Watch the link and make it anew whenever it is lost, until cancelled."""
        while True:
            upkeep = asyncio.create_task(self._upkeep())
            try:
                reason = await self._watch()
            finally:
                upkeep.cancel()
            self._lose(reason)
            await self._close()
            await self._find_again()

    async def stop(self) -> None:
        """Send the stop commands and disconnect, as far as the sensor still answers."""
        connection, self._connection = self._connection, None
        self.state = LinkState.STOPPED
        if connection is None or not connection.stands:
            return
        if self._plan is not None:
            with suppress(*RADIO_FAULTS):
                async with asyncio.timeout(self._times.stop_s):
                    await connection.run(self._plan.stop)
        with suppress(*RADIO_FAULTS):
            await connection.close()

    # -- connecting ----------------------------------------------------------------------------

    async def _open(self, sighting: Sighting) -> None:
        """Make a new connection and prepare the device; replaces the plan."""
        connection = Connection(self._radio, self._ignore, self.profile.alternates)
        self._connection = connection
        await connection.open(sighting.device, sighting.name)
        values = await connection.run(self.profile.probe())
        plan = self.profile.plan(values, self._rate_hz)
        if self._plan is not None:
            _check_same(self._plan, plan)
            with suppress(*RADIO_FAULTS):  # some go on measuring while they are away
                await connection.run(plan.stop)
        values |= await connection.run(plan.configure)
        self._plan, self.values = plan, values
        connection.notified = partial(self._take, connection)
        for characteristic in plan.subscribe:
            await connection.subscribe(characteristic)

    async def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*RADIO_FAULTS):
                async with asyncio.timeout(self._times.close_s):
                    await connection.close()

    async def _begin(self) -> None:
        """Carry out the start steps; their answers may hold the scale of the samples."""
        self.values = {**self.values, **await self._run_or_raise(self.plan.start)}
        self.state = LinkState.STREAMING
        self._heard_ns = self._radio.clock_ns()

    async def _run_or_raise(self, steps: Sequence[Step]) -> dict[str, bytes]:
        if self._connection is None:
            raise RadioError(f"{self.name}: is not connected; bring it near and try again")
        try:
            return await self._connection.run(steps)
        except RADIO_FAULTS as error:
            raise radio_error(self.name, error) from error

    async def _find_again(self) -> None:
        attempt = 0
        while True:
            pauses = self._times.pauses_s
            await asyncio.sleep(pauses[min(attempt, len(pauses) - 1)])
            attempt += 1
            try:
                await self._fetch()
            except (PelvicsenseError, *RADIO_FAULTS) as error:
                self._lose(in_words(error))
                await self._close()
            else:
                return

    async def _fetch(self) -> None:
        """Look for the sensor, connect and start it anew."""
        await self._find_and_open()
        await self._begin()

    async def _find_and_open(self) -> None:
        # By address: a name may be shared, and the address is the same on this computer.
        wanted = [self.sighting.address]
        found = await find(self._radio, [self.profile], wanted, self._times.find_s, namesakes_s=0.0)
        await self._open(found[0])
        self.sighting = found[0]

    # -- watching ------------------------------------------------------------------------------

    async def _watch(self) -> str:
        """Return why the link is lost, when it is."""
        while self._connection is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._times.stalled_s / 2):
                    await self._connection.lost.wait()
                return "disconnected"
            silent_s = (self._radio.clock_ns() - self._heard_ns) * 1e-9
            if silent_s > self._times.dead_s:
                return f"no data for {self._times.dead_s:g} s"
            stalled = silent_s > self._times.stalled_s
            self.state = LinkState.STALLED if stalled else LinkState.STREAMING
        return "disconnected"

    def _lose(self, reason: str) -> None:
        self.state = LinkState.LOST
        self.trouble = reason
        if self._awaited_back:  # it was connected anew, but sent nothing: still the same loss
            return
        self._awaited_back = True
        self.losses += 1
        self._emit(
            LinkChange(
                host_ns=self._radio.clock_ns(),
                sensor=self.placement,
                kind=MarkKind.LINK_LOST,
                text=reason,
            )
        )

    async def _upkeep(self) -> None:
        """Keep the device awake and read its battery while it streams."""
        keep_alive = self.plan.keep_alive
        since_battery_s = 0.0
        while True:
            wait_s = keep_alive.period_s if keep_alive is not None else self._times.battery_s
            await asyncio.sleep(wait_s)
            since_battery_s += wait_s
            with suppress(*RADIO_FAULTS):  # a link in trouble is the watchdog's business
                if keep_alive is not None and self._connection is not None:
                    await self._connection.run(keep_alive.steps)
                if since_battery_s >= self._times.battery_s:
                    since_battery_s = 0.0
                    await self._read_battery()

    async def _read_battery(self) -> None:
        battery = self.plan.battery
        if battery is None or self._connection is None:
            return
        values = await self._connection.run([battery.step])
        if battery.step.name in values:
            self.battery_percent = battery.percent(values[battery.step.name])
            self.battery_ns = self._radio.clock_ns()

    # -- callbacks -----------------------------------------------------------------------------

    def _ignore(self, host_ns: int, characteristic: str, data: bytes) -> None:
        """Take what comes before the device is configured: nobody knows what it means."""

    def _take(self, connection: Connection, host_ns: int, characteristic: str, data: bytes) -> None:
        if connection is not self._connection:
            return  # a connection that was given up
        self._heard_ns = host_ns
        if self._awaited_back:
            self._awaited_back = False
            self._emit(
                LinkChange(host_ns=host_ns, sensor=self.placement, kind=MarkKind.LINK_BACK, text="")
            )
        self._emit(
            Packet(host_ns=host_ns, sensor=self.placement, characteristic=characteristic, data=data)
        )


def _check_same(before: DevicePlan, now: DevicePlan) -> None:
    same = ("profile", "rate_hz", "tick_s", "tick_bits")
    changed = [key for key in same if getattr(before, key) != getattr(now, key)]
    if changed:
        msg = f"came back with another {', '.join(changed)}; restart it, then the recording"
        raise RadioError(msg)
