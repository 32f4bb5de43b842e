"""Keeps count of what a running log has seen and said."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pelvicsense.datatypes.calibration import Calibration, CalibrationNews, SlipNews
from pelvicsense.datatypes.gait import StanceReport, Stride
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, StreamInput
from pelvicsense.feedback.plan_progress import PlanProgress
from pelvicsense.pipeline.pipeline import Output
from pelvicsense.sinks.battery import BatteryTrend
from pelvicsense.sinks.status import CalibrationState, LogStatus, SensorStatus

_RATE_WINDOW_NS = 5_000_000_000
"""Long against the bursts of a radio, short against the patience of who watches."""

_LEAST_RATE_NS = 2_000_000_000
_SILENT_NS = 1_000_000_000
"""From then on silence counts: radios pause for less."""

_MOST_NOTICES = 20


@dataclass(slots=True)
class _SensorFacts:
    """What is known of one sensor."""

    state: str = "connecting"
    state_since_ns: int | None = None
    samples: int = 0
    lost: int = 0
    first_ns: int | None = None
    arrivals: deque[tuple[int, int]] = field(default_factory=deque)
    """host_ns and number of samples, of the rate window."""
    battery: BatteryTrend = field(default_factory=BatteryTrend)

    def take(self, block: SampleBlock) -> None:
        if not len(block):
            return
        newest_ns = int(block.host_ns[-1])
        if self.first_ns is None:
            self.first_ns = int(block.host_ns[0])
        self.samples += len(block)
        self.arrivals.append((newest_ns, len(block)))
        self.forget_before(newest_ns - _RATE_WINDOW_NS)

    def forget_before(self, host_ns: int) -> None:
        while self.arrivals and self.arrivals[0][0] <= host_ns:
            self.arrivals.popleft()

    def rate_hz(self, now_ns: int) -> float | None:
        """Return samples per second, from arrival to arrival, so that bursts do not show."""
        if self.first_ns is None or now_ns - self.first_ns < _LEAST_RATE_NS:
            return None
        self.forget_before(now_ns - _RATE_WINDOW_NS)
        if len(self.arrivals) < 2:
            return 0.0
        (oldest_ns, oldest_count), (newest_ns, _) = self.arrivals[0], self.arrivals[-1]
        end_ns = newest_ns if now_ns - newest_ns < _SILENT_NS else now_ns
        count = sum(count for _, count in self.arrivals) - oldest_count
        return count / ((end_ns - oldest_ns) * 1e-9) if end_ns > oldest_ns else 0.0

    def status(self, now_ns: int) -> SensorStatus:
        since_ns = now_ns if self.state_since_ns is None else self.state_since_ns
        return SensorStatus(
            state=self.state,
            state_s=(now_ns - since_ns) * 1e-9,
            rate_hz=self.rate_hz(now_ns),
            samples=self.samples,
            lost=self.lost,
            battery_percent=self.battery.percent,
            battery_left_min=self.battery.minutes_left(now_ns * 1e-9),
        )


class StatusTracker:
    """Fed with everything that happens, says at any moment how the log stands.

    Parameters
    ----------
    sensors
        The worn sensors, in the order in which they are shown.
    """

    def __init__(self, sensors: Sequence[Placement]) -> None:
        self._sensors = {sensor: _SensorFacts() for sensor in sensors}
        self._calibration = CalibrationState.WAITING
        self._reason: str | None = None
        self._strides = dict.fromkeys(Side, 0)
        self._drops: dict[Side, float | None] = dict.fromkeys(Side)
        self._notices: deque[str] = deque(maxlen=_MOST_NOTICES)
        self._plan: PlanProgress | None = None

    def take_inputs(self, group: Iterable[StreamInput]) -> None:
        """Take what the pipeline is fed."""
        for item in group:
            if isinstance(item, SampleBlock):
                self._sensors[item.sensor].take(item)
            else:
                self._take_mark(item)

    def take_outputs(self, outputs: Iterable[Output]) -> None:
        """Take what the pipeline says."""
        for item in outputs:
            if isinstance(item, Stride):
                self._strides[item.side] += 1
            elif isinstance(item, StanceReport):
                drop = item.angles.pelvic_drop_peak_deg
                self._drops[item.side] = drop if math.isfinite(drop) else None
            elif isinstance(item, CalibrationNews):
                self._take_news(item)
            elif isinstance(item, SlipNews):
                self.note(f"{item.words}; fasten it and recalibrate")

    def take_link(self, sensor: Placement, state: str, host_ns: int) -> None:
        """Take what a sensor's link does from ``host_ns`` on, in the words of the source."""
        facts = self._sensors[sensor]
        if state != facts.state or facts.state_since_ns is None:
            facts.state, facts.state_since_ns = state, host_ns

    def take_battery(self, sensor: Placement, percent: float, host_ns: int) -> None:
        """Take a reading of a sensor's battery, 0…100."""
        self._sensors[sensor].battery.add(host_ns * 1e-9, percent)

    def take_plan(self, plan: PlanProgress | None) -> None:
        """Take how far the session of a plan is."""
        self._plan = plan

    def note(self, notice: str) -> None:
        """Take a sentence that the user should read."""
        self._notices.append(notice)

    def status(self, now_ns: int, recorded_bytes: int) -> LogStatus:
        """Return how things stand at ``now_ns`` of the host's clock."""
        sensors = {sensor: facts.status(now_ns) for sensor, facts in self._sensors.items()}
        firsts = [f.first_ns for f in self._sensors.values() if f.first_ns is not None]
        return LogStatus(
            elapsed_s=(now_ns - min(firsts)) * 1e-9 if firsts else 0.0,
            sensors=sensors,
            calibration=self._calibration,
            calibration_reason=self._reason,
            strides=dict(self._strides),
            pelvic_drop_deg=dict(self._drops),
            battery_left_min=_first_empty(sensors.values()),
            recorded_bytes=recorded_bytes,
            notices=tuple(self._notices),
            plan=self._plan,
        )

    def _take_mark(self, mark: Mark) -> None:
        if mark.kind is MarkKind.LOST and mark.sensor is not None:
            self._sensors[mark.sensor].lost += int(mark.text)
        elif mark.kind is MarkKind.RECALIBRATE:
            self._calibration, self._reason = CalibrationState.WAITING, None

    def _take_news(self, news: CalibrationNews) -> None:
        if isinstance(news.outcome, Calibration):
            self._calibration, self._reason = CalibrationState.ACCEPTED, None
        else:
            self._calibration = CalibrationState.REFUSED
            self._reason = news.outcome.reason


def _first_empty(sensors: Iterable[SensorStatus]) -> float | None:
    """Return when the first battery is empty; none where the emptiest shows no trend yet."""
    known = [
        (s.battery_percent, s.battery_left_min) for s in sensors if s.battery_percent is not None
    ]
    if not known or min(known, key=lambda pair: pair[0])[1] is None:
        return None
    return min(minutes for _, minutes in known if minutes is not None)
