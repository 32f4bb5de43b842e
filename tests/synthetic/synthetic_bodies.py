"""People in motion for the tests, without sensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.placement import Activity
from pelvicsense.synthetic import ActivityScript, PersonConfig
from pelvicsense.synthetic.motion import Motion, simulate_motion
from pelvicsense.synthetic.timeline import Bout, plan_bouts

ACTIVITIES = [Activity.WALK, Activity.RUN, Activity.STAIRS_UP, Activity.STAIRS_DOWN]


@dataclass(frozen=True)
class Moving:
    person: PersonConfig
    motion: Motion
    bouts: tuple[Bout, ...]

    @property
    def steady(self) -> np.ndarray:
        return self.motion.envelope > 0.999


def move(script: ActivityScript, person: PersonConfig | None = None, seed: int = 1) -> Moving:
    person = PersonConfig() if person is None else person
    bouts = plan_bouts(script, person, np.random.default_rng(seed))
    return Moving(person, simulate_motion(script, person, bouts), bouts)
