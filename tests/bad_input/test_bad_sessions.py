"""Sessions that people really make: each gets a clear sentence or a flag, never a wrong number."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from simulated import at, go, rows, stand, steady, with_marks, with_outage
from streams import of_kind, run

from pelvicsense.datatypes.calibration import CalibrationNews, CalibrationRefusal
from pelvicsense.datatypes.errors import ConfigurationError, RecordingError
from pelvicsense.datatypes.gait import Flag, GaitEvent, Stride
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Output, Pipeline
from pelvicsense.recording.edit import edit_session
from pelvicsense.recording.manifest import Manifest, SessionActivity
from pelvicsense.recording.session import Session, open_session
from pelvicsense.recording.write import write_session
from pelvicsense.sources.replay import ReplaySource
from pelvicsense.synthetic import (
    ActivityScript,
    PersonConfig,
    SimulatedSession,
    Standing,
    ideal_sensors,
    simulate,
    worn_sensors,
)


def record(folder: Path, session: SimulatedSession) -> Session:
    manifest = Manifest(
        started_at=datetime(2026, 11, 22, tzinfo=UTC),
        subject="P01",
        activity=SessionActivity.UNKNOWN,
        sensors={spec.placement: spec for spec in session.specs},
    )
    return write_session(folder, manifest, session.stream())


def analyse(session: Session) -> list[Output]:
    source = ReplaySource(session)
    return run(source, source.specs, still_windows_s=session.manifest.still_windows_s)


def reasons(outputs: Sequence[Output]) -> list[str]:
    return [
        news.outcome.reason
        for news in of_kind(outputs, CalibrationNews)
        if isinstance(news.outcome, CalibrationRefusal)
    ]


def counted(outputs: Sequence[Output]) -> list[Stride]:
    return [stride for stride in of_kind(outputs, Stride) if stride.valid]


@pytest.mark.parametrize("activity", [Activity.WALK, Activity.RUN])
def test_without_a_still_pose_nothing_counts(tmp_path: Path, activity: Activity) -> None:
    script = ActivityScript(sections=(go(activity, 15.0),))
    outputs = analyse(
        record(tmp_path / "s", simulate(PersonConfig(), worn_sensors(), script, seed=91))
    )
    assert counted(outputs) == []
    told = [stride for stride in of_kind(outputs, Stride) if Flag.CALIBRATION in stride.flags]
    assert told or reasons(outputs)


def test_without_a_still_pose_the_sentence_says_so(tmp_path: Path) -> None:
    script = ActivityScript(sections=(go(Activity.WALK, 15.0),))
    outputs = analyse(
        record(tmp_path / "s", simulate(PersonConfig(), worn_sensors(), script, seed=91))
    )
    strides = of_kind(outputs, Stride)
    assert all("still" in reason for reason in reasons(outputs))
    assert strides
    assert all(Flag.CALIBRATION in stride.flags for stride in strides)


def test_without_walking_there_is_nothing(tmp_path: Path) -> None:
    script = ActivityScript(sections=(Standing(duration_s=15.0),))
    outputs = analyse(
        record(tmp_path / "s", simulate(PersonConfig(), worn_sensors(), script, seed=92))
    )
    assert outputs == []


@pytest.mark.parametrize("placement", Placement)
def test_one_sensor_alone_is_refused(tmp_path: Path, placement: Placement) -> None:
    script = ActivityScript.single(Activity.WALK, 6.0, stand_s=4.0)
    alone = simulate(PersonConfig(), ideal_sensors([placement]), script, seed=93)
    with pytest.raises(ConfigurationError, match=r"sensors: .* wear .*sensor|wear one over"):
        analyse(record(tmp_path / "s", alone))


@pytest.mark.parametrize("activity", [Activity.WALK, Activity.RUN])
def test_swapped_thighs_are_told_and_can_be_mended(tmp_path: Path, activity: Activity) -> None:
    right = record(tmp_path / "right", steady(activity, ideal=False))
    wrong = edit_session(right.folder, tmp_path / "wrong", swap_thighs=True)
    outputs = analyse(wrong)
    assert reasons(outputs)
    assert all("swapped" in reason for reason in reasons(outputs))
    assert counted(outputs) == []
    edit_session(wrong.folder, tmp_path / "mended", swap_thighs=True)
    mended = analyse(open_session(tmp_path / "mended"))
    assert [(s.side, s.t_contact_s) for s in counted(mended)] == [
        (s.side, s.t_contact_s) for s in counted(analyse(right))
    ]


@pytest.mark.parametrize("placement", Placement)
def test_a_sensor_that_stops_is_seen_in_the_quality(placement: Placement) -> None:
    script = ActivityScript.single(Activity.WALK, 22.0)
    sensors = with_outage(worn_sensors(), placement, 18.0, np.inf)
    session = simulate(PersonConfig(), sensors, script, seed=94)
    pipeline = Pipeline(PipelineConfig(), session.specs)
    outputs = [output for group in session.stream(1.0) for output in pipeline.feed(group)]
    outputs += pipeline.finish()
    assert pipeline.quality()[placement].invalid_rows > 1000
    assert counted(outputs)
    for stride in counted(outputs):
        assert stride.t_end_s < 18.2 or placement.side is stride.side.other
    for stride in of_kind(outputs, Stride):
        if stride.t_contact_s > 18.0 and placement.side in (None, stride.side):
            assert Flag.GAP in stride.flags
            assert np.isnan(stride.angles.hip_adduction_peak_deg)


def test_ticks_that_jump_back_are_a_restart_not_a_mess(tmp_path: Path) -> None:
    """The device restarts and counts from nearly zero: time goes on, by host time."""
    session = steady(Activity.WALK, 25.0, ideal=False, seed=95)
    block = session.blocks[Placement.THIGH_RIGHT]
    assert block.tick is not None
    later = np.arange(len(block)) >= 1800
    ticks = np.where(later, block.tick - block.tick[1800] + 50_000, block.tick)
    jumped = replace(block, tick=ticks)
    outputs = analyse(
        record(
            tmp_path / "s",
            replace(session, blocks={**session.blocks, Placement.THIGH_RIGHT: jumped}),
        )
    )
    plain = run(session.stream(), session.specs)
    events, expected = (
        [e.t_s for e in of_kind(said, GaitEvent) if e.t_s < 17.5] for said in (outputs, plain)
    )
    assert events == expected
    start_s, end_s = session.steady_windows[0]
    clear = [s for s in counted(outputs) if start_s < s.t_contact_s and s.t_end_s < end_s]
    assert len(clear) > 20
    for stride in clear:
        near = [s for s in session.truth_strides if abs(s.t_contact_s - stride.t_contact_s) < 0.1]
        assert [s.side for s in near] == [stride.side]


def test_a_file_of_no_rows_is_refused(tmp_path: Path) -> None:
    session = record(tmp_path / "s", steady(Activity.WALK, ideal=False))
    samples = session.folder / "samples.csv"
    header = samples.read_text().split("\n", 1)[0]
    samples.write_text(header + "\n")
    with pytest.raises(RecordingError, match=r"samples\.csv"):
        analyse(open_session(session.folder))


def test_a_few_samples_are_no_session_but_no_crash_either() -> None:
    session = steady(Activity.WALK)
    for n in (1, 2, 5, 30):
        short = {p: rows(block, slice(0, n)) for p, block in session.blocks.items()}
        assert run(replace(session, blocks=short, marks=()).stream(), session.specs) == []


@pytest.mark.parametrize(
    "window",
    [
        pytest.param((3.0, 3.0), id="empty"),
        pytest.param((3.0, 3.004), id="one row"),
        pytest.param((900.0, 904.0), id="beyond"),
    ],
)
def test_a_useless_still_pose_is_no_crash(window: tuple[float, float]) -> None:
    session = replace(steady(Activity.WALK), marks=())
    marked = with_marks(
        session,
        at(session, window[0], MarkKind.STILL_START),
        at(session, window[1], MarkKind.STILL_END),
    )
    outputs = run(marked.stream(), marked.specs)
    for stride in counted(outputs):
        assert np.isfinite(stride.angles.pelvic_drop_peak_deg)


def test_marks_in_a_silly_order_are_no_crash() -> None:
    session = replace(steady(Activity.WALK), marks=())
    silly = (
        (1.0, MarkKind.RESUME),
        (1.2, MarkKind.STILL_END),
        (1.4, MarkKind.STILL_START),
        (1.5, MarkKind.STILL_START),
        (5.0, MarkKind.STILL_END),
        (5.1, MarkKind.STILL_END),
        (5.2, MarkKind.RECALIBRATE),
        (5.2, MarkKind.RECALIBRATE),
        (9.0, MarkKind.PAUSE),
        (9.5, MarkKind.PAUSE),
        (10.0, MarkKind.RESUME),
        (10.5, MarkKind.RESUME),
    )
    marked = with_marks(session, *(at(session, time_s, kind) for time_s, kind in silly))
    outputs = run(marked.stream(), marked.specs)
    assert all(Flag.CALIBRATION in s.flags or not s.valid for s in of_kind(outputs, Stride)) or (
        counted(outputs)
    )


@pytest.mark.parametrize("placement", Placement)
def test_a_dead_sensor_gives_no_number(tmp_path: Path, placement: Placement) -> None:
    """Zeros all the time: refused, or nothing counts."""
    session = steady(Activity.WALK, ideal=False)
    block = session.blocks[placement]
    dead = replace(block, acc=np.zeros_like(block.acc), gyr=np.zeros_like(block.gyr))
    spoilt = replace(session, blocks={**session.blocks, placement: dead})
    with suppress(RecordingError):
        assert counted(analyse(record(tmp_path / "s", spoilt))) == []


@pytest.mark.parametrize("placement", Placement)
def test_a_sensor_that_never_started(placement: Placement) -> None:
    """Announced, but not one sample came: no calibration, no stride that counts."""
    session = steady(Activity.WALK, ideal=False)
    others = {p: block for p, block in session.blocks.items() if p is not placement}
    outputs = run(replace(session, blocks=others).stream(1.0), session.specs)
    assert counted(outputs) == []


def test_a_session_of_one_leg_still_tells_the_drop(tmp_path: Path) -> None:
    sensors = worn_sensors((Placement.PELVIS, Placement.THIGH_LEFT))
    script = ActivityScript.single(Activity.RUN, 15.0)
    outputs = analyse(record(tmp_path / "s", simulate(PersonConfig(), sensors, script, seed=96)))
    assert {stride.side for stride in counted(outputs)} == set(Side)
    for stride in counted(outputs):
        assert np.isfinite(stride.angles.pelvic_drop_peak_deg)
        assert (Flag.NOT_WORN in stride.flags) == (stride.side is Side.RIGHT)


def test_an_unannounced_sensor_is_refused_in_words() -> None:
    session = steady(Activity.WALK)
    two = [spec for spec in session.specs if spec.placement is not Placement.THIGH_LEFT]
    pipeline = Pipeline(PipelineConfig(), two)
    with pytest.raises(ConfigurationError, match="thigh_left: not among the session's sensors"):
        pipeline.feed([session.blocks[Placement.THIGH_LEFT]])


def test_samples_without_their_ticks_are_refused_in_words() -> None:
    session = steady(Activity.WALK)
    block = session.blocks[Placement.PELVIS]
    bare = SampleBlock(
        sensor=block.sensor, host_ns=block.host_ns, tick=None, acc=block.acc, gyr=block.gyr
    )
    pipeline = Pipeline(PipelineConfig(), session.specs)
    with pytest.raises(ConfigurationError, match="sensor pelvis: expected a tick"):
        pipeline.feed([bare])


def test_a_mark_for_a_sensor_nobody_wears_changes_nothing() -> None:
    sensors = ideal_sensors((Placement.PELVIS, Placement.THIGH_LEFT))
    script = ActivityScript(sections=(stand(5.0), go(Activity.WALK, 10.0)))
    session = simulate(PersonConfig(), sensors, script, seed=97)
    lost = Mark(
        host_ns=session.origin_ns + 7 * 10**9,
        kind=MarkKind.LOST,
        sensor=Placement.THIGH_RIGHT,
        text="12",
    )
    plain = run(session.stream(), session.specs)
    marked = run(with_marks(session, lost).stream(), session.specs)
    assert len(plain) == len(marked) > 10
