"""Feeding a decoder, and what comes out in one piece."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.decoding.decoder import Decoder
from pelvicsense.profiles.plan import Values
from pelvicsense.profiles.schema import Profile

STEP_NS = 10_000_000


def decoder(profile: Profile, values: Values | None = None) -> Decoder:
    told = values or {}
    return Decoder(profile, profile.plan(told, None), told, Placement.PELVIS)


def feed(
    into: Decoder, notifications: Iterable[tuple[str, bytes]], *, begin_ns: int = 0
) -> list[SampleBlock]:
    """Feed notifications 10 ms apart; return the blocks."""
    blocks: list[SampleBlock] = []
    for i, (characteristic, data) in enumerate(notifications):
        blocks += into.feed(begin_ns + i * STEP_NS, characteristic, data).blocks
    return blocks


def acc_of(blocks: Iterable[SampleBlock]) -> FloatArray:
    return np.concatenate([np.empty((0, 3)), *(block.acc for block in blocks)])


def gyr_of(blocks: Iterable[SampleBlock]) -> FloatArray:
    return np.concatenate([np.empty((0, 3)), *(block.gyr for block in blocks)])


def ticks_of(blocks: Iterable[SampleBlock]) -> list[int]:
    return [int(tick) for block in blocks if block.tick is not None for tick in block.tick]
