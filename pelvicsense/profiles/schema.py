"""A firmware profile: everything that one TOML file says about a kind of device.

:class:`Profile` and what identifies a device are here; what arrives is in ``layout.py``, what is
said to the device in ``commands.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.profiles.commands import Battery, Commands, FirmwareVersion, Rates, fill_all
from pelvicsense.profiles.layout import DeviceTime, Framing, FramingKind, JoinBy, Packet
from pelvicsense.profiles.plan import DevicePlan, Step, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """By what an advertising device is recognised: a name, or a service it advertises.

    Attributes
    ----------
    names
        Patterns with ``*`` and ``?``, upper and lower case as written.
    services
        UUIDs, any of which is enough.
    manufacturers
        Company ids; an advert with manufacturer data of none of them is another device's.
    """

    names: tuple[str, ...] = ()
    services: frozenset[str] = frozenset()
    manufacturers: frozenset[int] = frozenset()


class Confidence(StrEnum):
    """How sure we are of a group of facts."""

    CONFIRMED = "confirmed"
    SINGLE = "single"
    CONFLICT = "conflict"
    ASSUMED = "assumed"


CONFIDENCE_WORDS = {
    Confidence.CONFIRMED: "two or more independent sources agree",
    Confidence.SINGLE: "one source",
    Confidence.CONFLICT: "sources disagree",
    Confidence.ASSUMED: "no source seen: try it before you rely on it",
}

FACTS = ("match", "layout", "units", "time", "commands", "rates", "battery")
"""Groups of facts whose confidence a profile states."""


class VectorKind(StrEnum):
    """Where a test vector is from."""

    REAL = "real"
    SDK_TEST = "sdk_test"
    DOC = "doc"
    SYNTHETIC = "synthetic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """Bytes and what they mean: a test that the profile carries with it.

    Attributes
    ----------
    line
        Where it stands in the TOML text.
    kind, source, note
        Where it is from.
    notifications
        Pairs of characteristic and bytes, one after the other.
    values
        What probing brought.
    rate_hz
        None: the default.
    acc, gyr
        (n, 3) expected, m/s² and rad/s; none where not stated.
    acc_tolerance, gyr_tolerance
        In SI.
    ticks, bad
        Expected ticks; expected number of bad packets.
    battery_percent
        Expected of the one notification as the battery's reading; then nothing else is.
    """

    line: int
    kind: VectorKind
    source: str
    note: str
    notifications: tuple[tuple[str, bytes], ...]
    values: Values
    rate_hz: float | None
    acc: FloatArray | None
    gyr: FloatArray | None
    acc_tolerance: float
    gyr_tolerance: float
    ticks: tuple[int, ...] | None
    bad: int
    battery_percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What a device sends and understands.

    Attributes
    ----------
    rates, commands, battery, firmware
        What is said to it.
    packets
        In the order in which they are tried.
    framing
        Per characteristic where a notification is not simply a packet.
    time
        None where packets have no ``time`` field.
    join
        None where ``acc`` and ``gyr`` come in one packet.
    axes
        Three pairs (device axis, sign): our x, y, z are these axes of the device.
    """

    rates: Rates
    packets: tuple[Packet, ...]
    commands: Commands = field(default_factory=Commands)
    framing: Mapping[str, Framing] = field(default_factory=dict)
    time: DeviceTime | None = None
    join: JoinBy | None = None
    axes: tuple[tuple[int, int], ...] = ((0, 1), (1, 1), (2, 1))
    battery: Battery | None = None
    firmware: FirmwareVersion | None = None

    @property
    def subscribe(self) -> tuple[str, ...]:
        """Characteristics whose notifications carry samples, in the order of the packets."""
        carrying = (p.characteristic for p in self.packets if p.samples is not None)
        return tuple(dict.fromkeys(carrying))

    @property
    def shortest_packets(self) -> dict[str, int]:
        """Bytes of the shortest whole packet per characteristic where notifications are packets."""
        shortest: dict[str, int] = {}
        for packet in self.packets:
            if packet.samples is not None and packet.characteristic not in self.framing:
                known = shortest.get(packet.characteristic, packet.shortest_bytes)
                shortest[packet.characteristic] = min(known, packet.shortest_bytes)
        return shortest

    def framing_of(self, characteristic: str) -> FramingKind:
        """Return how packets sit in the notifications of a characteristic."""
        framing = self.framing.get(characteristic)
        return FramingKind.NOTIFICATION if framing is None else framing.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One of several behaviours, told apart by bytes that probing brings."""

    name: str
    value: str = ""
    at: int = 0
    data: bytes = b""
    behaviour: Behaviour

    def fits(self, values: Values) -> bool:
        """Return whether the probed bytes are this variant's; always where there is but one."""
        if not self.value:
            return True
        return values.get(self.value, b"")[self.at : self.at + len(self.data)] == self.data


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Everything known about one kind of device.

    Attributes
    ----------
    id, device, notes
        Short name for commands and recordings; the device in words; what a user should know.
    refusal
        Why the device cannot serve gait analysis; empty where it can.
    match
        By what it is recognised.
    characteristics
        Names in the TOML text → UUIDs; behind the first, alternates of other firmware.
    sources, confidence
        Where the facts are from and how sure we are of them.
    variants
        At least one, unless refused.
    vectors
        Tests.
    """

    id: str
    device: str
    match: Match
    notes: str = ""
    refusal: str = ""
    characteristics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    confidence: Mapping[str, Confidence] = field(default_factory=dict)
    probe_steps: tuple[Step, ...] = ()
    variants: tuple[Variant, ...] = ()
    vectors: tuple[Vector, ...] = ()

    def probe(self) -> tuple[Step, ...]:
        """Return the steps that ask a connected device what the plan needs to know."""
        return self.probe_steps

    @property
    def alternates(self) -> dict[str, tuple[str, ...]]:
        """UUID → those that stand for it in other firmware, where there are any."""
        return {
            first: rest for first, *more in self.characteristics.values() if (rest := tuple(more))
        }

    def variant(self, values: Values) -> Variant:
        """Return the variant that a device's answers tell.

        Raises
        ------
        ConfigurationError
            If they tell none.
        """
        for variant in self.variants:
            if variant.fits(values):
                return variant
        if not self.variants:
            msg = f"{self.id}: {self.refusal}"
            raise ConfigurationError(msg)
        got = ", ".join(
            f"{name} = {values[name].hex(' ') if name in values else 'nothing'}"
            for name in dict.fromkeys(v.value for v in self.variants)
        )
        known = ", ".join(v.name for v in self.variants)
        msg = (
            f"{self.id}: expected a device of one of the variants {known}, got {got}; "
            "it is a model that the profile does not describe"
        )
        raise ConfigurationError(msg)

    def rates_hz(self) -> tuple[float, ...]:
        """Return the rates that any variant offers, ascending."""
        return tuple(sorted({o.hz for v in self.variants for o in v.behaviour.rates.options}))

    def plan(self, values: Values, rate_hz: float | None = None) -> DevicePlan:
        """Return what to do with one device.

        Parameters
        ----------
        values
            What the probe steps brought.
        rate_hz
            Wanted rate; none for the profile's default.

        Raises
        ------
        ConfigurationError
            If the device cannot serve, is no known variant, or does not offer the rate.
        """
        if self.refusal:
            msg = f"{self.device} cannot be used: {self.refusal}"
            raise ConfigurationError(msg)
        behaviour = self.variant(values).behaviour
        hz = behaviour.rates.default_hz if rate_hz is None else rate_hz
        option = behaviour.rates.option(hz)
        if option is None:
            offered = ", ".join(f"{o.hz:g}" for o in behaviour.rates.options)
            msg = f"{self.device}: expected a rate of {offered} Hz, got {hz:g}; choose one of these"
            raise ConfigurationError(msg)
        commands, battery, codes = behaviour.commands, behaviour.battery, option.codes
        return DevicePlan(
            profile=self.id,
            rate_hz=option.hz,
            tick_s=behaviour.time.tick_s if behaviour.time else None,
            tick_bits=behaviour.time.bits if behaviour.time else None,
            subscribe=behaviour.subscribe,
            configure=fill_all(commands.configure, codes),
            start=fill_all(commands.start, codes),
            stop=fill_all(commands.stop, codes),
            identify=fill_all(commands.identify, codes),
            keep_alive=commands.keep_alive.fill(codes) if commands.keep_alive else None,
            battery=battery.fill(codes) if battery else None,
            min_notification_bytes=behaviour.shortest_packets,
            firmware=behaviour.firmware.read(values) if behaviour.firmware else None,
            alternates=self.alternates,
        )
