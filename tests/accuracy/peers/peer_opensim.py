"""OpenSim: sensors placed in the still pose, then inverse kinematics on their orientations."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import opensim
from opensim_reader import model
from peer_files import Answer, answer_all

PLACEMENTS = {"pelvis": "pelvis_imu", "thigh_left": "femur_l_imu", "thigh_right": "femur_r_imu"}
UP_FROM_Z_TO_Y = opensim.Vec3(-np.pi / 2.0, 0.0, 0.0)


def write_orientations(path: Path, t_s: Any, rows: dict[str, Any]) -> None:
    head = ["DataRate=100.000000", "DataType=Quaternion", "version=3", "OpenSimVersion=4.6",
            "endheader", "\t".join(["time", *rows])]  # fmt: skip
    lines = [
        "\t".join([f"{t:.5f}", *(",".join(f"{v:.9f}" for v in q[i]) for q in rows.values())])
        for i, t in enumerate(t_s)
    ]
    path.write_text("\n".join([*head, *lines]) + "\n")


def still_pose(given: dict[str, Any]) -> dict[str, Any]:
    """One row: the mean orientation while standing."""
    pose = {}
    for placement, name in PLACEMENTS.items():
        standing = given[f"{placement}_wxyz"][given["still"]]
        mean = (standing * np.sign(standing @ standing[0])[:, None]).mean(axis=0)
        pose[name] = np.array([mean / np.linalg.norm(mean)])
    return pose


def answer(given: dict[str, Any]) -> Answer:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model().printToXML(str(folder / "hips.osim"))
        t_s = given["t_s"]
        write_orientations(folder / "still.sto", t_s[:1], still_pose(given))
        rows = {imu: given[f"{placement}_wxyz"] for placement, imu in PLACEMENTS.items()}
        write_orientations(folder / "motion.sto", t_s, rows)
        placer = opensim.IMUPlacer()
        placer.set_model_file(str(folder / "hips.osim"))
        placer.set_orientation_file_for_calibration(str(folder / "still.sto"))
        placer.set_sensor_to_opensim_rotations(UP_FROM_Z_TO_Y)
        placer.set_output_model_file(str(folder / "placed.osim"))
        placer.run(False)
        tool = opensim.IMUInverseKinematicsTool()
        tool.set_model_file(str(folder / "placed.osim"))
        tool.set_orientations_file(str(folder / "motion.sto"))
        tool.set_sensor_to_opensim_rotations(UP_FROM_Z_TO_Y)
        tool.setStartTime(float(t_s[0]))
        tool.setEndTime(float(t_s[-1]))
        tool.set_results_directory(str(folder / "found"))
        tool.run(False)
        return read_angles(folder / "found")


def read_angles(folder: Path) -> Answer:
    table = opensim.TimeSeriesTable(str(next(folder.glob("ik_*.mot"))))
    in_degrees = table.getTableMetaDataString("inDegrees") == "yes"
    scale = 1.0 if in_degrees else 180.0 / np.pi
    result = {"t_s": np.array(table.getIndependentColumn())}
    for side in ("left", "right"):
        for angle in ("flexion", "adduction", "rotation"):
            column = table.getDependentColumn(f"hip_{angle}_{side[0]}").to_numpy()
            result[f"{angle}_{side}"] = scale * column
    return result


if __name__ == "__main__":
    answer_all(answer)
