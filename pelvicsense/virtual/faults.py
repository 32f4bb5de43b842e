"""Everything that can go wrong on the simulated radio, to be called at any time."""

from __future__ import annotations

import math
from collections.abc import Mapping

from bumble import hci

from pelvicsense.virtual.air import Air
from pelvicsense.virtual.central import Central
from pelvicsense.virtual.path import Path
from pelvicsense.virtual.peripheral import Peripheral


class Faults:
    """Faults by the address of a sensor; those without one concern the adapter."""

    def __init__(self, air: Air, central: Central, sensors: Mapping[str, Peripheral]) -> None:
        self._air = air
        self._central = central
        self._sensors = sensors

    def path(self, address: str) -> Path:
        """Delay, jitter, loss, duplicates, garbage, refusal, signal strength: set its fields."""
        return self._air.path(address)

    def drop(self, address: str) -> None:
        """Break the link at once, at both ends."""
        self._air.drop(address)

    def silence(self, address: str, duration_s: float = math.inf) -> None:
        """Take a sensor out of range for a while; the link is lost if that lasts too long."""
        self._air.silence(address, duration_s)

    def kick(self, address: str, times: int = 1) -> None:
        """Let a sensor end its next connections as soon as they stand."""
        self._sensors[address].kicks = times

    def limit_mtu(self, address: str, mtu: int = 23) -> None:
        """Let a sensor agree to short packets only, from the next connection on."""
        self._sensors[address].limit_mtu(mtu)

    def refuse(
        self, address: str, code: int | None = hci.HCI_CONNECTION_FAILED_TO_BE_ESTABLISHED_ERROR
    ) -> None:
        """Let every attempt to connect fail; none: no longer."""
        self._air.path(address).refuse = code

    def att_error(self, address: str, characteristic: str, code: int | None) -> None:
        """Let reads, writes and subscriptions of a characteristic fail; none: no longer."""
        errors = self._sensors[address].table.att_errors
        if code is None:
            errors.pop(characteristic, None)
        else:
            errors[characteristic] = code

    def forget(self, address: str) -> None:
        """Let the host forget a sensor, as BlueZ may after a failed attempt to connect."""
        self._central.forget(address)

    async def reboot(self, address: str) -> None:
        """Reset a sensor: the link ends without a word, settings and clock start anew."""
        await self._sensors[address].reboot()

    async def die(self, address: str) -> None:
        """Empty a sensor's battery: it vanishes."""
        await self._sensors[address].switch_off()

    async def revive(self, address: str) -> None:
        """Switch a sensor on again that died."""
        await self._sensors[address].reboot()

    async def adapter_off(self) -> None:
        """Switch the host's adapter off."""
        await self._central.power_off()

    async def adapter_on(self) -> None:
        """Switch the host's adapter on."""
        await self._central.power_on()
