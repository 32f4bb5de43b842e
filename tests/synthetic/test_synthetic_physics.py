"""The simulated body obeys mechanics, and moves as people do."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_bodies import ACTIVITIES, Moving, move

from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.numerics.quaternion import (
    conjugate,
    from_rotation_vector,
    multiply,
    rotate,
    to_matrix,
)
from pelvicsense.synthetic import (
    ActivityScript,
    Locomotion,
    PersonConfig,
    SoftTissue,
    Standing,
    StrideVariation,
)
from pelvicsense.synthetic import imu as imu_module
from pelvicsense.synthetic.body import (
    first_derivative,
    pelvis_orientation,
    point_acceleration,
    segment_orientation,
)
from pelvicsense.synthetic.imu import MountedImu
from pelvicsense.synthetic.motion import Motion

MOUNT = np.array([0.1, -0.5, 0.7, 0.5]) / np.linalg.norm([0.1, -0.5, 0.7, 0.5])


def imu_on(body: Moving, placement: Placement, tissue: SoftTissue | None = None) -> MountedImu:
    return MountedImu(body.person, placement, MOUNT, tissue or SoftTissue())


def grid_s(body: Moving) -> np.ndarray:
    return np.arange(len(body.motion)) / 1000.0


def smoothed_vertical(body: Moving) -> np.ndarray:
    rows = np.arange(len(body.motion))
    vertical = point_acceleration(body.motion, body.person, Placement.PELVIS, rows)[:, 2]
    window = np.hanning(251)
    return np.convolve(vertical, window / window.sum(), "same")


@pytest.mark.parametrize("activity", ACTIVITIES)
@pytest.mark.parametrize("placement", [Placement.PELVIS, Placement.THIGH_LEFT])
def test_integrated_rate_is_the_orientation(
    moving: dict[Activity, Moving], activity: Activity, placement: Placement
) -> None:
    body = moving[activity]
    _, gyr = imu_on(body, placement).measure(body.motion, grid_s(body))
    rows = np.arange(len(body.motion))
    true = multiply(segment_orientation(body.motion, placement, rows), conjugate(MOUNT))
    # The exact turn of a rate that is linear in between, to third order in the step.
    mean = 0.5 * (gyr[1:] + gyr[:-1])
    turn = from_rotation_vector(1e-3 * mean + (1e-6 / 12.0) * np.cross(gyr[:-1], gyr[1:]))
    q, worst = true[0], 0.0
    for k, step in enumerate(turn):
        q = multiply(q, step)
        if k % 500 == 0:
            difference = multiply(conjugate(true[k + 1]), q)
            worst = max(worst, 2.0 * float(np.linalg.norm(difference[1:])))
    assert np.degrees(worst) < 0.01


@pytest.mark.parametrize("placement", list(Placement))
def test_at_rest_gravity_points_up(moving: dict[Activity, Moving], placement: Placement) -> None:
    body = moving[Activity.WALK]
    acc, gyr = imu_on(body, placement).measure(body.motion, np.linspace(0.1, 2.5, 100))
    up = rotate(MOUNT, np.array([0.0, 1.0, 0.0]))  # segment y is up
    np.testing.assert_allclose(acc, np.broadcast_to(9.80665 * up, acc.shape), atol=1e-6)
    np.testing.assert_allclose(gyr, 0.0, atol=1e-9)


@pytest.mark.parametrize("activity", ACTIVITIES)
@pytest.mark.parametrize("side", list(Side))
def test_both_sensors_feel_the_same_hip(
    moving: dict[Activity, Moving], activity: Activity, side: Side
) -> None:
    body = moving[activity]

    def hip_acceleration(placement: Placement, hip_from_sensor: np.ndarray) -> np.ndarray:
        acc, gyr = imu_on(body, placement).measure(body.motion, grid_s(body))
        alpha, omega, acc = first_derivative(gyr), gyr[2:-2], acc[2:-2]
        lever = rotate(MOUNT, hip_from_sensor)
        acc = acc + np.cross(alpha, lever) + np.cross(omega, np.cross(omega, lever))
        rows = np.arange(2, len(body.motion) - 2)
        earth = multiply(segment_orientation(body.motion, placement, rows), conjugate(MOUNT))
        return rotate(earth, acc)

    hip = body.person.hip_centre_m(side)
    by_pelvis = hip_acceleration(
        Placement.PELVIS, hip - body.person.sensor_position_m(Placement.PELVIS)
    )
    thigh = Placement.thigh(side)
    by_thigh = hip_acceleration(thigh, -body.person.sensor_position_m(thigh))
    # Splines of second order have kinks in the angular acceleration, where differences are coarse.
    difference = np.linalg.norm(by_pelvis - by_thigh, axis=1)
    assert np.sqrt(np.mean(difference**2)) < 0.005
    assert difference.max() < 0.1
    assert np.ptp(by_pelvis[:, 2]) > 4.0


def test_running_has_true_flight_and_walking_has_none(moving: dict[Activity, Moving]) -> None:
    run, walk = moving[Activity.RUN], moving[Activity.WALK]
    t_s = grid_s(run)
    airborne = run.steady.copy()
    for foot in run.bouts[0].feet.values():
        for start_s, stop_s in zip(foot.initial_s, foot.final_s, strict=True):
            airborne &= (t_s < start_s) | (t_s > stop_s)
    force = run.motion.acceleration + np.array([0.0, 0.0, 9.80665])
    late = airborne & (np.abs(run.motion.impact[Side.LEFT] + run.motion.impact[Side.RIGHT]) < 0.01)
    assert airborne[run.steady].mean() == pytest.approx(0.3, abs=0.02)
    assert np.abs(force[late, 2]).max() < 0.6
    assert np.abs(force[late, :2]).max() < 0.6
    assert (walk.motion.acceleration[walk.steady, 2] + 9.80665).min() > 5.0


def test_smoothed_vertical_acceleration_tells_running(moving: dict[Activity, Moving]) -> None:
    for activity, body in moving.items():
        smooth = smoothed_vertical(body)[body.steady]
        if activity is Activity.RUN:
            assert smooth.min() < -8.0
            assert smooth.max() > 8.0
        else:
            assert smooth.min() > -4.0
            assert 1.5 < smooth.max() < 6.0


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_one_step_anchor_per_contact_near_it(
    moving: dict[Activity, Moving], activity: Activity
) -> None:
    """The smoothed acceleration rises through 0 once a step, a little before walking contacts."""
    body = moving[activity]
    smooth = smoothed_vertical(body)
    rising = np.flatnonzero((smooth[:-1] < 0.0) & (smooth[1:] >= 0.0)) / 1000.0
    contacts_s = body.bouts[0].contacts_s
    contacts_s = contacts_s[(contacts_s > 6.0) & (contacts_s < 20.0)]
    late_ms = [1000.0 * (c - rising[np.argmin(np.abs(rising - c))]) for c in contacts_s]
    low, high = (-50.0, 0.0) if activity is Activity.RUN else (0.0, 120.0)
    assert low < min(late_ms)
    assert max(late_ms) < high


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_motion_starts_and_ends_at_rest_and_does_not_drift(
    moving: dict[Activity, Moving], activity: Activity
) -> None:
    body = moving[activity]
    velocity = np.cumsum(body.motion.acceleration, axis=0) / 1000.0
    np.testing.assert_allclose(velocity[-1], 0.0, atol=1e-3)
    climb = {Activity.STAIRS_UP: 92.0, Activity.STAIRS_DOWN: -98.0}.get(activity, 0.0) * 0.17 / 60
    assert velocity[body.steady, 2].mean() == pytest.approx(climb, abs=0.02)
    speed = body.bouts[0].sections[0].speed
    assert velocity[body.steady, 0].mean() == pytest.approx(speed, abs=0.02)
    assert np.abs(velocity[body.steady, 1]).max() < 0.3


def test_thigh_swings_in_time_with_the_contacts(moving: dict[Activity, Moving]) -> None:
    body = moving[Activity.WALK]
    flexion = body.motion.hip_deg[Side.RIGHT][:, 0]
    foot = body.bouts[0].feet[Side.RIGHT]
    for index in np.flatnonzero(foot.real)[2:-2]:
        start, stop = (int(1000 * foot.initial_s[k]) for k in (index, index + 1))
        stride = flexion[start:stop]
        assert 0.48 < np.argmin(stride) / len(stride) < 0.58
        assert 0.83 < np.argmax(stride) / len(stride) < 0.95
        assert np.all(np.diff(stride[int(0.6 * len(stride)) : int(0.82 * len(stride))]) > 0.0)
        assert 26.0 < stride[0] < 33.0
        assert -13.0 < stride.min() < -8.0


def test_angles_are_those_of_the_matrices(moving: dict[Activity, Moving]) -> None:
    body = moving[Activity.RUN]
    rows = np.arange(0, len(body.motion), 37)
    pelvis = pelvis_orientation(body.motion, rows)
    obliquity = np.degrees(np.arcsin(to_matrix(pelvis)[:, 2, 2]))
    np.testing.assert_allclose(obliquity, body.motion.pelvis_deg[rows, 1], atol=1e-9)
    for side in Side:
        thigh = segment_orientation(body.motion, Placement.thigh(side), rows)
        hip = to_matrix(multiply(conjugate(pelvis), thigh))
        # Grood-Suntay: e1 = pelvis z, e3 = thigh y
        flexion = np.degrees(np.arctan2(-hip[:, 0, 1], hip[:, 1, 1]))
        adduction = side.sign * np.degrees(np.arcsin(hip[:, 2, 1]))
        rotation = side.sign * np.degrees(np.arctan2(-hip[:, 2, 0], hip[:, 2, 2]))
        angles = np.stack([flexion, adduction, rotation], axis=-1)
        np.testing.assert_allclose(angles, body.motion.hip_deg[side][rows], atol=1e-9)


def test_signs_by_anatomy(moving: dict[Activity, Moving]) -> None:
    """Flexion brings the knee forward, adduction to the midline, internal rotation turns it in."""
    person = moving[Activity.WALK].person
    for side in Side:
        for axis, (direction, landmark, sign) in enumerate(
            [
                (np.array([1.0, 0, 0]), np.array([0, -1.0, 0]), 1.0),  # knee forward
                (np.array([0, 1.0, 0]), np.array([0, -1.0, 0]), side.sign),  # knee to the midline
                (np.array([0, 1.0, 0]), np.array([1.0, 0, 0]), side.sign),  # front to the midline
            ]
        ):
            body = move(ActivityScript(sections=(Standing(duration_s=0.1),)), person)
            body.motion.hip_deg[side][:, axis] = 10.0
            thigh = segment_orientation(body.motion, Placement.thigh(side), np.array([5]))
            moved = float(rotate(thigh, landmark)[0] @ direction)
            assert moved == pytest.approx(sign * np.sin(np.radians(10.0)), abs=1e-12)


def test_impact_is_larger_at_the_thigh_only_where_the_skin_lets_it(
    moving: dict[Activity, Moving],
) -> None:
    body = moving[Activity.RUN]
    t_s = grid_s(body)
    firm, _ = imu_on(body, Placement.THIGH_RIGHT).measure(body.motion, t_s)
    soft, _ = imu_on(body, Placement.THIGH_RIGHT, SoftTissue(impact_ratio=1.8)).measure(
        body.motion, t_s
    )
    extra = np.linalg.norm(soft - firm, axis=1)
    np.testing.assert_allclose(extra, 0.8 * np.abs(body.motion.impact[Side.RIGHT]), atol=1e-9)
    assert extra.max() > 2.0


def test_wobble_has_the_requested_size_and_rests_at_rest(moving: dict[Activity, Moving]) -> None:
    body = moving[Activity.RUN]
    imu = imu_on(body, Placement.THIGH_LEFT, SoftTissue(wobble_deg=3.0))
    angle = imu._wobble(body.motion)
    assert angle is not None
    size = np.degrees(np.linalg.norm(angle, axis=1))
    assert np.percentile(size[body.steady], 99) == pytest.approx(3.0)
    assert size[:2900].max() < 1e-9


def test_chunks_leave_no_trace(
    moving: dict[Activity, Moving], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = moving[Activity.RUN]
    imu = imu_on(body, Placement.THIGH_LEFT, SoftTissue(wobble_deg=2.0))
    t_s = np.arange(0.003, 25.9, 1.0 / 104.0)
    whole = imu.measure(body.motion, t_s)
    monkeypatch.setattr(imu_module, "CHUNK", 777)
    pieces = imu.measure(body.motion, t_s)
    assert np.array_equal(whole[0], pieces[0])
    assert np.array_equal(whole[1], pieces[1])


def test_u_turn_is_half_a_turn_to_the_chosen_side() -> None:
    section = Locomotion(activity=Activity.WALK, duration_s=20.0, u_turn_every_s=8.0)
    script = ActivityScript(sections=(section,))
    heading = move(script).motion.heading
    assert np.degrees(heading[-1]) == pytest.approx(360.0, abs=0.1)
    assert np.degrees(move(script.mirrored()).motion.heading[-1]) == pytest.approx(-360.0, abs=0.1)


def test_bend_has_its_radius_and_the_treadmill_goes_straight() -> None:
    section = Locomotion(activity=Activity.RUN, duration_s=20.0, bend_radius_m=30.0)
    bent = move(ActivityScript(sections=(section,)))
    rate = np.gradient(bent.motion.heading)[bent.steady] * 1000.0
    np.testing.assert_allclose(rate, 3.0 / 30.0, rtol=1e-3)
    belt = move(ActivityScript(sections=(section,), treadmill=True))
    assert np.all(belt.motion.heading == 0.0)
    velocity = np.cumsum(belt.motion.acceleration[:, 0]) / 1000.0
    assert np.abs(velocity[belt.steady].mean()) < 0.02


def test_mirrored_person_moves_mirrored() -> None:
    section = Locomotion(activity=Activity.WALK, duration_s=12.0, bend_radius_m=20.0)
    script = ActivityScript(sections=(Standing(duration_s=1.0), section))
    person = PersonConfig(asymmetry=0.4, limp=0.2)
    one, other = move(script, person), move(script.mirrored(), person.mirrored())
    flip = np.array([1.0, -1.0, 1.0])
    np.testing.assert_allclose(one.motion.acceleration * flip, other.motion.acceleration, atol=1e-9)
    for side in Side:
        assert np.array_equal(one.motion.hip_deg[side], other.motion.hip_deg[side.other])
    mirrored = other.motion.pelvis_deg * [-1.0, -1.0, 1.0]
    np.testing.assert_allclose(one.motion.pelvis_deg, mirrored, atol=1e-12)


def test_mixed_script_blends_without_jumps() -> None:
    body = move(ActivityScript.mixed(), PersonConfig(variation=StrideVariation(time_sd=0.03)))
    for bout in body.bouts:
        t_s = np.arange(bout.start_s, bout.end_s, 0.005)
        for foot in bout.feet.values():
            assert np.all(np.diff(foot.phase(t_s)) > 0.0)
    run = move(ActivityScript.single(Activity.RUN, 20.0))

    def sharpest(motion: Motion) -> tuple[float, float]:
        flexion, vertical = motion.hip_deg[Side.LEFT][:, 0], motion.acceleration[:, 2]
        return float(np.abs(np.diff(flexion, n=2)).max()), float(np.abs(np.diff(vertical)).max())

    # No blend is sharper than running itself is, give or take its stronger strides.
    for mixed, alone in zip(sharpest(body.motion), sharpest(run.motion), strict=True):
        assert mixed < 1.3 * alone
