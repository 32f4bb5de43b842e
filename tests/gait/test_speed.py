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


def speeds(speed: SpeedEstimate, now: int, *rows: int) -> list[float]:
    return speed.speeds_mps(np.array(rows), now).tolist()


@pytest.mark.parametrize(
    ("activity", "speed_mps"),
    [(Activity.WALK, 1.35), (Activity.RUN, 2.5), (Activity.RUN, 4.0)],
)
def test_it_is_told_to_a_quarter(activity: Activity, speed_mps: float) -> None:
    speed, spans = estimate(at_speed(activity, speed_mps))
    end = spans[-1][1]
    assert speeds(speed, end, end) == [pytest.approx(speed_mps, rel=2.0 * CONFIG.share_sigma)]


def test_before_the_first_stride_one_stands() -> None:
    speed, spans = estimate(at_speed(Activity.WALK, 1.35))
    assert speeds(speed, spans[-1][1], 100) == [0.0]


def test_after_the_last_one_it_goes_on_for_a_while_or_has_ended_there() -> None:
    speed, spans = estimate(at_speed(Activity.WALK, 1.35))
    end, hold = spans[-1][1], round(CONFIG.hold_s * 100.0)
    assert min(speeds(speed, end + hold, end - 1, end + 1, end + hold)) > 1.0
    before, *after = speeds(speed, end + hold + 1, end - 1, end + 1, end + hold)
    assert before > 1.0
    assert after == [0.0, 0.0]


def test_through_long_turns_it_goes_on() -> None:
    speed, spans = estimate(at_speed(Activity.WALK, 1.35))
    end, hold = spans[-1][1], round(CONFIG.hold_s * 100.0)
    for turned in range(end + 100, end + 1000, 100):
        speed.goes_on(turned)
    assert speeds(speed, end + 900 + hold, end + 900)[0] > 1.0
    assert speeds(speed, end + 901 + hold, end + 900) == [0.0]


def test_a_pause_between_strides_is_standing() -> None:
    walk = at_speed(Activity.WALK, 1.35, 10.0)
    speed, spans = estimate(walk, stand(6.0), walk)
    k = int(np.argmax(np.diff([first for first, _ in spans])))
    before, paused, after = speeds(
        speed, spans[-1][1], spans[k][1] - 10, spans[k + 1][0] - 10, spans[k + 1][0] + 10
    )
    assert paused == 0.0
    assert min(before, after) > 1.0


def test_memory_is_bounded() -> None:
    speed, spans = estimate(at_speed(Activity.WALK, 1.35))
    kept = speeds(speed, spans[-1][1], spans[-1][1])
    speed.drop_before(spans[-1][1] + 6001)
    assert len(speed._begins) == 1
    assert speeds(speed, spans[-1][1], spans[-1][1]) == kept
