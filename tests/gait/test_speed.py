"""Speed from the thighs' swing, of simulated people whose speed is known."""

from __future__ import annotations

import numpy as np
import pytest
from simulated import stand
from stages import segments

from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.gait.speed import SpeedConfig, SpeedEstimate
from pelvicsense.synthetic import (
    ActivityScript,
    Locomotion,
    PersonConfig,
    ideal_sensors,
    simulate,
)
from pelvicsense.synthetic.script import Section

CONFIG = SpeedConfig()


def estimate(*sections: Section) -> tuple[SpeedEstimate, list[tuple[int, int]]]:
    """An estimate after all strides of a script, and their rows."""
    script = ActivityScript(sections=(stand(5.0), *sections, stand(1.0)), treadmill=True)
    session = simulate(PersonConfig(), ideal_sensors(), script, seed=4)
    block = segments(session)
    speed = SpeedEstimate(CONFIG, block.rate_hz, tuple(Side), block.first_index)
    speed.feed(block)
    spans = []
    for stride in sorted(session.truth_strides, key=lambda stride: stride.t_end_s):
        first, end = (round(t * block.rate_hz) for t in (stride.t_contact_s, stride.t_end_s))
        speed.stride(stride.side, stride.activity, first, end)
        spans.append((first, end))
    return speed, spans


def at_speed(activity: Activity, speed_mps: float, duration_s: float = 12.0) -> Locomotion:
    return Locomotion(activity=activity, duration_s=duration_s, speed_mps=speed_mps)


@pytest.mark.parametrize(
    ("activity", "speed_mps"),
    [(Activity.WALK, 1.35), (Activity.RUN, 2.5), (Activity.RUN, 4.0)],
)
def test_it_is_told_to_a_quarter(activity: Activity, speed_mps: float) -> None:
    speed, spans = estimate(at_speed(activity, speed_mps))
    (told,) = speed.speeds_mps(np.array([spans[-1][1]]))
    assert told == pytest.approx(speed_mps, rel=2.0 * CONFIG.share_sigma)


def test_before_the_first_stride_and_long_after_the_last_one_stands() -> None:
    speed, spans = estimate(at_speed(Activity.WALK, 1.35))
    end, hold = spans[-1][1], round(CONFIG.hold_s * 100.0)
    before, through_a_turn, after = speed.speeds_mps(np.array([100, end + hold - 1, end + hold]))
    assert before == after == 0.0
    assert through_a_turn > 1.0


def test_a_pause_between_strides_is_standing() -> None:
    walk = at_speed(Activity.WALK, 1.35, 10.0)
    speed, spans = estimate(walk, stand(6.0), walk)
    k = int(np.argmax(np.diff([first for first, _ in spans])))
    before, paused, after = speed.speeds_mps(
        np.array([spans[k][1] - 10, spans[k + 1][0] - 10, spans[k + 1][0] + 10])
    )
    assert paused == 0.0
    assert min(before, after) > 1.0
