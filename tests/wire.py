"""Every shipped profile and variant, with samples on its wire."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from shipped import PROFILES

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.decoding.decoder import Decoder
from pelvicsense.decoding.encoder import Encoder
from pelvicsense.profiles.layout import FramingKind, ValueNumber
from pelvicsense.profiles.plan import DevicePlan, Values
from pelvicsense.profiles.schema import Behaviour, Profile
from pelvicsense.profiles.units import SIGNAL_UNITS

G, DPS = 9.80665, np.pi / 180


@dataclass(frozen=True)
class Case:
    """One profile with the answers of a device of one of its variants."""

    profile: Profile
    variant: str
    values: Values

    def __str__(self) -> str:
        return f"{self.profile.id} {self.variant}".strip()

    @property
    def behaviour(self) -> Behaviour:
        return self.profile.variant(self.values).behaviour

    @property
    def plan(self) -> DevicePlan:
        return self.profile.plan(self.values, None)

    @property
    def stream(self) -> bool:
        return any(
            framing.kind in {FramingKind.SYNC, FramingKind.LINES}
            for framing in self.behaviour.framing.values()
        )

    @property
    def shortest(self) -> int:
        return min(p.shortest_bytes for p in self.behaviour.packets if p.samples is not None)

    def decoder(self) -> Decoder:
        return Decoder(self.profile, self.plan, self.values, Placement.THIGH_LEFT)

    def encoder(self) -> Encoder:
        return Encoder(self.profile, self.plan, self.values)

    def quantum(self, name: str) -> float:
        """One step of a signal on the wire in SI; 0 for floats."""
        for packet in self.behaviour.packets:
            field = packet.samples.field(name) if packet.samples else None
            if field is not None and field.type[0] != "f":
                scale = field.scale
                scale = scale.read(self.values) if isinstance(scale, ValueNumber) else scale
                return abs(scale) * SIGNAL_UNITS[name][field.unit]
        return 0.0

    def ticks(self, n: int, begin: int = 0) -> IntArray | None:
        plan = self.plan
        if plan.tick_s is None:
            return None
        ticks = begin + np.rint(np.arange(n) / (plan.rate_hz * plan.tick_s)).astype(np.int64)
        bits = plan.tick_bits
        return ticks & (1 << bits) - 1 if bits is not None and bits < 63 else ticks

    def samples(self, packets: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
        """Return acceleration and rate of so many packets, within every device's range."""
        rng = np.random.default_rng(seed)
        n = packets * self.encoder().packet_rows
        return rng.uniform(-1.9 * G, 1.9 * G, (n, 3)), rng.uniform(-240 * DPS, 240 * DPS, (n, 3))

    def notifications(self, packets: int, seed: int = 0) -> list[tuple[str, bytes]]:
        acc, gyr = self.samples(packets, seed)
        return self.encoder().encode(self.ticks(len(acc)), acc, gyr)


def _cases() -> list[Case]:
    cases = []
    for profile in PROFILES.values():
        if not profile.variants:
            continue
        usable = replace(profile, refusal="")
        told = {usable.variant(v.values).name: v.values for v in reversed(usable.vectors)}
        cases += [Case(usable, name, values) for name, values in told.items()]
    return cases


CASES = _cases()
