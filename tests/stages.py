"""The first stages on a whole session: what the later ones are fed with."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pelvicsense.calibration.apply import to_segments
from pelvicsense.calibration.still import mean_signals
from pelvicsense.clock.aligner import GridAligner
from pelvicsense.clock.config import ClockConfig
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import Calibration
from pelvicsense.datatypes.motion import GridBlock, GridSignal, OrientationBlock, SegmentBlock
from pelvicsense.datatypes.placement import Placement
from pelvicsense.fusion.stage import FusionConfig, FusionStage
from pelvicsense.pipeline.blocks import grid_rows
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Pipeline
from pelvicsense.synthetic import SimulatedSession

RATE_HZ = 100.0


def on_grid(session: SimulatedSession) -> GridBlock:
    aligner = GridAligner(ClockConfig(), session.specs)
    block = aligner.feed(list(session.blocks.values()))
    assert block is not None
    return block


def fused(
    grid: GridBlock, still: tuple[int, int] = (50, 450)
) -> tuple[GridBlock, OrientationBlock]:
    """Rows from the still pose on, and their orientation, the filter started in that pose."""
    stage = FusionStage(FusionConfig(), grid.rate_hz, tuple(grid.sensors))
    stage.start(mean_signals(grid_rows(grid, *still)))
    rest = grid_rows(grid, still[0], len(grid))
    return rest, stage.feed(rest)


def calibrated(session: SimulatedSession) -> Calibration:
    pipeline = Pipeline(PipelineConfig(), session.specs)
    for group in session.stream():
        pipeline.feed(group)
    pipeline.finish()
    assert pipeline.calibration is not None
    return pipeline.calibration


def segments(session: SimulatedSession) -> SegmentBlock:
    """The segments' motion from the still pose on, by the pipeline's own calibration."""
    grid, orientation = fused(on_grid(session))
    return to_segments(calibrated(session), grid, orientation)


def grid_of(
    acc: FloatArray, gyr: FloatArray, *, valid: FloatArray | None = None, first_index: int = 0
) -> GridBlock:
    """Three sensors that all see the same, (n, 3) each."""
    n = len(acc)
    no = np.zeros(n, dtype=np.bool_)
    signal = GridSignal(
        acc=acc,
        gyr=gyr,
        valid=~no if valid is None else valid > 0.0,
        interpolated=no,
        saturated=no,
    )
    sensors: Mapping[Placement, GridSignal] = dict.fromkeys(Placement, signal)
    return GridBlock(first_index=first_index, rate_hz=RATE_HZ, sensors=sensors)
