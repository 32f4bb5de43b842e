"""Gaps, settling, the half sample and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from known_motions import (
    BIAS,
    RATE_HZ,
    Motion,
    from_attitude,
    grid_block,
    heading_change_deg,
    inclination_error_deg,
    measured,
    swing,
    turn,
)

from pelvicsense.datatypes.errors import ConfigurationError, FilterRefusedError
from pelvicsense.datatypes.motion import OrientationSignal
from pelvicsense.datatypes.placement import Placement
from pelvicsense.fusion.registry import available_filters, make_filter, refused_filters
from pelvicsense.fusion.stage import FusionConfig, FusionStage
from pelvicsense.numerics.quaternion import IDENTITY

LEVEL = IDENTITY.copy()


def run(
    acc: np.ndarray, gyr: np.ndarray, valid: np.ndarray | None = None, **config: object
) -> OrientationSignal:
    stage = FusionStage(FusionConfig(**config), RATE_HZ, [Placement.PELVIS])  # type: ignore[arg-type]
    return stage.feed(grid_block(acc, gyr, valid)).sensors[Placement.PELVIS]


def test_the_attitude_does_not_lead_by_half_a_sample() -> None:
    """A point sample of the rate is the slope at the row; only the mean of two spans the step."""
    t = np.arange(600) / RATE_HZ
    angle = np.radians(30.0) * np.sin(2 * np.pi * 1.4 * t)
    rate = np.radians(30.0) * 2 * np.pi * 1.4 * np.cos(2 * np.pi * 1.4 * t)
    zero = np.zeros_like(t)
    attitude = np.stack([np.cos(angle / 2), np.sin(angle / 2), zero, zero], axis=1)
    acc = from_attitude(attitude).acc
    gyr = np.stack([rate, zero, zero], axis=1)
    averaged = run(acc, gyr)
    point = make_filter("vqf", RATE_HZ).update(acc, gyr)
    error = inclination_error_deg(averaged.earth_from_sensor, attitude)[400:]
    leading = inclination_error_deg(point.earth_from_sensor, attitude)[400:]
    assert error.max() < 0.2
    assert leading.max() > 1.0


def test_a_stream_settles_after_start_s_and_not_before() -> None:
    acc, gyr = measured(turn(LEVEL, np.eye(3)[0], 0.0))
    settled = run(acc, gyr, start_s=1.0).settled
    assert not settled[:100].any()
    assert settled[100:].all()


def test_rows_before_the_first_sample_are_identity_and_never_reach_the_filter() -> None:
    acc, gyr = measured(turn(LEVEL, np.eye(3)[0], 0.0))
    late_acc = np.vstack([np.zeros((40, 3)), acc])
    late_gyr = np.vstack([np.zeros((40, 3)), gyr])
    valid = np.arange(len(late_acc)) >= 40
    late, prompt = run(late_acc, late_gyr, valid), run(acc, gyr)
    assert (late.earth_from_sensor[:40] == IDENTITY).all()
    assert late.earth_from_sensor[40:].tobytes() == prompt.earth_from_sensor.tobytes()
    assert (late.settled[40:] == prompt.settled).all()
    assert not late.settled[:40].any()


def gap_in_a_turn(gap_rows: int) -> tuple[Motion, np.ndarray, np.ndarray, np.ndarray]:
    """A +90° turn about the vertical with a gap in its middle, filled with straight lines."""
    motion = turn(LEVEL, np.eye(3)[2], 90.0)
    acc, gyr = measured(motion)
    first, end = 350 - gap_rows // 2, 350 - gap_rows // 2 + gap_rows
    for values in (acc, gyr):
        rows = np.arange(first, end)
        for axis in range(3):
            values[rows, axis] = np.interp(
                rows, [first - 1, end], [values[first - 1, axis], values[end, axis]]
            )
    valid = np.ones(len(acc), dtype=np.bool_)
    valid[first:end] = False
    return motion, acc, gyr, valid


def test_a_short_gap_keeps_the_heading() -> None:
    _, acc, gyr, valid = gap_in_a_turn(10)
    estimate = run(acc, gyr, valid).earth_from_sensor
    assert heading_change_deg(estimate[250:]) == pytest.approx(90.0, abs=1.0)


def test_a_long_gap_holds_the_attitude_and_is_never_settled() -> None:
    _, acc, gyr, valid = gap_in_a_turn(60)
    signal = run(acc, gyr, valid)
    gap = np.flatnonzero(~valid)
    held = signal.earth_from_sensor[gap[15:]]
    assert (held == held[0]).all()
    assert not signal.settled[gap].any()
    assert not signal.at_rest[gap].any()


@pytest.mark.parametrize("name", available_filters())
def test_after_a_gap_in_motion_the_vertical_is_found_again_with_the_bias_kept(name: str) -> None:
    motion = swing(1700)
    acc, gyr = measured(motion)
    uncut = run(acc, gyr, filter=name)
    valid = np.ones(1700, dtype=np.bool_)
    valid[600:700] = False
    signal = run(acc, gyr, valid, filter=name)
    found = 700 + 100 * (3 if name == "vqf" else 5)
    assert not signal.settled[600 : found - 1].any()
    assert signal.settled[found:].all()
    error = inclination_error_deg(signal.earth_from_sensor, motion.attitude)[1500:]
    expected = inclination_error_deg(uncut.earth_from_sensor, motion.attitude)[1500:]
    assert error.max() < expected.max() + 0.2
    assert np.degrees(np.abs(signal.gyro_bias[700] - uncut.gyro_bias[599])).max() < 0.05


@pytest.mark.parametrize("name", available_filters())
def test_after_a_gap_in_a_rest_the_sensor_settles_soon(name: str) -> None:
    acc, gyr = measured(turn(LEVEL, np.eye(3)[0], 30.0, still_s=6.0))
    valid = np.ones(len(acc), dtype=np.bool_)
    valid[300:350] = False
    signal = run(acc, gyr, valid, filter=name)
    first_settled = 350 + int(signal.settled[350:].argmax())
    expected = 649 if name == "vqf" else 495  # VQF asks for its whole window, others for a rest
    assert abs(first_settled - expected) <= 8
    assert signal.settled[first_settled:].all()


@pytest.mark.parametrize("name", available_filters())
def test_a_start_in_a_given_still_pose_knows_bias_and_vertical_from_its_first_row(
    name: str,
) -> None:
    motion = swing(700, still_rows=100)  # too short a rest to be found
    acc, gyr = measured(motion)
    stage = FusionStage(FusionConfig(filter=name), RATE_HZ, [Placement.PELVIS])
    stage.feed(grid_block(acc[:100], gyr[:100]))
    stage.start({Placement.PELVIS: (acc[:100].mean(axis=0), gyr[:100].mean(axis=0))})
    signal = stage.feed(grid_block(acc, gyr)).sensors[Placement.PELVIS]
    assert signal.settled.all()
    assert np.degrees(np.abs(signal.gyro_bias[0] - BIAS)).max() < 0.05
    assert inclination_error_deg(signal.earth_from_sensor, motion.attitude)[:100].max() < 0.3


def test_two_sensors_do_not_touch_each_other() -> None:
    pelvis, thigh = measured(swing(500, seed=1)), measured(swing(500, seed=2))
    block = grid_block(*pelvis)
    both = FusionStage(FusionConfig(), RATE_HZ, [Placement.PELVIS, Placement.THIGH_LEFT])
    other = grid_block(*thigh, placement=Placement.THIGH_LEFT)
    joint = type(block)(first_index=0, rate_hz=RATE_HZ, sensors={**block.sensors, **other.sensors})
    result = both.feed(joint)
    assert (
        result.sensors[Placement.PELVIS].earth_from_sensor.tobytes()
        == run(*pelvis).earth_from_sensor.tobytes()
    )


def test_an_empty_block_gives_an_empty_block() -> None:
    empty = np.empty((0, 3))
    assert len(run(empty, empty)) == 0


@pytest.mark.parametrize("name", sorted(refused_filters()))
def test_refusals_name_the_filter_the_reason_and_the_choice(name: str) -> None:
    with pytest.raises(FilterRefusedError) as caught:
        FusionStage(FusionConfig(filter=name), RATE_HZ, [Placement.PELVIS])
    message = str(caught.value)
    assert name in message
    assert refused_filters()[name] in message
    assert all(usable in message for usable in available_filters())


def test_every_filter_of_the_package_is_either_usable_or_refused() -> None:
    import ahrs.filters

    modules = {"AngularRate": "angular"}
    classes = {name for name in vars(ahrs.filters) if name[0].isupper()}
    known = {*available_filters(), *refused_filters()}
    assert {modules.get(name, name.lower()) for name in classes} == known - {"vqf"}


def test_unknown_names_and_impossible_parameters_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="there is no filter 'kalman'"):
        make_filter("kalman", RATE_HZ)
    with pytest.raises(ConfigurationError, match="bridge_s must be 0 s or more"):
        FusionConfig(bridge_s=float("nan"))
