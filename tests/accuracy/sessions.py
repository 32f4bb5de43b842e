"""Sessions with their truth, from both sources, as the pipeline's inputs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from figures import SAME_CONTACT_S, TrueStride

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import EventKind
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.datatypes.samples import SampleBlock, SensorSpec, StreamInput
from pelvicsense.metrics.summary import ANGLES
from pelvicsense.numerics import quaternion
from pelvicsense.recording.session import open_session
from pelvicsense.recording.stride_table import read_stride_columns
from pelvicsense.sources.replay import ReplaySource
from pelvicsense.synthetic import SimulatedSession, simulate
from pelvicsense.synthetic.population import Trial

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("PELVICSENSE_REFERENCE", ROOT.parent / "shared" / "reference"))

Window = tuple[float, float]


class SensorSet(StrEnum):
    """What is worn."""

    BOTH = "pelvis + two thighs"
    ONE = "pelvis + one thigh"


@dataclass(frozen=True)
class TrueEvent:
    kind: EventKind
    side: Side
    t_s: float


@dataclass(frozen=True)
class Truth:
    """What is known; times in s since the first host_ns of all sensors.

    ``landings``: side and contact of all strides, those that do not count too.
    ``event_windows``: by kind and side, where an event without a true one is a false one.
    ``stride_windows``: where a stride without a true one is invented.
    ``forward``: the segment's anterior axis in its sensor.
    """

    strides: list[TrueStride]
    landings: list[tuple[str, float]]
    events: list[TrueEvent]
    event_windows: Mapping[tuple[EventKind, Side], Sequence[Window]]
    stride_windows: Sequence[Window]
    forward: Mapping[Placement, FloatArray]


@dataclass(frozen=True)
class Labels:
    """Where a figure belongs."""

    source: str
    session: str
    person: str
    task: str
    condition: str


@dataclass(frozen=True)
class Session:
    """Inputs and truth of one session."""

    labels: Labels
    specs: tuple[SensorSpec, ...]
    still_windows_s: Sequence[Window]
    groups: list[list[StreamInput]]
    truth: Truth
    one_thigh: Side

    def wearing(self, sensors: SensorSet) -> tuple[Session, float]:
        """The same with fewer sensors, and by how much its time starts later, s."""
        if sensors is SensorSet.BOTH:
            return self, 0.0
        worn = {Placement.PELVIS, Placement.thigh(self.one_thigh)}
        groups = [[item for item in group if item.sensor in (None, *worn)] for group in self.groups]
        later_s = 1e-9 * (_origin_ns(groups) - _origin_ns(self.groups))
        fewer = replace(
            self,
            specs=tuple(spec for spec in self.specs if spec.placement in worn),
            still_windows_s=[(a - later_s, b - later_s) for a, b in self.still_windows_s],
            groups=groups,
        )
        return fewer, later_s


def _origin_ns(groups: Iterable[Iterable[StreamInput]]) -> int:
    return min(
        int(item.host_ns[0])
        for group in groups
        for item in group
        if isinstance(item, SampleBlock) and len(item)
    )


# -- synthetic people --------------------------------------------------------------------------


def simulated_session(trial: Trial) -> Session:
    simulated = simulate(trial.person, trial.sensors, trial.script, trial.seed)
    return Session(
        labels=Labels(
            source="synthetic",
            session=f"{trial.group}-{trial.number} {trial.activity} {trial.condition}",
            person=f"{trial.group}-{trial.number}",
            task=str(trial.activity),
            condition=str(trial.condition),
        ),
        specs=simulated.specs,
        still_windows_s=(),
        groups=list(simulated.stream(10.0)),
        truth=simulated_truth(simulated),
        one_thigh=Side.LEFT if trial.number % 2 else Side.RIGHT,
    )


def simulated_truth(simulated: SimulatedSession) -> Truth:
    steady = simulated.steady_windows
    # Contacts on the border of a steady window may be found on its other side.
    inner = [(a + SAME_CONTACT_S, b - SAME_CONTACT_S) for a, b in steady]
    forward = np.array([1.0, 0.0, 0.0])
    return Truth(
        strides=[
            TrueStride(
                side=str(stride.side),
                t_contact_s=stride.t_contact_s,
                t_final_contact_s=stride.t_final_contact_s,
                angles_deg={name: getattr(stride.angles, name) for name in ANGLES},
                t_end_s=stride.t_end_s,
                activity=str(stride.activity),
            )
            for stride in simulated.truth_strides
            if stride.valid
        ],
        landings=[(str(stride.side), stride.t_contact_s) for stride in simulated.truth_strides],
        events=[
            TrueEvent(event.kind, event.side, event.t_s)
            for event in simulated.truth_events
            if any(a <= event.t_s <= b for a, b in steady)
        ],
        event_windows={(kind, side): inner for kind in EventKind for side in Side},
        stride_windows=[(0.0, 5.0), *((a, b - SAME_CONTACT_S) for a, b in steady)],
        forward={
            placement: quaternion.rotate(worn.sensor_from_segment, forward)
            for placement, worn in simulated.truth_worn.items()
        },
    )


# -- people before cameras ---------------------------------------------------------------------


def reference_folders() -> list[Path]:
    """Sessions with optical truth; none where there are no reference recordings."""
    return sorted(path.parent for path in REFERENCE.glob("*/truth.csv"))


def reference_session(folder: Path, one_thigh: Side) -> Session:
    meta = json.loads((folder / "truth_meta.json").read_text())
    source = ReplaySource(open_session(folder))
    return Session(
        labels=Labels("optical", folder.name, meta["subject"], meta["group"], meta["variant"]),
        specs=source.specs,
        still_windows_s=source.session.manifest.still_windows_s,
        groups=list(source),
        truth=reference_truth(folder, meta),
        one_thigh=one_thigh,
    )


def reference_truth(folder: Path, meta: dict[str, object]) -> Truth:
    columns = read_stride_columns(folder / "truth.csv")
    strides = [
        TrueStride(
            side=str(columns["side"][i]),
            t_contact_s=float(columns["t_contact_s"][i]),
            t_final_contact_s=float(columns["t_final_contact_s"][i]),
            angles_deg={name: float(columns[name][i]) for name in ANGLES},
            t_end_s=float(columns["t_end_s"][i]),
            activity=str(meta["group"]),
        )
        for i in range(len(columns["side"]))
    ]
    spans = {
        side: [(s.t_contact_s, s.t_end_s) for s in strides if s.side == side.value] for side in Side
    }
    landings = {side: sorted({t for span in spans[side] for t in span}) for side in Side}
    initial = [
        TrueEvent(EventKind.INITIAL_CONTACT, side, t) for side in Side for t in landings[side]
    ]
    final = [TrueEvent(EventKind.FINAL_CONTACT, Side(s.side), s.t_final_contact_s) for s in strides]
    windows = {(EventKind.FINAL_CONTACT, side): spans[side] for side in Side} | {
        (EventKind.INITIAL_CONTACT, side): [(a - 0.15, b + 0.15) for a, b in spans[side]]
        for side in Side
    }
    return Truth(
        strides=strides,
        landings=[(stride.side, stride.t_contact_s) for stride in strides],
        events=initial + final,
        event_windows=windows,
        stride_windows=[tuple(window) for window in meta["judged"]],
        forward={
            Placement(name): np.array(sensor["mount_still_referenced"])[:, 0]
            for name, sensor in meta["sensors"].items()
        },
    )
