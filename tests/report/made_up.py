"""Strides, and folders of analysed sessions, made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from pelvicsense.datatypes.gait import Flag, Stride, StrideAngles, StrideCurve
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.datatypes.samples import SensorSpec
from pelvicsense.metrics.summary import summarise
from pelvicsense.recording.manifest import Manifest, SessionActivity, write_manifest
from pelvicsense.runtime.result import SessionResult
from pelvicsense.runtime.write import write_result

BEGAN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def stride(
    number: int,
    side: Side,
    drop_deg: float = 5.0,
    *,
    valid: bool = True,
    activity: Activity = Activity.WALK,
    flags: tuple[Flag, ...] = (),
    angles: StrideAngles | None = None,
) -> Stride:
    known = StrideAngles(
        pelvic_drop_peak_deg=drop_deg,
        pelvic_drop_excursion_deg=drop_deg - 1.0,
        hip_adduction_peak_deg=8.0 + 0.1 * (number % 3),
        thigh_rotation_peak_deg=6.0,
        thigh_rotation_excursion_deg=7.0 + 0.1 * (number % 5),
    )
    return Stride(
        stride=number,
        side=side,
        activity=activity,
        t_contact_s=float(number),
        t_final_contact_s=number + 0.6,
        t_end_s=number + 1.0,
        stride_time_s=1.0,
        stance_fraction=0.6,
        cadence_spm=120.0,
        stance_time_se_s=0.02,
        angles=angles or known,
        standard_errors=_errors(),
        valid=valid,
        flags=flags,
        known_at_s=number + 1.2,
    )


def _errors() -> StrideAngles:
    return StrideAngles(
        pelvic_drop_peak_deg=0.3,
        pelvic_drop_excursion_deg=0.3,
        hip_adduction_peak_deg=0.6,
        thigh_rotation_peak_deg=0.6,
        thigh_rotation_excursion_deg=0.6,
    )


def walk(drop_deg: float, count: int = 40, *, first: int = 0) -> list[Stride]:
    """So many strides, left and right in turn."""
    sides = tuple(Side)
    return [
        stride(first + k, sides[k % 2], drop_deg + 0.2 * np.sin(k).item()) for k in range(count)
    ]


def curve(of: Stride, obliquity_deg: Sequence[float]) -> StrideCurve:
    values = np.asarray(obliquity_deg, dtype=np.float64)
    return StrideCurve(
        stride=of.stride,
        side=of.side,
        obliquity_deg=values,
        hip_adduction_deg=values + 1.0,
        thigh_rotation_deg=values + 2.0,
    )


def manifest(subject: str, days: float, **more: object) -> Manifest:
    spec = SensorSpec(placement=Placement.PELVIS, profile="simulated", rate_hz=60.0)
    plain = Manifest(
        started_at=BEGAN + timedelta(days=days),
        subject=subject,
        activity=SessionActivity.WALK,
        sensors={Placement.PELVIS: spec},
    )
    return replace(plain, **more)


def put_session(
    folder: Path,
    name: str,
    like: SessionResult,
    of: Manifest,
    strides: Sequence[Stride] | None = None,
) -> Path:
    """Write a session without samples; with results if there are ``strides``."""
    session = folder / name
    session.mkdir(parents=True)
    write_manifest(session, of)
    if strides is not None:
        result = replace(
            like,
            name=name,
            manifest=of,
            strides=tuple(strides),
            events=(),
            curves=(),
            summary=summarise(strides),
        )
        write_result(result, session)
    return session
