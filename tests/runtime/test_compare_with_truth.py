from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import pelvicsense
from pelvicsense.datatypes.placement import Side
from pelvicsense.recording.stride_table import read_stride_columns
from pelvicsense.runtime.compare import stride_errors


def test_a_known_offset_comes_back_as_bias(simulated_walk: Path) -> None:
    truth = read_stride_columns(simulated_walk / "truth.csv")
    result = pelvicsense.analyze(simulated_walk)
    plain = stride_errors(result.strides, truth)["pelvic_drop_peak_deg"]
    raised = [
        replace(s, angles=replace(s.angles, pelvic_drop_peak_deg=s.angles.pelvic_drop_peak_deg + 2))
        for s in result.strides
    ]
    shifted = stride_errors(raised, truth)["pelvic_drop_peak_deg"]
    assert plain.count >= 20
    assert abs(plain.bias) < 0.5
    assert shifted.bias == pytest.approx(plain.bias + 2.0)
    assert shifted.rmse > 1.4


def test_strides_of_the_other_side_or_far_away_do_not_match(simulated_walk: Path) -> None:
    truth = read_stride_columns(simulated_walk / "truth.csv")
    stride = pelvicsense.analyze(simulated_walk).strides[5]
    other = replace(stride, side=Side.LEFT if stride.side is Side.RIGHT else Side.RIGHT)
    late = replace(stride, t_contact_s=stride.t_contact_s + 500.0)
    errors = stride_errors([other, late], truth)
    assert errors["pelvic_drop_peak_deg"].count == 0
