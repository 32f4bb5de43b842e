"""The way between one sensor and the host: what it does to packets, in which order they come."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

_NOTIFICATION = b"\x04\x00\x1b"
"""L2CAP channel of ATT and the opcode Handle Value Notification, at 2 of an L2CAP packet."""

_VALUE_AT = 7
"""Where a notification's value begins: length, channel, opcode, handle."""

Action = Callable[[], None]


@dataclass(slots=True, kw_only=True)
class Path:
    """Faults of one way, all off at first, to be set at any time; and its packets in flight.

    Attributes
    ----------
    delay_s, jitter_s
        Added to every packet: fixed, and the mean of an exponential one on top, s. Order is kept.
    loss, duplicate, garbage
        Shares of the *notifications* that vanish, come twice, or hold random bytes of a random
        length. A real link repeats what is lost on the air: these are faults of a firmware or a
        host above it.
    refuse
        HCI error with which connecting fails (0x3E: failed to be established); none: it succeeds.
    rssi_dbm
        Signal strength reported with adverts.
    silent_until_s
        Nothing passes before this time of the loop.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    loss: float = 0.0
    duplicate: float = 0.0
    garbage: float = 0.0
    refuse: int | None = None
    rssi_dbm: int = -50
    silent_until_s: float = 0.0
    _flying: deque[tuple[float, Action]] = field(default_factory=deque)
    _last_s: float = 0.0

    @property
    def silent(self) -> bool:
        """Whether nothing passes now."""
        return asyncio.get_running_loop().time() < self.silent_until_s

    def carry(self, action: Action, rng: np.random.Generator) -> None:
        """Do ``action`` when the packet arrives, after all that were sent before it."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        if self.delay_s or self.jitter_s:
            due_s += self.delay_s + self.jitter_s * float(rng.standard_exponential())
        self._last_s = max(self._last_s, due_s)
        self._flying.append((self._last_s, action))
        if len(self._flying) == 1:
            self._wait()

    def clear(self) -> None:
        """Lose everything in flight."""
        self._flying.clear()

    def spoiled(self, packet: bytes, rng: np.random.Generator) -> list[bytes]:
        """Return what becomes of one L2CAP packet: itself, nothing, two of it, or garbage."""
        faulty = self.loss or self.duplicate or self.garbage
        if not faulty or packet[2:5] != _NOTIFICATION:
            return [packet]
        lost, doubled, garbled = rng.uniform(size=3) < (self.loss, self.duplicate, self.garbage)
        if lost:
            return []
        if garbled:
            value = rng.bytes(int(rng.integers(0, len(packet))))
            length = (len(value) + _VALUE_AT - 4).to_bytes(2, "little")
            packet = length + packet[2:_VALUE_AT] + value
        return [packet, packet] if doubled else [packet]

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = max(self._flying[0][0], self.silent_until_s)
        if due_s <= loop.time():
            loop.call_soon(self._arrive)
        elif due_s < float("inf"):
            loop.call_at(due_s, self._arrive)

    def _arrive(self) -> None:
        now_s = asyncio.get_running_loop().time()
        while self._flying and self._flying[0][0] <= now_s and not self.silent:
            self._flying.popleft()[1]()
        if self._flying:
            self._wait()
