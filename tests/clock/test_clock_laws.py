"""Laws: grouping of the inputs, a saved state and bad packets change nothing."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from clock_radio import Radio, align, in_groups, joined, rows, transmit
from hypothesis import given, settings
from hypothesis import strategies as st

from pelvicsense.clock import ClockConfig, GridAligner
from pelvicsense.datatypes.motion import GridBlock
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock, SensorSpec

LINKS = {
    Placement.PELVIS: Radio(skew_ppm=150.0, stall_every_s=3.0, stall_s=(0.2, 1.8), loss=0.03),
    Placement.THIGH_LEFT: Radio(tick="none", rate_error=0.02, stall_every_s=4.0, per_packet=3),
    Placement.THIGH_RIGHT: Radio(tick="counter", rate_hz=208.0, per_packet=5, loss=0.05),
}


def scene(seconds: float = 9.0) -> tuple[list[SensorSpec], list[SampleBlock]]:
    """Three unlike sensors; the first also repeats, jumps and reboots."""
    rng = np.random.default_rng(11)
    made = [transmit(radio, placement, seconds, rng) for placement, radio in LINKS.items()]
    blocks = [m[1] for m in made]
    tick = blocks[0].tick.copy()
    tick[150] = tick[149]
    tick[200] -= 10_000
    tick[300] += 90_000_000
    tick[500:] -= tick[500] - 77  # a reboot
    blocks[0] = SampleBlock(
        sensor=blocks[0].sensor,
        host_ns=blocks[0].host_ns,
        tick=tick % (1 << 32),
        acc=blocks[0].acc,
        gyr=blocks[0].gyr,
    )
    return [m[0] for m in made], blocks


SPECS, BLOCKS = scene()
TOTAL = sum(len(block) for block in BLOCKS)
WHOLE, WHOLE_ALIGNER = align(SPECS, BLOCKS)


def assert_same(grid: GridBlock, expected: GridBlock) -> None:
    assert len(grid) == len(expected)
    for placement, signal in expected.sensors.items():
        for name in ("acc", "gyr", "valid", "interpolated", "saturated"):
            np.testing.assert_array_equal(
                getattr(grid.sensors[placement], name), getattr(signal, name), err_msg=name
            )


def test_scene_holds_what_the_laws_are_about() -> None:
    quality = WHOLE_ALIGNER.quality()[Placement.PELVIS]
    assert quality.restarts == 1
    assert quality.rejected >= 3
    assert quality.late > 0
    assert quality.lost > 0
    assert quality.interpolated_rows > 0
    assert WHOLE.sensors[Placement.PELVIS].valid.sum() > 400


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(1, TOTAL - 1), max_size=60, unique=True))
def test_grouping_changes_nothing(cuts: list[int]) -> None:
    grid, aligner = align(SPECS, BLOCKS, cuts)
    assert_same(grid, WHOLE)
    assert repr(aligner.quality()) == repr(WHOLE_ALIGNER.quality())


def test_row_by_row_changes_nothing() -> None:
    grid, aligner = align(SPECS, BLOCKS, range(1, TOTAL))
    assert_same(grid, WHOLE)
    assert repr(aligner.quality()) == repr(WHOLE_ALIGNER.quality())


@settings(max_examples=20, deadline=None)
@given(cut=st.integers(1, TOTAL - 1), by_pickle=st.booleans())
def test_saved_state_goes_on_identically(cut: int, by_pickle: bool) -> None:
    before, after = in_groups(BLOCKS, [cut])
    first = GridAligner(ClockConfig(least_delay_s=0.0), SPECS)
    parts = [first.feed(before)]
    state = pickle.loads(pickle.dumps(first.state)) if by_pickle else copy.deepcopy(first.state)
    first.feed(after)  # the copy must not notice
    second = GridAligner(ClockConfig(least_delay_s=0.0), SPECS, state)
    parts += [second.feed(after), second.finish()]
    assert_same(joined(parts), WHOLE)
    assert repr(second.quality()) == repr(WHOLE_ALIGNER.quality())


def with_bad(block: SampleBlock, at: int, kind: str) -> SampleBlock:
    """Insert a bad row behind row ``at``: its copy with one thing wrong."""
    chosen = np.insert(np.arange(len(block)), at + 1, at)
    bad = rows(block, chosen)
    acc, tick = bad.acc.copy(), bad.tick.copy()
    if kind == "nan":
        acc[at + 1, 1] = np.nan
        tick[at + 1] += 5_000
    elif kind == "back":
        tick[at + 1] -= 10_000
    elif kind == "far":
        tick[at + 1] += 40_000_000
    return SampleBlock(
        sensor=bad.sensor, host_ns=bad.host_ns, tick=tick % (1 << 32), acc=acc, gyr=bad.gyr
    )


@settings(max_examples=25, deadline=None)
@given(at=st.integers(20, 480), kind=st.sampled_from(["nan", "back", "far", "repeat"]))
def test_bad_packet_changes_only_the_counters(at: int, kind: str) -> None:
    grid, aligner = align(SPECS, [with_bad(BLOCKS[0], at, kind), *BLOCKS[1:]])
    assert_same(grid, WHOLE)
    quality, expected = (a.quality()[Placement.PELVIS] for a in (aligner, WHOLE_ALIGNER))
    assert quality.samples == expected.samples + 1
    assert quality.rejected == expected.rejected + 1
    assert quality.lost == expected.lost
    assert quality.restarts == expected.restarts
    assert quality.clock_sigma_s == pytest.approx(expected.clock_sigma_s, abs=0.0)
