"""With a calibration: segments, contacts, strides, heading and metrics, in this order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from pelvicsense.calibration.apply import to_segments
from pelvicsense.calibration.tracker import HeadingTracker
from pelvicsense.datatypes.calibration import Calibration
from pelvicsense.datatypes.gait import Flag, GaitEvent, StanceReport, Stride, StrideCurve
from pelvicsense.datatypes.motion import GridBlock, OrientationBlock
from pelvicsense.datatypes.placement import Side
from pelvicsense.gait.contacts import ContactDetector
from pelvicsense.gait.strides import Stance, StrideBuilder, StrideTimes
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.meter import StrideMeter

TrackingOutput: TypeAlias = GaitEvent | StanceReport | Stride | StrideCurve


class Tracking:
    """From the accepted calibration on.

    Parameters
    ----------
    config, rate_hz
        Parameters and grid rate.
    calibration
        The accepted one.
    accepted_row
        Newest input row at the acceptance: nothing was known before.
    zero_known
        Whether angles have a zero; if not they stay empty.
    stride_number
        Number of the first stride.
    """

    def __init__(
        self,
        config: PipelineConfig,
        rate_hz: float,
        calibration: Calibration,
        first_index: int,
        accepted_row: int,
        *,
        zero_known: bool,
        stride_number: int = 0,
    ) -> None:
        self.calibration = calibration
        self.stride_number = stride_number
        self._accepted_s = accepted_row / rate_hz
        thighs: Sequence[Side] = tuple(calibration.hips)
        self._contacts = ContactDetector(config.contacts, rate_hz, first_index, thighs)
        self._builder = StrideBuilder(config.strides)
        self._tracker = HeadingTracker(config.tracker, calibration, rate_hz, first_index)
        self._meter = StrideMeter(
            config.stance, calibration, self._tracker, rate_hz, first_index, zero_known=zero_known
        )
        self._reports: dict[Side, StanceReport] = {}

    def feed(self, grid: GridBlock, orientation: OrientationBlock) -> list[TrackingOutput]:
        """Return what became known in a block, in the order in which it did."""
        segments = to_segments(self.calibration, grid, orientation)
        self._tracker.feed(segments)
        self._meter.feed(segments)
        outputs: list[TrackingOutput] = []
        for event in self._contacts.feed(segments):
            outputs.extend(self._take(self._known(event)))
        self._meter.forget()
        return outputs

    def pause(self, row: int) -> None:
        """Mark rows from ``row`` on as not to be counted."""
        self._meter.pause(row)

    def resume(self, row: int) -> None:
        """End a pause."""
        self._meter.resume(row)

    def _known(self, event: GaitEvent) -> GaitEvent:
        if event.known_at_s >= self._accepted_s:
            return event
        return GaitEvent(
            kind=event.kind,
            side=event.side,
            t_s=event.t_s,
            known_at_s=self._accepted_s,
            score=event.score,
            activity=event.activity,
        )

    def _take(self, event: GaitEvent) -> list[TrackingOutput]:
        outputs: list[TrackingOutput] = [event]
        done = self._builder.add(event)
        if isinstance(done, Stance):
            report = self._report(done)
            self._reports[done.side] = report
            outputs.append(report)
        elif isinstance(done, StrideTimes):
            outputs.extend(self._stride(done))
        return outputs

    def _report(self, stance: Stance) -> StanceReport:
        angles, errors, flags = self._meter.stance(stance)
        if stance.t_contact_s < self._accepted_s:
            flags = (*flags, Flag.BEFORE_CALIBRATION)
        return StanceReport(
            side=stance.side,
            activity=stance.activity,
            t_contact_s=stance.t_contact_s,
            t_final_contact_s=stance.t_final_contact_s,
            angles=angles,
            standard_errors=errors,
            flags=flags,
            known_at_s=stance.known_at_s,
        )

    def _stride(self, times: StrideTimes) -> list[TrackingOutput]:
        stance = times.stance
        report = self._reports.pop(stance.side)
        more, valid = self._meter.judge(times)
        flags = (*report.flags, *(flag for flag in more if flag not in report.flags))
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
            angles=report.angles,
            standard_errors=report.standard_errors,
            valid=valid,
            flags=flags,
            known_at_s=times.known_at_s,
        )
        curve = self._meter.curve(times, self.stride_number)
        self.stride_number += 1
        return [stride, curve]

