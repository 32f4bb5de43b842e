"""The stages in order: inputs in, events, stances, strides and news out.

The pipeline opens nothing, waits for nothing, draws no random number and never asks what time it
is. What it says depends on the inputs and their stamps alone, not on how they were grouped: live,
replay and batch give the same results, bit for bit. A pipeline can be pickled between two feeds and
goes on where it was.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from pelvicsense.calibration.still import StillFinder, StillWindow
from pelvicsense.clock.aligner import GridAligner
from pelvicsense.datatypes.calibration import (
    Calibration,
    CalibrationNews,
    CalibrationRefusal,
    SlipNews,
)
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.gait import GaitEvent, StanceReport, Stride, StrideCurve
from pelvicsense.datatypes.motion import GridBlock, OrientationBlock
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.quality import LinkQuality
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, SensorSpec, StreamInput
from pelvicsense.fusion.stage import FusionStage
from pelvicsense.pipeline.blocks import grid_rows
from pelvicsense.pipeline.calibrator import NO_STILL_POSE, Attempt, Calibrator
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.now import CalibrationProgress, Poses, poses
from pelvicsense.pipeline.tracking import Tracking, TrackingStart, Watch

Output: TypeAlias = GaitEvent | StanceReport | Stride | StrideCurve | CalibrationNews | SlipNews
"""What a pipeline says."""


@dataclass(frozen=True, slots=True, order=True)
class _Cue:
    """A mark that takes effect at a grid row."""

    row: int
    kind: MarkKind


class Pipeline:
    """From samples to strides.

    Parameters
    ----------
    config
        All parameters.
    specs
        The worn sensors: a pelvis, and a thigh or two.
    still_windows_s
        Still poses that are known beforehand, [start, end) seconds since the first ``host_ns``.
        Each takes effect when the stream reaches its end.
    watch
        Told all calibrated motion; it changes nothing. A pipeline with one is pickled with it.

    Raises
    ------
    ConfigurationError
        If no pelvis is worn, or nothing but a pelvis.
    """

    def __init__(
        self,
        config: PipelineConfig,
        specs: Sequence[SensorSpec],
        still_windows_s: Sequence[tuple[float, float]] = (),
        watch: Watch | None = None,
    ) -> None:
        placements = tuple(spec.placement for spec in specs)
        _check_worn(placements)
        self.config = config
        self.rate_hz = config.clock.rate_hz
        self._placements = placements
        self._watch = watch
        self._aligner = GridAligner(config.clock, specs)
        self._fusion = FusionStage(config.fusion, self.rate_hz, placements)
        self._finder = StillFinder(config.still, self.rate_hz, placements)
        self._stated = sorted(self._window(start, end) for start, end in still_windows_s)
        self._marks: list[Mark] = []  # that came before the first sample
        self._cues: list[_Cue] = []
        self._still_since: int | None = None
        self._only_stated = bool(self._stated)
        self._calibrator: Calibrator | None = Calibrator(config, self.rate_hz, placements, 0)
        self._tracking: Tracking | None = None
        self._newest = -1
        self._stride_number = 0
        self._pauses: list[tuple[int, float]] = []
        self._fused: list[OrientationBlock] = []  # by the newest feed, for `poses`

    @property
    def signal_time_s(self) -> float:
        """Newest complete grid sample, seconds since the first ``host_ns``."""
        return self._newest / self.rate_hz

    @property
    def origin_ns(self) -> int | None:
        """The first ``host_ns``, from which all times count; none before it."""
        return self._aligner.origin_ns

    @property
    def calibration(self) -> Calibration | None:
        """The accepted calibration, if there is one."""
        return self._tracking.calibration if self._tracking is not None else None

    def quality(self) -> Mapping[Placement, LinkQuality]:
        """Return what is known about every sensor's link and clock."""
        return self._aligner.quality()

    def calibration_progress(self) -> CalibrationProgress | None:
        """Return how far the calibration has come; none once there is one."""
        if self._calibrator is None:
            return None
        return self._calibrator.progress(self._finder.still_s)

    def poses(self, every: int) -> list[Poses]:
        """Return the body at every so many rows of the newest feed; see `now`."""
        limit = math.radians(self.config.stance.heading_limit_deg)
        tracking = self._tracking
        calibration = tracking.calibration if tracking and tracking.zero_known else None
        headings = {} if tracking is None else tracking.headings(self.signal_time_s)
        return [
            poses(
                block, slice(-block.first_index % every, None, every), calibration, headings, limit
            )
            for block in self._fused
        ]

    def feed(self, inputs: Sequence[StreamInput]) -> list[Output]:
        """Take one group of inputs; return what became known, in the order in which it did."""
        self._fused.clear()
        blocks = [item for item in inputs if isinstance(item, SampleBlock)]
        grid = self._aligner.feed(blocks)
        self._marks += [item for item in inputs if isinstance(item, Mark)]
        if self._aligner.origin_ns is not None:
            for mark in self._marks:
                self._take_mark(mark, self._aligner.origin_ns)
            self._marks = []
        return [] if grid is None else self._advance(grid)

    def finish(self) -> list[Output]:
        """Return what the end of the recording makes known; the pipeline is then done."""
        self._fused.clear()
        grid = self._aligner.finish()
        outputs = [] if grid is None else self._advance(grid)
        if self._calibrator is None:
            return outputs
        for _, first, end in self._stated:
            reason = (
                f"the stated still pose, {first / self.rate_hz:.1f} to {end / self.rate_hz:.1f} s, "
                f"lies beyond the recording, which ends at {self.signal_time_s:.1f} s"
            )
            refusal = CalibrationRefusal(reason=reason)
            outputs.append(CalibrationNews(outcome=refusal, known_at_s=self.signal_time_s))
        last = self._finder.finish()
        if last is not None and not self._only_stated:
            self._add_still(last, outputs)
        attempt = self._calibrator.finish()
        if attempt is not None:
            outputs.extend(self._settle(attempt))
        return outputs

    # -- marks ---------------------------------------------------------------------------------

    def _take_mark(self, mark: Mark, origin_ns: int) -> None:
        """Turn a mark into something that happens at a grid row.

        A row after the mark cannot have been released before it: its samples arrive later.
        """
        row = max(0, math.ceil((mark.host_ns - origin_ns) * 1e-9 * self.rate_hz))
        if mark.kind is MarkKind.STILL_START:
            self._still_since = row
        elif mark.kind is MarkKind.STILL_END and self._still_since is not None:
            self._stated.append((row, self._still_since, row))
            self._stated.sort()
            self._still_since = None
        elif mark.kind in (MarkKind.RECALIBRATE, MarkKind.PAUSE, MarkKind.RESUME):
            self._cues.append(_Cue(row, mark.kind))
            self._cues.sort(key=lambda cue: cue.row)
            if row == 0:  # before the first row: nothing to wait for
                self._take_cue(self._cues.pop(0))

    def _take_cue(self, cue: _Cue) -> None:
        if cue.kind is MarkKind.RECALIBRATE:
            if self._tracking is not None:
                self._stride_number = self._tracking.stride_number
            self._tracking = None
            first = self._newest + 1
            self._calibrator = Calibrator(self.config, self.rate_hz, self._placements, first)
            self._finder = StillFinder(self.config.still, self.rate_hz, self._placements, first)
        elif cue.kind is MarkKind.PAUSE:
            self._pauses.append((cue.row, math.inf))
        elif self._pauses:
            self._pauses[-1] = (self._pauses[-1][0], cue.row)

    # -- rows ----------------------------------------------------------------------------------

    def _window(self, start_s: float, end_s: float) -> tuple[int, int, int]:
        first, end = round(start_s * self.rate_hz), round(end_s * self.rate_hz)
        return end, first, end

    def _advance(self, grid: GridBlock) -> list[Output]:
        """Take grid rows, cut where a chunk ends or something takes effect."""
        outputs: list[Output] = []
        for chunk in _chunks(grid, self.config.schedule.chunk_rows):
            borders = {known for known, _, _ in self._stated} | {cue.row for cue in self._cues}
            for piece in _cut(chunk, borders):
                self._take_piece(piece, outputs)
                self._take_due(outputs)
        return outputs

    def _take_piece(self, piece: GridBlock, outputs: list[Output]) -> None:
        """Take rows between two cues, cut where a still stretch is noticed."""
        # Once calibrated, the zero of the angles stays where it is: no more poses are needed.
        found = self._finder.feed(piece) if self._tracking is None else []
        poses = {} if self._only_stated else {window.known: window for window in found}
        for rows in _cut(piece, {known + 1 for known in poses}):
            outputs.extend(self._take(rows))
            self._newest = rows.first_index + len(rows) - 1
            if self._newest in poses:
                self._add_still(poses[self._newest], outputs)

    def _take_due(self, outputs: list[Output]) -> None:
        """Let everything take effect whose row has been reached."""
        while self._stated and self._stated[0][0] <= self._newest + 1:
            known, first, end = self._stated.pop(0)
            self._only_stated = True
            self._add_still(
                StillWindow(first=first, end=end, known=known - 1, stated=True), outputs
            )
        while self._cues and self._cues[0].row <= self._newest + 1:
            self._take_cue(self._cues.pop(0))

    def _take(self, grid: GridBlock) -> list[Output]:
        orientation = self._fusion.feed(grid)
        self._fused.append(orientation)
        if self._tracking is not None:
            return list(self._tracking.feed(grid, orientation))
        outputs: list[Output] = []
        if self._calibrator is not None:
            for attempt in self._calibrator.feed(grid, orientation):
                outputs.extend(self._settle(attempt))
        return outputs

    def _add_still(self, window: StillWindow, outputs: list[Output]) -> None:
        if self._calibrator is None:
            return
        refusal = self._calibrator.add_still(window, self._fusion)
        if refusal is not None:
            outputs.append(CalibrationNews(outcome=refusal, known_at_s=self.signal_time_s))

    def _settle(self, attempt: Attempt) -> list[Output]:
        """Act on an attempt: begin to track at its still pose, or pass the refusal on."""
        outcome = attempt.outcome
        known_at_s = attempt.row / self.rate_hz
        news = CalibrationNews(outcome=outcome, known_at_s=known_at_s)
        if isinstance(outcome, CalibrationRefusal) or self._calibrator is None:
            return [news]
        store = self._calibrator.store
        first = max(outcome.still.first, store.first_index)
        start = TrackingStart(
            first_index=first,
            accepted_row=attempt.row,
            zero_known=outcome.still.standing,
            stride_number=self._stride_number,
        )
        self._tracking = Tracking(
            self.config, self.rate_hz, outcome, start, self._pauses, self._watch
        )
        self._calibrator = None
        if not outcome.still.standing:  # good for the times of strides, but not for angles
            refusal = CalibrationRefusal(reason=NO_STILL_POSE)
            news = CalibrationNews(outcome=refusal, known_at_s=known_at_s)
        outputs: list[Output] = [news]
        for begin in range(first, store.end_index, self.config.schedule.chunk_rows):
            stop = min(begin + self.config.schedule.chunk_rows, store.end_index)
            outputs.extend(
                self._tracking.feed(store.grid(begin, stop), store.orientation(begin, stop))
            )
        return outputs


def _chunks(grid: GridBlock, rows: int) -> Iterator[GridBlock]:
    end = grid.first_index + len(grid)
    for first in range(grid.first_index, end, rows):
        yield grid_rows(grid, first, min(first + rows, end))


def _cut(block: GridBlock, borders: set[int]) -> Iterator[GridBlock]:
    """Cut a block before the given grid rows."""
    first, end = block.first_index, block.first_index + len(block)
    inside = sorted(border for border in borders if first < border < end)
    for start, stop in pairwise([first, *inside, end]):
        yield grid_rows(block, start, stop)


def _check_worn(placements: Sequence[Placement]) -> None:
    worn = ", ".join(placements) or "none"
    if Placement.PELVIS not in placements:
        msg = f"sensors: a pelvis sensor is needed, got {worn}; wear one over the sacrum"
        raise ConfigurationError(msg)
    if len(placements) < 2:
        msg = (
            f"sensors: got {worn} alone, from which left and right cannot be told; "
            "wear a sensor on at least one thigh too"
        )
        raise ConfigurationError(msg)
