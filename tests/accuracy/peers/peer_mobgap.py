"""mobgap: initial contacts (Ionescu) and their sides (Ullrich, McCamley) from the lower back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from mobgap.initial_contacts import IcdIonescu
from mobgap.laterality import LrcMcCamley, LrcUllrich
from peer_files import Answer, answer_all

RATE_HZ = 100.0


def body_frame(given: dict[str, Any]) -> Any:
    """Up, to the left, forward; from anterior, superior, right. Rates in °/s."""
    gait = given["gait"]
    columns = {}
    for name, values in (
        ("acc", given["pelvis_acc"][gait]),
        ("gyr", np.rad2deg(given["pelvis_rate"][gait])),
    ):
        columns |= {f"{name}_is": values[:, 1], f"{name}_ml": -values[:, 2]}
        columns |= {f"{name}_pa": values[:, 0]}
    return pd.DataFrame(columns).rename_axis(index="samples")


def answer(given: dict[str, Any]) -> Answer:
    data = body_frame(given)
    t_s = given["t_s"][given["gait"]]
    contacts = IcdIonescu().detect(data, sampling_rate_hz=RATE_HZ).ic_list_
    contacts = contacts[(contacts["ic"] >= 0) & (contacts["ic"] < len(t_s))]
    ullrich = LrcUllrich(**LrcUllrich.PredefinedParameters.msproject_all)
    result = {"initial_contact_s": t_s[contacts["ic"].to_numpy()]}
    for name, classifier in (("ullrich", ullrich), ("mccamley", LrcMcCamley())):
        sides = classifier.predict(data, contacts, sampling_rate_hz=RATE_HZ).ic_lr_list_
        result[f"side_{name}"] = sides["lr_label"].to_numpy().astype(str)
    return result


if __name__ == "__main__":
    answer_all(answer)
