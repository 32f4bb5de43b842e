"""Ticks that wrap, repeat, jump, restart or are absent."""

from __future__ import annotations

import numpy as np
import pytest
from clock_radio import START_NS, Radio, align, ideal, rows, spec, transmit

from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.quality import LinkQuality
from pelvicsense.datatypes.samples import SampleBlock, SensorSpec

PELVIS = Placement.PELVIS
TAKEN = np.arange(1000) / 100.0


def run(
    ticks: np.ndarray, taken: np.ndarray = TAKEN, described: SensorSpec | None = None
) -> tuple[np.ndarray, np.ndarray, LinkQuality]:
    """True times (s) and validity of the rows, and the link's quality."""
    grid, aligner = align([described or spec()], [ideal(taken, ticks=ticks)])
    signal = grid.sensors[PELVIS]
    return signal.acc[:, 0], signal.valid, aligner.quality()[PELVIS]


def microseconds(taken: np.ndarray = TAKEN) -> np.ndarray:
    return np.rint(taken * 1e6).astype(np.int64)


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
def test_wraps_are_seen_through(bits: int) -> None:
    tick_s = {8: 0.01, 16: 1e-4, 24: 1e-6, 32: 1e-6}[bits]
    ticks = (np.rint(TAKEN / tick_s).astype(np.int64) + (1 << bits) - 37) % (1 << bits)
    described = SensorSpec(
        placement=PELVIS, profile="simulated", rate_hz=100.0, tick_s=tick_s, tick_bits=bits
    )
    time_s, valid, quality = run(ticks, described=described)
    assert valid.all()
    np.testing.assert_allclose(time_s, np.arange(1000) / 100.0, atol=1e-6)
    assert (quality.lost, quality.rejected, quality.restarts) == (0, 0, 0)


def test_whole_wraps_inside_a_gap_are_counted() -> None:
    taken = np.concatenate((TAKEN, TAKEN + 200.0))
    described = SensorSpec(
        placement=PELVIS, profile="simulated", rate_hz=100.0, tick_s=1e-3, tick_bits=16
    )
    ticks = np.rint(taken * 1e3).astype(np.int64) % (1 << 16)
    time_s, valid, quality = run(ticks, taken, described)
    assert valid[20_050:].all()
    np.testing.assert_allclose(time_s[20_050:], np.arange(20_050, 21_000) / 100.0, atol=1e-3)
    assert quality.restarts == 0
    assert quality.lost == 19_000


@pytest.mark.parametrize("change", [-1, -10_000, -35_000, 30_000_000, 2_000_000_000, -(10**9)])
def test_one_insane_tick_is_dropped(change: int) -> None:
    ticks = microseconds()
    ticks[400] += change
    time_s, valid, quality = run(ticks % (1 << 32))
    # one microsecond back is still behind its predecessor: believed
    assert quality.rejected == (change != -1)
    assert quality.restarts == 0
    assert valid.all()
    np.testing.assert_allclose(time_s, np.arange(1000) / 100.0, atol=2e-6)


def test_repeated_packets_are_dropped() -> None:
    block = ideal(TAKEN)
    order = np.sort(np.concatenate((np.arange(1000), np.arange(100, 400, 3))))
    repeated = rows(block, order)
    grid, aligner = align([spec()], [repeated])
    clean, _ = align([spec()], [block])
    np.testing.assert_array_equal(grid.sensors[PELVIS].acc, clean.sensors[PELVIS].acc)
    assert aligner.quality()[PELVIS].rejected == 100


@pytest.mark.parametrize("begins_at", [0, 5_000_000, 3_000_000_000])
def test_reboot_starts_a_new_time_base(begins_at: int) -> None:
    taken = np.concatenate((TAKEN, TAKEN + 13.0))
    ticks = microseconds(taken) + 1_000_000_000
    ticks[1000:] = microseconds() + begins_at
    time_s, valid, quality = run(ticks, taken)
    assert quality.restarts == 1
    assert quality.rejected == 2
    assert quality.lost == 0
    assert not valid[1005:1300].any()
    assert valid[1304:].all()
    np.testing.assert_allclose(time_s[1304:], np.arange(1304, 2300) / 100.0, atol=1e-6)


def test_counter_knows_every_loss() -> None:
    described, block, _ = transmit(
        Radio(tick="counter", loss=0.03, rate_error=-0.04),
        PELVIS,
        120.0,
        np.random.default_rng(4),
    )
    _, aligner = align([described], [block])
    quality = aligner.quality()[PELVIS]
    assert quality.clock_source == "counter"
    assert quality.restarts == 0
    assert quality.rate_hz == pytest.approx(96.0, rel=1e-3)
    assert quality.skew_ppm == pytest.approx(-40_000.0, abs=300.0)
    assert len(block) + quality.lost == pytest.approx(96 * 120, abs=10)


def counted(stall_s: float, kept: bool) -> tuple[np.ndarray, np.ndarray, LinkQuality]:
    """A sensor without ticks whose link is silent from 10 s on."""
    taken = np.arange(2000) / 100.0
    block = ideal(taken)
    silent = (taken >= 10.0) & (taken < 10.0 + stall_s)
    host_ns = block.host_ns.copy()
    host_ns[silent] = START_NS + round((10.0 + stall_s) * 1e9)
    bare = SampleBlock(sensor=PELVIS, host_ns=host_ns, tick=None, acc=block.acc, gyr=block.gyr)
    described = SensorSpec(placement=PELVIS, profile="simulated", rate_hz=100.0)
    grid, aligner = align([described], [bare if kept else rows(bare, ~silent)])
    signal = grid.sensors[PELVIS]
    return signal.acc[:, 0], signal.valid, aligner.quality()[PELVIS]


def test_stall_with_a_burst_is_no_loss() -> None:
    time_s, valid, quality = counted(0.5, kept=True)
    assert quality.lost == 0
    assert valid[:-2].all()
    np.testing.assert_allclose(time_s[:-2], np.arange(len(time_s) - 2) / 100.0, atol=1e-3)


def test_silence_without_a_burst_is_a_loss() -> None:
    time_s, valid, quality = counted(3.0, kept=False)
    assert quality.lost == pytest.approx(300, abs=1)
    assert not valid[1003:1298].any()
    assert valid[1304:-2].all()
    np.testing.assert_allclose(
        time_s[1304:-2], np.arange(1304, len(time_s) - 2) / 100.0, atol=0.012
    )
