"""Reads our files with OpenSim's own libraries; prints one line. Run as a script: it talks a lot.

The model has OpenSim's own joints as gait2392 and Rajagopal's model define them: turns about z, x
and y, the last two the other way round at the left hip.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import opensim

AXES = ((0, 0, 1), (1, 0, 0), (0, 1, 0))
LEFT_AXES = ((0, 0, 1), (-1, 0, 0), (0, -1, 0))
BODIES = {"pelvis_imu": "pelvis", "femur_l_imu": "femur_l", "femur_r_imu": "femur_r"}


def model() -> Any:
    legs = opensim.Model()
    bodies = {}
    for name in BODIES.values():
        bodies[name] = opensim.Body(name, 1.0, opensim.Vec3(0), opensim.Inertia(1, 1, 1))
        legs.addBody(bodies[name])
    pelvis = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
    add_joint(legs, legs.getGround(), bodies["pelvis"], pelvis, AXES)
    for side, axes in (("r", AXES), ("l", LEFT_AXES)):
        names = tuple(f"hip_{name}_{side}" for name in ("flexion", "adduction", "rotation"))
        add_joint(legs, bodies["pelvis"], bodies[f"femur_{side}"], names, axes)
    legs.finalizeConnections()
    return legs


def add_joint(legs: Any, parent: Any, child: Any, names: Any, axes: Any) -> None:
    turns = opensim.SpatialTransform()
    for i, (name, axis) in enumerate(zip(names, axes, strict=True)):
        coordinate = opensim.ArrayStr()
        coordinate.append(name)
        turns.updTransformAxis(i).setCoordinateNames(coordinate)
        turns.updTransformAxis(i).setAxis(opensim.Vec3(*axis))
        turns.updTransformAxis(i).set_function(opensim.LinearFunction(1.0, 0.0))
    nowhere = opensim.Vec3(0)
    joint = opensim.CustomJoint(
        f"to_{child.getName()}", parent, nowhere, nowhere, child, nowhere, nowhere, turns
    )
    for name in names:
        coordinate = opensim.Coordinate()
        coordinate.setName(name)
        joint.append_coordinates(coordinate)
    legs.addJoint(joint)


def read(folder: Path) -> str:
    orientations = opensim.TimeSeriesTableQuaternion(str(folder / "orientations.sto"))
    angles = opensim.TimeSeriesTable(str(folder / "angles.mot"))
    column = angles.getDependentColumn("hip_adduction_l").to_numpy()
    return json.dumps(
        {
            "bodies": list(orientations.getColumnLabels()),
            "angles": list(angles.getColumnLabels()),
            "rate": float(orientations.getTableMetaDataString("DataRate")),
            "degrees": angles.getTableMetaDataString("inDegrees"),
            "rows": [orientations.getNumRows(), angles.getNumRows()],
            "known": int(np.isfinite(column).sum()),
            "sum": float(np.nansum(column)),
        }
    )


def kinematics(folder: Path) -> str:
    """Return the largest difference of a matrix element between angles and orientations."""
    orientations = opensim.TimeSeriesTableQuaternion(str(folder / "orientations.sto"))
    angles = opensim.TimeSeriesTable(str(folder / "angles.mot"))
    legs = model()
    state = legs.initSystem()
    worst, seen = 0.0, 0
    for row in range(0, angles.getNumRows(), 17):
        values = angles.getRowAtIndex(row).to_numpy()
        if not np.isfinite(values).all():
            continue
        seen += 1
        for name, value in zip(angles.getColumnLabels(), values, strict=True):
            legs.updCoordinateSet().get(name).setValue(state, math.radians(value), False)
        legs.realizePosition(state)
        quaternions = orientations.getRowAtIndex(row)
        for column, label in enumerate(orientations.getColumnLabels()):
            body = legs.getBodySet().get(BODIES[label])
            own = body.getTransformInGround(state).R()
            other = opensim.Rotation(quaternions.getElt(0, column))
            differences = [own.get(i, j) - other.get(i, j) for i in range(3) for j in range(3)]
            worst = max(worst, *map(abs, differences))
    assert seen > 40
    return str(worst)


def inverse(folder: Path) -> str:
    """Return the largest difference, degrees, of OpenSense's angles from ours over six seconds."""
    work = folder.parent / "opensense"
    work.mkdir(exist_ok=True)
    model().printToXML(str(work / "legs.osim"))
    placer = opensim.IMUPlacer()
    placer.set_model_file(str(work / "legs.osim"))
    placer.set_orientation_file_for_calibration(str(folder / "orientations.sto"))
    placer.set_base_imu_label("pelvis_imu")
    placer.set_base_heading_axis("x")
    placer.set_output_model_file(str(work / "calibrated.osim"))
    assert placer.run(False)
    tool = opensim.IMUInverseKinematicsTool()
    tool.set_model_file(str(work / "calibrated.osim"))
    tool.set_orientations_file(str(folder / "orientations.sto"))
    tool.set_time_range(0, 8.0)
    tool.set_time_range(1, 14.0)
    tool.set_results_directory(str(work))
    assert tool.run(False)
    found = opensim.TimeSeriesTable(str(work / "ik_orientations.mot"))
    ours = opensim.TimeSeriesTable(str(folder / "angles.mot"))
    t_s, own_s = (np.array(table.getIndependentColumn()) for table in (found, ours))
    worst = 0.0
    for name in ours.getColumnLabels():
        own = np.interp(t_s, own_s, ours.getDependentColumn(name).to_numpy())
        worst = max(worst, np.abs(found.getDependentColumn(name).to_numpy() - own).max())
    return str(worst)


if __name__ == "__main__":
    print(globals()[sys.argv[1]](Path(sys.argv[2])))
