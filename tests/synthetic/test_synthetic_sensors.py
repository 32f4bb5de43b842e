"""Sensor errors, clocks, radio, and the configuration's refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Activity, Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock
from pelvicsense.synthetic import (
    ActivityScript,
    ClockErrors,
    ImuErrors,
    Locomotion,
    Mounting,
    Outage,
    PersonConfig,
    RadioConfig,
    SensorConfig,
    SimulatedSession,
    SoftTissue,
    Standing,
    StrideVariation,
    ideal_sensors,
    simulate,
    worn_sensors,
)

WALK = ActivityScript.single(Activity.WALK, 10.0, stand_s=3.0)
STAND = ActivityScript(sections=(Standing(duration_s=60.0),), mark_still=False)
PELVIS = SensorConfig(placement=Placement.PELVIS)


def run(*sensors: SensorConfig, script: ActivityScript = WALK, seed: int = 5) -> SimulatedSession:
    return simulate(PersonConfig(), sensors, script, seed)


def same(a: SampleBlock, b: SampleBlock) -> bool:
    assert a.tick is not None
    assert b.tick is not None
    return all(
        np.array_equal(x, y)
        for x, y in ((a.host_ns, b.host_ns), (a.tick, b.tick), (a.acc, b.acc), (a.gyr, b.gyr))
    )


def test_same_seed_same_everything_other_seed_other() -> None:
    sensors = worn_sensors(like=replace(PELVIS, tissue=SoftTissue(wobble_deg=2.0)))
    one, again, other = run(*sensors), run(*sensors), run(*sensors, seed=6)
    assert one.truth_strides == again.truth_strides
    assert one.truth_events == again.truth_events
    assert one.marks == again.marks
    for placement in Placement:
        assert same(one.blocks[placement], again.blocks[placement])
        assert not same(one.blocks[placement], other.blocks[placement])
    assert one.truth_strides != other.truth_strides


def test_noise_and_fewer_sensors_change_nothing_else() -> None:
    quiet = run(*worn_sensors())
    loud = run(*worn_sensors(like=replace(PELVIS, imu=ImuErrors(gyr_noise_dps_rthz=0.1))))
    alone = run(SensorConfig(placement=Placement.THIGH_RIGHT))
    assert quiet.truth_strides == loud.truth_strides
    right = Placement.THIGH_RIGHT
    assert np.array_equal(quiet.blocks[right].acc, loud.blocks[right].acc)
    assert not np.array_equal(quiet.blocks[right].gyr, loud.blocks[right].gyr)
    assert same(quiet.blocks[right], alone.blocks[right])


def test_errors_at_rest_are_those_drawn() -> None:
    errors = ImuErrors(gyr_noise_dps_rthz=0.01, acc_noise_mps2_rthz=0.002)
    result = run(replace(PELVIS, imu=errors, mounting=Mounting.ALIGNED), script=STAND)
    block, truth = result.blocks[Placement.PELVIS], result.truth_worn[Placement.PELVIS]
    np.testing.assert_allclose(block.gyr.mean(axis=0), truth.gyr_bias, atol=1e-4)
    assert np.degrees(block.gyr.std(axis=0)) == pytest.approx(0.01 * np.sqrt(50.0), rel=0.1)
    assert block.acc.std(axis=0) == pytest.approx(0.002 * np.sqrt(50.0), rel=0.1)
    gravity = block.acc.mean(axis=0) - truth.acc_bias
    assert gravity[[0, 2]] == pytest.approx([0.0, 0.0], abs=1e-3)
    assert gravity[1] == pytest.approx(9.80665, rel=0.015)


def test_converter_rounds_and_saturates() -> None:
    small = ImuErrors(acc_range_g=2.0, gyr_range_dps=125.0)
    run_script = ActivityScript.single(Activity.RUN, 10.0, stand_s=3.0)
    sensor = replace(PELVIS, imu=small, mounting=Mounting.ALIGNED)
    block = run(sensor, script=run_script).blocks[Placement.PELVIS]
    resolution = 2.0 * 9.80665 / 2**15
    counts = block.acc / resolution
    np.testing.assert_allclose(counts, np.round(counts), atol=1e-6)
    assert counts.max() == pytest.approx(2**15 - 1)
    assert np.sum(counts[:, 1] > 2**15 - 1.5) > 20  # the top of every stance
    assert np.degrees(np.abs(block.gyr)).max() <= 125.0


@pytest.mark.parametrize(
    ("placement", "out_of_body"),
    [
        (Placement.PELVIS, [-1.0, 0.0, 0.0]),
        (Placement.THIGH_RIGHT, [0.0, 0.0, 1.0]),
        (Placement.THIGH_LEFT, [0.0, 0.0, -1.0]),
    ],
)
def test_flat_mounting(placement: Placement, out_of_body: list[float]) -> None:
    from pelvicsense.numerics.quaternion import rotate

    mount = Mounting.FLAT.sensor_from_segment(placement, np.random.default_rng(0))
    assert rotate(mount, np.array([0.0, 1.0, 0.0])) == pytest.approx([1.0, 0.0, 0.0])
    assert rotate(mount, np.array(out_of_body)) == pytest.approx([0.0, 0.0, 1.0])


def test_explicit_mounting_only_turns_the_axes() -> None:
    half = float(np.sqrt(0.5))
    (plain,) = ideal_sensors([Placement.PELVIS])
    turned = replace(plain, mounting=(half, half, 0.0, 0.0))  # segment y becomes sensor z
    a, b = run(plain).blocks[Placement.PELVIS], run(turned).blocks[Placement.PELVIS]
    np.testing.assert_allclose(b.acc[:, 2], a.acc[:, 1], atol=1e-9)
    np.testing.assert_allclose(b.acc[:, 1], -a.acc[:, 2], atol=1e-9)


def test_tick_runs_with_skew_and_wraps() -> None:
    clock = ClockErrors(skew_ppm=200.0, tick_s=1e-3, tick_bits=12)
    result = run(replace(PELVIS, clock=clock), script=STAND)
    block, truth = result.blocks[Placement.PELVIS], result.truth_worn[Placement.PELVIS]
    assert block.tick is not None
    assert 0 <= block.tick.min() < block.tick.max() < 4096
    steps = np.diff(block.tick) % 4096
    assert set(steps) == {10}
    rate = np.polyfit(truth.sample_t_s, np.cumsum([0, *steps]) * 1e-3, 1)[0]
    assert 1e6 * (rate - 1.0) == pytest.approx(truth.skew_ppm, abs=0.1)
    assert truth.skew_ppm != 0.0


@pytest.mark.parametrize("rate_hz", [25.0, 60.0, 104.0, 400.0])
def test_rate(rate_hz: float) -> None:
    result = run(replace(PELVIS, rate_hz=rate_hz), script=STAND)
    assert len(result.blocks[Placement.PELVIS]) == pytest.approx(60.0 * rate_hz, abs=4)
    assert result.specs[0].rate_hz == rate_hz


def test_packets_arrive_after_their_samples_in_order() -> None:
    radio = RadioConfig(samples_per_packet=4, connection_interval_s=0.03, stalls_per_min=10.0)
    result = run(replace(PELVIS, radio=radio), script=STAND)
    block, truth = result.blocks[Placement.PELVIS], result.truth_worn[Placement.PELVIS]
    arrival_s = (block.host_ns - result.origin_ns) / 1e9
    delay_s = arrival_s - truth.sample_t_s
    assert np.all(np.diff(block.host_ns) >= 0)
    assert delay_s.min() > 0.0
    assert np.all(np.diff(block.host_ns[: len(block) // 4 * 4].reshape(-1, 4), axis=1) == 0)
    assert delay_s.max() > 0.2  # a stall
    assert np.median(delay_s) < 0.08
    assert result.origin_ns == block.host_ns[0]


def test_loss_is_marked_and_counted() -> None:
    result = run(replace(PELVIS, radio=RadioConfig(loss_fraction=0.05)), script=STAND)
    whole = run(PELVIS, script=STAND)
    missing = len(whole.blocks[Placement.PELVIS]) - len(result.blocks[Placement.PELVIS])
    assert missing / 6000 == pytest.approx(0.05, abs=0.015)
    told = sum(int(mark.text) for mark in result.marks if mark.kind is MarkKind.LOST)
    assert missing - 2 <= told <= missing


def test_outage_restart_and_stop() -> None:
    outages = (
        Outage(start_s=10.0, duration_s=5.0),
        Outage(start_s=30.0, duration_s=3.0, restarts_clock=True),
        Outage(start_s=50.0, duration_s=float("inf")),
    )
    result = run(replace(PELVIS, outages=outages), script=STAND)
    block, truth = result.blocks[Placement.PELVIS], result.truth_worn[Placement.PELVIS]
    times_s = truth.sample_t_s - truth.sample_t_s[0]
    gaps = np.flatnonzero(np.diff(times_s) > 1.0)
    assert len(gaps) == 2
    assert np.diff(times_s)[gaps] == pytest.approx([5.0, 3.0], abs=0.1)
    assert times_s[-1] == pytest.approx(50.0, abs=0.1)
    kinds = [mark.kind for mark in result.marks if mark.kind is not MarkKind.LOST]
    lost, back = MarkKind.LINK_LOST, MarkKind.LINK_BACK
    assert kinds == [lost, back, lost, back, lost]
    assert block.tick is not None
    after_restart = block.tick[gaps[1] + 1]
    assert 0 < after_restart < 1_000_000
    across = (block.tick[gaps[0] + 1] - block.tick[gaps[0]]) % 2**32
    assert across * 1e-6 == pytest.approx(5.0, abs=0.1)


def test_stream_holds_everything_once_in_order() -> None:
    result = run(*worn_sensors(like=replace(PELVIS, radio=RadioConfig(loss_fraction=0.02))))
    marks: list[Mark] = []
    rows: dict[Placement, list[np.ndarray]] = {placement: [] for placement in Placement}
    newest = 0
    for group in result.stream(group_s=0.7):
        assert group
        for item in group:
            if isinstance(item, Mark):
                assert item.host_ns >= newest
                marks.append(item)
            else:
                assert not marks or item.host_ns[0] >= marks[-1].host_ns
                rows[item.sensor].append(item.host_ns)
        newest = max(int(r[-1][-1]) for r in rows.values() if r)
    assert tuple(marks) == result.marks
    assert {MarkKind.STILL_START, MarkKind.STILL_END} <= {mark.kind for mark in marks}
    for placement, block in result.blocks.items():
        assert np.array_equal(np.concatenate(rows[placement]), block.host_ns)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: PersonConfig(limp=0.9), "limp: expected -0.5 to 0.5, got 0.9"),
        (lambda: PersonConfig(height_m=172.0), "height_m: expected 1 to 2.3, got 172"),
        (lambda: PersonConfig(pelvic_drop_deg=float("nan")), "pelvic_drop_deg: expected 0 to 25"),
        (lambda: StrideVariation(time_sd=2.0), "time_sd: expected 0 to 0.2"),
        (lambda: Standing(duration_s=0.0), "duration_s: expected 0.1 to"),
        (
            lambda: Locomotion(activity=Activity.UNKNOWN, duration_s=9.0),
            "activity: expected one of walk, run, stairs_up, stairs_down, got unknown",
        ),
        (
            lambda: Locomotion(activity=Activity.WALK, duration_s=9.0, cadence_spm=999.0),
            "cadence: expected 40 to 260, got 999",
        ),
        (
            lambda: ActivityScript(sections=(Locomotion(activity=Activity.WALK, duration_s=2.0),)),
            "the bout at 0 s lasts 2 s, expected at least 4 s",
        ),
        (lambda: ActivityScript(sections=()), "sections: expected at least one, got none"),
        (lambda: replace(PELVIS, rate_hz=1000.0), "rate_hz: expected 25 to 400, got 1000"),
        (lambda: RadioConfig(samples_per_packet=0), "samples_per_packet: expected 1 to 20, got 0"),
        (run, "sensors: expected one or more, each on its own placement, got none"),
        (lambda: run(PELVIS, PELVIS), "got pelvis, pelvis"),
        (
            lambda: run(replace(PELVIS, outages=(Outage(start_s=0.0, duration_s=1e9),))),
            "expected some samples to arrive, got none",
        ),
    ],
)
def test_refusals_say_what_is_wrong(build: object, words: str) -> None:
    assert callable(build)
    with pytest.raises(ConfigurationError) as caught:
        build()
    assert words in str(caught.value)
