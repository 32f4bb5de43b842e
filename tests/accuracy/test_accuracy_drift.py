"""An hour of drift, twenty minutes of it either way, a real change within them; minutes long."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drift import (
    DRIFT_DEG_PER_MIN,
    ROTATION_PEAK,
    DriftTask,
    Path,
    drift,
    measure_drift,
    stride_errors,
    valid_strides,
)
from turned_fusion import turn_headings

from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.numerics import quaternion
from pelvicsense.synthetic import (
    ActivityScript,
    PersonConfig,
    SimulatedSession,
    simulate,
    worn_sensors,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("activity", ["walk", "run", "stairs_up"])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_heading_stays_over_twenty_minutes_of_drift(
    activity: str,
    sign: float,
    monkeypatch: pytest.MonkeyPatch,
    record_property: pytest.RecordProperty,
) -> None:
    turn_headings(
        monkeypatch, {Placement.THIGH_LEFT: drift(sign), Placement.THIGH_RIGHT: drift(-sign)}
    )
    script = ActivityScript.single(activity, 1200.0)
    simulated = simulate(PersonConfig(), worn_sensors(), script, 11)
    strides = valid_strides(simulated)
    for side in Side:
        times, errors = stride_errors(simulated, strides, side, ROTATION_PEAK)
        early = errors[times < times[0] + 120.0].mean()
        late = errors[times > times[-1] - 300.0].mean()
        record_property(
            "figures",
            f"{activity}, {side}, 20 min at {sign * DRIFT_DEG_PER_MIN:+.0f} °/min: "
            f"rotation error {early:+.2f}° at first, {late:+.2f}° at the end",
        )
        assert len(times) > 0.9 * sum(s.side is side for s in simulated.truth_strides)
        assert abs(late - early) <= 1.0


@pytest.mark.parametrize("activity", [Activity.WALK, Activity.RUN])
@pytest.mark.parametrize("path", list(Path))
def test_heading_and_excursion_stay_over_an_hour_of_drift(
    activity: Activity, path: Path, record_property: pytest.RecordProperty
) -> None:
    for row in measure_drift(DriftTask(activity, 60.0, path)):
        record_property(
            "figures",
            f"{activity}, {path}, {row['side']}, 60 min at {row['drift_dpm']:+.0f} °/min: worst "
            f"minute {row['worst']:.2f}°, slope {row['slope_dpm']:+.3f} °/min, excursion RMSE "
            f"{row['excursion_early']:.2f}° → {row['excursion_late']:.2f}°",
        )
        assert row["found"] > 0.99
        assert row["empty"] < 0.01
        assert row["worst"] < 2.0
        assert abs(row["slope_dpm"]) < 0.05
        assert row["excursion_late"] < row["excursion_early"] + 0.1


def with_thigh_turning(
    simulated: SimulatedSession, side: Side, turn_deg: float
) -> SimulatedSession:
    """Turn a thigh inwards about its long axis, evenly from minute 3 to minute 9."""
    placement = Placement.thigh(side)
    block, worn = simulated.blocks[placement], simulated.truth_worn[placement]
    progress = np.clip((worn.sample_t_s - 180.0) / 360.0, 0.0, 1.0)
    # Inwards is a positive rotation about the superior axis on the right, a negative on the left.
    angle = side.sign * np.deg2rad(turn_deg) * progress
    axis = quaternion.rotate(worn.sensor_from_segment, np.array([0.0, 1.0, 0.0]))
    back = quaternion.from_rotation_vector(-angle[:, None] * axis)
    turned = SampleBlock(
        sensor=placement,
        host_ns=block.host_ns,
        tick=block.tick,
        acc=quaternion.rotate(back, block.acc),
        gyr=quaternion.rotate(back, block.gyr),
    )
    return replace(simulated, blocks={**simulated.blocks, placement: turned})


@pytest.mark.parametrize("activity", ["walk", "run"])
def test_a_real_change_of_rotation_is_seen_under_drift(
    activity: str, monkeypatch: pytest.MonkeyPatch, record_property: pytest.RecordProperty
) -> None:
    turn_headings(
        monkeypatch, {Placement.THIGH_LEFT: drift(1.0), Placement.THIGH_RIGHT: drift(-1.0)}
    )
    script = ActivityScript.single(activity, 720.0)
    simulated = simulate(PersonConfig(), worn_sensors(), script, 12)
    for side in Side:
        turning = with_thigh_turning(simulated, side, 8.0)
        times, errors = stride_errors(turning, valid_strides(turning), side, ROTATION_PEAK)
        change = errors[times > 600.0].mean() - errors[times < 170.0].mean()
        record_property(
            "figures", f"{activity}, {side}: a turn of +8.0° under drift is seen as {change:+.1f}°"
        )
        assert abs(change - 8.0) <= 1.5
