"""``pelvicsense simulate``: a person with known angles, the sensors they wear, and the truth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pelvicsense.datatypes.placement import Placement
    from pelvicsense.synthetic import ImuErrors, SensorConfig

SENSORS = ("pelvis", "thigh_left", "thigh_right")
_FROM_ZERO = click.FloatRange(min=0)
_POSITIVE = click.FloatRange(min=0, min_open=True)


@click.command(name="simulate")
@click.option(
    "--activity",
    type=click.Choice(["walk", "run", "stairs", "mixed"]),
    default="walk",
    show_default=True,
)
@click.option("--duration", default=60.0, show_default=True, help="Seconds, standing included.")
@click.option("--seed", default=1, show_default=True, help="Equal seeds give equal sessions.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The new folder.")
@click.option("--speed", type=float, help="m/s, of walking or running.")
@click.option("--cadence", type=float, help="Steps per minute.")
@click.option("--treadmill", is_flag=True, help="The belt carries the person.")
@click.option("--turn-every", type=float, metavar="S", help="Turn by 180° each so many seconds.")
@click.option("--bend-radius", type=float, metavar="M", help="Radius of a steady bend, m.")
@click.option(
    "--stand",
    type=(float, _POSITIVE),
    multiple=True,
    metavar="START LENGTH",
    help="Stand still in the middle, s; may be repeated.",
)
@click.option("--no-still-mark", is_flag=True, help="Do not mark the first standing as still.")
@click.option("--height", default=1.72, show_default=True, help="m.")
@click.option("--pelvic-drop", type=float, metavar="DEG", help="Peak over stance.")
@click.option("--hip-adduction", type=float, metavar="DEG", help="Peak over stance.")
@click.option("--thigh-rotation", type=float, metavar="DEG", help="Peak over stance, internal.")
@click.option("--asymmetry", default=0.0, help="(right - left) / mean of these peaks.")
@click.option("--limp", default=0.0, help="Share by which the right leg is spared, -0.5 to 0.5.")
@click.option(
    "--mounting",
    type=click.Choice(["random", "aligned", "flat"]),
    default="random",
    show_default=True,
    help="How sensors sit on their segments.",
)
@click.option("--noise", default=1.0, show_default=True, help="Factor on all IMU errors.")
@click.option(
    "--wobble",
    type=_FROM_ZERO,
    default=0.0,
    metavar="DEG",
    help="Soft tissue under the thigh sensors.",
)
@click.option("--loss", default=0.0, metavar="FRACTION", help="Share of packets that get lost.")
@click.option(
    "--stalls",
    type=_FROM_ZERO,
    default=0.0,
    metavar="PER_MIN",
    help="How often the radio stalls.",
)
@click.option(
    "--clock-skew",
    type=_FROM_ZERO,
    default=50.0,
    show_default=True,
    metavar="PPM",
    help="Device clocks within ± ppm.",
)
@click.option("--rate", default=100.0, show_default=True, help="Samples per second.")
@click.option("--one-thigh", type=click.Choice(["left", "right"]), help="Wear this thigh only.")
@click.option(
    "--gap",
    type=(click.Choice(SENSORS), float, _POSITIVE),
    multiple=True,
    metavar="SENSOR START LENGTH",
    help="A sensor's link is gone, s; inf: for good; may be repeated.",
)
@click.option(
    "--slip",
    type=(click.Choice(SENSORS), float, float, float, float),
    multiple=True,
    metavar="SENSOR START X Y Z",
    help="A sensor turns on its segment, s and degrees about the anterior, long and right axis.",
)
def command(activity: str, seed: int, out: Path, **options: Any) -> None:
    """Simulate a session, with its exact truth in truth.csv."""
    from pelvicsense.cli.script import build_script
    from pelvicsense.datatypes.placement import Activity
    from pelvicsense.recording.manifest import SessionActivity
    from pelvicsense.runtime.simulated import write_simulated
    from pelvicsense.synthetic import Locomotion, PersonConfig, simulate

    _check_speed(activity, options["speed"], options["cadence"])
    person = PersonConfig(
        height_m=options["height"],
        pelvic_drop_deg=options["pelvic_drop"],
        hip_adduction_deg=options["hip_adduction"],
        thigh_rotation_deg=options["thigh_rotation"],
        asymmetry=options["asymmetry"],
        limp=options["limp"],
    )
    gait = Locomotion(
        activity=Activity.WALK,
        duration_s=options["duration"],
        speed_mps=options["speed"],
        cadence_spm=options["cadence"],
        u_turn_every_s=options["turn_every"],
        bend_radius_m=options["bend_radius"],
    )
    script = build_script(
        activity,
        options["duration"],
        options["stand"],
        gait,
        treadmill=options["treadmill"],
        mark_still=not options["no_still_mark"],
    )
    simulated = simulate(person, _sensors(options), script, seed)
    session = write_simulated(
        out,
        simulated,
        person,
        activity=SessionActivity(activity),
        subject=f"simulated-{seed}",
        speed_mps=options["speed"],
    )
    valid = sum(stride.valid for stride in simulated.truth_strides)
    click.echo(
        f"{session.folder}: {options['duration']:g} s, {len(simulated.truth_strides)} strides, "
        f"{valid} of them valid; truth.csv holds their true values"
    )


def _check_speed(activity: str, speed: float | None, cadence: float | None) -> None:
    from pelvicsense.datatypes.errors import ConfigurationError

    if activity in ("stairs", "mixed") and (speed is not None or cadence is not None):
        msg = f"speed, cadence: {activity} has several of its own; give them for walk or run only"
        raise ConfigurationError(msg)


def _sensors(options: dict[str, Any]) -> tuple[SensorConfig, ...]:
    from pelvicsense.datatypes.placement import Placement, Side
    from pelvicsense.synthetic import (
        ClockErrors,
        Mounting,
        RadioConfig,
        SensorConfig,
        SoftTissue,
        worn_sensors,
    )

    model = SensorConfig(
        placement=Placement.PELVIS,
        rate_hz=options["rate"],
        mounting=Mounting(options["mounting"]),
        imu=_imu(options["noise"]),
        tissue=SoftTissue(wobble_deg=options["wobble"]),
        clock=ClockErrors(skew_ppm=options["clock_skew"]),
        radio=RadioConfig(loss_fraction=options["loss"], stalls_per_min=options["stalls"]),
    )
    worn = list(Placement)
    if options["one_thigh"] is not None:
        worn.remove(Placement.thigh(Side(options["one_thigh"]).other))
    sensors = worn_sensors(worn, like=model)
    return tuple(
        replace(
            sensor,
            outages=_outages(sensor.placement, options["gap"]),
            slips=_slips(sensor.placement, options["slip"]),
        )
        for sensor in sensors
    )


def _outages(placement: Placement, gaps: tuple[tuple[str, float, float], ...]) -> Any:
    from pelvicsense.synthetic import Outage

    return tuple(
        Outage(start_s=start_s, duration_s=length_s)
        for sensor, start_s, length_s in gaps
        if sensor == placement
    )


def _slips(placement: Placement, slips: tuple[tuple[str, float, float, float, float], ...]) -> Any:
    from pelvicsense.synthetic import Slip

    return tuple(
        Slip(at_s=start_s, turn_deg=(x, y, z))
        for sensor, start_s, x, y, z in slips
        if sensor == placement
    )


def _imu(factor: float) -> ImuErrors:
    """Scale typical errors; 0 means an exact sensor, its numbers not even rounded."""
    from pelvicsense.datatypes.errors import ConfigurationError
    from pelvicsense.synthetic import ImuErrors

    if not 0.0 <= factor <= 100.0:
        msg = f"noise: expected a factor from 0 to 100, got {factor:g}"
        raise ConfigurationError(msg)
    usual = ImuErrors()
    if factor == 0.0:
        return ImuErrors.none()
    return replace(
        usual,
        gyr_bias_dps=factor * usual.gyr_bias_dps,
        acc_bias_mps2=factor * usual.acc_bias_mps2,
        scale_error=factor * usual.scale_error,
        gyr_noise_dps_rthz=factor * usual.gyr_noise_dps_rthz,
        acc_noise_mps2_rthz=factor * usual.acc_noise_mps2_rthz,
    )
