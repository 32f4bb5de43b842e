"""Block and split: any grouping, and a state put into a new object, give the same bits."""

from __future__ import annotations

import copy
import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_motions import RATE_HZ, grid_block, measured, swing

from pelvicsense.datatypes.motion import GridBlock, OrientationSignal
from pelvicsense.datatypes.placement import Placement
from pelvicsense.fusion.registry import available_filters
from pelvicsense.fusion.stage import FusionConfig, FusionStage, FusionState

ROWS = 1300


def stream() -> GridBlock:
    """Still, motion with a short and a long gap, a rest at the end; invalid before the start."""
    acc, gyr = measured(swing(ROWS), seed=3)
    acc[1100:], gyr[1100:] = acc[100:300][: ROWS - 1100], gyr[100:300][: ROWS - 1100]
    valid = np.ones(ROWS, dtype=np.bool_)
    valid[:7] = False
    valid[400:409] = False
    valid[480:540] = False
    return grid_block(acc, gyr, valid)


STREAM = stream()


def cut(first: int, end: int) -> GridBlock:
    signal = STREAM.sensors[Placement.PELVIS]
    rows = slice(first, end)
    return grid_block(signal.acc[rows], signal.gyr[rows], signal.valid[rows], first)


def stage(name: str, state: FusionState | None = None) -> FusionStage:
    config = FusionConfig(filter=name)
    return FusionStage(config, RATE_HZ, [Placement.PELVIS], state)


def fed(target: FusionStage, cuts: list[int]) -> list[OrientationSignal]:
    return [target.feed(cut(a, b)).sensors[Placement.PELVIS] for a, b in pairwise(cuts)]


def assert_same(pieces: list[OrientationSignal], whole: OrientationSignal) -> None:
    for name in ("earth_from_sensor", "gyro_bias", "at_rest", "settled"):
        joined = np.concatenate([getattr(piece, name) for piece in pieces])
        assert joined.tobytes() == getattr(whole, name).tobytes(), name


@pytest.fixture(scope="module")
def whole() -> dict[str, OrientationSignal]:
    return {name: fed(stage(name), [0, ROWS])[0] for name in available_filters()}


@pytest.mark.parametrize("name", available_filters())
@settings(max_examples=5, deadline=None, derandomize=True)
@given(inner=st.lists(st.integers(0, ROWS), max_size=60))
def test_block(name: str, whole: dict[str, OrientationSignal], inner: list[int]) -> None:
    assert_same(fed(stage(name), [0, *sorted(inner), ROWS]), whole[name])


@pytest.mark.parametrize("name", available_filters())
def test_block_row_by_row(name: str, whole: dict[str, OrientationSignal]) -> None:
    assert_same(fed(stage(name), list(range(ROWS + 1))), whole[name])


@pytest.mark.parametrize("name", available_filters())
@pytest.mark.parametrize("at", [3, 120, 300, 405, 500, 541, 700, 1250])
def test_split(name: str, at: int, whole: dict[str, OrientationSignal]) -> None:
    first = stage(name)
    head = fed(first, [0, at])
    kept = pickle.loads(pickle.dumps(copy.deepcopy(first.state)))
    fed(first, [at, ROWS])  # the state is a copy: what runs on must not change it
    assert_same(head + fed(stage(name, kept), [at, ROWS]), whole[name])


@pytest.mark.parametrize("name", available_filters())
def test_the_stream_exercises_every_phase(name: str, whole: dict[str, OrientationSignal]) -> None:
    signal = whole[name]
    assert signal.at_rest[240]
    assert signal.settled[240]
    assert not signal.settled[400:415].any()
    assert not signal.settled[480:600].any()
    assert signal.settled[-1]
