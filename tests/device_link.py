"""A connection without a radio: carries out a plan's steps on a model of a device, in process."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pelvicsense.profiles.plan import Ask, Modify, Read, Step, Write
from pelvicsense.virtual.gatt import AttError, Notification, Property, SensorModel


class DeviceLink:
    """One connected device; ``heard`` gathers what it sends, ``values`` what steps brought."""

    def __init__(self, model: SensorModel) -> None:
        self.model = model
        self.heard: list[Notification] = []
        self.values: dict[str, bytes] = {}
        self.samples = 0
        self._properties = {
            each.uuid: each.properties for table in model.services for each in table.characteristics
        }
        self._subscribed: set[str] = set()

    def run(self, steps: Iterable[Step]) -> None:
        """Do the steps one after the other."""
        for step in steps:
            if isinstance(step, Write):
                self._write(step.characteristic, step.data, step.response)
            elif isinstance(step, Modify):
                block = bytearray(self.model.read(step.characteristic))
                for at, data in step.patches:
                    block[at : at + len(data)] = data
                self._write(step.characteristic, bytes(block), step.response)
            elif isinstance(step, Read):
                self._read(step)
            else:
                self._ask(step)

    def subscribe(self, *uuids: str) -> None:
        """Subscribe to characteristics."""
        for uuid in uuids:
            self._subscribed.add(uuid)
            self.heard += self.model.subscribed(uuid, True)

    def unsubscribe(self) -> None:
        """Give all subscriptions up."""
        for uuid in self._subscribed:
            self.model.subscribed(uuid, False)
        self._subscribed.clear()

    def stream(
        self, acc: NDArray[np.float64], gyr: NDArray[np.float64]
    ) -> list[tuple[int, str, bytes]]:
        """Let the device sample a signal, shape (n, 3), at its rate; return what it sends.

        Each notification comes with the host's time, as if it arrived at once.
        """
        arrived = []
        for a, g in zip(acc, gyr, strict=True):
            time_s = self.samples / self.model.rate_hz
            for uuid, data in self.model.sample(self.samples, time_s, a, g):
                arrived.append((round(time_s * 1e9), uuid, data))
            self.samples += 1
        return arrived

    def _write(self, uuid: str, data: bytes, response: bool) -> None:
        needed = Property.WRITE if response else Property.WRITE_WITHOUT_RESPONSE
        assert needed in self._properties[uuid], f"{uuid} takes no {needed.value}"
        self.heard += self.model.write(uuid, data)

    def _read(self, step: Read) -> None:
        try:
            self.values[step.name] = self.model.read(step.characteristic)
        except AttError:
            if not step.optional:
                raise

    def _ask(self, step: Ask) -> None:
        if step.reply_characteristic not in self._subscribed:
            self.subscribe(step.reply_characteristic)
        before = len(self.heard)
        self._write(step.characteristic, step.data, step.response)
        for uuid, data in self.heard[before:]:
            if uuid == step.reply_characteristic and data.startswith(step.reply_prefix):
                self.values[step.name] = data
                return
        assert step.optional, f"no reply to {step.data.hex(' ')}"
