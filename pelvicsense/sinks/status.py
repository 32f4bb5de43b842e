"""What a running log shows: as facts, as one calm line, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.feedback.plan_progress import PlanProgress

STREAMING = "streaming"
"""The one link state that the status line does not spell out."""

_SHORT_NAMES: Mapping[Placement, str] = {
    Placement.PELVIS: "pelvis",
    Placement.THIGH_LEFT: "left",
    Placement.THIGH_RIGHT: "right",
}
_SEPARATOR = " · "


class CalibrationState(StrEnum):
    """Whether angles have a zero."""

    WAITING = "waiting"
    REFUSED = "refused"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorStatus:
    """One sensor; what is not known is none.

    Attributes
    ----------
    state
        What its link is doing, in the words of the source: ``connecting``, ``streaming``,
        ``lost``, ….
    state_s
        For how long it has been so, s.
    rate_hz
        Samples per second of the last seconds.
    samples, lost
        Samples that arrived; samples known to be missing.
    battery_percent
        Newest reading, 0…100.
    battery_left_min
        Minutes until the battery is empty, from its trend.
    """

    state: str
    state_s: float
    rate_hz: float | None
    samples: int
    lost: int
    battery_percent: float | None
    battery_left_min: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStatus:
    """A running log at one moment; what is not known is none.

    Attributes
    ----------
    elapsed_s
        Since the first sample, s; 0 before it.
    sensors
        The worn sensors.
    calibration, calibration_reason
        Whether angles have a zero; why not.
    strides
        Rows of strides.csv so far.
    pelvic_drop_deg
        Peak contralateral pelvic drop of the newest stance of each side, degrees.
    battery_left_min
        Minutes until the first battery is empty; none as long as the emptiest shows no trend.
    recorded_bytes
        Size of the recording.
    notices
        What the user should know, newest last.
    plan
        How far the session of a retraining plan is; none without one.
    """

    elapsed_s: float
    sensors: Mapping[Placement, SensorStatus]
    calibration: CalibrationState
    calibration_reason: str | None
    strides: Mapping[Side, int]
    pelvic_drop_deg: Mapping[Side, float | None]
    battery_left_min: float | None
    recorded_bytes: int
    notices: tuple[str, ...]
    plan: PlanProgress | None = None


def status_line(status: LogStatus, width: int) -> str:
    """Return the status in at most ``width`` characters; what matters least goes first."""
    parts = [_clock(status.elapsed_s)]
    parts += [_sensor(sensor, facts) for sensor, facts in status.sensors.items()]
    if status.calibration is CalibrationState.ACCEPTED:
        parts.append("strides " + _both(str(status.strides[side]) for side in Side))
        parts.append("drop " + _both(_degrees(status.pelvic_drop_deg[side]) for side in Side))
    else:
        parts.append(f"calibration {status.calibration}")
    if status.battery_left_min is not None:
        parts.append(f"battery {_hours(status.battery_left_min)}")
    parts.append(f"{status.recorded_bytes / 1e6:.1f} MB")
    if status.plan is not None:
        parts.append(status.plan.feedback_words)
    line = parts[0]
    for part in parts[1:]:
        if len(line) + len(_SEPARATOR) + len(part) > width:
            break
        line += _SEPARATOR + part
    return line[:width]


def status_json(status: LogStatus) -> dict[str, Any]:
    """Return the status as plain values, for programs; keys stay, new ones may be added.

    ::

        elapsed_s            number      since the first sample
        sensors              {pelvis | thigh_left | thigh_right: {
            state            text        connecting, ready, streaming, stalled, lost, stopped
            state_s          number      for how long
            rate_hz          number|null samples per second of the last seconds
            samples, lost    integer     arrived; known to be missing
            battery_percent  number|null newest reading
            battery_left_min number|null until empty, from the trend of at least ten minutes
        }}
        calibration          text        waiting, refused, accepted
        calibration_reason   text|null   why refused
        strides              {left, right: integer}
        pelvic_drop_deg      {left, right: number|null}   peak of the newest stance
        battery_left_min     number|null until the first battery is empty
        recorded_bytes       integer
        notices              [text]      newest last
        plan                 null|{      session of a retraining plan, minutes of gait:
            session, of      integer     which; of + 1 is a retention check
            minutes          number      done so far
            planned_minutes  number      0 in a retention check
            feedback_now     boolean     what is outside the target is told now
            change_min       number|null until that changes; null if it does not any more
            done             boolean     the planned minutes are over
        }

    ``null`` is what is not known.
    """
    return {
        "elapsed_s": round(status.elapsed_s, 3),
        "sensors": {
            sensor.value: {
                "state": facts.state,
                "state_s": round(facts.state_s, 3),
                "rate_hz": _rounded(facts.rate_hz, 2),
                "samples": facts.samples,
                "lost": facts.lost,
                "battery_percent": _rounded(facts.battery_percent, 1),
                "battery_left_min": _rounded(facts.battery_left_min, 0),
            }
            for sensor, facts in status.sensors.items()
        },
        "calibration": status.calibration.value,
        "calibration_reason": status.calibration_reason,
        "strides": {side.value: count for side, count in status.strides.items()},
        "pelvic_drop_deg": {
            side.value: _rounded(drop, 2) for side, drop in status.pelvic_drop_deg.items()
        },
        "battery_left_min": _rounded(status.battery_left_min, 0),
        "recorded_bytes": status.recorded_bytes,
        "notices": list(status.notices),
        "plan": _plan_json(status.plan) if status.plan is not None else None,
    }


def _plan_json(plan: PlanProgress) -> dict[str, Any]:
    return {
        "session": plan.step.number,
        "of": plan.step.count,
        "minutes": round(plan.minutes, 3),
        "planned_minutes": plan.step.session.minutes,
        "feedback_now": plan.feedback_now,
        "change_min": _rounded(plan.change_min, 3),
        "done": plan.done,
    }


def _sensor(sensor: Placement, facts: SensorStatus) -> str:
    name = _SHORT_NAMES[sensor]
    if facts.state != STREAMING:
        return f"{name} {facts.state.upper()} {facts.state_s:.0f} s"
    rate = "… Hz" if facts.rate_hz is None else f"{facts.rate_hz:.0f} Hz"
    battery = "" if facts.battery_percent is None else f" {facts.battery_percent:.0f} %"
    return f"{name} {rate}{battery}"


def _clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}"


def _hours(minutes: float) -> str:
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"


def _both(values: Iterable[str]) -> str:
    return "/".join(values)


def _degrees(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}°"


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
