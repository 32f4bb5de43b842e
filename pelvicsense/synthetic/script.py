"""What the person does: sections of standing and of walking, running and stairs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.synthetic.curves import GAIT
from pelvicsense.synthetic.limits import require_within

SHORTEST_BOUT_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Standing still in the neutral pose, ``duration_s`` seconds."""

    duration_s: float

    def __post_init__(self) -> None:
        require_within("duration_s", self.duration_s, 0.1, 1e6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locomotion:
    """Walking, running or stairs at one speed.

    Attributes
    ----------
    activity
        What is done; not ``unknown``.
    duration_s
        From leaving the previous section to the next, s (starting and stopping included).
    speed_mps, cadence_spm, stance_fraction
        Mean forward speed, steps per minute, stance as a share of the stride; none: typical of the
        activity (``curves.GAIT``).
    u_turn_every_s
        A turn by 180° within 2 s, each so many seconds; none: straight on.
    bend_radius_m
        Radius of a steady bend, m; none: straight on.
    grade
        Slope of the ground, rise over run, −0.3…0.3, uphill positive; 0. The path climbs, hips and
        pelvis bend into the hill; forces stay those of level ground. Not on stairs.
    """

    activity: Activity
    duration_s: float
    speed_mps: float | None = None
    cadence_spm: float | None = None
    stance_fraction: float | None = None
    u_turn_every_s: float | None = None
    bend_radius_m: float | None = None
    grade: float = 0.0

    def __post_init__(self) -> None:
        if self.activity not in GAIT:
            known = ", ".join(GAIT)
            msg = f"activity: expected one of {known}, got {self.activity}; name what is done"
            raise ConfigurationError(msg)
        limits = {
            "duration_s": (1.0, 1e6),
            "speed": (0.1, 12.0),
            "cadence": (40.0, 260.0),
            "stance": (0.2, 0.8),
            "u_turn_every_s": (5.0, 1e6),
            "bend_radius_m": (5.0, 1e6),
            "grade": (0.0, 0.0) if self.on_stairs else (-0.3, 0.3),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if value is not None:
                require_within(name, value, low, high)

    @property
    def on_stairs(self) -> bool:
        """Whether each step climbs or descends a stair."""
        return self.activity in (Activity.STAIRS_UP, Activity.STAIRS_DOWN)

    @property
    def slope_deg(self) -> float:
        """Angle of the ground, deg, uphill positive."""
        return math.degrees(math.atan(self.grade))

    @property
    def speed(self) -> float:
        """Mean forward speed, m/s."""
        return GAIT[self.activity].speed_mps if self.speed_mps is None else self.speed_mps

    @property
    def cadence(self) -> float:
        """Steps per minute."""
        return GAIT[self.activity].cadence_spm if self.cadence_spm is None else self.cadence_spm

    @property
    def step_s(self) -> float:
        """Mean duration of a step, s."""
        return 60.0 / self.cadence

    @property
    def stance(self) -> float:
        """Stance as a share of the stride."""
        usual = GAIT[self.activity].stance_fraction
        return usual if self.stance_fraction is None else self.stance_fraction


Section: TypeAlias = Standing | Locomotion


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityScript:
    """Sections in order.

    Attributes
    ----------
    sections
        Neighbouring locomotion blends directly; standing separates bouts.
    treadmill
        The belt carries the person: no turns, and no acceleration of the mean speed.
    riser_m
        Height of a stair, m; 0.17 (usual building rule).
    turn_side
        Side to which turns and bends go.
    mark_still
        The user marks the first standing section as still.
    """

    sections: tuple[Section, ...]
    treadmill: bool = False
    riser_m: float = 0.17
    turn_side: Side = Side.LEFT
    mark_still: bool = True

    def __post_init__(self) -> None:
        if not self.sections:
            msg = "sections: expected at least one, got none; add a Standing or a Locomotion"
            raise ConfigurationError(msg)
        for start_s, bout in self.bouts():
            length_s = sum(section.duration_s for section in bout)
            if length_s < SHORTEST_BOUT_S:
                msg = (
                    f"sections: the bout at {start_s:g} s lasts {length_s:g} s, expected"
                    f" at least {SHORTEST_BOUT_S:g} s to start and stop in; lengthen it"
                )
                raise ConfigurationError(msg)

    @property
    def duration_s(self) -> float:
        """Length of the whole script, s."""
        return sum(section.duration_s for section in self.sections)

    def mirrored(self) -> ActivityScript:
        """Return the script with turns to the other side."""
        return replace(self, turn_side=self.turn_side.other)

    def bouts(self) -> list[tuple[float, tuple[Locomotion, ...]]]:
        """Find the runs of locomotion without standing in between, each with its start, s."""
        found: list[tuple[float, list[Locomotion]]] = []
        time_s, moving = 0.0, False
        for section in self.sections:
            if isinstance(section, Locomotion):
                if not moving:
                    found.append((time_s, []))
                found[-1][1].append(section)
            moving = isinstance(section, Locomotion)
            time_s += section.duration_s
        return [(start_s, tuple(bout)) for start_s, bout in found]

    def standing_windows(self) -> list[tuple[float, float]]:
        """[start, end) of each standing section, s."""
        windows, time_s = [], 0.0
        for section in self.sections:
            if isinstance(section, Standing):
                windows.append((time_s, time_s + section.duration_s))
            time_s += section.duration_s
        return windows

    @classmethod
    def single(
        cls,
        activity: Activity,
        duration_s: float,
        *,
        stand_s: float = 6.0,
        treadmill: bool = False,
        **gait: float,
    ) -> ActivityScript:
        """Stand, do one thing, stand; ``gait`` goes to ``Locomotion``."""
        moving = Locomotion(activity=activity, duration_s=duration_s, **gait)
        sections = (Standing(duration_s=stand_s), moving, Standing(duration_s=3.0))
        return cls(sections=sections, treadmill=treadmill)

    @classmethod
    def mixed(cls, repeats: int = 1) -> ActivityScript:
        """Stand, walk, run, walk, stand, stairs up, walk, stairs down, …, stand: 112 s a round."""
        stand = Standing(duration_s=6.0)

        def go(activity: Activity, duration_s: float) -> Locomotion:
            return Locomotion(activity=activity, duration_s=duration_s)

        once: tuple[Section, ...] = (
            stand,
            go(Activity.WALK, 20.0),
            go(Activity.RUN, 25.0),
            go(Activity.WALK, 12.0),
            stand,
            go(Activity.STAIRS_UP, 14.0),
            go(Activity.WALK, 15.0),
            go(Activity.STAIRS_DOWN, 14.0),
        )
        return cls(sections=once * repeats + (stand,))
