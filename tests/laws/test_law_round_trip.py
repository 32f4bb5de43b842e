"""Round trip: what a profile encodes decodes to itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import PROFILES
from wire import CASES, Case

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.samples import SampleBlock

Samples = tuple[IntArray | None, FloatArray, FloatArray]


def test_every_profile_and_variant_is_tried() -> None:
    tried = {(case.profile.id, case.variant) for case in CASES}
    assert tried == {(p.id, v.name) for p in PROFILES.values() for v in p.variants}


@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), packets=st.integers(1, 9), begin=st.integers(0, 2**40))
def test_round_trip(case: Case, seed: int, packets: int, begin: int) -> None:
    acc, gyr = case.samples(packets, seed)
    ticks = case.ticks(len(acc), begin)
    once = through(case, (ticks, acc, gyr))
    for sent, got, name in ((acc, once[1], "acc"), (gyr, once[2], "gyr")):
        assert got.shape == sent.shape
        rounding = 0.5 * case.quantum(name) + 1e-6 * np.abs(sent).max()
        np.testing.assert_allclose(got, sent, rtol=0.0, atol=rounding)
    if ticks is not None:
        assert once[0] is not None
        assert np.abs(once[0] - ticks).max() <= 2  # one time for several samples
    twice = through(case, once)
    for first, second in zip(once, twice, strict=True):
        np.testing.assert_array_equal(first, second)


def through(case: Case, samples: Samples) -> Samples:
    """Encode and decode."""
    ticks, acc, gyr = samples
    into = case.decoder()
    period_ns = 1e9 / case.plan.rate_hz
    sent = case.encoder().encode(ticks if case.plan.tick_s else None, acc, gyr)
    blocks: list[SampleBlock] = []
    for i, (characteristic, data) in enumerate(sent):
        host_ns = round(i / len(sent) * len(acc) * period_ns)
        blocks += into.feed(host_ns, characteristic, data).blocks
    assert into.counters.bad.total() == 0
    assert (into.counters.lost, into.counters.duplicates) == (0, 0)
    ticked = [block.tick for block in blocks if block.tick is not None]
    return (
        np.concatenate(ticked) if ticked else None,
        np.concatenate([block.acc for block in blocks]),
        np.concatenate([block.gyr for block in blocks]),
    )
