"""The screens before a session, made of the worker's status."""

from __future__ import annotations

from pelvicsense.calibration.decide import LOOKS_SWAPPED
from pelvicsense.dashboard.view_state_setup import (
    CalibrateStep,
    CalibrateView,
    ReadyView,
    SensorRow,
    SensorState,
)
from pelvicsense.dashboard.words import capital
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import Calibration, CalibrationNews
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.pipeline.now import CalibrationProgress, Poses
from pelvicsense.runtime.log import STILL_S
from pelvicsense.sinks.live_facts import LiveStatus, Phase, SensorFact

_SIGNALS = ((-60, "strong", 4), (-75, "good", 3), (-85, "weak", 2))
"""Least strength in dBm, word, bars."""

_SWAPPED = "The left and right thigh sensors look swapped; the button above exchanges them"

_VERY_WEAK = ("very weak", 1)
_UNSEEN = ("", 0)


def ready_view(status: LiveStatus) -> ReadyView:
    """Return the sensor list and what is missing."""
    placed = {sensor.placement for sensor in status.sensors if sensor.placement is not None}
    missing = _missing(placed)
    return ReadyView(
        sensors=tuple(_row(sensor) for sensor in status.sensors),
        scanning=status.phase is Phase.SCANNING,
        progress=status.progress,
        trouble=status.trouble,
        missing=missing,
        can_connect=status.phase is Phase.SCANNING and not missing,
        can_start=status.phase is Phase.CONNECTED,
    )


def _missing(placed: set[Placement]) -> tuple[str, ...]:
    missing = []
    if Placement.PELVIS not in placed:
        missing.append("choose the sensor over the sacrum: pelvis")
    if not placed & {Placement.thigh(side) for side in Side}:
        missing.append("choose the sensor of at least one thigh")
    return tuple(missing)


def _row(sensor: SensorFact) -> SensorRow:
    signal, bars = _signal(sensor.rssi_dbm)
    return SensorRow(
        address=sensor.address,
        name=sensor.name or "(no name)",
        model=sensor.model,
        signal=signal,
        signal_bars=bars,
        battery_percent=sensor.battery_percent,
        placement=sensor.placement,
        state=SensorState(sensor.state),
        trouble=sensor.refusal or sensor.trouble,
        usable=bool(sensor.model) and not sensor.refusal,
        can_blink=sensor.can_blink,
    )


def _signal(rssi_dbm: int | None) -> tuple[str, int]:
    if rssi_dbm is None:
        return _UNSEEN
    for least_dbm, word, bars in _SIGNALS:
        if rssi_dbm >= least_dbm:
            return word, bars
    return _VERY_WEAK


class CalibrateModel:
    """The guided calibration."""

    def __init__(self) -> None:
        self.calibration: Calibration | None = None
        self.refused = ""
        self._restarts = 0
        self._still_before = 0.0

    def take(self, news: CalibrationNews) -> None:
        """Take an acceptance or a refusal."""
        if isinstance(news.outcome, Calibration):
            self.calibration, self.refused = news.outcome, ""
        else:
            self.calibration, self.refused = None, news.outcome.reason

    def begin_anew(self) -> None:
        """Forget everything: a new calibration is wanted."""
        self.calibration, self.refused = None, ""
        self._restarts, self._still_before = 0, 0.0

    @property
    def swapped(self) -> bool:
        """The thighs look swapped."""
        return self.refused == LOOKS_SWAPPED

    @property
    def words(self) -> str:
        """How the calibration stands, as a sentence."""
        if self.calibration is not None:
            strides = self.calibration.strides
            return f"calibrated from {strides} strides"
        return f"not calibrated: {self.refused}" if self.refused else "not calibrated yet"

    def view(self, progress: CalibrationProgress | None, pose: Poses | None) -> CalibrateView:
        """Return the guide; to be called once per frame, since it counts restarts."""
        fraction = 0.0 if progress is None else min(progress.still_s / STILL_S, 1.0)
        poses = 0 if progress is None else progress.poses
        if not poses and 0.0 < self._still_before < 1.0 and fraction < self._still_before:
            self._restarts += 1
        self._still_before = fraction
        step = self._step(poses, fraction)
        return CalibrateView(
            step=step,
            instruction=self._instruction(step, progress),
            still_fraction=1.0 if step is CalibrateStep.ACCEPTED else fraction,
            still_restarts=self._restarts,
            strides_good=_strides(progress.steps) if progress is not None else 0,
            strides_needed=_strides(progress.steps_needed) if progress is not None else 0,
            refused=_SWAPPED if self.swapped else capital(self.refused),
            accepted=capital(self.words) if self.calibration is not None else "",
            earth_from_sensor={} if pose is None else _newest(pose),
            swapped=self.swapped,
        )

    def _step(self, poses: int, fraction: float) -> CalibrateStep:
        if self.calibration is not None:
            return CalibrateStep.ACCEPTED
        if poses or fraction >= 1.0:
            return CalibrateStep.WALK
        return CalibrateStep.STAND_STILL

    def _instruction(self, step: CalibrateStep, progress: CalibrationProgress | None) -> str:
        if step is CalibrateStep.ACCEPTED:
            return "Calibrated. Go on."
        if step is CalibrateStep.STAND_STILL:
            return f"Stand upright and still for {STILL_S:.0f} s, arms and weight as usual."
        if self.refused and not (progress is not None and progress.steps):
            return f"Stand still for {STILL_S:.0f} s once more, then walk or run straight ahead."
        return "Now walk or run as usual, straight ahead."


def _strides(steps: int) -> int:
    """Return the whole strides that steps make: the first one only sets out."""
    return max(0, (steps - 1) // 2)


def _newest(pose: Poses) -> dict[Placement, FloatArray]:
    return {placement: rows[-1] for placement, rows in pose.earth_from_sensor.items() if len(rows)}
