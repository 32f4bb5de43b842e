"""Views with the numbers of a plausible session, for the windows' tests and pictures."""

from __future__ import annotations

import math

import numpy as np

from pelvicsense.dashboard.view_state import Page, View
from pelvicsense.dashboard.view_state_after import (
    ChangeRow,
    Gap,
    ReplayView,
    StrideSpan,
    SummaryRow,
    SummaryView,
    TimelineMark,
)
from pelvicsense.dashboard.view_state_session import (
    SHOWN,
    BandedCurve,
    BodyView,
    LinkRow,
    Reading,
    SessionView,
    SideView,
    Trend,
)
from pelvicsense.dashboard.view_state_setup import (
    CalibrateStep,
    CalibrateView,
    ReadyView,
    SensorRow,
    SensorState,
)
from pelvicsense.dashboard.words import zone_words
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.datatypes.samples import MarkKind
from pelvicsense.feedback.programme import FeedbackConfig, FeedbackMode
from pelvicsense.feedback.zone import Metric, Zone

ZONES = {
    Metric.PELVIC_DROP_PEAK: Zone(low_deg=2.0, high_deg=5.5),
    Metric.THIGH_ROTATION_EXCURSION: Zone(low_deg=4.0, high_deg=9.0),
}
FEEDBACK = FeedbackConfig(mode=FeedbackMode.OUTSIDE_ONLY, zones=ZONES)
VALUES = {
    Side.LEFT: dict(zip(SHOWN, (4.8, 7.6, 6.4), strict=True)),
    Side.RIGHT: dict(zip(SHOWN, (6.7, 10.4, 8.1), strict=True)),
}
ERRORS = dict(zip(SHOWN, (0.7, 1.3, 1.1), strict=True))


def known(metric: Metric, value_deg: float) -> Reading:
    zone = ZONES.get(metric)
    return Reading(
        value_deg=value_deg,
        standard_error_deg=ERRORS[metric],
        zone=zone,
        place=None if zone is None else zone.place(value_deg),
        outside_deg=None if zone is None else zone.outside_deg(value_deg),
        words="" if zone is None else zone_words(value_deg, zone),
    )


def side_view(side: Side, values: dict[Metric, float] | None = None) -> SideView:
    values = values or VALUES[side]
    rng = np.random.default_rng(side is Side.LEFT)
    stance = np.linspace(0.0, 1.0, 101)
    trends, curves = {}, {}
    for metric, value in values.items():
        trend = value + rng.normal(0.0, 0.7, 50)
        trend[18:21] = np.nan
        valid = np.ones(50)
        valid[30:33] = 0.0
        trends[metric] = Trend(values_deg=trend, valid=valid)
        mean = value * np.sin(math.pi * stance**0.8) ** 1.2
        curves[metric] = BandedCurve(
            now_deg=mean + 0.6 * np.sin(7.0 * stance),
            mean_deg=mean,
            sd_deg=np.full(101, 0.6),
            strides=41,
        )
    return SideView(
        readings={metric: known(metric, value) for metric, value in values.items()},
        trends=trends,
        curves=curves,
        strides=64,
        valid=61,
        newest=64,
    )


def link(placement: Placement, **changes: object) -> LinkRow:
    names = {
        Placement.PELVIS: "pelvis",
        Placement.THIGH_LEFT: "left thigh",
        Placement.THIGH_RIGHT: "right thigh",
    }
    values: dict[str, object] = {
        "placement": placement,
        "name": names[placement],
        "state": SensorState.STREAMING,
        "state_s": 412.0,
        "rate_hz": 59.9,
        "lost_percent": 0.2,
        "battery_percent": 87.0,
        "battery_left_min": 210.0,
        "clock_sigma_ms": 1.1,
    }
    return LinkRow(**(values | changes))  # type: ignore[arg-type]


def session_view(**changes: object) -> SessionView:
    values: dict[str, object] = {
        "sides": {side: side_view(side) for side in Side},
        "activity": Activity.RUN,
        "cadence_spm": 168.0,
        "body": BodyView(
            obliquity_deg=4.6,
            tilt_deg=8.0,
            thigh_adduction_deg={Side.LEFT: 7.0, Side.RIGHT: 9.0},
            thigh_flexion_deg={Side.LEFT: 34.0, Side.RIGHT: -8.0},
            hip_rotation_deg={Side.LEFT: 3.0, Side.RIGHT: 9.0},
        ),
        "recording": True,
        "elapsed_s": 412.0,
        "recorded_mb": 8.4,
        "links": tuple(link(placement) for placement in Placement),
        "calibration": "calibrated from 10 strides",
        "calibrated": True,
        "feedback": FEEDBACK,
        "cue": "right: 1.2° above",
    }
    return SessionView(**(values | changes))  # type: ignore[arg-type]


def sensor_row(name: str, placement: Placement | None, **changes: object) -> SensorRow:
    values: dict[str, object] = {
        "address": f"address of {name}",
        "name": name,
        "model": "Movella DOT",
        "signal": "good",
        "signal_bars": 3,
        "battery_percent": 87.0,
        "placement": placement,
        "state": SensorState.SEEN,
        "trouble": "",
        "usable": True,
        "can_blink": False,
    }
    return SensorRow(**(values | changes))  # type: ignore[arg-type]


def ready_view(**changes: object) -> ReadyView:
    values: dict[str, object] = {
        "sensors": (
            sensor_row("DOT-21", Placement.PELVIS, signal="strong", signal_bars=4),
            sensor_row("DOT-07", Placement.THIGH_LEFT, state=SensorState.READY, can_blink=True),
            sensor_row("DOT-12", None, battery_percent=None),
            sensor_row(
                "WT901BLE67",
                None,
                model="WitMotion WT901BLE",
                signal="weak",
                signal_bars=2,
                battery_percent=None,
                trouble="Its battery is nearly empty: charge it before a session.",
            ),
            sensor_row(
                "(no name)",
                None,
                model="",
                signal="very weak",
                signal_bars=1,
                battery_percent=None,
                usable=False,
            ),
        ),
        "scanning": True,
        "missing": ("the right thigh's sensor",),
        "can_connect": False,
    }
    return ReadyView(**(values | changes))  # type: ignore[arg-type]


def turned(angle: float, x: float, y: float, z: float) -> np.ndarray:
    axis = np.array([x, y, z]) / math.sqrt(x * x + y * y + z * z)
    return np.concatenate([[math.cos(angle / 2)], math.sin(angle / 2) * axis])


def calibrate_view(**changes: object) -> CalibrateView:
    values: dict[str, object] = {
        "step": CalibrateStep.STAND_STILL,
        "instruction": "Stand still and upright, feet parallel, facing the way you will go.",
        "still_fraction": 0.62,
        "still_restarts": 2,
        "strides_needed": 10,
        "earth_from_sensor": {
            Placement.PELVIS: turned(1.4, 1.0, 0.2, 0.1),
            Placement.THIGH_LEFT: turned(1.2, 0.3, 1.0, 0.4),
            Placement.THIGH_RIGHT: turned(2.0, 0.2, 1.0, -0.5),
        },
    }
    return CalibrateView(**(values | changes))  # type: ignore[arg-type]


def summary_view(**changes: object) -> SummaryView:
    names = {
        "pelvic_drop_peak_deg": ("pelvic drop peak", "°", 5.1, 6.8),
        "pelvic_drop_excursion_deg": ("pelvic drop excursion", "°", 4.0, 5.2),
        "hip_adduction_peak_deg": ("hip adduction peak", "°", 5.9, 7.5),
        "thigh_rotation_excursion_deg": ("thigh rotation excursion", "°", 8.0, 10.1),
        "stance_time_s": ("stance time", "s", 0.24, 0.25),
        "cadence_spm": ("cadence", "steps/min", 168.0, 168.1),
    }
    rows = tuple(
        SummaryRow(
            activity=Activity.RUN,
            metric=metric,
            name=name,
            unit=unit,
            mean={Side.LEFT: left, Side.RIGHT: right},
            low={Side.LEFT: 0.9 * left, Side.RIGHT: 0.9 * right},
            high={Side.LEFT: 1.1 * left, Side.RIGHT: 1.1 * right},
            difference=left - right,
            distinct=metric == "pelvic_drop_peak_deg",
        )
        for metric, (name, unit, left, right) in names.items()
    )
    change = ChangeRow(
        activity=Activity.RUN,
        side=Side.RIGHT,
        name="pelvic drop peak",
        unit="°",
        before=9.9,
        now=6.8,
        change=-3.1,
        detectable=2.8,
        source="Dingenen et al. 2018",
        real=True,
        words="Right pelvic drop is 3.1° less than last time, more than measurement error (2.8°).",
    )
    small = ChangeRow(
        activity=Activity.RUN,
        side=Side.LEFT,
        name="pelvic drop peak",
        unit="°",
        before=5.6,
        now=5.1,
        change=-0.5,
        detectable=2.8,
        source="Dingenen et al. 2018",
        real=False,
        words="Left pelvic drop changed by 0.5°, which measurement error alone can make.",
    )
    values: dict[str, object] = {
        "folder": "/home/you/pelvicsense/2026-11-22T10-14-03-P01",
        "duration_s": 1834.0,
        "valid": 2410,
        "invalid": 37,
        "rows": rows,
        "compared_with": "2026-11-15T10-02-11-P01",
        "changes": (change, small),
        "notices": ("Left thigh: 2.5 s are missing (longest gap 2.1 s).",),
    }
    return SummaryView(**(values | changes))  # type: ignore[arg-type]


def replay_view(**changes: object) -> ReplayView:
    strides = tuple(
        StrideSpan(
            side=side,
            t_contact_s=6.4 + 1.08 * n + (0.54 if side is Side.LEFT else 0.0),
            t_end_s=7.48 + 1.08 * n + (0.54 if side is Side.LEFT else 0.0),
            valid=n > 2,
        )
        for n in range(47)
        for side in Side
    )
    values: dict[str, object] = {
        "name": "walk",
        "analysed": 1.0,
        "duration_s": 60.0,
        "position_s": 24.3,
        "playing": True,
        "strides": strides,
        "marks": (
            TimelineMark(t_s=1.0, kind=MarkKind.STILL_START, sensor=None, text=""),
            TimelineMark(t_s=6.0, kind=MarkKind.STILL_END, sensor=None, text=""),
        ),
        "gaps": (Gap(sensor=Placement.THIGH_LEFT, start_s=20.0, end_s=22.5),),
    }
    return ReplayView(**(values | changes))  # type: ignore[arg-type]


def view(page: Page, **changes: object) -> View:
    values: dict[str, object] = {
        "page": page,
        "error": "",
        "ready": ready_view(),
        "calibrate": calibrate_view(),
        "session": session_view(),
        "summary": summary_view(),
    }
    return View(**(values | changes))  # type: ignore[arg-type]
