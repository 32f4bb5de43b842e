"""BIDS-Motion: a data set of one person with motion, channels and events (BIDS 1.10).

One table on the common grid: acceleration and angular rate of each sensor (its own frame) and the
joint angles, ``n/a`` where unknown. Tracked points are the recording format's sensors and
``hip_left``, ``hip_right``; joint angles turn about the ISB axes x (adduction), y (rotation) and
z (flexion), for the pelvis obliquity, heading and tilt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from pelvicsense import __version__
from pelvicsense.clock.aligner import GridAligner
from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import GaitEvent
from pelvicsense.datatypes.motion import GridBlock
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.exchange.exports.angles import hip_angles_deg, pelvis_angles_deg
from pelvicsense.exchange.exports.motion import AnalysedSession, BodyMotion
from pelvicsense.exchange.exports.place import new_folder
from pelvicsense.recording.files import write_private
from pelvicsense.sources.replay import ReplaySource

BIDS_VERSION = "1.10.0"
_TRACKING_SYSTEM = "imu"
_DECIMALS = 9
_HIP = {"adduction": "x", "rotation": "y", "flexion": "z"}
_PELVIS = {"obliquity": "x", "heading": "y", "tilt": "z"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    """One column of the motion table and its row in the channels table."""

    name: str
    component: str
    type: str
    tracked_point: str
    units: str
    values: FloatArray


def export(analysed: AnalysedSession, out: Path) -> None:
    """Write a new data set.

    Raises
    ------
    RecordingError
        If ``out`` exists.
    """
    manifest = analysed.session.manifest
    channels = [*_signals(analysed), *_angles(analysed.motion)]
    subject, task = _label(manifest.subject), _label(manifest.activity)
    stem = f"sub-{subject}_task-{task}"
    tracked = f"{stem}_tracksys-{_TRACKING_SYSTEM}"
    with new_folder(out) as root:
        _write_top(root, subject)
        folder = root / f"sub-{subject}" / "motion"
        folder.mkdir(parents=True)
        write_private(folder / f"{tracked}_motion.tsv", _motion_table(channels))
        write_private(folder / f"{tracked}_channels.tsv", _channel_table(channels))
        write_private(folder / f"{tracked}_motion.json", _json(_sidecar(analysed, channels, task)))
        write_private(folder / f"{stem}_events.tsv", _event_table(analysed.result.events))
        write_private(folder / f"{stem}_events.json", _json(_EVENT_COLUMNS))


def _signals(analysed: AnalysedSession) -> list[_Channel]:
    rows = len(analysed.motion)
    channels = []
    for placement, (acc, gyr) in _on_grid(analysed, rows).items():
        for kind, unit, values in (("ACCEL", "m/s^2", acc), ("GYRO", "rad/s", gyr)):
            for axis, column in zip("xyz", values.T, strict=True):
                channels.append(
                    _Channel(
                        name=f"{placement}_{kind.lower()}_{axis}",
                        component=axis,
                        type=kind,
                        tracked_point=placement.value,
                        units=unit,
                        values=column,
                    )
                )
    return channels


def _on_grid(
    analysed: AnalysedSession, rows: int
) -> dict[Placement, tuple[FloatArray, FloatArray]]:
    """Return acceleration and rate (rows, 3) per sensor, ``nan`` where there are no samples."""
    source = ReplaySource(analysed.session)
    aligner = GridAligner(analysed.result.config.clock, source.specs)
    grid = {
        spec.placement: (np.full((rows, 3), np.nan), np.full((rows, 3), np.nan))
        for spec in source.specs
    }

    def take(block: GridBlock | None) -> None:
        if block is None:
            return
        own = slice(block.first_index, min(rows, block.first_index + len(block)))
        for placement, signal in block.sensors.items():
            count = own.stop - own.start
            valid = signal.valid[:count, None]
            grid[placement][0][own] = np.where(valid, signal.acc[:count], np.nan)
            grid[placement][1][own] = np.where(valid, signal.gyr[:count], np.nan)

    for group in source:
        take(aligner.feed([item for item in group if isinstance(item, SampleBlock)]))
    take(aligner.finish())
    return grid


def _angles(motion: BodyMotion) -> list[_Channel]:
    parts: list[tuple[str, Mapping[str, str], Mapping[str, FloatArray]]] = [
        ("pelvis", _PELVIS, pelvis_angles_deg(motion))
    ]
    parts += [(f"hip_{side}", _HIP, hip_angles_deg(motion, side)) for side in motion.thighs]
    return [
        _Channel(
            name=f"{point}_{name}",
            component=components[name],
            type="JNTANG",
            tracked_point=point,
            units="deg",
            values=values,
        )
        for point, components, angles in parts
        for name, values in angles.items()
    ]


def _motion_table(channels: Sequence[_Channel]) -> bytes:
    frame = pl.DataFrame({channel.name: channel.values for channel in channels})
    rounded = frame.with_columns(pl.all().round(_DECIMALS).fill_nan(None))
    return rounded.write_csv(separator="\t", include_header=False, null_value="n/a").encode()


def _channel_table(channels: Sequence[_Channel]) -> bytes:
    names = ("name", "component", "type", "tracked_point", "units")
    lines = ["\t".join(getattr(channel, name) for name in names) for channel in channels]
    return ("\n".join(["\t".join(names), *lines]) + "\n").encode()


def _event_table(events: Sequence[GaitEvent]) -> bytes:
    ordered = sorted(events, key=lambda event: event.t_s)
    lines = [f"{event.t_s:.6f}\tn/a\t{event.kind}\t{event.side}" for event in ordered]
    return ("\n".join(["onset\tduration\ttrial_type\tside", *lines]) + "\n").encode()


_EVENT_COLUMNS = {
    "trial_type": {
        "Description": "Event of a foot",
        "Levels": {
            "initial_contact": "The foot comes to stand",
            "final_contact": "The foot leaves the ground",
        },
    },
    "side": {"Description": "Which foot", "Levels": {"left": "left", "right": "right"}},
}


def _sidecar(
    analysed: AnalysedSession, channels: Sequence[_Channel], task: str
) -> dict[str, object]:
    counts = {kind: sum(c.type == kind for c in channels) for kind in ("ACCEL", "GYRO", "JNTANG")}
    rows = len(analysed.motion)
    sensors = analysed.session.manifest.sensors.values()
    names = ", ".join(dict.fromkeys(spec.profile for spec in sensors))
    return {
        "TaskName": task,
        "TaskDescription": f"{analysed.session.manifest.activity}, as stated beforehand",
        "SamplingFrequency": analysed.motion.rate_hz,
        "SamplingFrequencyEffective": analysed.motion.rate_hz,
        "RecordingDuration": rows / analysed.motion.rate_hz,
        "RecordingType": "continuous",
        "TrackingSystemName": _TRACKING_SYSTEM,
        "TrackedPointsCount": len({channel.tracked_point for channel in channels}),
        "MotionChannelCount": len(channels),
        "ACCELChannelCount": counts["ACCEL"],
        "GYROChannelCount": counts["GYRO"],
        "JNTANGChannelCount": counts["JNTANG"],
        "MissingValues": "n/a",
        "DeviceSerialNumber": "n/a",
        "Manufacturer": names,
        "SoftwareVersions": f"pelvicsense {__version__}",
        "AcquisitionDateTime": analysed.session.manifest.started_at.isoformat(),
    }


def _write_top(root: Path, subject: str) -> None:
    description = {
        "Name": "pelvicsense export",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "raw",
        "Authors": ["pelvicsense"],
        "GeneratedBy": [{"Name": "pelvicsense", "Version": __version__}],
    }
    write_private(root / "dataset_description.json", _json(description))
    write_private(root / "participants.tsv", f"participant_id\nsub-{subject}\n".encode())
    write_private(root / "README", _README.encode())


_README = """Motion of a pelvis and thighs, measured by worn inertial sensors.

Joint angles are against a still pose of the recording, in which all of them are zero. The heading
of the pelvis drifts, since nothing tells the way north. Angles are estimates; not a medical device.
"""


def _label(text: str) -> str:
    """Return a BIDS label: letters and digits only."""
    return re.sub(r"[^A-Za-z0-9]", "", text) or "unknown"


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
