"""A slip turns what the sensor measures by just as much as its truth says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.numerics import quaternion
from pelvicsense.synthetic import (
    ActivityScript,
    Mounting,
    PersonConfig,
    Slip,
    ideal_sensors,
    simulate,
)

SLIPS = (Slip(at_s=8.0, turn_deg=(5.0, -10.0, 20.0)), Slip(at_s=10.0, turn_deg=(0.0, 30.0, 0.0)))


def test_samples_turn_with_the_true_mounting() -> None:
    (sensor,) = ideal_sensors([Placement.THIGH_LEFT], mounting=Mounting.FLAT)
    script = ActivityScript.single(Activity.WALK, 8.0)
    firm, slipped = (
        simulate(PersonConfig(), [one], script, 4) for one in (sensor, replace(sensor, slips=SLIPS))
    )
    before, after = (s.blocks[Placement.THIGH_LEFT] for s in (firm, slipped))
    worn = slipped.truth_worn[Placement.THIGH_LEFT]
    # From the firm sensor's frame into the slipped one's
    turn = quaternion.multiply(
        worn.sensor_from_segment_at(worn.sample_t_s), quaternion.conjugate(worn.sensor_from_segment)
    )
    assert np.allclose(quaternion.rotate(turn, before.acc), after.acc, atol=1e-6)
    rate = after.gyr - quaternion.rotate(turn, before.gyr)
    speed = np.degrees(np.sqrt(np.sum(rate * rate, axis=1)))
    slipping = sum(
        np.interp(worn.sample_t_s, slip.at_s + np.array([0.0, 0.3]), [0.0, 1.0]) % 1.0 > 0.0
        for slip in worn.slips
    )
    assert speed[slipping == 0].max() < 1e-3
    # The whole turn is felt by the gyroscope.
    size = np.linalg.norm(SLIPS[0].turn_deg) + np.linalg.norm(SLIPS[1].turn_deg)
    assert speed.sum() / 100.0 == pytest.approx(size, rel=0.01)


def test_a_slip_takes_time() -> None:
    with pytest.raises(ConfigurationError, match="over_s"):
        Slip(at_s=1.0, turn_deg=(0.0, 5.0, 0.0), over_s=0.0)
