"""What is measured: cases that any process can run alone, and what they gave, kept on disk.

A case's result is kept under a fingerprint of the code it went through: an interrupted run goes on
where it stopped, and unchanged code is not measured twice.
"""

from __future__ import annotations

import hashlib
import pickle
import shutil
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol

from drift import DriftTask, measure_drift
from filters import IMUFUSION, with_imufusion
from measure import Measured, measure
from sessions import (
    REFERENCE,
    ROOT,
    SensorSet,
    Session,
    reference_session,
    simulated_session,
)

from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.synthetic.population import Condition, Group, draw_trial

KEPT = ROOT / "build" / "accuracy"

_CORE = (
    "datatypes", "numerics", "clock", "fusion", "calibration", "gait", "metrics", "pipeline",
    "synthetic", "recording", "sources/replay.py",
)  # fmt: skip


class Case(Protocol):
    """One unit of work; its ``repr`` is its name."""

    def run(self) -> Measured: ...


@dataclass(frozen=True)
class SyntheticCase:
    """One synthetic person doing one task."""

    group: Group
    number: int
    activity: Activity
    condition: Condition
    sensors: tuple[SensorSet, ...] = tuple(SensorSet)
    filter: str = "vqf"

    def run(self) -> Measured:
        trial = draw_trial(self.group, self.number, self.activity, self.condition)
        return _measured(simulated_session(trial), self.sensors, self.filter)


@dataclass(frozen=True)
class ReferenceCase:
    """One recording with optical truth; each thigh alone counts as one thigh."""

    folder: str
    sensors: tuple[SensorSet, ...] = tuple(SensorSet)
    filter: str = "vqf"

    def run(self) -> Measured:
        session = reference_session(REFERENCE / self.folder, Side.LEFT)
        result = _measured(session, self.sensors, self.filter)
        if SensorSet.ONE in self.sensors:
            other = replace(session, one_thigh=Side.RIGHT)
            result.add(_measured(other, (SensorSet.ONE,), self.filter))
        return result


@dataclass(frozen=True)
class DriftCase:
    """Minutes of injected heading drift."""

    task: DriftTask

    def run(self) -> Measured:
        return Measured(drift=measure_drift(self.task))


def _measured(session: Session, sensors: tuple[SensorSet, ...], name: str) -> Measured:
    config = PipelineConfig()
    config = replace(config, fusion=replace(config.fusion, filter=name))
    patched: AbstractContextManager[None] = with_imufusion() if name == IMUFUSION else nullcontext()
    result = Measured()
    with patched:
        for worn in sensors:
            result.add(measure(session, worn, config))
    return result


def measured(case: Case) -> Measured:
    """What a case gives, from disk if this code has measured it before."""
    name = hashlib.sha256(repr(case).encode()).hexdigest()[:24]
    path = KEPT / code_fingerprint() / f"{name}.pickle"
    if path.exists():
        result: Measured = pickle.loads(path.read_bytes())
        return result
    result = case.run()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(pickle.dumps(result))
    partial.replace(path)
    return result


def forget_other_code() -> None:
    """Delete what was measured of code that is no more."""
    for folder in KEPT.glob("*/"):
        if folder.name != code_fingerprint():
            shutil.rmtree(folder)


@cache
def code_fingerprint() -> str:
    """Hash of every file that a figure depends on."""
    import pelvicsense

    package, here = Path(pelvicsense.__file__).parent, Path(__file__).parent
    measuring = ("drift", "figures", "filters", "measure", "sessions")
    files = [here / f"{name}.py" for name in measuring]
    for part in _CORE:
        path = package / part
        files += sorted(path.glob("*.py")) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]
