"""Signs: every row of the sign table in conventions.md, tried on the code."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import pelvicsense
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.motion import SegmentSignal
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.gait.signals import flexion
from pelvicsense.metrics.hip import axis_products, hip_angles, obliquity
from pelvicsense.metrics.stance import StanceTask, stance_metrics
from pelvicsense.metrics.stance_config import StanceConfig
from pelvicsense.numerics import quaternion

ANGLE_DEG = 10.0
EARTH_FROM_STILL = quaternion.from_matrix(
    np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
)
"""Facing earth x: y up, z to the right."""


@dataclass(frozen=True)
class Row:
    angle: str
    side: str
    words: str
    segment: str
    axis: str
    reads: str


def sign_table() -> list[Row]:
    page = (Path(pelvicsense.__file__).parent / "conventions.md").read_text(encoding="utf-8")
    section = page.split("## Sign table")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines[2:]]


TABLE = sign_table()


@dataclass(frozen=True)
class Posture:
    """Pelvis and thigh over a few rows, (n, 3, 3), and the heading between their earth frames."""

    pelvis: FloatArray
    thigh: FloatArray
    heading: float


def posture(row: Row) -> Posture:
    vector = np.zeros(3)
    vector["xyz".index(row.axis[1])] = math.radians(ANGLE_DEG) * (1 if row.axis[0] == "+" else -1)
    turn = quaternion.from_rotation_vector(vector)
    facing, heading = 0.7, -2.1  # nothing may depend on where the person faces

    def axes(segment: str, yaw: float) -> FloatArray:
        still = quaternion.multiply(quaternion.about_z(yaw), EARTH_FROM_STILL)
        q = quaternion.multiply(still, turn) if row.segment == segment else still
        return np.tile(quaternion.to_matrix(q), (5, 1, 1))

    return Posture(axes("pelvis", facing), axes("thigh", facing - heading), heading)


def drop_deg(body: Posture, side: Side) -> float:
    task = StanceTask(
        side=side,
        activity=Activity.WALK,
        first=0,
        end=len(body.pelvis),
        contact=0.5,
        final=3.5,
        contact_sigma=0.0,
        final_sigma=0.0,
        forward_sigma=0.0,
        heading=math.nan,
        heading_sigma=math.nan,
        drift_sigma=math.nan,
    )
    vertical_parts = body.pelvis[None, :, 2, [2, 0]]
    [(values, _)] = stance_metrics([task], vertical_parts, None, StanceConfig())
    return values.pelvic_drop_peak_deg


def inclination_deg(body: Posture) -> float:
    n = len(body.thigh)
    nothing = np.zeros((n, 3))
    no = np.zeros(n, dtype=np.bool_)
    thigh = SegmentSignal(
        earth_from_segment=body.thigh,
        acceleration=nothing,
        rate=nothing,
        settled=~no,
        bridged=no,
        saturated=no,
    )
    return math.degrees(flexion(thigh)[1][0])


def reading_deg(row: Row) -> float:
    body = posture(row)
    if row.angle == "obliquity":
        return math.degrees(obliquity(body.pelvis[:, 2, 2])[0])
    side = Side(row.side)
    hip = hip_angles(
        axis_products(body.pelvis, body.thigh), np.array(body.heading), np.array(side.sign)
    )
    readings = {
        "pelvic drop": drop_deg(body, side),
        "thigh inclination": inclination_deg(body),
        "hip adduction": math.degrees(hip.adduction[0]),
        "thigh rotation": math.degrees(hip.rotation[0]),
    }
    return readings[row.angle]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.angle}, {row.side}: {row.words}")
def test_the_angle_reads_as_the_table_says(row: Row) -> None:
    expected = {"+": ANGLE_DEG, "-": -ANGLE_DEG}[row.reads]
    assert reading_deg(row) == pytest.approx(expected, abs=1e-9)


def test_every_angle_has_both_signs_on_both_sides() -> None:
    for angle in ("pelvic drop", "thigh inclination", "hip adduction", "thigh rotation"):
        seen = {(row.side, row.reads) for row in TABLE if row.angle == angle}
        assert seen == {(side.value, sign) for side in Side for sign in "+-"}
    assert {row.reads for row in TABLE if row.angle == "obliquity"} == {"+", "-"}
