"""The entry: a person, sensors, a script and a seed in; a session and its truth out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, SensorSpec
from pelvicsense.numerics.quaternion import normalise
from pelvicsense.synthetic.imu import ErrorDraw, MountedImu, with_errors
from pelvicsense.synthetic.motion import RATE_HZ, Motion, simulate_motion
from pelvicsense.synthetic.person import PersonConfig
from pelvicsense.synthetic.radio import DeviceClock, deliver, to_ns
from pelvicsense.synthetic.script import ActivityScript
from pelvicsense.synthetic.sensors import Mounting, SensorConfig, Slip
from pelvicsense.synthetic.session import SimulatedSession, TruthFrames, WornTruth
from pelvicsense.synthetic.timeline import plan_bouts
from pelvicsense.synthetic.truth import true_events, true_strides

STILL_INSET_S = 0.5
TRUTH_HZ = 100


def simulate(
    person: PersonConfig,
    sensors: Sequence[SensorConfig],
    script: ActivityScript,
    seed: int,
) -> SimulatedSession:
    """Simulate a session.

    The person, the host and each placement draw from generators of their own: another noise, or one
    sensor fewer, changes neither the person nor the other sensors. An hour of three sensors needs
    about 1.2 GB; 60 s take about half a second.

    Raises
    ------
    ConfigurationError
        If no sensor, or two on one placement, are worn.
    """
    _check(sensors)
    bouts = plan_bouts(script, person, _generator(seed, 0))
    motion = simulate_motion(script, person, bouts)
    # An arbitrary but plausible uptime of the host, 1000 s to a month
    host_start_ns = int(_generator(seed, 1).integers(10**12, 26 * 10**14))
    world = _World(person, motion, script.duration_s, seed, host_start_ns)
    worn = {sensor.placement: _wear(sensor, world) for sensor in sensors}
    origin_s = _first_arrival_s([sensor.block for sensor in worn.values()], host_start_ns)
    still = _still_windows(script)
    steady = [(bout.start_s + bout.rise_s, bout.end_s - bout.fall_s) for bout in bouts]
    marks = [mark for sensor in worn.values() for mark in sensor.marks]
    if script.mark_still:
        marks += _still_marks(still[:1], host_start_ns)
    return SimulatedSession(
        specs=tuple(_spec(sensor) for sensor in sensors),
        blocks={placement: sensor.block for placement, sensor in worn.items()},
        marks=tuple(sorted(marks, key=lambda mark: mark.host_ns)),
        still_windows=tuple((a - origin_s, b - origin_s) for a, b in still),
        steady_windows=tuple((a - origin_s, b - origin_s) for a, b in steady),
        truth_strides=tuple(true_strides(motion, bouts, origin_s)),
        truth_events=tuple(true_events(bouts, origin_s)),
        truth_frames=_frames(motion, origin_s),
        truth_worn={placement: sensor.truth(origin_s) for placement, sensor in worn.items()},
    )


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """What all sensors share."""

    person: PersonConfig
    motion: Motion
    duration_s: float
    seed: int
    host_start_ns: int


@dataclass(frozen=True, slots=True, eq=False)
class _Worn:
    """What one sensor yields; times in seconds of the script."""

    block: SampleBlock
    marks: list[Mark]
    mounting: FloatArray
    draw: ErrorDraw
    clock: DeviceClock
    times_s: FloatArray
    slips: tuple[Slip, ...]

    def truth(self, origin_s: float) -> WornTruth:
        return WornTruth(
            sensor_from_segment=self.mounting,
            gyr_bias=self.draw.gyr_bias,
            acc_bias=self.draw.acc_bias,
            skew_ppm=self.clock.skew_ppm,
            sample_t_s=self.times_s - origin_s,
            slips=tuple(replace(slip, at_s=slip.at_s - origin_s) for slip in self.slips),
        )


def _generator(seed: int, *key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def _check(sensors: Sequence[SensorConfig]) -> None:
    placements = [sensor.placement for sensor in sensors]
    if not placements or len(set(placements)) != len(placements):
        names = ", ".join(placements) or "none"
        msg = f"sensors: expected one or more, each on its own placement, got {names}"
        raise ConfigurationError(msg)


def _wear(config: SensorConfig, world: _World) -> _Worn:
    """Measure, distort and deliver one sensor's samples."""
    key = 2 + list(Placement).index(config.placement)
    # A generator for each cause: changing one leaves the others as they were.
    how, noise, air = (_generator(world.seed, key, cause) for cause in range(3))
    mounting = (
        config.mounting.sensor_from_segment(config.placement, how)
        if isinstance(config.mounting, Mounting)
        else normalise(np.array(config.mounting))
    )
    clock = DeviceClock.of(config.clock, config.rate_hz, air)
    times_s = clock.sample_times_s(config.rate_hz, world.duration_s)
    draw = ErrorDraw.of(config.imu, noise)
    imu = MountedImu(world.person, config.placement, mounting, config.tissue, config.slips)
    acc, gyr = imu.measure(world.motion, times_s)
    acc, gyr = with_errors(acc, gyr, config.imu, draw, config.rate_hz, noise)
    delivery = deliver(config, times_s, air)
    restarts_s = [out.start_s + out.duration_s for out in config.outages if out.restarts_clock]
    ticks = clock.ticks(times_s, config.clock, np.array(restarts_s))
    kept = delivery.arrived
    block = SampleBlock(
        sensor=config.placement,
        host_ns=world.host_start_ns + np.round(delivery.arrival_s[kept] * 1e9).astype(np.int64),
        tick=ticks[kept],
        acc=acc[kept],
        gyr=gyr[kept],
    )
    marks = delivery.host_marks(config, world.host_start_ns)
    return _Worn(block, marks, mounting, draw, clock, times_s[kept], config.slips)


def _first_arrival_s(blocks: Sequence[SampleBlock], host_start_ns: int) -> float:
    """Time of the first host_ns of all, in seconds of the script."""
    arrived = [int(block.host_ns[0]) for block in blocks if len(block)]
    if not arrived:
        msg = "outages, loss_fraction: expected some samples to arrive, got none; let some through"
        raise ConfigurationError(msg)
    return (min(arrived) - host_start_ns) / 1e9


def _still_windows(script: ActivityScript) -> list[tuple[float, float]]:
    """Standing, without its edges."""
    inset = [(a + STILL_INSET_S, b - STILL_INSET_S) for a, b in script.standing_windows()]
    return [(a, b) for a, b in inset if b > a]


def _still_marks(windows: Sequence[tuple[float, float]], host_start_ns: int) -> list[Mark]:
    """Mark the start and the end of each window."""
    return [
        Mark(host_ns=to_ns(t_s, host_start_ns), kind=kind)
        for window in windows
        for t_s, kind in zip(window, (MarkKind.STILL_START, MarkKind.STILL_END), strict=True)
    ]


def _spec(config: SensorConfig) -> SensorSpec:
    return SensorSpec(
        placement=config.placement,
        profile="simulated",
        rate_hz=config.rate_hz,
        tick_s=config.clock.tick_s,
        tick_bits=config.clock.tick_bits,
    )


def _frames(motion: Motion, origin_s: float) -> TruthFrames:
    last_s = (len(motion) - 1) / RATE_HZ - origin_s
    t_s = np.arange(int(last_s * TRUTH_HZ) + 1) / TRUTH_HZ
    grid_s = np.arange(len(motion)) / RATE_HZ - origin_s

    def sampled(angle_deg: FloatArray) -> FloatArray:
        return np.interp(t_s, grid_s, angle_deg)

    flexion, adduction, rotation = (
        {side: sampled(motion.hip_deg[side][:, axis]) for side in Side} for axis in range(3)
    )
    return TruthFrames(
        t_s=t_s,
        obliquity_deg=sampled(motion.pelvis_deg[:, 1]),
        flexion_deg=flexion,
        adduction_deg=adduction,
        rotation_deg=rotation,
    )
