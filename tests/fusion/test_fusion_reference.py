"""Filters against each other on walking from optical motion capture, started standing."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from known_motions import RATE_HZ, grid_block

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.motion import OrientationSignal
from pelvicsense.datatypes.placement import Placement
from pelvicsense.fusion.stage import FusionConfig, FusionStage
from pelvicsense.numerics.quaternion import rotate

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("PELVICSENSE_REFERENCE", ROOT / ".." / "shared" / "reference"))
WALKS = ["F5Gang1", "F5Gang2", "F5Gang4", "M4Gang3", "M4Gang4", "M4Gang9"]


def pelvis_samples(name: str) -> tuple[FloatArray, FloatArray]:
    """Specific force and rate of the pelvis sensor, at its own 100 Hz."""
    path = REFERENCE / name / "samples.csv"
    if not path.exists():
        pytest.skip(f"reference session {path} is absent; set PELVICSENSE_REFERENCE to its folder")
    with path.open(newline="") as file:
        rows = [row for row in csv.reader(file) if row[1] == "pelvis"]
    values = np.array([[float(cell) for cell in row[3:]] for row in rows])
    return values[:, :3], values[:, 3:]


def oriented(name: str, acc: FloatArray, gyr: FloatArray) -> OrientationSignal:
    stage = FusionStage(FusionConfig(filter=name), RATE_HZ, [Placement.PELVIS])
    return stage.feed(grid_block(acc, gyr)).sensors[Placement.PELVIS]


def elevation_deg(signal: OrientationSignal, axis: FloatArray) -> FloatArray:
    turned = rotate(signal.earth_from_sensor, np.broadcast_to(axis, (len(signal), 3)))
    return np.degrees(np.arcsin(np.clip(turned[:, 2], -1.0, 1.0)))


@pytest.mark.parametrize("walk", WALKS)
def test_vqf_and_madgwick_agree_on_pelvic_obliquity(walk: str) -> None:
    acc, gyr = pelvis_samples(f"walk_{walk}_clean")
    vqf, madgwick = oriented("vqf", acc, gyr), oriented("madgwick", acc, gyr)
    both = vqf.settled & madgwick.settled
    assert both.sum() > 300, "both filters must have settled for 3 s"
    lateral = lateral_axis(f"walk_{walk}_clean")
    difference = elevation_deg(vqf, lateral)[both] - elevation_deg(madgwick, lateral)[both]
    assert np.sqrt(np.mean(difference**2)) < 0.5


def lateral_axis(name: str) -> FloatArray:
    """Pelvis' left axis in the sensor frame, horizontal in the still pose."""
    truth = json.loads((REFERENCE / name / "truth_meta.json").read_text())
    return np.array(truth["sensors"]["pelvis"]["mount_still_referenced"])[:, 1]
