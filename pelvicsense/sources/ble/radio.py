"""Which Bluetooth is used, and by which clock its packets are stamped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """A Bluetooth adapter as bleak sees it.

    Attributes
    ----------
    client_backend, scanner_backend
        Backends for bleak; none for the one of the operating system.
    adapter
        Name of the adapter on Linux (``hci1``); none for the default one.
    clock_ns
        The host's monotonic clock, ns: stamps everything that arrives.
    lock
        Held while scanning or connecting: adapters do one of these at a time, and fail in odd ways
        otherwise.
    """

    client_backend: type[BaseBleakClient] | None = None
    scanner_backend: type[BaseBleakScanner] | None = None
    adapter: str | None = None
    clock_ns: Callable[[], int] = time.monotonic_ns
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def bluez(self) -> dict[str, str]:
        """Arguments for the Linux backend."""
        return {} if self.adapter is None else {"adapter": self.adapter}
