"""The session screen, made of what the pipeline says and how the links stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pelvicsense.dashboard.setup_model import CalibrateModel
from pelvicsense.dashboard.side_model import SideModel
from pelvicsense.dashboard.view_state_session import (
    SHOWN,
    Alert,
    BodyView,
    LinkRow,
    Mend,
    SessionView,
    SideView,
)
from pelvicsense.dashboard.view_state_setup import SensorState
from pelvicsense.dashboard.words import METRIC_WORDS, NOTHING_YET, capital, known
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import SlipNews
from pelvicsense.datatypes.gait import StanceReport, Stride, StrideCurve
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.datatypes.quality import LinkQuality
from pelvicsense.feedback.programme import CadenceCue, Cue
from pelvicsense.pipeline.now import Poses
from pelvicsense.runtime.notices import PLACEMENT_WORDS
from pelvicsense.sinks.live_facts import LiveStatus, Phase
from pelvicsense.sinks.status import SensorStatus

_STOOD_S = 3.0
"""Without a stride for so long nobody has a cadence."""

_CUE_SHOWN_S = 2.0
_MOST_LOST_PERCENT = 2.0
_MOST_CLOCK_SIGMA_MS = 15.0
"""Beyond this the two sensors of a hip are seen to disagree; below it nobody can do better."""
_LOW_BATTERY_PERCENT = 15.0

_SLIPPED_MEND = "Fasten it and calibrate anew."
_LOST_MEND = "It is looked for: bring it near, and see that it is switched on."
_SWAPPED = "The left and right thigh sensors look swapped."


class SessionModel:
    """What the session screen is made of.

    Parameters
    ----------
    calibrate
        How the calibration stands.
    """

    def __init__(self, calibrate: CalibrateModel) -> None:
        self._calibrate = calibrate
        self._sides = {side: SideModel(side) for side in Side}
        self._stride: Stride | None = None
        self._cue: Cue | CadenceCue | None = None
        self._slips: list[SlipNews] = []

    def take_stance(self, report: StanceReport) -> None:
        """Take a stance."""
        self._sides[report.side].take_stance(report)

    def take_stride(self, stride: Stride) -> None:
        """Take a stride."""
        self._stride = stride
        self._sides[stride.side].take_stride(stride)

    def take_curve(self, curve: StrideCurve) -> None:
        """Take a stride's curve."""
        self._sides[curve.side].take_curve(curve)

    def take_slip(self, slip: SlipNews) -> None:
        """Take a slip."""
        self._slips.append(slip)

    def forget_slips(self) -> None:
        """Drop all slips: the user calibrates anew."""
        self._slips.clear()

    def take_cue(self, cue: Cue | CadenceCue) -> None:
        """Take what the person was told."""
        self._cue = cue

    def view(self, status: LiveStatus, pose: Poses | None) -> SessionView:
        """Return what is shown now."""
        log, now_s = status.log, status.signal_time_s
        sides = {side: model.view(status.feedback) for side, model in self._sides.items()}
        stride, cue = self._stride, self._cue
        links = tuple(_links(status))
        alerts = tuple(self._alerts(links))
        return SessionView(
            sides=sides,
            activity=stride.activity if stride is not None else Activity.UNKNOWN,
            cadence_spm=(
                known(stride.cadence_spm)
                if stride is not None and now_s - stride.known_at_s <= _STOOD_S
                else None
            ),
            body=_body(pose, self._calibrate),
            recording=status.phase is Phase.RECORDING,
            paused=status.paused,
            elapsed_s=log.elapsed_s if log is not None else now_s,
            recorded_mb=log.recorded_bytes / 1e6 if log is not None else 0.0,
            links=links,
            calibration=capital(self._calibrate.words),
            calibrated=self._calibrate.calibration is not None,
            feedback=status.feedback,
            plan=log.plan if log is not None else None,
            cue=cue.words if cue and now_s - cue.known_at_s <= _CUE_SHOWN_S else "",
            sound_trouble=capital(status.sound_trouble),
            alerts=alerts,
            notices=(*(alert.text for alert in alerts), *_notices(status, sides)),
        )

    def _alerts(self, links: tuple[LinkRow, ...]) -> Iterator[Alert]:
        if self._calibrate.swapped:
            yield Alert(text=_SWAPPED, mend=Mend.SWAP_THIGHS)
        for slip in self._slips:
            yield Alert(text=f"{capital(slip.words)}. {_SLIPPED_MEND}", mend=Mend.RECALIBRATE)
        for link in links:
            if link.state is SensorState.LOST:
                yield Alert(text=f"{link.name}: connection lost {_since(link)}. {_LOST_MEND}")
            elif link.state is SensorState.STALLED:
                yield Alert(text=f"{link.name}: sends nothing {_since(link)}.")


def _since(link: LinkRow) -> str:
    return f"for {link.state_s:.0f} s" if link.state_s >= 1.0 else "just now"


def _notices(status: LiveStatus, sides: Mapping[Side, SideView]) -> Iterator[str]:
    """Yield what was refused, what is not known and why, then what the log says, newest first."""
    if status.trouble:
        yield capital(status.trouble)
    for side, view in sides.items():
        for metric in SHOWN:
            reason = view.readings[metric].reason
            if reason and reason != NOTHING_YET:
                yield f"{capital(side)} {METRIC_WORDS[metric]} is not known: {reason}."
    if status.log is not None:
        yield from reversed(status.log.notices)


def _links(status: LiveStatus) -> Iterator[LinkRow]:
    if status.log is not None:
        for placement, sensor in status.log.sensors.items():
            yield _live_link(placement, sensor, status.links.get(placement))
    else:  # a replay: the links were as the analysis found them
        for placement, quality in status.links.items():
            yield _recorded_link(placement, quality)


def _live_link(placement: Placement, sensor: SensorStatus, quality: LinkQuality | None) -> LinkRow:
    seen = sensor.samples + sensor.lost
    lost_percent = 100.0 * sensor.lost / seen if seen else None
    sigma_ms = known(1000.0 * quality.clock_sigma_s) if quality is not None else None
    state = SensorState(sensor.state)
    battery = sensor.battery_percent
    return LinkRow(
        placement=placement,
        name=capital(PLACEMENT_WORDS[placement]),
        state=state,
        state_s=sensor.state_s,
        rate_hz=sensor.rate_hz,
        lost_percent=lost_percent,
        battery_percent=battery,
        battery_left_min=sensor.battery_left_min,
        clock_sigma_ms=sigma_ms,
        trouble=_trouble(lost_percent, sigma_ms, battery),
    )


def _recorded_link(placement: Placement, quality: LinkQuality) -> LinkRow:
    seen = quality.samples + quality.lost
    lost_percent = 100.0 * quality.lost / seen if seen else None
    sigma_ms = known(1000.0 * quality.clock_sigma_s)
    return LinkRow(
        placement=placement,
        name=capital(PLACEMENT_WORDS[placement]),
        state=SensorState.STREAMING,
        state_s=0.0,
        rate_hz=known(quality.rate_hz),
        lost_percent=lost_percent,
        battery_percent=None,
        battery_left_min=None,
        clock_sigma_ms=sigma_ms,
        trouble=_trouble(lost_percent, sigma_ms),
    )


def _trouble(
    lost_percent: float | None, sigma_ms: float | None, battery_percent: float | None = None
) -> str:
    """Return what needs attention, the gravest; what is not known does not."""
    if lost_percent is not None and lost_percent > _MOST_LOST_PERCENT:
        return "loses samples"
    if battery_percent is not None and battery_percent < _LOW_BATTERY_PERCENT:
        return f"battery low, {battery_percent:.0f} %"
    if sigma_ms is not None and sigma_ms > _MOST_CLOCK_SIGMA_MS:
        return "clock unsure"
    return ""


def _body(pose: Poses | None, calibrate: CalibrateModel) -> BodyView:
    if pose is None or calibrate.calibration is None:
        return BodyView(reason=capital(calibrate.words))
    return BodyView(
        obliquity_deg=_newest(pose.obliquity_deg),
        tilt_deg=_newest(pose.tilt_deg),
        thigh_adduction_deg=_by_side(pose.thigh_adduction_deg),
        thigh_flexion_deg=_by_side(pose.thigh_flexion_deg),
        hip_rotation_deg=_by_side(pose.hip_rotation_deg),
        reason=_body_reason(pose),
    )


def _body_reason(pose: Poses) -> str:
    if _newest(pose.obliquity_deg) is None:
        return "The pelvis sensor sends nothing."
    for side, angle in _by_side(pose.thigh_adduction_deg).items():
        if angle is None:
            return f"The {side} thigh has no sensor, or it sends nothing."
    return ""


def _newest(angle_deg: FloatArray) -> float | None:
    return known(float(angle_deg[-1])) if len(angle_deg) else None


def _by_side(angles_deg: Mapping[Side, FloatArray]) -> dict[Side, float | None]:
    return {side: _newest(angles_deg[side]) if side in angles_deg else None for side in Side}
