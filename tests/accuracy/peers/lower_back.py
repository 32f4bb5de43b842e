"""Real recordings of one sensor at the lower back, with sides and contacts from cameras."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from sessions import REFERENCE, TrueEvent, Truth

from pelvicsense.datatypes.gait import EventKind
from pelvicsense.datatypes.placement import Side

BOUT_GAP_S = 1.5
FEWEST = 4
MARGIN_S = 2.0


def lower_back_bouts(folder: Path) -> Iterator[tuple[str, Truth]]:
    """Write each stretch of known contacts as its own session; yield its name and truth.

    The sensor's axes (up, left, forward) are taken for the pelvis': there is no still pose.
    """
    for path in sorted(REFERENCE.glob("real_mobgap_*")):
        samples, known = pl.read_csv(path / "samples.csv"), pl.read_csv(path / "truth_events.csv")
        t_s = 1e-9 * (samples["host_ns"] - samples["host_ns"][0]).to_numpy()
        acc = samples.select("acc_z", "acc_x", -pl.col("acc_y")).to_numpy()
        rate = samples.select("gyr_z", "gyr_x", -pl.col("gyr_y")).to_numpy()
        events = [
            TrueEvent(EventKind(kind), Side(side), t) for t, kind, side in known.sort("t_s").rows()
        ]
        for number, bout in enumerate(bouts(events)):
            start, end = bout[0].t_s, bout[-1].t_s
            near = (t_s >= start - MARGIN_S) & (t_s <= end + MARGIN_S)
            name = f"{path.name}_{number}"
            np.savez(
                folder / f"{name}.npz",
                t_s=t_s[near],
                gait=np.ones(int(near.sum()), dtype=np.bool_),
                pelvis_acc=acc[near],
                pelvis_rate=rate[near],
            )
            windows = {
                (kind, side): [(start - 0.1, end + 0.1)] for kind in EventKind for side in Side
            }
            yield name, Truth([], [], bout, windows, (), {})


def bouts(events: list[TrueEvent]) -> Iterator[list[TrueEvent]]:
    bout = events[:1]
    for before, event in pairwise(events):
        if event.t_s - before.t_s > BOUT_GAP_S:
            if len(bout) >= FEWEST:
                yield bout
            bout = []
        bout.append(event)
    if len(bout) >= FEWEST:
        yield bout
