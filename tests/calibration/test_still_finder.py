"""Still stretches: standing is found, swaying is standing, walking is not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import steady
from stages import grid_of, on_grid

from pelvicsense.calibration.still import (
    StillConfig,
    StillFinder,
    StillWindow,
    mean_signals,
    still_pose,
)
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.motion import GridBlock, OrientationBlock, OrientationSignal
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.numerics import quaternion
from pelvicsense.pipeline.blocks import grid_rows

RATE_HZ = 100.0
GRAVITY = 9.80665


def find(block: GridBlock, cuts: tuple[int, ...] = (), *, ends: bool = True) -> list[StillWindow]:
    finder = StillFinder(StillConfig(), RATE_HZ, tuple(block.sensors), block.first_index)
    last = block.first_index + len(block)
    borders = sorted({block.first_index, last, *cuts})
    found = [
        window
        for first, end in pairwise(borders)
        for window in finder.feed(grid_rows(block, first, end))
    ]
    rest = finder.finish() if ends else None
    return found if rest is None else [*found, rest]


def swaying(seconds: float, sway_deg: float, moving_from_s: float = np.inf) -> GridBlock:
    """Leans to and fro in 4 s; walks, or something like it, from some time on."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    lean = np.deg2rad(sway_deg) * np.sin(2.0 * np.pi * t / 4.0)
    rate = np.deg2rad(sway_deg) * 2.0 * np.pi / 4.0 * np.cos(2.0 * np.pi * t / 4.0)
    zero = np.zeros_like(t)
    acc = GRAVITY * np.stack([np.sin(lean), zero, np.cos(lean)], axis=1)
    gyr = np.stack([zero, -rate, zero], axis=1)
    moving = t >= moving_from_s
    acc[moving, 2] += 3.0 * np.sin(2.0 * np.pi * 2.0 * t[moving])
    gyr[moving, 0] += 2.0 * np.sin(2.0 * np.pi * t[moving])
    return grid_of(acc, gyr)


def test_standing_is_found_as_soon_as_it_ends() -> None:
    [window] = find(swaying(10.0, 0.3, moving_from_s=6.0), ends=False)
    assert 0 <= window.first <= 50
    assert 560 <= window.end <= 600
    assert 600 <= window.known <= 650
    assert not window.stated


def test_people_sway() -> None:
    [window] = find(swaying(8.0, 1.5))
    assert window.end - window.first > 600


def test_restless_people_do_not_stand() -> None:
    assert find(swaying(8.0, 8.0)) == []


def test_a_moment_is_no_pose() -> None:
    assert find(swaying(6.0, 0.3, moving_from_s=2.5), ends=False) == []


def test_of_long_standing_the_end_counts() -> None:
    [window] = find(swaying(40.0, 0.3, moving_from_s=38.0), ends=False)
    assert window.end - window.first == 1500
    assert window.end > 3700


def test_turning_over_slowly_ends_a_stretch() -> None:
    """Each cell is quiet, but gravity goes elsewhere: 3 °/s."""
    t = np.arange(1500) / RATE_HZ
    lean = np.deg2rad(3.0 * t)
    zero = np.zeros_like(t)
    acc = GRAVITY * np.stack([np.sin(lean), zero, np.cos(lean)], axis=1)
    gyr = np.stack([zero, np.full_like(t, -np.deg2rad(3.0)), zero], axis=1)
    for window in find(grid_of(acc, gyr)):
        assert np.rad2deg(lean[window.end - 1] - lean[window.first]) < 8.0


def test_a_gap_ends_a_stretch() -> None:
    block = swaying(10.0, 0.3)
    signal = block.sensors[Placement.PELVIS]
    valid = np.ones(1000)
    valid[500:520] = 0.0
    for window in find(grid_of(signal.acc, signal.gyr, valid=valid)):
        assert window.end <= 500 or window.first >= 520


@pytest.mark.parametrize("activity", [Activity.WALK, Activity.RUN, Activity.STAIRS_DOWN])
def test_nobody_stands_while_walking(activity: Activity) -> None:
    session = steady(activity, ideal=False)
    start_s, end_s = session.steady_windows[0]
    windows = find(on_grid(session))
    assert windows
    for window in windows:
        assert window.end / RATE_HZ < start_s or window.first / RATE_HZ > end_s


@settings(max_examples=20)
@given(st.lists(st.integers(1, 2599), max_size=30))
def test_blocks_do_not_matter(cuts: list[int]) -> None:
    block = grid_rows(on_grid(steady(Activity.WALK, ideal=False)), 0, 2600)
    assert find(block, tuple(cuts)) == find(block)


def still_orientation(n: int, q: FloatArray) -> OrientationBlock:
    yes = np.ones(n, dtype=np.bool_)
    signal = OrientationSignal(
        earth_from_sensor=np.tile(q, (n, 1)), gyro_bias=np.zeros((n, 3)), at_rest=yes, settled=yes
    )
    return OrientationBlock(
        first_index=0, rate_hz=RATE_HZ, sensors=dict.fromkeys(Placement, signal)
    )


def test_a_pose_takes_its_inclination_from_gravity_and_its_heading_from_the_filter() -> None:
    block = swaying(8.0, 1.0)
    yaw = quaternion.about_z(0.9)
    off = quaternion.from_rotation_vector(np.deg2rad([2.0, -1.0, 0.0]))
    filtered = quaternion.multiply(off, yaw)
    window = StillWindow(first=0, end=800, known=800, stated=True)
    pose = still_pose(window, block, still_orientation(800, filtered))
    for q in pose.earth_from_sensor.values():
        # Sway over whole periods averages out: the mean force is vertical in the sensor.
        np.testing.assert_allclose(
            quaternion.rotate(q, np.array([0.0, 0.0, 1.0])), [0.0, 0.0, 1.0], atol=1e-6
        )
        forward = quaternion.rotate(q, np.array([1.0, 0.0, 0.0]))
        assert np.arctan2(forward[1], forward[0]) == pytest.approx(0.9, abs=0.01)


def test_the_mean_rate_of_standing_is_the_bias() -> None:
    block = swaying(8.0, 1.0)
    signal = block.sensors[Placement.PELVIS]
    bias = np.deg2rad([0.5, -0.3, 0.2])
    means = mean_signals(grid_of(signal.acc, signal.gyr + bias))
    np.testing.assert_allclose(means[Placement.PELVIS][1], bias, atol=1e-9)
