"""Until there is a calibration: keep what comes, remember still poses, count steps, and try.

The first still pose restarts the orientation filters at its own beginning, with the gyro bias that
it shows, so that they are right from the first step on; later still poses are only remembered. An
attempt is made every few steps, with the newest still pose before them that proves to have been a
standing one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pelvicsense.calibration.decide import calibrate
from pelvicsense.calibration.evidence import GaitWindow, SensorRows
from pelvicsense.calibration.gaps import MOST_GAP_S, Gap, GapWatch, heading_sigma
from pelvicsense.calibration.joint import STANDARD_GRAVITY
from pelvicsense.calibration.still import StillWindow, mean_signals, still_pose
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import Calibration, CalibrationRefusal, StillPose
from pelvicsense.datatypes.motion import GridBlock, OrientationBlock
from pelvicsense.datatypes.placement import Placement
from pelvicsense.fusion.stage import FusionStage
from pelvicsense.gait.steps import Step, StepDetector
from pelvicsense.numerics import quaternion
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.now import CalibrationProgress
from pelvicsense.pipeline.store import MotionStore

_MOST_CANDIDATES = 8
"""Still poses that are remembered; people who stand about make many."""

_LEAST_STILL_S = 0.5
"""A still pose with fewer samples of a sensor says nothing."""

_MOST_SWAY_DPS = 20.0
"""A stated still pose with more than this root mean square angular rate was none."""

NO_STILL_POSE = (
    "no still pose was found, so that no angle has a zero; stand upright and still for 4 s, "
    "then walk 10 steps"
)

_MOST_GAPS = 1000
"""Gaps that are remembered."""


@dataclass(slots=True)
class Bout:
    """Steps in a row, and how many there were at the last attempt."""

    steps: list[Step] = field(default_factory=list)
    tried: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt to calibrate.

    Attributes
    ----------
    outcome
        The calibration or the refusal.
    row
        Newest input row that it used.
    """

    outcome: Calibration | CalibrationRefusal
    row: int


class Calibrator:
    """Collect rows from ``first_index`` on until a calibration is accepted."""

    def __init__(
        self,
        config: PipelineConfig,
        rate_hz: float,
        placements: Sequence[Placement],
        first_index: int,
    ) -> None:
        self.config = config
        self.rate_hz = rate_hz
        self.store = MotionStore(placements, rate_hz, first_index)
        self._poses: list[StillPose] = []
        self._steps: StepDetector | None = None
        self._bout = Bout()
        self._longest = Bout()
        self._gap_watch = GapWatch(rate_hz, placements)
        self._gaps: list[Gap] = []

    def progress(self, still_s: float) -> CalibrationProgress:
        """Return how far it has come; ``still_s`` is for how long everything has been still."""
        steps = self._bout.steps
        pause = self.config.schedule.bout_pause_s * self.rate_hz
        going_on = bool(steps) and self.store.end_index - steps[-1].anchor <= pause
        return CalibrationProgress(
            still_s=still_s,
            poses=len(self._poses),
            steps=len(steps) if going_on else 0,
            steps_needed=self._next_try() if going_on else self.config.schedule.first_steps,
        )

    def add_still(self, window: StillWindow, fusion: FusionStage) -> CalibrationRefusal | None:
        """Remember a still stretch that ends within the kept rows; return why not, if not.

        The first one restarts ``fusion``.
        """
        if window.first < self.store.first_index:
            return None
        rows = self.store.grid(window.first, max(window.first, window.end))
        silent = _silent(rows, round(_LEAST_STILL_S * self.rate_hz))
        if silent is not None:
            return CalibrationRefusal(
                reason=f"the stated still pose lacks samples of the {silent.replace('_', ' ')}; "
                "stand still for 4 s with all sensors sending"
            )
        sway = _sway_dps(rows)
        if sway > _MOST_SWAY_DPS:
            return CalibrationRefusal(
                reason=f"the stated still pose is not still ({sway:.0f} °/s, at most "
                f"{_MOST_SWAY_DPS:.0f} °/s allowed); stand still for 4 s"
            )
        if not self._poses:
            fusion.start(mean_signals(rows))
            again = self.store.grid(window.first, self.store.end_index)
            self.store.replace_orientation(fusion.feed(again))
            self._steps = StepDetector(
                self.config.contacts.steps, self.rate_hz, self.store.end_index
            )
        pose = still_pose(window, rows, self.store.orientation(window.first, window.end))
        self._poses = [pose, *self._poses][:_MOST_CANDIDATES]
        return None

    def feed(self, grid: GridBlock, orientation: OrientationBlock) -> list[Attempt]:
        """Take one block; return the attempts that it allowed, up to the first success."""
        self.store.append(grid, orientation)
        self._gaps += self._gap_watch.feed(grid)
        del self._gaps[:-_MOST_GAPS]
        keep = round(self.config.schedule.hold_s * self.rate_hz)
        self.store.drop_before(self.store.end_index - keep)
        attempts: list[Attempt] = []
        if self._steps is None:
            return attempts
        for step in self._steps.feed(vertical_acceleration(grid, orientation))[1]:
            self._bout = self._grow(self._bout, step)
            if len(self._bout.steps) < self._next_try():
                continue
            self._bout.tried = len(self._bout.steps)
            attempts.append(self._attempt(self._bout, step.known, final=True))
            if isinstance(attempts[-1].outcome, Calibration):
                break
        return attempts

    def finish(self) -> Attempt | None:
        """Try with what there is at the recording's end; none if nobody took a step."""
        row = self.store.end_index - 1
        bout = max(self._bout, self._longest, key=lambda bout: len(bout.steps))
        if not self._poses:
            bout = self._all_steps()
        if len(bout.steps) < self.config.schedule.least_steps:
            return None
        if self._poses:
            return self._attempt(bout, row, final=False)
        window = self._window(bout, row, final=False)
        silent = self._silent_in(window)
        if silent is not None:
            return Attempt(outcome=silent, row=row)
        outcome = calibrate(window, self._mean_pose(window), self.config.decision, self.rate_hz)
        if isinstance(outcome, CalibrationRefusal):
            outcome = CalibrationRefusal(reason=NO_STILL_POSE)
        return Attempt(outcome=outcome, row=row)

    def _grow(self, bout: Bout, step: Step) -> Bout:
        pause = self.config.schedule.bout_pause_s * self.rate_hz
        if bout.steps and step.anchor - bout.steps[-1].anchor > pause:
            if len(bout.steps) > len(self._longest.steps):
                self._longest = bout
            bout = Bout()
        bout.steps.append(step)
        # Enough for every attempt; a walk of hours before a still pose must not fill memory.
        del bout.steps[: -2 * self.config.schedule.most_steps]
        return bout

    def _next_try(self) -> int:
        schedule = self.config.schedule
        return (
            schedule.first_steps if not self._bout.tried else self._bout.tried + schedule.more_steps
        )

    def _attempt(self, bout: Bout, row: int, *, final: bool) -> Attempt:
        window = self._window(bout, row, final=final)
        silent = self._silent_in(window)
        if silent is not None:
            return Attempt(outcome=silent, row=row)
        refusals = []
        for pose in self._poses:
            if pose.end > window.first + window.lead:
                continue
            outcome = self._try(pose, window, row)
            if isinstance(outcome, Calibration):
                return Attempt(outcome=outcome, row=row)
            refusals.append(outcome)
        if not refusals:
            refusals = [
                CalibrationRefusal(reason="no still pose before the steps; stand still for 4 s")
            ]
        return Attempt(outcome=refusals[0], row=row)

    def _try(
        self, pose: StillPose, window: GaitWindow, row: int
    ) -> Calibration | CalibrationRefusal:
        gaps = [gap for gap in self._gaps if pose.first <= gap.row <= row]
        longest_s = max((gap.length_s for gap in gaps), default=0.0)
        if longest_s > MOST_GAP_S:
            return CalibrationRefusal(
                reason=f"{longest_s:.1f} s of samples are missing between the still pose and the "
                "steps; stand still again, then walk 10 steps"
            )
        outcome = calibrate(window, pose, self.config.decision, self.rate_hz)
        if not gaps or isinstance(outcome, CalibrationRefusal):
            return outcome
        sigmas = {
            side: math.hypot(
                sigma, heading_sigma(gap for gap in gaps if gap.placement.side in (None, side))
            )
            for side, sigma in outcome.heading_sigma.items()
        }
        return replace(outcome, heading_sigma=sigmas)

    def _silent_in(self, window: GaitWindow) -> CalibrationRefusal | None:
        """Return a refusal if a sensor sent next to nothing during the steps."""
        rows = len(window.sensors[Placement.PELVIS].rate)
        silent = _silent(self.store.grid(window.first, window.first + rows), rows // 2)
        if silent is None:
            return None
        return CalibrationRefusal(
            reason=f"the {silent.replace('_', ' ')} sensor sent nothing, or only zeros, during the "
            "steps; check it, or leave it out of the session"
        )

    def _window(self, bout: Bout, row: int, *, final: bool) -> GaitWindow:
        steps = bout.steps[-self.config.schedule.most_steps :]
        start = int(steps[0].anchor)
        # Contacts follow their anchor; the last step's swing is part of its stride.
        end = row + 1 if final else min(row + 1, int(steps[-1].anchor + 0.3 * self.rate_hz))
        first = max(
            self.store.first_index, start - round(self.config.schedule.lead_s * self.rate_hz)
        )
        grid, fused = self.store.grid(first, end), self.store.orientation(first, end)
        times = np.diff([step.anchor for step in steps])
        falls = [step.fall < self.config.contacts.steps.fall for step in steps]
        return GaitWindow(
            first=first,
            lead=start - first,
            sensors={
                placement: SensorRows(
                    earth_from_sensor=fused.sensors[placement].earth_from_sensor,
                    acc=signal.acc,
                    rate=signal.gyr - fused.sensors[placement].gyro_bias,
                )
                for placement, signal in grid.sensors.items()
            },
            step_rows=max(1, round(float(np.median(times)))),
            running=bool(np.mean(falls) > 0.5),
            strides=(len(steps) - 1) // 2,
            final=final,
        )

    def _all_steps(self) -> Bout:
        """Return the longest bout of the kept rows: without a still pose none was looked for."""
        first, end = self.store.first_index, self.store.end_index
        detector = StepDetector(self.config.contacts.steps, self.rate_hz, first)
        vertical = vertical_acceleration(
            self.store.grid(first, end), self.store.orientation(first, end)
        )
        bout = Bout()
        for step in detector.feed(vertical)[1]:
            bout = self._grow(bout, step)
        return max(bout, self._longest, key=lambda candidate: len(candidate.steps))

    def _mean_pose(self, window: GaitWindow) -> StillPose:
        """Return the mean attitude over the steps, in place of a still pose that there is not."""
        mean = {}
        for placement, rows in window.sensors.items():
            q = rows.earth_from_sensor
            aligned = np.where(np.sum(q * q[:1], axis=1, keepdims=True) < 0.0, -q, q)
            mean[placement] = quaternion.normalise(aligned.mean(axis=0))
        first = window.first + window.lead
        return StillPose(
            first=first, end=first, earth_from_sensor=mean, stated=False, standing=False
        )


def vertical_acceleration(grid: GridBlock, orientation: OrientationBlock) -> FloatArray:
    """Return the pelvis' vertical acceleration, gravity removed, (n,), m/s²."""
    force = quaternion.rotate(
        orientation.sensors[Placement.PELVIS].earth_from_sensor,
        grid.sensors[Placement.PELVIS].acc,
    )
    return np.ascontiguousarray(force[:, 2] - STANDARD_GRAVITY)


def _silent(grid: GridBlock, least_rows: int) -> Placement | None:
    """Return a sensor with too few samples, or none of any force, in a still pose."""
    for placement, signal in grid.sensors.items():
        if np.count_nonzero(signal.valid & signal.acc.any(axis=1)) < least_rows:
            return placement
    return None


def _sway_dps(grid: GridBlock) -> float:
    """Return the largest root mean square angular rate of the sensors, °/s."""
    return max(
        float(np.rad2deg(np.sqrt(np.mean(np.sum(signal.gyr * signal.gyr, axis=1)))))
        for signal in grid.sensors.values()
    )
