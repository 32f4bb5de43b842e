"""qmt: heading of the thighs against the pelvis from what a joint can do.

3 DoF: a hip stays inside its range, the only method of qmt that fits a hip. 1 DoF: as if it were a
hinge about the flexion axis, which a hip is not; it forces rotation towards zero.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import qmt
from peer_files import Answer, answer_all

# Flexion about z, adduction about x, rotation about y: wider than any gait against standing.
AXES = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
HIP = {"convention": "zxy", "angle_ranges": np.deg2rad([[-30, 100], [-25, 25], [-30, 30]])}
METHODS = {"3dof": (AXES, HIP), "1dof": (AXES[0], {})}


def answer(given: dict[str, Any]) -> Answer:
    t = np.arange(len(given["t_s"])) / 100.0
    result = {}
    for name, (joint, about) in METHODS.items():
        start = time.process_time()
        for side in ("left", "right"):
            thigh = f"thigh_{side}"
            quats = given["pelvis_wxyz"], given[f"{thigh}_wxyz"]
            rates = given["pelvis_rate"], given[f"{thigh}_rate"]
            result[f"{thigh}_wxyz_{name}"] = qmt.headingCorrection(*rates, *quats, t, joint, about)[
                0
            ]
        result[f"cpu_s_{name}"] = np.array(time.process_time() - start)
    return result


if __name__ == "__main__":
    answer_all(answer)
