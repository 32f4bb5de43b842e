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
from pelvicsense.synthetic.script import Section


def run_at(
    speed_mps: float,
    duration_s: float,
    *,
    activity: Activity = Activity.RUN,
    bend_radius_m: float | None = None,
    u_turn_every_s: float | None = None,
) -> Locomotion:
    return Locomotion(
        activity=activity,
        duration_s=duration_s,
        speed_mps=speed_mps,
        bend_radius_m=bend_radius_m,
        u_turn_every_s=u_turn_every_s,
    )


INTO_A_BEND = (stand(5.0), run_at(3.6, 15.0), run_at(3.6, 30.0, bend_radius_m=20.0), stand(1.0))
TURNS = (stand(5.0), run_at(3.6, 15.0), run_at(3.6, 30.0, u_turn_every_s=10.0), stand(1.0))
OUT_OF_A_TIGHT_BEND = (
    stand(5.0),
    run_at(2.5, 15.0),
    run_at(2.5, 15.0, bend_radius_m=6.0),
    run_at(2.5, 12.0),
    stand(1.0),
)
FROM_STANDING = (
    stand(5.0),
    run_at(3.6, 12.0),
    stand(6.0),
    run_at(3.6, 14.0, bend_radius_m=15.0),
    stand(1.0),
)
WALKING_FROM_STANDING = (
    stand(5.0),
    run_at(1.4, 15.0, activity=Activity.WALK),
    stand(6.0),
    run_at(1.4, 14.0, activity=Activity.WALK, bend_radius_m=5.0),
    stand(1.0),
)


@cache
def session(sections: tuple[Section, ...]) -> SimulatedSession:
    return simulate(PersonConfig(), worn_sensors(), ActivityScript(sections=sections), seed=3)


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
    off, stated, empty = errors(session(INTO_A_BEND), PipelineConfig(), Flag.CURVE)
    assert len(off) > 40
    assert empty == 0
    assert np.sqrt(np.mean(off**2)) < 0.8
    assert np.mean(np.abs(off) < 1.96 * stated) > 0.9
    assert np.median(stated) > 0.4


@pytest.mark.parametrize(
    ("sections", "rms_deg"),
    [
        (TURNS, 0.6),
        (OUT_OF_A_TIGHT_BEND, 0.6),
        (FROM_STANDING, 0.6),
        (WALKING_FROM_STANDING, 0.35),
    ],
    ids=["turns", "out of a tight bend", "from standing", "walking from standing"],
)
def test_drop_after_turning_says_how_sure_it_is(
    sections: tuple[Section, ...], rms_deg: float
) -> None:
    off, stated, _ = errors(session(sections), PipelineConfig())
    assert np.sqrt(np.mean(off**2)) < rms_deg
    assert np.mean(np.abs(off) < 1.96 * stated) > 0.9
    assert stated.max() > 1.5 * stated.min()


@pytest.mark.parametrize("filter_name", ["mahony"])
def test_another_filter_s_bend_is_left_empty(filter_name: str) -> None:
    config = PipelineConfig(fusion=FusionConfig(filter=filter_name))
    off, _, empty = errors(session(INTO_A_BEND), config, Flag.CURVE)
    assert empty > 40
    assert len(off) == 0
