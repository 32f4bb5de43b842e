"""Parameters of the contact detector."""

from __future__ import annotations

from dataclasses import dataclass, field

from pelvicsense.gait.steps import StepConfig
from pelvicsense.gait.swings import SwingConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactConfig:
    """Parameters of the contact detector; times after a step's anchor unless said.

    Attributes
    ----------
    early_decision_s, decision_s
        When the landing foot is looked for first, and when an initial contact of walking is told.
    doubtful_step, doubtful_decision_s
        A step sooner after the last than this share of the recent step times may be a second
        bump of the same landing: it is decided later, when a better one may have been seen.
    late_push_s, slow_step_s
        Until when an initial contact waits for the other thigh to begin its swing; in steps slower
        than this, s, it begins too late to be waited for.
    final_deadline_s
        When a final contact is given up for which no swing has begun.
    pairing_s
        Window of (anchor - end of swing) in which a step may belong to a swing.
    push_s
        Window of the other thigh's swing start around the anchor.
    walking_push_s
        Window around the anchor in which a walker's other thigh begins to swing, but no thigh of a
        runner (walking and stairs: 1 % to 95 % of steps; running: -0.135 to -0.053, then from 0.2).
    expected_s
        Usual (anchor - end of swing) in walking, in running, on stairs.
    loaded_steps
        Running steps over which the duration of the upward push is averaged.
    stairs_landing_angle, stairs_middle_angle
        Thigh inclination, rad: more flexed than this when landing, and in the middle of its swing,
        means upstairs. The middle tells climbing from long level strides.
    stairs_down_push_angle
        Thigh inclination, rad: less extended than this when pushing off means downstairs.
    stairs_down_fall
        Downstairs the pelvis falls faster than this before the landing, m/s²: a level step cut
        short has no extension either, but does not fall.
    """

    early_decision_s: float = 0.22
    decision_s: float = 0.265
    doubtful_step: float = 0.6
    doubtful_decision_s: float = 0.44
    late_push_s: float = 0.34
    slow_step_s: float = 0.70
    final_deadline_s: float = 0.80
    pairing_s: tuple[float, float] = (-0.23, 0.40)
    push_s: tuple[float, float] = (-0.25, 0.60)
    walking_push_s: tuple[float, float] = (-0.045, 0.15)
    expected_s: tuple[float, float, float] = (0.04, 0.12, 0.10)
    loaded_steps: int = 6
    stairs_landing_angle: float = 0.70
    stairs_middle_angle: float = 0.36
    stairs_down_push_angle: float = -0.14
    stairs_down_fall: float = -2.0
    steps: StepConfig = field(default_factory=StepConfig)
    swings: SwingConfig = field(default_factory=SwingConfig)
