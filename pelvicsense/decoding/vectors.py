"""Runs the test vectors that a profile carries with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.decoding.decoder import Decoder
from pelvicsense.decoding.encoder import Encoder
from pelvicsense.profiles.plan import DevicePlan
from pelvicsense.profiles.schema import Profile, Vector

_NS_PER_NOTIFICATION = 10_000_000


def vector_problems(profile: Profile, vector: Vector) -> list[str]:
    """Return in sentences what a vector's bytes mean that the vector does not say.

    Its bytes are decoded and compared; what came out is encoded and decoded again and must be the
    same.
    """
    try:
        variant = profile.variant(vector.values)
        if vector.battery_percent is not None:
            battery = variant.behaviour.battery
            got = battery.percent(vector.notifications[0][1]) if battery else None
            want = vector.battery_percent
            return [] if got == want else [f"battery: expected {want:g} %, got {got} %"]
        # a refused device is no use, but what is said about its packets must be true all the same
        plan = replace(profile, refusal="").plan(vector.values, vector.rate_hz)
        decoder = Decoder(profile, plan, vector.values, Placement.PELVIS)
    except ConfigurationError as error:
        return [str(error)]
    blocks = _decode(decoder, vector.notifications)
    problems = _compare(vector, blocks)
    bad = decoder.counters.bad.total()
    if bad != vector.bad:
        why = ", ".join(f"{count} {reason}" for reason, count in decoder.counters.bad.items())
        problems.append(f"expected {vector.bad} bad packets, got {bad} {f'({why})' if why else ''}")
    if not problems and blocks:
        problems += _round_trip(profile, plan, vector, blocks)
    return problems


def _decode(decoder: Decoder, notifications: tuple[tuple[str, bytes], ...]) -> list[SampleBlock]:
    blocks: list[SampleBlock] = []
    for i, (characteristic, data) in enumerate(notifications):
        blocks += decoder.feed(i * _NS_PER_NOTIFICATION, characteristic, data).blocks
    return blocks


def _compare(vector: Vector, blocks: list[SampleBlock]) -> list[str]:
    acc, gyr = (_rows(blocks, name) for name in ("acc", "gyr"))
    problems = []
    for name, want, got, tolerance in (
        ("acc, m/s²", vector.acc, acc, vector.acc_tolerance),
        ("gyr, rad/s", vector.gyr, gyr, vector.gyr_tolerance),
    ):
        if want is None:
            continue
        if want.shape != got.shape:
            problems.append(f"{name}: expected {len(want)} samples, got {len(got)}")
        elif not np.allclose(got, want, rtol=0.0, atol=tolerance):
            problems.append(f"{name}: expected {_shown(want)}, got {_shown(got)}")
    if vector.ticks is not None:
        ticks = [int(t) for b in blocks if b.tick is not None for t in b.tick]
        if ticks != list(vector.ticks):
            problems.append(f"ticks: expected {list(vector.ticks)}, got {ticks}")
    return problems


def _round_trip(
    profile: Profile, plan: DevicePlan, vector: Vector, blocks: list[SampleBlock]
) -> list[str]:
    acc, gyr = (_rows(blocks, name) for name in ("acc", "gyr"))
    ticks = [b.tick for b in blocks if b.tick is not None]
    tick = np.concatenate(ticks) if ticks and plan.tick_s is not None else None
    encoder = Encoder(profile, plan, vector.values, packet_rows=len(blocks[0]))
    whole = len(acc) // encoder.packet_rows * encoder.packet_rows
    sent = encoder.encode(None if tick is None else tick[:whole], acc[:whole], gyr[:whole])
    again = _decode(Decoder(profile, plan, vector.values, Placement.PELVIS), tuple(sent))
    same = all(
        np.array_equal(_rows(again, name), rows[: len(_rows(again, name))])
        for name, rows in (("acc", acc), ("gyr", gyr))
    )
    if not same or (whole and not again):
        return ["what was decoded and encoded again decodes to something else"]
    return []


def _rows(blocks: list[SampleBlock], name: str) -> FloatArray:
    return np.concatenate([np.empty((0, 3)), *(getattr(block, name) for block in blocks)])


def _shown(rows: FloatArray) -> str:
    return "; ".join(" ".join(f"{value:.6g}" for value in row) for row in rows[:4])
