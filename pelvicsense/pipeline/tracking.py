"""With a calibration: segments, contacts, strides, heading and metrics, in this order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from pelvicsense.calibration.apply import to_segments
from pelvicsense.calibration.gaps import GapWatch
from pelvicsense.calibration.slip import Patterns, SlipDetector
from pelvicsense.calibration.tracker import Heading, HeadingTracker
from pelvicsense.datatypes.calibration import Calibration, SlipNews
from pelvicsense.datatypes.gait import Flag, GaitEvent, StanceReport, Stride, StrideCurve
from pelvicsense.datatypes.motion import GridBlock, OrientationBlock, SegmentBlock
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.gait.contacts import ContactDetector
from pelvicsense.gait.strides import Stance, StrideBuilder, StrideTimes
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.found import ClosedStride, OpenStance
from pelvicsense.pipeline.meter import StrideMeter
from pelvicsense.pipeline.stretches import Stretch

TrackingOutput: TypeAlias = GaitEvent | StanceReport | Stride | StrideCurve | SlipNews

_Found: TypeAlias = GaitEvent | OpenStance | ClosedStride | SlipNews

Watch: TypeAlias = Callable[[SegmentBlock, Mapping[Side, Heading]], None]
"""Told each stretch of motion whose angles have a zero, and the thighs' headings at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingStart:
    """Where tracking begins.

    Attributes
    ----------
    first_index
        Grid row of the first block.
    accepted_row
        Newest input row when the calibration was accepted: nothing was known before.
    zero_known
        Whether angles have a zero; if not they stay empty.
    stride_number
        Number of the first stride.
    """

    first_index: int
    accepted_row: int
    zero_known: bool
    stride_number: int


class Tracking:
    """From the accepted calibration on.

    Parameters
    ----------
    config, rate_hz
        Parameters and grid rate.
    calibration
        The accepted one.
    start
        Where to begin, and what was known then.
    pauses
        Grid rows [start, end) of the user's pauses, kept up by the pipeline.
    watch
        Told all motion; it changes nothing.
    """

    def __init__(
        self,
        config: PipelineConfig,
        rate_hz: float,
        calibration: Calibration,
        start: TrackingStart,
        pauses: Sequence[tuple[int, float]],
        watch: Watch | None = None,
    ) -> None:
        first_index = start.first_index
        self._watch = watch
        self.calibration = calibration
        self.stride_number = start.stride_number
        self._accepted_s = start.accepted_row / rate_hz
        thighs: Sequence[Side] = tuple(calibration.hips)
        self._contacts = ContactDetector(config.contacts, rate_hz, first_index, thighs)
        self.zero_known = start.zero_known
        self._builder = StrideBuilder(config.strides)
        self._tracker = HeadingTracker(config.tracker, calibration, rate_hz, first_index)
        placements = tuple(calibration.sensor_from_segment)
        self._slips = SlipDetector(config.slip, placements, rate_hz, first_index)
        self._meter = StrideMeter(
            config,
            calibration,
            self._tracker,
            first_index,
            pauses,
            slips=self._slips.slips,
            zero_known=start.zero_known,
        )
        self._gaps = GapWatch(rate_hz, placements)
        self._open: dict[Side, OpenStance] = {}

    def headings(self, t_s: float) -> dict[Side, Heading]:
        """Return the heading of each worn thigh at a time, from strides before it."""
        return {
            side: self._tracker.heading(side, Activity.UNKNOWN, t_s)
            for side in self.calibration.hips
        }

    def feed(self, grid: GridBlock, orientation: OrientationBlock) -> list[TrackingOutput]:
        """Return what became known in a block, in the order in which it did."""
        segments = to_segments(self.calibration, grid, orientation)
        self._tracker.feed(segments)
        self._slips.feed(segments)
        self._meter.feed(segments, self._gaps.feed(grid))
        found = self._find(self._contacts.feed(segments))
        # Measured together: the arithmetic of one stance costs little, calling it costs more.
        self._meter.measure([item for item in found if isinstance(item, OpenStance)])
        self._meter.draw([item for item in found if isinstance(item, ClosedStride)])
        outputs: list[TrackingOutput] = []
        for item in found:
            if isinstance(item, GaitEvent | SlipNews):
                outputs.append(item)
            elif isinstance(item, OpenStance):
                outputs.append(self._report(item))
            else:
                outputs += self._stride(item)
        if self._watch is not None and self.zero_known:
            end_s = (segments.first_index + len(segments)) / segments.rate_hz
            self._watch(segments, self.headings(end_s))
        self._meter.forget()
        self._tracker.forget()
        self._slips.forget()
        return outputs

    def _find(self, events: Sequence[GaitEvent]) -> list[_Found]:
        """Return events, each followed by the stance or stride, and slips, that it makes known."""
        completed = [(event, self._builder.add(event)) for event in events]
        stretches = iter(
            self._meter.stretches.between(
                [done.span_s for _, done in completed if done is not None]
            )
        )
        strides = [done.span_s for _, done in completed if isinstance(done, StrideTimes)]
        patterns = iter(self._slips.patterns(strides))
        found: list[_Found] = []
        for event, done in completed:
            found.append(self._known(event))
            if isinstance(done, Stance):
                found.append(self._opened(done, next(stretches)))
            elif isinstance(done, StrideTimes):
                opened = self._open[done.stance.side]
                closed = self._meter.judge(done, opened, next(stretches))
                found += [*self._slipped(closed, next(patterns)), closed]
        return found

    def _slipped(self, closed: ClosedStride, patterns: Patterns) -> list[SlipNews]:
        """Look for slips in a stride; mark it if a sensor that it depends on has slipped."""
        times, side = closed.times, closed.times.stance.side
        news: list[SlipNews] = []
        if not closed.flags and self.zero_known:
            known_at_s = max(times.known_at_s, self._accepted_s)
            news = self._slips.stride(
                side, times.stance.activity, times.span_s, patterns, known_at_s
            )
        closed.slipped = self._meter.slipped(side)
        if closed.slipped and Flag.SLIP not in closed.opened.flags:
            # Its angles were given before the slip was known.
            closed.flags, closed.valid = (*closed.flags, Flag.SLIP), False
        return news

    def _known(self, event: GaitEvent) -> GaitEvent:
        if event.known_at_s >= self._accepted_s:
            return event
        return replace(event, known_at_s=self._accepted_s)

    def _opened(self, stance: Stance, over: Stretch) -> OpenStance:
        opened = self._meter.open(stance, over)
        if stance.t_contact_s < self._accepted_s:
            opened.flags = (*opened.flags, Flag.BEFORE_CALIBRATION)
        self._open[stance.side] = opened
        return opened

    def _report(self, opened: OpenStance) -> StanceReport:
        stance = opened.stance
        return StanceReport(
            side=stance.side,
            activity=stance.activity,
            t_contact_s=stance.t_contact_s,
            t_final_contact_s=stance.t_final_contact_s,
            angles=opened.angles,
            standard_errors=opened.standard_errors,
            flags=opened.flags,
            known_at_s=max(stance.known_at_s, self._accepted_s),
        )

    def _stride(self, closed: ClosedStride) -> tuple[Stride, StrideCurve]:
        times, opened = closed.times, closed.opened
        stance = times.stance
        more = [flag for flag in closed.flags if flag not in opened.flags]
        stride = Stride(
            stride=self.stride_number,
            side=stance.side,
            activity=stance.activity,
            t_contact_s=stance.t_contact_s,
            t_final_contact_s=stance.t_final_contact_s,
            t_end_s=times.t_end_s,
            stride_time_s=times.stride_time_s,
            stance_fraction=times.stance_fraction,
            cadence_spm=times.cadence_spm,
            stance_time_se_s=math.hypot(stance.contact_sigma_s, stance.final_sigma_s),
            angles=opened.angles,
            standard_errors=opened.standard_errors,
            valid=closed.valid,
            flags=(*opened.flags, *more),
            known_at_s=max(times.known_at_s, self._accepted_s),
        )
        curve = StrideCurve(
            stride=self.stride_number,
            side=stance.side,
            obliquity_deg=closed.obliquity_deg,
            hip_adduction_deg=closed.hip_adduction_deg,
            thigh_rotation_deg=closed.thigh_rotation_deg,
        )
        self.stride_number += 1
        return stride, curve
