"""What a link to a sensor can be doing, what it tells, and how long it waits for what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import MarkKind
from pelvicsense.recording.packets import Packet


class LinkState(StrEnum):
    """What a sensor's link is doing."""

    CONNECTING = "connecting"
    READY = "ready"
    STREAMING = "streaming"
    STALLED = "stalled"
    LOST = "lost"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChange:
    """The link was lost, or is back: ``kind`` is ``LINK_LOST`` or ``LINK_BACK``."""

    host_ns: int
    sensor: Placement
    kind: MarkKind
    text: str


Emit: TypeAlias = Callable[[Packet | LinkChange], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTimes:
    """Waiting times, seconds.

    Attributes
    ----------
    stalled_s
        Silence after which a link is called stalled: ten packets of the slowest usual sensor.
    dead_s
        Silence after which it is given up and made anew: a dead system service reports nothing.
    find_s
        How long one search for a lost sensor lasts; the others' searches wait for it.
    pauses_s
        Pauses between searches; the last one repeats.
    battery_s
        Time between two battery readings.
    close_s
        How long disconnecting may take; a device that hangs is left behind.
    stop_s
        How long the stop commands may take.
    """

    stalled_s: float = 0.5
    dead_s: float = 3.0
    find_s: float = 4.0
    pauses_s: tuple[float, ...] = (0.0, 0.5, 1.0, 2.0, 4.0)
    battery_s: float = 60.0
    close_s: float = 5.0
    stop_s: float = 1.0
