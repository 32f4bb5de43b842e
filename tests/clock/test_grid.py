"""Gaps, late packets, ends of streams, rates and range ends on ideal links with exact times."""

from __future__ import annotations

import numpy as np
import pytest
from clock_radio import START_NS, align, ideal, joined, rows, spec

from pelvicsense.clock import ClockConfig, GridAligner
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock, SensorSpec

PELVIS, LEFT = Placement.PELVIS, Placement.THIGH_LEFT
DELAY_S = 0.001


def lose(first: int, count: int, taken: np.ndarray) -> np.ndarray:
    return np.delete(taken, np.arange(first, first + count))


@pytest.mark.parametrize(
    ("rate_hz", "bridged"), [(25.0, 1), (52.0, 2), (60.0, 3), (100.0, 5), (200.0, 10), (400.0, 20)]
)
def test_fifty_milliseconds_are_bridged_and_no_sample_more(rate_hz: float, bridged: int) -> None:
    taken = np.arange(int(4 * rate_hz)) / rate_hz
    for missing in (bridged, bridged + 1):
        block = ideal(lose(int(2 * rate_hz), missing, taken))
        grid, aligner = align([spec(rate_hz=rate_hz)], [block])
        signal = grid.sensors[PELVIS]
        inside = slice(202, 200 + int(100 * missing / rate_hz) - 1)
        quality = aligner.quality()[PELVIS]
        assert quality.lost == missing
        assert np.isfinite(signal.acc).all()
        if missing == bridged:
            assert signal.valid[2:-3].all()
            assert signal.interpolated[inside].all()
            assert 0 < quality.interpolated_rows <= 100 * (missing + 1) / rate_hz + 2
        else:
            assert not signal.valid[inside].any()
            assert not signal.interpolated.any()
            assert quality.longest_gap_s == pytest.approx((missing + 1) / rate_hz, abs=0.021)


def swinging(taken: np.ndarray) -> SampleBlock:
    """A thigh's 250 °/s at 1 Hz, in the first gyro channel."""
    block = ideal(taken)
    gyr = block.gyr.copy()
    gyr[:, 0] = 4.4 * np.sin(2.0 * np.pi * taken)
    return SampleBlock(
        sensor=PELVIS, host_ns=block.host_ns, tick=block.tick, acc=block.acc, gyr=gyr
    )


@pytest.mark.parametrize("rate_hz", [60.0, 100.0])
def test_a_short_gap_is_bridged_by_a_curve(rate_hz: float) -> None:
    """At the peak of a swing a straight line cuts off 0.3°; the curve must keep all but 0.05°."""
    taken = np.arange(int(4 * rate_hz)) / rate_hz
    missing = int(0.05 * rate_hz)
    lossy = lose(int(2.25 * rate_hz - missing / 2), missing, taken)
    whole, _ = align([spec(rate_hz=rate_hz)], [swinging(taken)])
    grid, _ = align([spec(rate_hz=rate_hz)], [swinging(lossy)])
    wrong = grid.sensors[PELVIS].gyr[:, 0] - whole.sensors[PELVIS].gyr[:, 0]
    assert np.degrees(abs(wrong.sum()) / 100.0) < 0.05
    assert grid.sensors[PELVIS].interpolated.any()


def test_a_bridge_waits_for_the_sample_that_bends_it() -> None:
    taken = lose(220, 5, np.arange(400) / 100.0)
    block = swinging(taken)
    aligner = GridAligner(ClockConfig(least_delay_s=0.0), [spec()])
    before = aligner.feed([rows(block, slice(0, 221))])  # the first sample after the gap is there
    assert before is not None
    assert len(before) == 220
    pieces = [before, aligner.feed([rows(block, slice(221, None))]), aligner.finish()]
    batch, _ = align([spec()], [block])
    live = joined(pieces).sensors[PELVIS]
    assert live.gyr.tobytes() == batch.sensors[PELVIS].gyr.tobytes()


@pytest.mark.parametrize("rate_hz", [25.0, 59.3, 100.0, 104.0, 210.0, 400.0])
def test_any_rate_is_resampled_to_true_time(rate_hz: float) -> None:
    grid, aligner = align([spec(rate_hz=rate_hz)], [ideal(np.arange(int(5 * rate_hz)) / rate_hz)])
    signal = grid.sensors[PELVIS]
    row_s = np.arange(len(grid)) / 100.0
    assert signal.valid[3:-4].all()
    # a fixed delay cannot be told from the time of flight
    np.testing.assert_allclose(signal.acc[3:-4, 0], row_s[3:-4], atol=1e-6)
    assert aligner.quality()[PELVIS].rate_hz == pytest.approx(rate_hz, rel=1e-6)


def test_averaging_keeps_vibration_out_of_the_band() -> None:
    taken = np.arange(4000) / 400.0
    block = ideal(taken)
    acc = np.zeros((4000, 3))
    acc[:, 1] = np.sin(2.0 * np.pi * 104.0 * taken)  # would appear at 4 Hz
    block = SampleBlock(
        sensor=PELVIS, host_ns=block.host_ns, tick=block.tick, acc=acc, gyr=block.gyr
    )
    grid, _ = align([spec(rate_hz=400.0)], [block])
    assert np.abs(grid.sensors[PELVIS].acc[10:-10, 1]).max() < 0.1


def test_ends_hold_the_nearest_sample_and_are_invalid() -> None:
    taken = np.arange(600) / 100.0
    late, early = ideal(taken[200:]), ideal(taken[:400], LEFT)
    grid, _ = align([spec(), spec(LEFT)], [late, early])
    pelvis, left = grid.sensors[PELVIS], grid.sensors[LEFT]
    assert len(grid) == 600
    assert not pelvis.valid[:200].any()
    assert pelvis.valid[201:].all()
    assert not left.valid[400:].any()
    assert left.valid[:399].all()
    np.testing.assert_array_equal(pelvis.acc[:99], 0.0)  # nothing in hand when given up
    np.testing.assert_allclose(left.acc[401:, 0], taken[399])


def test_rows_are_given_up_by_packet_time_alone() -> None:
    taken = np.arange(600) / 100.0
    block = ideal(taken)
    host_ns = block.host_ns.copy()
    host_ns[200:350] = host_ns[350]  # 1.5 s stall, then everything at once
    stalled = SampleBlock(
        sensor=PELVIS, host_ns=host_ns, tick=block.tick, acc=block.acc, gyr=block.gyr
    )
    grid, aligner = align([spec(), spec(LEFT)], [stalled, ideal(taken, LEFT)])
    valid = grid.sensors[PELVIS].valid
    assert not valid[201:250].any()
    assert valid[:200].all()
    assert valid[252:-1].all()
    quality = aligner.quality()[PELVIS]
    assert 45 <= quality.late <= 51
    assert quality.lost == 0
    np.testing.assert_allclose(grid.sensors[PELVIS].acc[202:250, 0], taken[199])


def test_live_rows_wait_for_the_slowest_sensor_but_not_for_a_dead_one() -> None:
    taken = np.arange(500) / 100.0
    pelvis, left = ideal(taken), ideal(taken[:100], LEFT)
    aligner = GridAligner(ClockConfig(least_delay_s=0.0), [spec(), spec(LEFT)])
    first = aligner.feed([rows(pelvis, slice(0, 150)), left])
    assert first is not None
    assert len(first) == 100
    second = aligner.feed([rows(pelvis, slice(150, 350))])
    assert second is not None
    # 3.491 s of packets less one second of patience
    assert second.first_index + len(second) == pytest.approx(249, abs=1)
    rest = aligner.feed([rows(pelvis, slice(350, None))])
    grid = joined([first, second, rest, aligner.finish()])
    assert len(grid) == 500
    assert not grid.sensors[LEFT].valid[101:].any()


def test_memory_does_not_grow() -> None:
    aligner = GridAligner(ClockConfig(least_delay_s=0.0), [spec(), spec(LEFT)])
    for start in range(0, 60_000, 500):
        taken = np.arange(start, start + 500) / 100.0
        aligner.feed([ideal(taken)] + ([ideal(taken, LEFT)] if start < 20_000 else []))
    for sensor in aligner.state.sensors.values():
        assert len(sensor.track) < 800
        assert sensor.intake.clock is not None
        assert len(sensor.intake.clock.minima) < 100


def test_range_ends_are_marked() -> None:
    block = ideal(np.arange(300) / 100.0)
    acc, gyr = block.acc.copy(), block.gyr.copy()
    acc[:, 0] = 0.0
    acc[100:110, 2] = 19.61
    gyr[200:202, 1] = 4.36  # twice only
    acc[250:260, 1] = 9.81  # rest is no range end
    block = SampleBlock(sensor=PELVIS, host_ns=block.host_ns, tick=block.tick, acc=acc, gyr=gyr)
    grid, _ = align([spec()], [block])
    marked = np.flatnonzero(grid.sensors[PELVIS].saturated)
    assert marked[0] in (102, 103)
    assert marked[-1] in (109, 110)
    assert len(marked) == marked[-1] - marked[0] + 1


def test_nothing_in_nothing_out() -> None:
    aligner = GridAligner(ClockConfig(least_delay_s=0.0), [spec()])
    assert aligner.origin_ns is None
    assert aligner.feed([]) is None
    assert aligner.finish() is None
    assert np.isnan(aligner.quality()[PELVIS].rate_hz)


def test_origin_is_the_first_stamp_of_any_sensor() -> None:
    taken = np.arange(100) / 100.0
    aligner = GridAligner(ClockConfig(least_delay_s=0.0), [spec(), spec(LEFT)])
    aligner.feed([ideal(taken + 0.5), ideal(taken, LEFT)])
    assert aligner.origin_ns == START_NS + round(DELAY_S * 1e9)


def test_errors_say_what_is_wrong() -> None:
    with pytest.raises(ConfigurationError, match="each placement once"):
        GridAligner(ClockConfig(least_delay_s=0.0), [spec(), spec()])
    with pytest.raises(ConfigurationError, match="at least one"):
        GridAligner(ClockConfig(least_delay_s=0.0), [])
    with pytest.raises(ConfigurationError, match=r"clock\.max_wait_s"):
        ClockConfig(max_wait_s=0.0)
    aligner = GridAligner(ClockConfig(least_delay_s=0.0), [spec()])
    with pytest.raises(ConfigurationError, match="thigh_left"):
        aligner.feed([ideal(np.arange(3) / 100.0, LEFT)])
    block = ideal(np.arange(3) / 100.0)
    bare = SampleBlock(
        sensor=PELVIS, host_ns=block.host_ns, tick=None, acc=block.acc, gyr=block.gyr
    )
    with pytest.raises(ConfigurationError, match="pelvis: expected a tick"):
        aligner.feed([bare])
    counted = GridAligner(
        ClockConfig(least_delay_s=0.0),
        [SensorSpec(placement=PELVIS, profile="simulated", rate_hz=100.0)],
    )
    counted.feed([bare])
    with pytest.raises(ConfigurationError, match="pelvis: expected a tick with no sample"):
        counted.feed([block])
