"""All worn sensors as the pipeline's inputs, in order of arrival."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeAlias

import numpy as np

from pelvicsense.datatypes.errors import RadioError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, StreamInput
from pelvicsense.decoding.decoder import Decoder
from pelvicsense.profiles.plan import Values
from pelvicsense.profiles.schema import Profile
from pelvicsense.recording.packets import Packet
from pelvicsense.sources.ble.link import SensorLink
from pelvicsense.sources.ble.link_state import LinkChange, LinkTimes
from pelvicsense.sources.ble.radio import Radio
from pelvicsense.sources.ble.sightings import Sighting, find
from pelvicsense.sources.ble.worn import WornSensor, check_distinct
from pelvicsense.sources.pace import Pace

Told: TypeAlias = Callable[[str], None]
"""Takes a sentence about progress."""

PERIOD_S = 0.05
"""Least time between two groups: unnoticeable, and rare enough to be cheap."""

_FIND_S = 15.0
_FIRST_SAMPLE_S = 5.0
_STOP_S = 2.0

_SHORTEST_MTU_BYTES = 20
"""What fits into a notification on a connection that never agreed on longer packets (MTU 23)."""

_MOST_BAD, _BAD_SHARE = 3, 0.01
"""Bad packets that are not worth a word: a stream may begin inside one."""


class BleSource:
    """The sensors of one session: ``find``, ``connect``, ``start``, iterate ``groups``, ``stop``.

    Parameters
    ----------
    radio
        The adapter and the clock.
    profiles
        All that is known about devices.
    worn
        Which sensor is worn where.
    times
        How long to wait for what.
    keep
        Shown every notification before it is decoded.
    period_s
        Least time between two groups of what has arrived.
    """

    def __init__(
        self,
        radio: Radio,
        profiles: Sequence[Profile],
        worn: Sequence[WornSensor],
        times: LinkTimes | None = None,
        keep: Callable[[Packet], None] | None = None,
        period_s: float = PERIOD_S,
    ) -> None:
        self.links: dict[Placement, SensorLink] = {}
        self.decoders: dict[Placement, Decoder] = {}
        self.cut: Counter[Placement] = Counter()
        """Bad packets that are as long as the shortest link allows: probably cut to that."""
        self._radio = radio
        self._profiles = profiles
        self._worn = worn
        self._times = times or LinkTimes()
        self.keep = keep
        self.period_s = period_s
        self._arrived: deque[Packet | LinkChange | Mark] = deque()
        self._waiting = asyncio.Event()
        self._early: list[StreamInput] = []
        self._values: dict[Placement, Values] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._stopping = False
        self._stopped = False

    # -- coming up -----------------------------------------------------------------------------

    async def find(self, told: Told) -> None:
        """Look for every sensor and recognise it.

        Raises
        ------
        RadioError
            If Bluetooth is not to be had, or a sensor is not found, not known or cannot serve.
        """
        told("looking for " + ", ".join(worn.name for worn in self._worn))
        names = [worn.name for worn in self._worn]
        sightings = await find(self._radio, self._profiles, names, _FIND_S)
        check_distinct(self._worn, sightings)
        for worn, sighting in zip(self._worn, sightings, strict=True):
            profile = self._profile_of(worn, sighting)
            self.links[worn.placement] = SensorLink(
                self._radio,
                self._times,
                worn.placement,
                sighting,
                profile,
                worn.rate_hz,
                self._put,
            )

    async def connect(self, told: Told) -> None:
        """Connect and configure every sensor that was found, one after another.

        Raises
        ------
        RadioError
            If a sensor does not answer; those already connected are let go.
        """
        try:
            for link in self.links.values():
                told(f"connecting {link.name}, {link.profile.device}")
                await link.connect()
        except BaseException:
            await self.stop()
            raise

    def _profile_of(self, worn: WornSensor, sighting: Sighting) -> Profile:
        profile = sighting.profile
        if worn.profile is not None:
            profile = next((known for known in self._profiles if known.id == worn.profile), None)
        if profile is None:
            wanted = f"no profile is called {worn.profile}" if worn.profile else "no profile fits"
            msg = (
                f"{worn.name}: {wanted}; `pelvicsense profiles list` shows those there are, and "
                "firmware_profiles/README.md how to add one"
            )
            raise RadioError(msg)
        if profile.refusal:
            raise RadioError(f"{worn.name} ({profile.device}): {profile.refusal}")
        return profile

    async def identify(self, placement: Placement) -> bool:
        """Let one sensor show itself; false where it cannot."""
        link = self.links[placement]
        await link.identify()
        return bool(link.plan.identify)

    async def start(self) -> None:
        """Start all sensors and wait until each has sent a sample.

        Raises
        ------
        RadioError
            If one refuses, or sends nothing that can be used.
        """
        try:
            await self._start_links()
            async with asyncio.timeout(_FIRST_SAMPLE_S):
                while not (self._stopping or self._all_heard()):
                    await asyncio.sleep(self.period_s)
                    self._early += self._drain()
        except TimeoutError:
            raise RadioError(self._silence()) from None
        except RadioError:
            if not self._stopping:
                raise
        if self._stopping:  # what came up meanwhile goes down again
            await self.stop()

    async def _start_links(self) -> None:
        for placement, link in self.links.items():
            if self._stopping:
                return
            await link.start()
            self._make_decoder(placement)
        self._keepers += [asyncio.create_task(link.keep()) for link in self.links.values()]

    def _all_heard(self) -> bool:
        return all(decoder.counters.samples for decoder in self.decoders.values())

    def _make_decoder(self, placement: Placement) -> None:
        """Make the decoder that fits what the sensor said of itself; counters go on."""
        link, before = self.links[placement], self.decoders.get(placement)
        self.decoders[placement] = Decoder(link.profile, link.plan, link.values, placement)
        self._values[placement] = link.values
        if before is not None:
            self.decoders[placement].counters = before.counters

    def _silence(self) -> str:
        silent = [place for place, decoder in self.decoders.items() if not decoder.counters.samples]
        faults = "; ".join(
            f"{self.links[place].name}: {self._why_nothing(place)}" for place in silent
        )
        return f"{faults}; restart the sensor and try again"

    def _why_nothing(self, placement: Placement) -> str:
        nothing = f"started, but sent nothing for {_FIRST_SAMPLE_S:.0f} s"
        return self.unreadable(placement) or nothing

    def unreadable(self, placement: Placement) -> str:
        """Return why packets of a sensor cannot be read; empty where none worth a word are bad."""
        if placement not in self.decoders:
            return ""  # not started yet
        counters = self.decoders[placement].counters
        bad = counters.bad.total()
        if bad <= max(_MOST_BAD, _BAD_SHARE * (counters.packets + bad)):
            return ""
        if self.cut[placement] > 0.5 * bad:
            return (
                f"its packets arrive cut to {_SHORTEST_MTU_BYTES} bytes; the connection does not "
                "take longer ones: use another Bluetooth adapter, or update its driver"
            )
        return f"sends packets that cannot be read ({', '.join(sorted(counters.bad))})"

    # -- running -------------------------------------------------------------------------------

    def clock_ns(self) -> int:
        """Return the host's clock, ns, which stamps everything that arrives."""
        return self._radio.clock_ns()

    def mark(self, kind: MarkKind, text: str = "", sensor: Placement | None = None) -> None:
        """Put a user's mark into the stream, now."""
        self._put(Mark(host_ns=self.clock_ns(), kind=kind, sensor=sensor, text=text))

    async def groups(self) -> AsyncIterator[list[StreamInput]]:
        """Yield what arrived, at once but no more often than every ``period_s``, until stopped."""
        pace = Pace(self.period_s)
        if self._early:
            yield self._early
            self._early = []
        while not self._stopped or self._arrived:
            await self._waiting.wait()
            if not self._stopped:
                await pace.wait()
            self._waiting.clear()
            self._raise_if_broken()
            group = self._drain()
            if group:
                yield group

    def _raise_if_broken(self) -> None:
        """Let a bug in a keeper come out instead of a sensor staying silent for ever."""
        for keeper in self._keepers:
            if keeper.done() and not keeper.cancelled():
                keeper.result()

    async def stop(self) -> None:
        """Stop and disconnect all sensors at once; a hung one is left behind after `_STOP_S`."""
        self._stopping = True
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        stops = [asyncio.create_task(link.stop()) for link in self.links.values()]
        if stops:
            _, hung = await asyncio.wait(stops, timeout=_STOP_S)
            for task in hung:
                task.cancel()
        self._stopped = True
        self._waiting.set()

    # -- from notifications to inputs ----------------------------------------------------------

    def _put(self, item: Packet | LinkChange | Mark) -> None:
        """Take anything that enters the stream; called by bleak, so it only keeps it."""
        self._arrived.append(item)
        self._waiting.set()

    def _drain(self) -> list[StreamInput]:
        """Decode what has arrived; blocks of one sensor between two marks become one."""
        inputs: list[StreamInput] = []
        blocks: dict[Placement, list[SampleBlock]] = {}
        while self._arrived:
            item = self._arrived.popleft()
            if isinstance(item, Packet):
                if self.keep is not None:
                    self.keep(item)
                decoder = self.decoders.get(item.sensor)
                if decoder is None:
                    continue  # it streams unasked, and the log ended before it was started
                decoded = decoder.feed(item.host_ns, item.characteristic, item.data)
                if decoded.problem is not None and len(item.data) == _SHORTEST_MTU_BYTES:
                    self.cut[item.sensor] += 1
                if decoded.lost:
                    inputs += _joined(blocks)
                    inputs.append(_lost_mark(item, decoded.lost))
                for block in decoded.blocks:
                    blocks.setdefault(item.sensor, []).append(block)
                continue
            inputs += _joined(blocks)
            if isinstance(item, LinkChange):
                if item.kind is MarkKind.LINK_LOST:
                    self.decoders[item.sensor].restart()
                elif self.links[item.sensor].values != self._values[item.sensor]:
                    self._make_decoder(item.sensor)  # it came back with another scale
                item = Mark(
                    host_ns=item.host_ns, kind=item.kind, sensor=item.sensor, text=item.text
                )
            inputs.append(item)
        return inputs + _joined(blocks)


def _joined(blocks: dict[Placement, list[SampleBlock]]) -> list[StreamInput]:
    """Return one block per sensor, and empty ``blocks``."""
    joined: list[StreamInput] = [
        run[0] if len(run) == 1 else _one_block(run) for run in blocks.values()
    ]
    blocks.clear()
    return joined


def _one_block(run: Sequence[SampleBlock]) -> SampleBlock:
    ticks = [block.tick for block in run if block.tick is not None]
    return SampleBlock(
        sensor=run[0].sensor,
        host_ns=np.concatenate([block.host_ns for block in run]),
        tick=np.concatenate(ticks) if ticks else None,
        acc=np.concatenate([block.acc for block in run]),
        gyr=np.concatenate([block.gyr for block in run]),
    )


def _lost_mark(arrival: Packet, lost: int) -> Mark:
    return Mark(host_ns=arrival.host_ns, kind=MarkKind.LOST, sensor=arrival.sensor, text=str(lost))
