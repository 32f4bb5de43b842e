"""The store of rows before a calibration gives back what was put in."""

from __future__ import annotations

import numpy as np
from streams import exact

from pelvicsense.datatypes.motion import (
    GridBlock,
    GridSignal,
    OrientationBlock,
    OrientationSignal,
)
from pelvicsense.datatypes.placement import Placement
from pelvicsense.pipeline.blocks import grid_rows
from pelvicsense.pipeline.store import MotionStore

RNG = np.random.default_rng(7)


def blocks(first: int, n: int) -> tuple[GridBlock, OrientationBlock]:
    def flags() -> np.ndarray:
        return RNG.random(n) < 0.5

    grid = {
        p: GridSignal(
            acc=RNG.normal(size=(n, 3)),
            gyr=RNG.normal(size=(n, 3)),
            valid=flags(),
            interpolated=flags(),
            saturated=flags(),
        )
        for p in Placement
    }
    fused = {
        p: OrientationSignal(
            earth_from_sensor=RNG.normal(size=(n, 4)),
            gyro_bias=RNG.normal(size=(n, 3)),
            at_rest=flags(),
            settled=flags(),
        )
        for p in Placement
    }
    return (
        GridBlock(first_index=first, rate_hz=100.0, sensors=grid),
        OrientationBlock(first_index=first, rate_hz=100.0, sensors=fused),
    )


def orientation_rows(block: OrientationBlock, first: int, end: int) -> OrientationBlock:
    """Return orientation rows [first, end) of a block."""
    if end - first == len(block):
        return block
    rows = slice(first - block.first_index, end - block.first_index)
    return OrientationBlock(
        first_index=first,
        rate_hz=block.rate_hz,
        sensors={
            placement: OrientationSignal(
                earth_from_sensor=signal.earth_from_sensor[rows],
                gyro_bias=signal.gyro_bias[rows],
                at_rest=signal.at_rest[rows],
                settled=signal.settled[rows],
            )
            for placement, signal in block.sensors.items()
        },
    )


def test_rows_come_back_as_they_were() -> None:
    store = MotionStore(tuple(Placement), 100.0, 40)
    grid, fused = blocks(40, 90)
    for first, end in ((40, 60), (60, 61), (61, 130)):
        store.append(grid_rows(grid, first, end), orientation_rows(fused, first, end))
    assert (store.first_index, store.end_index) == (40, 130)
    assert exact(store.grid(50, 120)) == exact(grid_rows(grid, 50, 120))
    assert exact(store.orientation(50, 120)) == exact(orientation_rows(fused, 50, 120))


def test_a_better_orientation_takes_the_place_of_what_was_kept() -> None:
    store = MotionStore(tuple(Placement), 100.0, 0)
    grid, fused = blocks(0, 50)
    store.append(grid, fused)
    _, better = blocks(20, 30)
    store.replace_orientation(better)
    assert exact(store.orientation(20, 50)) == exact(better)
    assert exact(store.orientation(0, 20)) == exact(orientation_rows(fused, 0, 20))
    assert exact(store.grid(0, 50)) == exact(grid)


def test_what_is_given_out_does_not_change_later() -> None:
    store = MotionStore(tuple(Placement), 100.0, 0)
    grid, fused = blocks(0, 50)
    store.append(grid, fused)
    given = store.grid(0, 50)
    for start in range(50, 5000, 50):
        store.append(*blocks(start, 50))
        store.drop_before(start)
    assert exact(given) == exact(grid)
    assert store.end_index - store.first_index == 50
