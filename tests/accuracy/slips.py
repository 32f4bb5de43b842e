"""Sensors that slip: how many are noticed, how late, and how often nothing slipped at all.

``python tests/accuracy/slips.py`` prints the tables.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from multiprocessing import Pool
from typing import Any

from pelvicsense.datatypes.calibration import SlipNews
from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.datatypes.samples import SensorSpec, StreamInput
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Pipeline
from pelvicsense.recording.session import open_session
from pelvicsense.sources.replay import ReplaySource
from pelvicsense.synthetic import ActivityScript, Locomotion, Slip, Standing, simulate
from pelvicsense.synthetic.population import TASKS, Condition, Group, draw_trial

AXES = ("anterior", "long", "right")
SIZES_DEG = (5.0, 10.0, 15.0, 20.0)
STAND_S, MOVE_S, SLIP_S = 6.0, 30.0, 0.3


class When(StrEnum):
    """When the sensor slips."""

    MOVING = "moving"
    STANDING = "standing between"


@dataclass(frozen=True)
class SlipTask:
    """One synthetic person, one sensor, one slip."""

    number: int
    activity: Activity
    when: When
    placement: Placement
    axis: int
    size_deg: float

    def run(self) -> dict[str, Any]:
        trial = draw_trial(Group.TEST, self.number, self.activity, Condition.LEVEL)
        gait = next(s for s in trial.script.sections if isinstance(s, Locomotion))
        stand, move = Standing(duration_s=STAND_S), replace(gait, duration_s=MOVE_S)
        if self.when is When.MOVING:
            at_s = STAND_S + 0.75 * MOVE_S
            script = ActivityScript(sections=(stand, replace(gait, duration_s=40.0), stand))
        else:
            at_s = STAND_S + MOVE_S + 0.5 * STAND_S
            script = ActivityScript(sections=(stand, move, stand, replace(move, duration_s=20.0)))
        turn = [0.0, 0.0, 0.0]
        turn[self.axis] = self.size_deg if (self.number + self.axis) % 2 else -self.size_deg
        slip = Slip(at_s=at_s, turn_deg=(turn[0], turn[1], turn[2]), over_s=SLIP_S)
        worn = [
            replace(sensor, slips=(slip,)) if sensor.placement is self.placement else sensor
            for sensor in trial.sensors
        ]
        simulated = simulate(trial.person, worn, script, trial.seed)
        news, _ = noticed(simulated.specs, simulated.stream(10.0))
        ended_s = simulated.truth_worn[self.placement].slips[0].at_s + SLIP_S
        own = [n for n in news if n.placement is self.placement and n.known_at_s > ended_s]
        side = self.placement.side or worn[1].placement.side
        late = [
            stride
            for stride in simulated.truth_strides
            if own
            and stride.side is side
            and stride.t_contact_s > ended_s - SLIP_S
            and stride.t_end_s < own[0].known_at_s
        ]
        return {
            "found": bool(own),
            "late": len(late),
            "wrong": len(news) - len(own),
            "error_deg": own[0].turn_deg[self.axis] - turn[self.axis] if own else None,
        }


def noticed(
    specs: Sequence[SensorSpec],
    groups: Iterable[list[StreamInput]],
    still_windows_s: Sequence[tuple[float, float]] = (),
) -> tuple[list[SlipNews], int]:
    """Slips that a session makes known, and how many strides it has."""
    pipeline = Pipeline(PipelineConfig(), specs, still_windows_s)
    found = [item for group in groups for item in pipeline.feed(group)] + pipeline.finish()
    strides = sum(isinstance(item, Stride) for item in found)
    return [item for item in found if isinstance(item, SlipNews)], strides


# -- nothing slips -----------------------------------------------------------------------------


def changes(gait: Locomotion) -> dict[str, ActivityScript]:
    """What may look like a slip and is none."""
    stand, go = Standing(duration_s=STAND_S), replace(gait, duration_s=15.0)
    quick = replace(go, speed_mps=1.15 * gait.speed, cadence_spm=1.05 * gait.cadence)
    sections = {
        "slopes": [replace(go, grade=grade) for grade in (0.0, 0.15, 0.0, -0.15, 0.1, -0.1)],
        "speeds": [go, quick, go, quick],
        "bends": [replace(go, bend_radius_m=radius) for radius in (None, 15.0, None, 30.0, None)],
        "U-turns": [replace(go, duration_s=80.0, u_turn_every_s=8.0)],
        "starts and stops": [part for _ in range(8) for part in (go, Standing(duration_s=3.0))],
        "walks, runs, stairs": ActivityScript.mixed(2).sections,
    }
    return {
        name: ActivityScript(sections=(stand, *parts, stand)) for name, parts in sections.items()
    }


@dataclass(frozen=True)
class ChangeTask:
    """A synthetic person who changes what they do; nothing slips."""

    number: int
    activity: Activity
    condition: Condition
    change: str

    def run(self) -> dict[str, Any]:
        trial = draw_trial(Group.TEST, self.number, self.activity, self.condition)
        gait = next(s for s in trial.script.sections if isinstance(s, Locomotion))
        script = changes(gait)[self.change]
        simulated = simulate(trial.person, trial.sensors, script, trial.seed)
        news, strides = noticed(simulated.specs, simulated.stream(10.0))
        return {"found": len(news), "strides": strides}


@dataclass(frozen=True)
class PopulationTask:
    """A task of the synthetic population; nothing slips."""

    number: int
    activity: Activity
    condition: Condition

    def run(self) -> dict[str, Any]:
        trial = draw_trial(Group.TEST, self.number, self.activity, self.condition)
        simulated = simulate(trial.person, trial.sensors, trial.script, trial.seed)
        news, strides = noticed(simulated.specs, simulated.stream(10.0))
        return {"found": len(news), "strides": strides}


@dataclass(frozen=True)
class ReferenceTask:
    """A real recording, or one from optical motion capture; nothing slips."""

    folder: str

    def run(self) -> dict[str, Any]:
        from sessions import REFERENCE

        source = ReplaySource(open_session(REFERENCE / self.folder))
        if len(source.specs) < 2:
            return {"found": 0, "strides": 0}
        stills = source.session.manifest.still_windows_s
        news, strides = noticed(source.specs, source, stills)
        return {"found": len(news), "strides": strides}


@dataclass(frozen=True)
class TurnTask:
    """A thigh that turns about its long axis by itself: slowly, or by less than a slip."""

    activity: Activity
    turn_deg: float
    over_s: float

    def run(self) -> dict[str, Any]:
        trial = draw_trial(Group.TEST, 0, self.activity, Condition.LEVEL)
        gait = next(s for s in trial.script.sections if isinstance(s, Locomotion))
        slip = Slip(at_s=30.0, turn_deg=(0.0, self.turn_deg, 0.0), over_s=self.over_s)
        worn = [
            replace(sensor, slips=(slip,)) if sensor.placement.side else sensor
            for sensor in trial.sensors
        ]
        stand = Standing(duration_s=STAND_S)
        moving = replace(gait, duration_s=60.0 + self.over_s)
        script = ActivityScript(sections=(stand, moving, stand))
        simulated = simulate(trial.person, worn, script, trial.seed)
        news, strides = noticed(simulated.specs, simulated.stream(10.0))
        return {"found": len(news), "strides": strides}


def slip_tasks(people: int) -> list[SlipTask]:
    both = (Placement.PELVIS, Placement.THIGH_LEFT)
    gaits = (Activity.WALK, Activity.RUN)
    parts = product(range(people), gaits, When, both, range(3), SIZES_DEG)
    return [SlipTask(*part) for part in parts]


def quiet_tasks(people: int) -> dict[str, list[Any]]:
    from sessions import REFERENCE

    gaits, straps = (Activity.WALK, Activity.RUN), (Condition.LEVEL, Condition.LOOSE)
    folders = sorted(path.parent.name for path in REFERENCE.glob("*/session.toml"))
    names = changes(Locomotion(activity=Activity.WALK, duration_s=15.0))
    turns = ((8.0, 0.5), (-8.0, 0.5), (15.0, 60.0), (-20.0, 120.0))
    return {
        "people before cameras, real sensors": [ReferenceTask(folder) for folder in folders],
        "synthetic people, every task": [
            PopulationTask(number, *task) for number in range(people) for task in TASKS
        ],
        "changes of slope, speed, path, activity": [
            ChangeTask(*part) for part in product(range(people), gaits, straps, names)
        ],
        "thighs that turn: 8° at once, 15° in 1 min, 20° in 2 min": [
            TurnTask(activity, *turn) for activity in gaits for turn in turns
        ],
    }


def run_task(task: Any) -> dict[str, Any]:
    result: dict[str, Any] = task.run()
    return result


def slip_rows(tasks: Sequence[SlipTask], results: Sequence[dict[str, Any]]) -> list[str]:
    """A Markdown table: noticed of how many, median delay in strides."""
    heads = [f"{size:.0f}°" for size in SIZES_DEG]
    lines = [
        f"| gait | slip while | sensor | about the axis | {' | '.join(heads)} | strides late |",
        f"|---|---|---|---|{'---|' * len(heads)}---|",
    ]
    groups: dict[tuple[Any, ...], list[tuple[SlipTask, dict[str, Any]]]] = {}
    for task, result in zip(tasks, results, strict=True):
        key = (task.activity, task.when, task.placement, task.axis)
        groups.setdefault(key, []).append((task, result))
    for (activity, when, placement, axis), pairs in groups.items():
        cells = []
        for size in SIZES_DEG:
            own = [result["found"] for task, result in pairs if task.size_deg == size]
            cells.append(f"{sum(own)}/{len(own)}")
        late = sorted(result["late"] for _, result in pairs if result["found"])
        delay = f"{late[len(late) // 2]}, at most {late[-1]}" if late else ""
        where = "pelvis" if placement is Placement.PELVIS else "thigh"
        columns = [str(activity), str(when), where, AXES[axis], *cells, delay]
        lines.append(f"| {' | '.join(columns)} |")
    return lines


def main(people: int) -> None:
    tasks = slip_tasks(people)
    with Pool(2) as pool:
        results = pool.map(run_task, tasks, chunksize=1)
        print("\n".join(slip_rows(tasks, results)))
        print(f"\nThe wrong sensor, or before the slip: {sum(r['wrong'] for r in results)}\n")
        print("| nothing slips | sessions | strides | slips noticed |\n|---|---|---|---|")
        for name, quiet in quiet_tasks(people).items():
            rows = pool.map(run_task, quiet, chunksize=1)
            for task, row in zip(quiet, rows, strict=True):
                if row["found"]:
                    print(f"false: {task}", file=sys.stderr)
            sums = [sum(row[key] for row in rows) for key in ("strides", "found")]
            print(f"| {name} | {len(rows)} | {sums[0]} | {sums[1]} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
