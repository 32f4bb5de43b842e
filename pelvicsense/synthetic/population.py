"""A population: people who differ in body, gait and straps, each in every task; drawn by seed.

Two groups that share no draw: parameters of the pipeline may be tuned on the one (``TUNING``) and
are judged on the other (``TEST``). Ranges are wide on purpose, uniform where nothing else is said,
and chosen by hand to hold what a user may meet; they are no statement about how common that is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.synthetic.curves import GAIT
from pelvicsense.synthetic.person import PersonConfig, StrideVariation
from pelvicsense.synthetic.script import ActivityScript, Locomotion, Section, Standing
from pelvicsense.synthetic.sensors import RadioConfig, SensorConfig, SoftTissue


class Group(StrEnum):
    """What a person may be used for."""

    TUNING = "tuning"
    TEST = "test"


class Condition(StrEnum):
    """In what way a task is done."""

    LEVEL = "level"
    TREADMILL = "treadmill"
    SLOPE = "slope"
    STARTS = "starts and stops"
    TURNS = "180° turns"
    WALK_FIRST = "after a walk"
    FLIGHTS = "up and down, walks between"
    TRACK = "400 m track"
    ASYMMETRIC = "asymmetric"
    LIMP = "limp"
    TRENDELENBURG = "Trendelenburg"
    LOOSE = "loose straps"
    LOSSES = "packets lost"
    BAD_LINK = "bad link"


_ALL = (
    Condition.LEVEL,
    Condition.ASYMMETRIC,
    Condition.TRENDELENBURG,
    Condition.LOOSE,
    Condition.BAD_LINK,
)
_GROUND = (
    Condition.TREADMILL,
    Condition.SLOPE,
    Condition.STARTS,
    Condition.TURNS,
    Condition.LOSSES,
)

TASKS: tuple[tuple[Activity, Condition], ...] = tuple(
    (activity, condition)
    for activity, conditions in (
        (Activity.WALK, (*_ALL, *_GROUND, Condition.LIMP)),
        (Activity.RUN, (*_ALL, *_GROUND, Condition.WALK_FIRST, Condition.TRACK)),
        (Activity.STAIRS_UP, (*_ALL, Condition.LIMP, Condition.FLIGHTS)),
        (Activity.STAIRS_DOWN, (*_ALL, Condition.LIMP)),
    )
    for condition in conditions
)
"""Everything each person does, every task a session of its own with newly mounted sensors."""

_STRAIGHT_M, _BEND_RADIUS_M = 84.39, 36.5
"""A 400 m track: straight, and radius of the bend's inner edge (World Athletics, Track and Field
Facilities Manual 2019)."""

_WALK_RATIO_M_MIN = 0.0064
"""Step length over cadence in walking, m per step/min; about the same at every speed (Sekiya et
al. 1996, J Hum Mov Stud 30:241)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One session of one person: all that ``simulate`` takes.

    Attributes
    ----------
    group, number
        Which person.
    activity, condition
        What is done, and how.
    """

    group: Group
    number: int
    activity: Activity
    condition: Condition
    person: PersonConfig
    sensors: tuple[SensorConfig, ...]
    script: ActivityScript
    seed: int


def draw_trial(group: Group, number: int, activity: Activity, condition: Condition) -> Trial:
    """Draw one session of person ``number``, 0 or more; the body is the same in all of theirs.

    Raises
    ------
    ConfigurationError
        If it is not one of ``TASKS``.
    """
    if (activity, condition) not in TASKS:
        msg = f"task: expected one of TASKS, got {activity}, {condition}; choose one of them"
        raise ConfigurationError(msg)
    task = (list(Activity).index(activity), list(Condition).index(condition))
    body = _generator(group, number)
    person, pace = _draw_person(body), float(body.normal())
    rng = _generator(group, number, *task)
    return Trial(
        group=group,
        number=number,
        activity=activity,
        condition=condition,
        person=_affected(_doing(person, activity), condition, rng),
        sensors=_draw_sensors(activity, condition, rng),
        script=_draw_script(person, pace, activity, condition, rng),
        seed=int(rng.integers(2**40, 2**41)),
    )


def _generator(group: Group, number: int, *task: int) -> np.random.Generator:
    key = (list(Group).index(group), number, *task)
    return np.random.default_rng(np.random.SeedSequence(20261122, spawn_key=key))


def _draw_person(rng: np.random.Generator) -> PersonConfig:
    """Draw a body and its habits; the angles are factors on the activity's, see `_doing`."""
    height_m = rng.uniform(1.50, 1.98)
    return PersonConfig(
        height_m=height_m,
        leg_length_m=0.53 * height_m * rng.uniform(0.96, 1.04),
        hip_width_m=rng.uniform(0.15, 0.19),
        pelvic_drop_deg=rng.uniform(0.5, 2.0),
        hip_adduction_deg=rng.uniform(0.4, 1.6),
        thigh_rotation_deg=rng.uniform(0.4, 2.5),
        asymmetry=rng.uniform(-0.2, 0.2),
        first_foot=Side.LEFT if rng.uniform() < 0.5 else Side.RIGHT,
        variation=StrideVariation(
            time_sd=rng.uniform(0.008, 0.03), amplitude_sd=rng.uniform(0.04, 0.12)
        ),
    )


def _doing(person: PersonConfig, activity: Activity) -> PersonConfig:
    """Turn the factors of `_draw_person` into the peaks of an activity."""
    peaks = {
        name: min(25.0, getattr(person, name) * getattr(GAIT[activity], name))
        for name in ("pelvic_drop_deg", "hip_adduction_deg", "thigh_rotation_deg")
    }
    return replace(person, **peaks)


def _affected(person: PersonConfig, condition: Condition, rng: np.random.Generator) -> PersonConfig:
    sign = 1.0 if rng.uniform() < 0.5 else -1.0
    if condition is Condition.ASYMMETRIC:
        return replace(person, asymmetry=sign * rng.uniform(0.4, 0.9))
    if condition is Condition.LIMP:
        return replace(person, limp=sign * rng.uniform(0.1, 0.35))
    if condition is Condition.TRENDELENBURG:
        return replace(person, trendelenburg_deg=sign * rng.uniform(3.0, 9.0))
    return person


def _draw_sensors(
    activity: Activity, condition: Condition, rng: np.random.Generator
) -> tuple[SensorConfig, ...]:
    """Straps hold to 0.3…1.5° (running 1…3°), loose ones to 3…4° (4…6°): `SoftTissue`.

    A packet holds up to 20 ms, so that one lost packet can be bridged; with losses up to 70 ms. On
    a bad link one packet in twenty is lost, of 50 ms each.
    """
    firm, loose = (0.3, 1.5), (3.0, 4.0)
    if activity is Activity.RUN:
        firm, loose = (1.0, 3.0), (4.0, 6.0)
    low, high = loose if condition is Condition.LOOSE else firm
    rate_hz = float(rng.choice([60.0, 100.0, 104.0, 200.0]))
    packet_s, loss = (0.07, 0.02) if condition is Condition.LOSSES else (0.02, 0.005)
    radio = RadioConfig(
        samples_per_packet=int(rng.integers(1, int(packet_s * rate_hz), endpoint=True)),
        loss_fraction=rng.uniform(0.0, loss),
    )
    if condition is Condition.BAD_LINK:
        radio = RadioConfig(samples_per_packet=int(0.05 * rate_hz), loss_fraction=0.05)
    return tuple(
        SensorConfig(
            placement=placement,
            rate_hz=rate_hz,
            tissue=SoftTissue(
                wobble_deg=rng.uniform(low, high),
                wobble_hz=rng.uniform(5.0, 12.0),
                impact_ratio=rng.uniform(1.0, 2.0),
            ),
            radio=radio,
        )
        for placement in Placement
    )


def _draw_script(
    person: PersonConfig,
    pace: float,
    activity: Activity,
    condition: Condition,
    rng: np.random.Generator,
) -> ActivityScript:
    """Stand, do the task at some speed, stand."""
    moving = _draw_gait(person, pace, activity, rng)
    stand = Standing(duration_s=rng.uniform(5.0, 8.0))
    walk = _draw_gait(person, pace, Activity.WALK, rng)
    sections: tuple[Section, ...] = (moving,)
    if condition is Condition.SLOPE:
        sections = (replace(moving, grade=rng.uniform(-0.15, 0.15)),)
    elif condition is Condition.STARTS:
        bout = replace(moving, duration_s=10.0)
        sections = (bout, Standing(duration_s=3.0), bout, Standing(duration_s=3.0), bout)
    elif condition is Condition.TURNS:
        sections = (replace(moving, duration_s=30.0, u_turn_every_s=8.0),)
    elif condition is Condition.WALK_FIRST:
        sections = (replace(walk, duration_s=14.0), moving)
    elif condition is Condition.FLIGHTS:
        down = _draw_gait(person, pace, Activity.STAIRS_DOWN, rng)
        walks, flight = replace(walk, duration_s=7.0), replace(moving, duration_s=10.0)
        sections = (walks, flight, walks, replace(down, duration_s=10.0), walks)
    elif condition is Condition.TRACK:
        straight = replace(moving, duration_s=_STRAIGHT_M / moving.speed)
        bend_s = np.pi * _BEND_RADIUS_M / moving.speed
        bend = replace(moving, duration_s=float(bend_s), bend_radius_m=_BEND_RADIUS_M)
        sections = (straight, bend, straight)
    return ActivityScript(
        sections=(stand, *sections, Standing(duration_s=3.0)),
        treadmill=condition is Condition.TREADMILL,
        turn_side=Side.LEFT if rng.uniform() < 0.5 else Side.RIGHT,
    )


def _draw_gait(
    person: PersonConfig, pace: float, activity: Activity, rng: np.random.Generator
) -> Locomotion:
    """Speeds 0.5…2 m/s walking, 1.8…5.5 m/s running; cadence and stance follow them.

    ``pace`` says how short and quick this person's steps are, in standard deviations.
    """
    usual = GAIT[activity]
    quick = 1.0 + 0.05 * float(np.clip(pace, -2.0, 2.0))
    if activity is Activity.WALK:
        speed = rng.uniform(0.5, 2.0)
        ratio = _WALK_RATIO_M_MIN * person.leg_m / 0.91
        cadence, stance = quick * np.sqrt(60.0 * speed / ratio), 0.62 - 0.045 * (speed - 1.35)
    elif activity is Activity.RUN:
        speed = rng.uniform(1.8, 5.5)
        cadence = quick * (150.0 + 6.0 * speed)
        contact_s = 0.44 * speed**-0.55  # by hand: 0.27 s at 2.5 m/s, 0.17 s at 5.5 m/s
        stance = contact_s * cadence / 120.0
    else:
        cadence = quick * usual.cadence_spm * rng.uniform(0.8, 1.15)
        speed = usual.speed_mps * cadence / usual.cadence_spm
        stance = usual.stance_fraction + rng.uniform(-0.02, 0.02)
    return Locomotion(
        activity=activity,
        duration_s=20.0,
        speed_mps=float(speed),
        cadence_spm=float(cadence),
        stance_fraction=float(stance),
    )
