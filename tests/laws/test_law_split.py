"""Split: a pipeline put away and taken up again goes on as if nothing had been."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from law_sessions import NAMES, as_in_life, packets, session
from streams import assert_same, grouped

from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Output, Pipeline


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=4, phases=(Phase.explicit, Phase.generate))
@given(cuts=st.lists(st.floats(0.02, 0.98), min_size=1, max_size=4))
def test_a_pickled_pipeline_goes_on_where_it_was(name: str, cuts: list[float]) -> None:
    stream = packets(name)
    pipeline = Pipeline(PipelineConfig(), session(name).specs)
    outputs: list[Output] = []
    for group in grouped(stream, (round(cut * len(stream)) for cut in cuts), merge=True):
        outputs += pipeline.feed(group)
        pipeline = pickle.loads(pickle.dumps(pipeline))
    assert_same(outputs + pipeline.finish(), as_in_life(name))


@pytest.mark.parametrize("share", [0.15, 0.5, 0.8])
def test_a_copy_and_its_original_do_not_touch_each_other(share: float) -> None:
    stream = packets("walk")
    first, rest = grouped(stream, [round(share * len(stream))], merge=True)
    pipeline = Pipeline(PipelineConfig(), session("walk").specs)
    outputs = pipeline.feed(first)
    kept = copy.deepcopy(pipeline)
    for one in (pipeline, kept):
        assert_same(outputs + one.feed(rest) + one.finish(), as_in_life("walk"))
