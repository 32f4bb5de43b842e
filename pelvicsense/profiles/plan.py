"""What the radio must do with one device: a profile made definite, as data.

A profile says how to *probe* a device; with the answers and the wanted rate it becomes a
:class:`DevicePlan`. Whoever holds a connection carries out its steps; nothing here does.
Characteristics are named by their UUID, 128 bits, lower case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SensorSpec

Values: TypeAlias = Mapping[str, bytes]
"""What probing brought: the bytes read, or of a reply, under the step's ``name``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Write ``data``, with or without response, then wait ``delay_s``."""

    characteristic: str
    data: bytes
    response: bool
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Read a characteristic; the bytes go under ``name``.

    Where ``optional``, an ATT error or a missing characteristic leaves the name out.
    """

    characteristic: str
    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Write ``data`` and wait for a notification on ``reply_characteristic``.

    The reply begins with ``reply_prefix``; its bytes go under ``name``. No reply within
    ``timeout_s`` is an error unless ``optional``. The characteristic is subscribed for the
    purpose where it is not yet.
    """

    characteristic: str
    data: bytes
    response: bool
    reply_characteristic: str
    reply_prefix: bytes
    name: str
    timeout_s: float = 2.0
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Modify:
    """Read a block, replace the bytes at some offsets, write it back, wait ``delay_s``.

    Attributes
    ----------
    patches
        Pairs of offset and new bytes.
    """

    characteristic: str
    patches: tuple[tuple[int, bytes], ...]
    response: bool
    delay_s: float = 0.0


Step: TypeAlias = Write | Read | Ask | Modify
"""One thing to do with a connected device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepAlive:
    """Steps to repeat every ``period_s`` while the device streams."""

    steps: tuple[Step, ...]
    period_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryPlan:
    """How to learn the state of the battery.

    Attributes
    ----------
    step
        A :class:`Read` or :class:`Ask`, named ``battery``.
    percent
        Makes 0…100 of its bytes; none where they mean nothing.
    """

    step: Read | Ask
    percent: Callable[[bytes], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePlan:
    """A profile made definite for one device and rate.

    Attributes
    ----------
    profile
        The profile's id.
    rate_hz
        Nominal rate after ``configure``.
    tick_s, tick_bits
        As in :class:`~pelvicsense.datatypes.samples.SensorSpec`.
    subscribe
        Characteristics whose notifications carry samples, in the order of subscribing.
    configure, start, stop, identify
        Steps before subscribing, after it, at the end, and to make the device show itself (an LED);
        empty where there is nothing to do.
    keep_alive, battery
        None where the device needs or has none.
    min_notification_bytes
        Shortest notification per characteristic that holds a whole packet: a shorter one was cut by
        too small an MTU.
    firmware
        Version of the device's firmware where probing told it.
    alternates
        UUIDs that stand for a characteristic in other firmware: where the device lacks the one that
        steps and ``subscribe`` name, the first of these that it has is meant.
    """

    profile: str
    rate_hz: float
    tick_s: float | None
    tick_bits: int | None
    subscribe: tuple[str, ...]
    configure: tuple[Step, ...] = ()
    start: tuple[Step, ...] = ()
    stop: tuple[Step, ...] = ()
    identify: tuple[Step, ...] = ()
    keep_alive: KeepAlive | None = None
    battery: BatteryPlan | None = None
    min_notification_bytes: Mapping[str, int]
    firmware: str | None = None
    alternates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def spec(self, placement: Placement, device: str | None = None) -> SensorSpec:
        """Return what the recording's manifest says of the sensor."""
        return SensorSpec(
            placement=placement,
            profile=self.profile,
            rate_hz=self.rate_hz,
            tick_s=self.tick_s,
            tick_bits=self.tick_bits,
            device=device,
        )
