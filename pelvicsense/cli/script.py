"""From ``simulate``'s options to a script: what the person does, for how long, where they stand."""

from __future__ import annotations

from dataclasses import replace

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Activity
from pelvicsense.synthetic import ActivityScript, Locomotion, Standing
from pelvicsense.synthetic.script import Section

FIRST_STAND_S, LAST_STAND_S = 6.0, 3.0
SHORTEST_S = 20.0

PLANS: dict[str, tuple[tuple[Activity | None, float], ...]] = {
    "walk": ((Activity.WALK, 1.0),),
    "run": ((Activity.RUN, 1.0),),
    "stairs": ((Activity.STAIRS_UP, 0.5), (None, 4.0), (Activity.STAIRS_DOWN, 0.5)),
    "mixed": (
        (Activity.WALK, 0.20),
        (Activity.RUN, 0.25),
        (Activity.WALK, 0.12),
        (None, 5.0),
        (Activity.STAIRS_UP, 0.14),
        (Activity.WALK, 0.15),
        (Activity.STAIRS_DOWN, 0.14),
    ),
}
"""Per option: activities with their share of the moving time; none: standing, s."""


def build_script(
    activity: str,
    duration_s: float,
    stands: tuple[tuple[float, float], ...],
    gait: Locomotion,
    *,
    treadmill: bool,
    mark_still: bool,
) -> ActivityScript:
    """Return a script of ``duration_s`` in all.

    Parameters
    ----------
    activity
        Key of `PLANS`.
    duration_s
        Length, standing included, s.
    stands
        (start, length) of standing in the middle, s.
    gait
        Model of all locomotion: its speed, cadence, turns and bends.
    treadmill, mark_still
        As in ``ActivityScript``.

    Raises
    ------
    ConfigurationError
        If ``duration_s`` is too short, or a stand does not lie within the locomotion.
    """
    plan = PLANS[activity]
    fixed = FIRST_STAND_S + LAST_STAND_S + sum(length for _, length in stands)
    moving_s = duration_s - fixed - sum(share for kind, share in plan if kind is None)
    if duration_s < SHORTEST_S or moving_s < 4.0 * len(plan):
        need = max(SHORTEST_S, duration_s - moving_s + 4.0 * len(plan))
        msg = f"duration: expected at least {need:g} s for {activity}, got {duration_s:g}"
        raise ConfigurationError(msg)
    sections: list[Section] = [Standing(duration_s=FIRST_STAND_S)]
    for kind, share in plan:
        if kind is None:
            sections.append(Standing(duration_s=share))
        else:
            sections.append(replace(gait, activity=kind, duration_s=share * moving_s))
    sections.append(Standing(duration_s=LAST_STAND_S))
    for start_s, length_s in sorted(stands):
        sections = _with_stand(sections, start_s, length_s)
    return ActivityScript(sections=tuple(sections), treadmill=treadmill, mark_still=mark_still)


def _with_stand(sections: list[Section], start_s: float, length_s: float) -> list[Section]:
    """Cut the locomotion that goes on at ``start_s`` in two and stand in between."""
    time_s = 0.0
    for index, section in enumerate(sections):
        into_s = start_s - time_s
        if isinstance(section, Locomotion) and 0.0 < into_s < section.duration_s:
            before = replace(section, duration_s=into_s)
            after = replace(section, duration_s=section.duration_s - into_s)
            stand = Standing(duration_s=length_s)
            return [*sections[:index], before, stand, after, *sections[index + 1 :]]
        time_s += section.duration_s
    msg = f"stand: expected a start while the person moves, got {start_s:g} s of {time_s:g} s"
    raise ConfigurationError(msg)
