"""Every usable filter: earth z up, sensor to earth, yaw sign, and errors that die away."""

from __future__ import annotations

import numpy as np
import pytest
from ahrs.filters import UKF, Complementary
from known_motions import (
    BIAS,
    GRAVITY,
    RATE_HZ,
    heading_change_deg,
    inclination_error_deg,
    measured,
    starts,
    turn,
)

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.fusion.ahrs_config import AquaConfig, EkfConfig, MadgwickConfig, MahonyConfig
from pelvicsense.fusion.ahrs_steps import make_step
from pelvicsense.fusion.registry import available_filters, make_filter
from pelvicsense.numerics.quaternion import from_rotation_vector, multiply

AXES = np.eye(3)
TURNS = [(axis, angle) for axis in range(3) for angle in (90.0, -60.0)]


@pytest.mark.parametrize("name", available_filters())
@pytest.mark.parametrize(("axis", "angle_deg"), TURNS)
def test_known_turns_come_back_from_any_start(name: str, axis: int, angle_deg: float) -> None:
    for start in starts():
        motion = turn(start, AXES[axis], angle_deg)
        output = make_filter(name, RATE_HZ).update(*measured(motion))
        estimate = output.earth_from_sensor[250:]
        assert output.tracking[250:].all()
        error = inclination_error_deg(estimate, motion.attitude[250:])
        assert error.max() < 0.7, f"start {start}"
        if axis == 2:
            assert heading_change_deg(estimate) == pytest.approx(angle_deg, abs=0.7)


@pytest.mark.parametrize("name", available_filters())
def test_the_bias_of_the_still_pose_is_found(name: str) -> None:
    motion = turn(starts()[4], AXES[2], 0.0, still_s=5.0)
    output = make_filter(name, RATE_HZ).update(*measured(motion))
    assert np.degrees(np.abs(output.gyro_bias[-1] - BIAS)).max() < 0.05
    assert output.at_rest[-1]


@pytest.mark.parametrize("name", available_filters())
def test_without_any_rest_only_vqf_tracks(name: str) -> None:
    rng = np.random.default_rng(0)
    acc = rng.standard_normal((500, 3)) + GRAVITY
    output = make_filter(name, RATE_HZ).update(acc, rng.standard_normal((500, 3)))
    assert not output.at_rest.any()
    assert output.tracking.all() == (name == "vqf")
    assert output.tracking.any() == (name == "vqf")


@pytest.mark.parametrize("config", [MadgwickConfig(), MahonyConfig(), AquaConfig(), EkfConfig()])
def test_an_inclination_error_dies_away_from_any_start(config: object) -> None:
    step = make_step(config, RATE_HZ)
    for start in starts()[1:5]:
        motion = turn(start, AXES[2], 0.0, still_s=15.0)
        acc, gyr = measured(motion)
        wrong = multiply(from_rotation_vector(np.radians([5.0, 0.0, 0.0])), start)
        attitude, memory = wrong, step.initial_memory
        for k in range(len(acc)):
            attitude, memory = step.advance(attitude, memory, gyr[k] - BIAS, acc[k])
        assert inclination_error_deg(attitude, motion.attitude[-1]) < 3.0


def test_complementary_is_refused_for_a_heading_that_never_turns() -> None:
    motion = turn(np.array([1.0, 0.0, 0.0, 0.0]), AXES[2], 90.0)
    angles = Complementary(gyr=motion.gyr, acc=motion.acc, frequency=RATE_HZ).W
    assert np.ptp(angles[:, 2]) == 0.0


def test_ukf_is_refused_for_errors_that_stay() -> None:
    """The same 10° error: it shrinks in one attitude and stays in another."""
    upside_down, on_edge = (_ukf_error_after_13_s(starts()[i]) for i in (1, 2))
    assert upside_down < 7.0
    assert on_edge > 9.5


def _ukf_error_after_13_s(start: FloatArray) -> float:
    ukf = UKF(
        frequency=RATE_HZ,
        P=np.eye(4) * 1e-4,
        process_noise_covariance=np.eye(4) * 6e-8,
        measurement_noise_covariance=np.eye(3),
    )
    motion = turn(start, AXES[2], 0.0, still_s=11.0)
    acc, gyr = measured(motion)
    q = multiply(from_rotation_vector(np.radians([10.0, 0.0, 0.0])), start)
    for k in range(len(acc)):
        q = np.array(ukf.update(q, gyr[k] - BIAS, acc[k] / np.linalg.norm(acc[k])))
    return float(inclination_error_deg(q, motion.attitude[-1]))
