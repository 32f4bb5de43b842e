"""Run everything that is compared, and keep the figures for VALIDATION.md: ``make peers``.

Peers run in environments of their own and talk in files (`peer_files`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cases import code_fingerprint
from compared import Angles, Found, angle_rows, contact_row, hip_angles
from handed import OwnResult, hand_over
from lower_back import lower_back_bouts
from report_peers import KEPT, NO_SIDE
from sessions import REFERENCE, ROOT, Session, Truth, reference_session, simulated_session

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import EventKind
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.numerics import quaternion
from pelvicsense.synthetic import ActivityScript, PersonConfig, simulate, worn_sensors
from pelvicsense.synthetic.population import Condition, Group, Trial, draw_trial

HERE = Path(__file__).resolve().parent
PEERS = ("qmt", "opensim", "mobgap", "skdh")  # the slowest first
SIDES = tuple(Side)
PEOPLE = 4
DRIFT_S = 600.0
OURS = "pelvicsense"


@dataclass(frozen=True)
class Compared:
    """One session: who it stands for, its truth, and what pelvicsense makes of it.

    ``own`` is None where pelvicsense refuses; ``frames`` (times, angles) where angles are known.
    """

    name: str
    evidence: str
    minutes: float
    truth: Truth
    own: OwnResult | None
    frames: tuple[FloatArray, Angles] | None


def optical(folder: Path) -> Iterator[Compared]:
    for path in sorted(REFERENCE.glob("*_clean/truth.csv")):
        session = reference_session(path.parent, Side.LEFT)
        known = np.load(path.with_name("truth_frames.npz"))
        angles = {
            (name, side): known[f"{name}_{side}_deg"]
            for name in ("flexion", "adduction", "rotation")
            for side in SIDES
        }
        yield _compared(session, f"optical, {session.labels.task}", (known["t"], angles), folder)


def trials() -> Iterator[tuple[Trial, str, float]]:
    """People of the population on level ground; one person for long while headings drift."""
    for activity in (Activity.RUN, Activity.WALK, Activity.STAIRS_UP, Activity.STAIRS_DOWN):
        for number in range(PEOPLE):
            trial = draw_trial(Group.TEST, number, activity, Condition.LEVEL)
            yield trial, f"synthetic, {activity}", 0.0
    for activity in (Activity.RUN, Activity.WALK):
        trial = Trial(
            group=Group.TEST,
            number=PEOPLE,
            activity=activity,
            condition=Condition.LEVEL,
            person=PersonConfig(),
            sensors=worn_sensors(),
            script=ActivityScript.single(activity, DRIFT_S),
            seed=11,
        )
        yield trial, f"synthetic, {activity}, 10 min of drift", 1.0


def synthetic(folder: Path) -> Iterator[Compared]:
    for trial, evidence, drift_sign in trials():
        truth = simulate(trial.person, trial.sensors, trial.script, trial.seed).truth_frames
        by_name = {
            "flexion": truth.flexion_deg,
            "adduction": truth.adduction_deg,
            "rotation": truth.rotation_deg,
        }
        angles = {(name, side): of[side] for name, of in by_name.items() for side in SIDES}
        session = simulated_session(trial)
        yield _compared(session, evidence, (truth.t_s, angles), folder, drift_sign)


def lower_back(folder: Path) -> Iterator[Compared]:
    for name, truth in lower_back_bouts(folder):
        first, last = np.load(folder / f"{name}.npz")["t_s"][[0, -1]]
        minutes = float(last - first) / 60.0
        yield Compared(name, "cameras, older adults, lower back only", minutes, truth, None, None)


def _compared(
    session: Session,
    evidence: str,
    frames: tuple[FloatArray, Angles],
    folder: Path,
    drift_sign: float = 0.0,
) -> Compared:
    name = f"{evidence} {session.labels.session}".replace(" ", "_").replace(",", "")
    own = hand_over(session, folder / f"{name}.npz", drift_sign)
    minutes = 0.0 if own is None else float(own.t_s[-1] - own.t_s[0]) / 60.0
    return Compared(name, evidence, minutes, session.truth, own, frames)


def run_peer(peer: str, folder: Path) -> Path:
    """Let one peer answer every session; answers of an earlier run go first."""
    out = folder.parent / f"out_{peer}"
    for old in out.glob("*.npz"):
        old.unlink()
    paths = (HERE, HERE.parents[1] / "exchange")
    command = [ROOT / "build" / "peers" / f"env-{peer}" / "bin" / "python", "-W", "ignore"]
    subprocess.run(
        [*command, HERE / f"peer_{peer}.py", folder, out],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(map(str, paths))},
        cwd=folder.parent,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return out


# -- contacts ----------------------------------------------------------------------------------


def reported_contacts(
    one: Compared, answers: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, EventKind, Found]]:
    if one.own is not None:
        for kind in EventKind:
            events = [event for event in one.own.events if event.kind is kind]
            times = np.array([event.t_s for event in events])
            yield OURS, kind, Found(times, [str(event.side) for event in events])
    nothing = np.zeros(0)
    of_mobgap, of_skdh = answers["mobgap"], answers["skdh"]
    for name in ("ullrich", "mccamley"):
        times = of_mobgap.get("initial_contact_s", nothing)
        found = Found(times, list(of_mobgap.get(f"side_{name}", nothing).astype(str)))
        yield f"mobgap, Ionescu + {name}", EventKind.INITIAL_CONTACT, found
    for name in ("ap", "ap, front told", "vertical"):
        for kind in EventKind:
            yield f"skdh, {name}", kind, Found(of_skdh.get(f"{kind}_s_{name}", nothing))


# -- angles ------------------------------------------------------------------------------------


def reported_angles(
    one: Compared, given: dict[str, Any], answers: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, FloatArray, Angles]]:
    own = one.own
    if own is None:
        return
    yield OURS, own.t_s, hip_angles(own.pelvis, own.thighs)
    pelvis = quaternion.to_matrix(given["pelvis_wxyz"])
    for name, source, end in (
        ("headings of the still pose", given, ""),
        ("qmt, 3 DoF", answers["qmt"], "_3dof"),
        ("qmt, 1 DoF", answers["qmt"], "_1dof"),
    ):
        if f"thigh_left_wxyz{end}" in source:
            thighs = {s: quaternion.to_matrix(source[f"thigh_{s}_wxyz{end}"]) for s in SIDES}
            yield name, given["t_s"], hip_angles(pelvis, thighs)
    of_opensim = answers["opensim"]
    if "t_s" in of_opensim:
        angles = {
            (name, side): of_opensim[f"{name}_{side}"]
            for name in ("flexion", "adduction", "rotation")
            for side in SIDES
        }
        yield "OpenSim IMU IK", of_opensim["t_s"], angles


def cpu_seconds(one: Compared, answers: dict[str, dict[str, Any]]) -> Iterator[tuple[str, float]]:
    if one.own is not None:
        yield OURS, one.own.cpu_s
    for peer in PEERS:
        if "cpu_s" in answers[peer]:
            yield peer, float(answers[peer]["cpu_s"])


def judged(one: Compared, folder: Path, outs: dict[str, Path]) -> dict[str, list[dict[str, Any]]]:
    """Rows of one session, by table."""
    about = {"session": one.name, "evidence": one.evidence}
    given = dict(np.load(folder / f"{one.name}.npz"))
    answers = {peer: dict(np.load(out / f"{one.name}.npz")) for peer, out in outs.items()}
    rows: dict[str, list[dict[str, Any]]] = {"contacts": [], "angles": [], "times": []}
    for name, kind, found in reported_contacts(one, answers):
        rows["contacts"].append({**about, "program": name, **contact_row(found, one.truth, kind)})
    if one.frames is not None:
        for name, t_s, angles in reported_angles(one, given, answers):
            for row in angle_rows(t_s, angles, *one.frames, one.truth):
                rows["angles"].append({**about, "program": name, **row})
    rows["times"] = [
        {**about, "program": name, "cpu_s": cpu_s, "minutes": one.minutes}
        for name, cpu_s in cpu_seconds(one, answers)
    ]
    asked = PEERS if one.own is not None else NO_SIDE
    rows["failures"] = [
        {**about, "program": peer, "error": str(answers[peer]["error"])}
        for peer in asked
        if "error" in answers[peer]
    ]
    return rows


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    folder = KEPT.parent / "given"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.npz"):
        old.unlink()
    sessions: list[Compared] = []
    refused: list[str] = []
    for source in (optical, synthetic, lower_back):
        for one in source(folder):
            if (folder / f"{one.name}.npz").exists():
                sessions.append(one)
            else:
                refused.append(one.name)
    if not any(REFERENCE.glob("*/truth.csv")):
        print(f"no recordings in {REFERENCE}: synthetic people only", file=sys.stderr)
    with ThreadPoolExecutor(2) as pool:
        outs = dict(zip(PEERS, pool.map(lambda peer: run_peer(peer, folder), PEERS), strict=True))
    tables: dict[str, Any] = {"contacts": [], "angles": [], "times": [], "failures": []}
    for one in sessions:
        for name, rows in judged(one, folder, outs).items():
            tables[name] += rows
    tables |= {"refused": refused, "code": code_fingerprint()}
    KEPT.write_text(json.dumps(tables), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
