"""Rows [first, end) of blocks: the pipeline cuts where a decision falls."""

from __future__ import annotations

from pelvicsense.datatypes.motion import GridBlock, GridSignal


def grid_rows(block: GridBlock, first: int, end: int) -> GridBlock:
    """Return grid rows [first, end) of a block."""
    if end - first == len(block):
        return block
    rows = slice(first - block.first_index, end - block.first_index)
    return GridBlock(
        first_index=first,
        rate_hz=block.rate_hz,
        sensors={
            placement: GridSignal(
                acc=signal.acc[rows],
                gyr=signal.gyr[rows],
                valid=signal.valid[rows],
                interpolated=signal.interpolated[rows],
                saturated=signal.saturated[rows],
            )
            for placement, signal in block.sensors.items()
        },
    )
