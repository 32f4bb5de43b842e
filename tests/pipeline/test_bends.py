"""Pelvic drop in bends and after turns: corrected for the false tilt, and honest about the rest."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from simulated import stand
from streams import of_kind, run

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import Flag, Stride
from pelvicsense.datatypes.placement import Activity
from pelvicsense.fusion.stage import FusionConfig
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.synthetic import (
    ActivityScript,
    Locomotion,
    PersonConfig,
    SimulatedSession,
    simulate,
    worn_sensors,
)


@cache
def session(bend_radius_m: float | None, u_turn_every_s: float | None) -> SimulatedSession:
    straight = Locomotion(activity=Activity.RUN, duration_s=15.0, speed_mps=3.6)
    turning = Locomotion(
        activity=Activity.RUN,
        duration_s=30.0,
        speed_mps=3.6,
        bend_radius_m=bend_radius_m,
        u_turn_every_s=u_turn_every_s,
    )
    script = ActivityScript(sections=(stand(5.0), straight, turning, stand(1.0)))
    return simulate(PersonConfig(), worn_sensors(), script, seed=3)


def errors(
    simulated: SimulatedSession, config: PipelineConfig, flag: Flag | None = None
) -> tuple[FloatArray, FloatArray, int]:
    """Errors of drop's peak and their standard errors, degrees, and how many are not given."""
    strides = of_kind(run(simulated.stream(), simulated.specs, config=config), Stride)
    off, stated, empty = [], [], 0
    for stride in strides:
        if not stride.valid or (flag is not None and flag not in stride.flags):
            continue
        for true in simulated.truth_strides:
            if true.side is stride.side and abs(true.t_contact_s - stride.t_contact_s) < 0.1:
                if np.isnan(stride.angles.pelvic_drop_peak_deg):
                    empty += 1
                    continue
                off.append(stride.angles.pelvic_drop_peak_deg - true.angles.pelvic_drop_peak_deg)
                stated.append(stride.standard_errors.pelvic_drop_peak_deg)
    return np.array(off), np.array(stated), empty


def test_drop_in_a_bend_is_corrected() -> None:
    """A bend of 20 m at 3.6 m/s tilts the vertical by 3.8°."""
    off, stated, empty = errors(session(20.0, None), PipelineConfig(), Flag.CURVE)
    assert len(off) > 40
    assert empty == 0
    assert np.sqrt(np.mean(off**2)) < 0.8
    assert np.mean(np.abs(off) < 1.96 * stated) > 0.9
    assert np.median(stated) > 0.4


def test_drop_after_turns_says_how_sure_it_is() -> None:
    off, stated, _ = errors(session(None, 10.0), PipelineConfig())
    assert np.mean(np.abs(off) < 1.96 * stated) > 0.9
    assert stated.max() > 1.5 * stated.min()


@pytest.mark.parametrize("filter_name", ["mahony"])
def test_another_filter_s_bend_is_left_empty(filter_name: str) -> None:
    config = PipelineConfig(fusion=FusionConfig(filter=filter_name))
    off, _, empty = errors(session(20.0, None), config, Flag.CURVE)
    assert empty > 40
    assert len(off) < 0.05 * empty
