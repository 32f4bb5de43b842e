"""Accuracy on recordings with optical truth: every goal, from any mounting, contacts detected."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from figures import GOALS, METRICS, Figures, TrueStride

import pelvicsense
from pelvicsense.recording.stride_table import read_stride_columns

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("PELVICSENSE_REFERENCE", ROOT.parent / "shared" / "reference"))

pytestmark = pytest.mark.skipif(
    not REFERENCE.is_dir(),
    reason=f"no reference recordings at {REFERENCE}; set PELVICSENSE_REFERENCE to their folder",
)


def true_strides(folder: Path) -> list[TrueStride]:
    columns = read_stride_columns(folder / "truth.csv")
    return [
        TrueStride(
            side=str(columns["side"][i]),
            t_contact_s=float(columns["t_contact_s"][i]),
            t_final_contact_s=float(columns["t_final_contact_s"][i]),
            angles_deg={name: float(columns[name][i]) for name in METRICS},
        )
        for i in range(len(columns["side"]))
    ]


@cache
def measured(group: str, variant: str) -> Figures:
    figures = Figures()
    for folder in sorted(REFERENCE.glob(f"{group}_*_{variant}")):
        result = pelvicsense.analyze(folder)
        judged = json.loads((folder / "truth_meta.json").read_text())["judged"]
        figures.add(result.strides, true_strides(folder), [tuple(window) for window in judged])
    assert figures.strides > 0, f"no {group} recordings in {REFERENCE}"
    return figures


@pytest.mark.parametrize("group", GOALS)
def test_goals_are_met(group: str, record_property: pytest.RecordProperty) -> None:
    goal, figures = GOALS[group], measured(group, "clean")
    record_property("figures", "\n".join(figures.lines(f"{group}, optical truth", goal)))
    for name, limit in zip(METRICS, goal.rmse_deg, strict=True):
        assert figures.rmse_deg(name) <= limit, name
    assert figures.share_found >= goal.found
    for errors_ms, (bias_ms, sd_ms) in (
        (figures.initial_ms, goal.initial_ms),
        (figures.final_ms, goal.final_ms),
    ):
        assert abs(np.mean(errors_ms)) <= bias_ms
        assert np.std(errors_ms) <= sd_ms


@pytest.mark.parametrize("variant", ["clean", "wobble", "lossy"])
@pytest.mark.parametrize("group", GOALS)
def test_no_stride_is_invented_or_on_the_wrong_side(group: str, variant: str) -> None:
    if variant == "lossy" and group != "run":
        pytest.skip("only runs were recorded with losses")
    figures = measured(group, variant)
    assert figures.wrong_side == 0
    assert figures.invented == 0


@pytest.mark.parametrize("group", GOALS)
def test_soft_tissue_at_most_doubles_the_goals(
    group: str, record_property: pytest.RecordProperty
) -> None:
    goal, figures = GOALS[group], measured(group, "wobble")
    record_property("figures", "\n".join(figures.lines(f"{group}, soft tissue added", goal)))
    for name, limit in zip(METRICS, goal.rmse_deg, strict=True):
        assert figures.rmse_deg(name) <= 2.0 * limit, name


def test_lost_packets_cost_at_most_a_third(record_property: pytest.RecordProperty) -> None:
    goal, figures = GOALS["run"], measured("run", "lossy")
    record_property("figures", "\n".join(figures.lines("run, packets lost", goal)))
    for name, limit in zip(METRICS, goal.rmse_deg, strict=True):
        assert figures.rmse_deg(name) <= 1.3 * limit, name
