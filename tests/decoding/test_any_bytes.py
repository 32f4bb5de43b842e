"""Whatever arrives, nothing breaks; what is bad changes nothing but the counters."""

from __future__ import annotations

import numpy as np
import pytest
from decoding_streams import STEP_NS, acc_of, feed
from hypothesis import given, settings
from hypothesis import strategies as st
from wire import CASES, Case

from pelvicsense.decoding.decoder import Decoder


@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_arbitrary_bytes_break_nothing(case: Case, data: st.DataObject) -> None:
    into = case.decoder()
    prefixes = [packet.prefix for packet in case.behaviour.packets]
    content = st.one_of(
        st.binary(max_size=260),
        st.builds(bytes.__add__, st.sampled_from(prefixes), st.binary(max_size=260)),
    )
    where = st.sampled_from([*case.plan.subscribe, "not a characteristic"])
    for i, (characteristic, value) in enumerate(
        data.draw(st.lists(st.tuples(where, content), max_size=12))
    ):
        decoded = into.feed(i * STEP_NS, characteristic, value)
        for block in decoded.blocks:
            assert np.isfinite(block.acc).all()
            assert np.isfinite(block.gyr).all()
            assert len(block) > 0
        assert decoded.lost >= 0


# in a stream of bytes a bad packet shifts what follows: test_packet_framing
@pytest.mark.parametrize("case", [case for case in CASES if not case.stream], ids=str)
@settings(max_examples=15, deadline=None)
@given(at=st.integers(0, 1000), cut=st.integers(1, 1000), tail=st.binary(min_size=1, max_size=7))
def test_a_bad_packet_changes_nothing_but_the_counters(
    case: Case, at: int, cut: int, tail: bytes
) -> None:
    sent = case.notifications(12)
    characteristic, whole = sent[at % len(sent)]
    head = 1 + cut % max(case.shortest - 1, 1)
    for bad in (whole[: min(head, len(whole) - 1)], whole + tail):
        clean, spoiled = case.decoder(), case.decoder()
        expected = feed(clean, sent)
        got = []
        for i, (uuid, value) in enumerate(sent):
            if i == at % len(sent):
                got += _bad(spoiled, i * STEP_NS, characteristic, bad)
            got += spoiled.feed(i * STEP_NS, uuid, value).blocks
        if spoiled.counters.bad.total() == 0:
            continue  # the bytes were a packet after all: trailing bytes are allowed, or a part
        np.testing.assert_array_equal(acc_of(got), acc_of(expected))
        assert spoiled.counters.samples == clean.counters.samples
        assert spoiled.counters.lost == clean.counters.lost


def _bad(into: Decoder, host_ns: int, characteristic: str, data: bytes) -> list[object]:
    return list(into.feed(host_ns, characteristic, data).blocks)
