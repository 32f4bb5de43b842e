"""Persons to wear virtual sensors: a simulated one, or one that was recorded."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.datatypes.samples import SampleBlock, SensorSpec
from pelvicsense.recording.samples import read_samples
from pelvicsense.recording.session import open_session
from pelvicsense.synthetic import (
    ActivityScript,
    ImuErrors,
    Locomotion,
    Mounting,
    PersonConfig,
    Standing,
    ideal_sensors,
    simulate,
)
from pelvicsense.synthetic.script import Section
from pelvicsense.virtual.feed import Person, Track

DENSE_HZ = 400.0
"""Rate of prepared motion: a cubic between rows is then exact to 1e-3 up to 30 Hz."""

FIRST_STAND_S, LAST_STAND_S, PAUSE_S = 6.0, 3.0, 4.0
SHORTEST_S = 25.0
LONGEST_STEP_S = 5.0
"""Device time and arrival cannot differ by more from one recorded sample to the next."""

_PLANS: dict[str, tuple[Activity, ...]] = {
    "walk": (Activity.WALK,),
    "run": (Activity.RUN,),
    "stairs": (Activity.STAIRS_UP, Activity.STAIRS_DOWN),
}


def simulated_person(
    activity: str, duration_s: float, seed: int, *, repeat: bool = False
) -> Person:
    """Stand 6 s, walk, run or take the stairs, stand 3 s; sensors sit in any orientation.

    A minute takes about half a second to prepare.

    Parameters
    ----------
    activity
        ``walk``, ``run`` or ``stairs``.
    duration_s
        Length, standing included; 25 s or more.
    seed
        Draws the strides, the mountings and the sensors' errors.
    repeat
        Start over at the end (both ends stand, so nothing jumps) instead of standing still.

    Raises
    ------
    ConfigurationError
        If the activity is another, or the duration too short.
    """
    script = _script(activity, duration_s)
    sensors = ideal_sensors(rate_hz=DENSE_HZ, mounting=Mounting.RANDOM)
    session = simulate(PersonConfig(), sensors, script, seed)
    tracks = {
        placement: Track(
            float(session.truth_worn[placement].sample_t_s[0]),
            DENSE_HZ,
            block.acc,
            block.gyr,
        )
        for placement, block in session.blocks.items()
    }
    return Person(
        tracks=tracks,
        errors=ImuErrors(),
        seed=seed,
        repeat_s=min(track.end_s for track in tracks.values()) if repeat else None,
        strides=session.truth_strides,
    )


def recorded_person(folder: Path) -> Person:
    """Return the person of a recorded session; the recording's own sensor errors are all there are.

    Gaps are bridged by straight lines.

    Raises
    ------
    RecordingError
        If the session cannot be read.
    """
    manifest = open_session(folder).manifest
    parts: dict[Placement, list[SampleBlock]] = {}
    for chunk in read_samples(folder, manifest):
        for block in chunk:
            parts.setdefault(block.sensor, []).append(block)
    first_ns = min(int(blocks[0].host_ns[0]) for blocks in parts.values())
    tracks = {
        sensor: _recorded_track(blocks, manifest.sensors[sensor], first_ns)
        for sensor, blocks in parts.items()
    }
    return Person(tracks=tracks, errors=ImuErrors.none(), seed=0)


def _script(activity: str, duration_s: float) -> ActivityScript:
    if activity not in _PLANS:
        msg = f"simulated sensors: expected one of {', '.join(_PLANS)}, got {activity!r}"
        raise ConfigurationError(msg)
    if duration_s < SHORTEST_S:
        msg = f"simulated sensors: expected at least {SHORTEST_S:g} s, got {duration_s:g} s"
        raise ConfigurationError(msg)
    plan = _PLANS[activity]
    moving_s = duration_s - FIRST_STAND_S - LAST_STAND_S - PAUSE_S * (len(plan) - 1)
    sections: list[Section] = []
    for kind in plan:
        sections.append(Standing(duration_s=PAUSE_S if sections else FIRST_STAND_S))
        sections.append(Locomotion(activity=kind, duration_s=moving_s / len(plan)))
    sections.append(Standing(duration_s=LAST_STAND_S))
    return ActivityScript(sections=tuple(sections))


def _recorded_track(blocks: list[SampleBlock], spec: SensorSpec, first_ns: int) -> Track:
    host_s = (np.concatenate([block.host_ns for block in blocks]) - first_ns) / 1e9
    times_s = _device_times_s(blocks, spec, host_s)
    times_s += np.min(host_s - times_s)  # no sample arrives before it was taken
    grid_s = np.arange(times_s[0], times_s[-1], 1.0 / DENSE_HZ)
    acc = np.concatenate([block.acc for block in blocks])
    gyr = np.concatenate([block.gyr for block in blocks])
    return Track(float(grid_s[0]), DENSE_HZ, *(_on(grid_s, times_s, x) for x in (acc, gyr)))


def _on(grid_s: FloatArray, times_s: FloatArray, x: FloatArray) -> FloatArray:
    return np.stack([np.interp(grid_s, times_s, x[:, axis]) for axis in range(3)], axis=-1)


def _device_times_s(blocks: list[SampleBlock], spec: SensorSpec, host_s: FloatArray) -> FloatArray:
    """Return times since the first row: by tick, else by rate; over breaks, by arrival."""
    host_step_s = np.diff(host_s)
    if spec.tick_s is None or spec.tick_bits is None:
        step_s = np.full(len(host_step_s), 1.0 / spec.rate_hz)
    else:
        ticks = np.concatenate([block.tick for block in blocks if block.tick is not None])
        step_s = (np.diff(ticks) % 2**spec.tick_bits) * spec.tick_s
    broken = np.abs(step_s - host_step_s) > LONGEST_STEP_S
    return np.concatenate([[0.0], np.cumsum(np.where(broken, host_step_s, step_s))])
