"""Bad packet: a wrong value or counter changes nothing but the counters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from simulated import inserted, replaced, rows, steady
from streams import assert_same, of_kind

from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Output, Pipeline
from pelvicsense.synthetic import SimulatedSession

WHERE = (120, 700, 701, 1500, 2400)
"""Rows of the block behind which a bad packet arrives: in standing, in walking, two in a row."""


def not_a_number(block: SampleBlock, row: int) -> SampleBlock:
    """A packet whose values were lost, its tick the one that comes next."""
    bad = rows(block, slice(row, row + 1))
    return replace(bad, acc=np.full((1, 3), np.nan))


def infinite_rate(block: SampleBlock, row: int) -> SampleBlock:
    bad = rows(block, slice(row, row + 1))
    return replace(bad, gyr=np.array([[0.1, -np.inf, 0.2]]))


def repeated(block: SampleBlock, row: int) -> SampleBlock:
    """The packet before, sent again."""
    before = rows(block, slice(row - 2, row))
    return replace(before, host_ns=np.full(2, block.host_ns[row - 1]))


def jumped_back(block: SampleBlock, row: int) -> SampleBlock:
    """A tick of half a second ago, with values of nobody."""
    assert block.tick is not None
    bad = rows(block, slice(row, row + 1))
    return replace(bad, tick=bad.tick - 500_000, acc=np.full((1, 3), 7.0))


def jumped_ahead(block: SampleBlock, row: int) -> SampleBlock:
    """One flipped bit makes the tick half an hour late."""
    assert block.tick is not None
    bad = rows(block, slice(row, row + 1))
    return replace(bad, tick=(bad.tick + 2**31) % 2**32, acc=np.full((1, 3), 7.0))


Bad = Callable[[SampleBlock, int], SampleBlock]
KINDS: tuple[Bad, ...] = (not_a_number, infinite_rate, repeated, jumped_back, jumped_ahead)


def say(session: SimulatedSession) -> tuple[list[Output], Pipeline]:
    pipeline = Pipeline(PipelineConfig(), session.specs)
    outputs = [output for group in session.stream() for output in pipeline.feed(group)]
    return outputs + pipeline.finish(), pipeline


@pytest.mark.parametrize("placement", Placement)
@pytest.mark.parametrize("bad", KINDS, ids=lambda bad: bad.__name__)
def test_it_changes_nothing_but_the_counters(bad: Bad, placement: Placement) -> None:
    session = steady(Activity.WALK, 19.0, ideal=False, seed=17)
    block = session.blocks[placement]
    spoilt, count = block, 0
    for row in reversed(WHERE):
        packet = bad(block, row)
        spoilt = inserted(spoilt, row, packet)
        count += len(packet)
    expected, clean = say(session)
    outputs, pipeline = say(replaced(session, spoilt))
    assert of_kind(expected, Stride)
    assert_same(outputs, expected)
    before, after = clean.quality()[placement], pipeline.quality()[placement]
    assert after.samples == before.samples + count
    assert after.rejected == before.rejected + count
    for other in set(Placement) - {placement}:
        assert pipeline.quality()[other] == clean.quality()[other]
