"""The population is repeatable, varied, and its test people are nobody else's."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_bodies import move

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.synthetic import (
    ActivityScript,
    Locomotion,
    PersonConfig,
    StrideVariation,
)
from pelvicsense.synthetic.curves import drawn_phase
from pelvicsense.synthetic.population import TASKS, Condition, Group, draw_trial


@pytest.mark.parametrize(("activity", "condition"), TASKS)
def test_a_trial_is_repeatable_and_does_its_task(activity: Activity, condition: Condition) -> None:
    trial = draw_trial(Group.TEST, 3, activity, condition)
    assert trial == draw_trial(Group.TEST, 3, activity, condition)
    assert any(
        isinstance(section, Locomotion) and section.activity is activity
        for section in trial.script.sections
    )


def test_groups_and_people_share_no_draw() -> None:
    task = (Activity.WALK, Condition.LEVEL)
    trials = [draw_trial(group, number, *task) for group in Group for number in range(20)]
    assert len({trial.seed for trial in trials}) == len(trials)
    assert len({trial.person.height_m for trial in trials}) == len(trials)


def test_a_person_keeps_the_body_and_changes_the_mounting() -> None:
    walk, run = (
        draw_trial(Group.TEST, 5, activity, Condition.LEVEL)
        for activity in (Activity.WALK, Activity.RUN)
    )
    assert walk.person.leg_m == run.person.leg_m
    assert walk.person.asymmetry == run.person.asymmetry
    assert walk.seed != run.seed


def test_speeds_span_what_is_promised() -> None:
    def speeds(activity: Activity) -> list[float]:
        trials = (
            draw_trial(Group.TEST, number, activity, Condition.LEVEL) for number in range(100)
        )
        return [
            section.speed
            for trial in trials
            for section in trial.script.sections
            if isinstance(section, Locomotion)
        ]

    walking, running = speeds(Activity.WALK), speeds(Activity.RUN)
    assert 0.5 <= min(walking) < 0.6
    assert 1.9 < max(walking) <= 2.0
    assert 1.8 <= min(running) < 2.0
    assert 5.3 < max(running) <= 5.5


def test_a_task_nobody_does_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="TASKS"):
        draw_trial(Group.TEST, 0, Activity.WALK, Condition.TRACK)


EVEN = StrideVariation(time_sd=0.0, amplitude_sd=0.0)


@pytest.mark.parametrize("weak", list(Side))
def test_trendelenburg_drops_the_pelvis_over_the_weak_leg_only(weak: Side) -> None:
    script = ActivityScript.single(Activity.WALK, 12.0, stand_s=1.0)
    sound = move(script, PersonConfig(variation=EVEN))
    ill = move(script, PersonConfig(trendelenburg_deg=weak.sign * 6.0, variation=EVEN))
    extra = weak.sign * (ill.motion.pelvis_deg - sound.motion.pelvis_deg)[:, 1]
    assert extra.max() == pytest.approx(6.0, abs=1e-6)
    assert extra.min() >= -1e-9
    adducted = {side: ill.motion.hip_deg[side] - sound.motion.hip_deg[side] for side in Side}
    np.testing.assert_allclose(adducted[weak][:, 1], extra, atol=1e-9)
    np.testing.assert_allclose(adducted[weak.other], 0.0, atol=1e-9)


@pytest.mark.parametrize("treadmill", [False, True])
def test_a_slope_climbs_and_bends_the_hips(treadmill: bool) -> None:
    def walk(grade: float) -> tuple[float, float]:
        section = Locomotion(activity=Activity.WALK, duration_s=15.0, grade=grade)
        body = move(ActivityScript(sections=(section,), treadmill=treadmill))
        climbed = np.cumsum(body.motion.acceleration[:, 2])[body.steady].mean() / 1000.0
        return float(climbed), float(body.motion.hip_deg[Side.LEFT][body.steady, 0].max())

    level, uphill, downhill = walk(0.0), walk(0.1), walk(-0.1)
    assert uphill[1] > level[1] + 5.0
    assert downhill[1] < level[1] - 2.0
    climb = 0.0 if treadmill else 0.1 * 1.35
    assert uphill[0] == pytest.approx(climb, abs=0.02)
    assert downhill[0] == pytest.approx(-climb, abs=0.02)


def test_stairs_have_no_slope() -> None:
    with pytest.raises(ConfigurationError, match="grade"):
        Locomotion(activity=Activity.STAIRS_UP, duration_s=10.0, grade=0.1)


@pytest.mark.parametrize(
    ("stance", "drawn"), [(0.25, 0.35), (0.44, 0.35), (0.5, 0.62), (0.59, 0.62), (0.66, 0.62)]
)
def test_curves_follow_the_share_of_stance(stance: float, drawn: float) -> None:
    phase = np.linspace(0.0, 2.0, 2001)
    read = drawn_phase(phase, stance, drawn)
    assert np.all(np.diff(read) > 0.0)
    borders = drawn_phase(np.array([0.0, stance, 1.0]), stance, drawn)
    np.testing.assert_allclose(borders, [0.0, drawn, 1.0], atol=1e-12)
    np.testing.assert_allclose(read[1000:] - 1.0, read[:1001], atol=1e-12)
    # Swing is stretched evenly: its middle stays its middle.
    middle = drawn_phase(np.array([0.5 + 0.5 * stance]), stance, drawn)
    np.testing.assert_allclose(middle, 0.5 + 0.5 * drawn, atol=1e-12)
    assert np.array_equal(drawn_phase(phase, drawn, drawn), phase)
