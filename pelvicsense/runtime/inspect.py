"""What a recording holds before anything is computed from it: gaps and still poses on the grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pelvicsense.calibration.still import StillFinder, StillWindow
from pelvicsense.clock.aligner import GridAligner
from pelvicsense.datatypes.arrays import BoolArray
from pelvicsense.datatypes.motion import GridBlock
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.session import Session
from pelvicsense.sources.replay import ReplaySource


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Stretches (start, end) in seconds since the first ``host_ns``.

    Attributes
    ----------
    gaps
        Per sensor, where its samples are missing for too long to be bridged, beginning and end of
        the recording included.
    still
        Where the person stood or sat still.
    """

    gaps: Mapping[Placement, tuple[tuple[float, float], ...]]
    still: tuple[tuple[float, float], ...]


def content(session: Session, config: PipelineConfig) -> Content:
    """Return what a session holds.

    Raises
    ------
    RecordingError
        If a file of the session is wrong.
    """
    source = ReplaySource(session)
    rate_hz = config.clock.rate_hz
    aligner = GridAligner(config.clock, source.specs)
    placements = tuple(spec.placement for spec in source.specs)
    finder = StillFinder(config.still, rate_hz, placements)
    found: list[StillWindow] = []
    missing: dict[Placement, list[BoolArray]] = {placement: [] for placement in placements}

    def take(grid: GridBlock | None) -> None:
        if grid is None:
            return
        found.extend(finder.feed(grid))
        for placement, signal in grid.sensors.items():
            missing[placement].append(~signal.valid)

    for group in source:
        take(aligner.feed([item for item in group if isinstance(item, SampleBlock)]))
    take(aligner.finish())
    last = finder.finish()
    still = [*found, last] if last is not None else found
    return Content(
        gaps={
            placement: stretches(rows, rate_hz, config.clock.max_bridge_s)
            for placement, rows in missing.items()
        },
        still=tuple((window.first / rate_hz, window.end / rate_hz) for window in still),
    )


def stretches(
    parts: list[BoolArray], rate_hz: float, longer_than_s: float
) -> tuple[tuple[float, float], ...]:
    """Return where concatenated ``parts`` are true for so long, as (start, end) seconds."""
    rows = np.concatenate([[False], *parts, [False]])
    borders = np.flatnonzero(rows[1:] != rows[:-1]) / rate_hz
    windows = zip(borders[::2].tolist(), borders[1::2].tolist(), strict=True)
    return tuple((start, end) for start, end in windows if end - start > longer_than_s)
