"""scikit-digital-health: contacts from the lower back, by both of its wavelet methods."""

from __future__ import annotations

from typing import Any

import numpy as np
from peer_files import Answer, answer_all
from skdh.gait.substeps import ApCwtGaitEvents, PreprocessGaitBout, VerticalCwtGaitEvents

GRAVITY_MPS2 = 9.80665
ANTERIOR, SUPERIOR = 0, 1


def answer(given: dict[str, Any]) -> Answer:
    gait = given["gait"]
    t_s, acc = given["t_s"][gait], given["pelvis_acc"][gait] / GRAVITY_MPS2
    bout = PreprocessGaitBout().predict(
        time=t_s, accel=acc, fs=100.0, v_axis=SUPERIOR, ap_axis=ANTERIOR
    )
    # It guesses which way is front, and we know it.
    told = {**bout, "ap_axis_sign": 1}
    result = {}
    for name, method, about in (
        ("ap", ApCwtGaitEvents(), bout),
        ("ap, front told", ApCwtGaitEvents(), told),
        ("vertical", VerticalCwtGaitEvents(), bout),
    ):
        events = method.predict(time=t_s, accel=acc, fs=100.0, **about)
        for kind in ("initial_contact", "final_contact"):
            result[f"{kind}_s_{name}"] = t_s[np.asarray(events[f"{kind}s"], dtype=int)]
    return result


if __name__ == "__main__":
    answer_all(answer)
