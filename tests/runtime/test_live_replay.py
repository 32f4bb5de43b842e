"""A replay for a window: the numbers of `analyze`, at any moment, at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from pelvicsense.datatypes.calibration import CalibrationNews
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.gait import Stride, StrideCurve
from pelvicsense.datatypes.placement import Placement
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.now import Poses
from pelvicsense.recording.session import open_session
from pelvicsense.runtime.analyze import analyze
from pelvicsense.runtime.live_replay import Player, ReplayWorker
from pelvicsense.runtime.recorded import RecordedSession, analyse_for_replay
from pelvicsense.sinks.live_buffer import LiveBuffer
from pelvicsense.sinks.live_facts import Analysed, Begun, Fact, Finished
from pelvicsense.sinks.lsl import LslTime


def no_progress(share: float) -> None:
    assert 0.0 <= share <= 1.0


@pytest.fixture(scope="module")
def recorded(simulated_walk: Path) -> RecordedSession:
    return analyse_for_replay(open_session(simulated_walk), PipelineConfig(), no_progress)


class FakeStreams:
    """Keeps what is sent, on a clock that is set."""

    def __init__(self) -> None:
        self.clock_s = 5000.0
        self.rows_s: list[float] = []
        self.stamps_s: list[float] = []
        self.strides: list[Stride] = []

    def now_s(self) -> float:
        return self.clock_s

    def send(self, poses: Sequence[Poses], strides: Sequence[Stride], at: LslTime) -> None:
        for some in poses:
            self.rows_s += some.t_s.tolist()
            self.stamps_s += at.of(some.t_s).tolist()
        self.strides += strides


def numbers(stride: Stride) -> str:
    return repr(stride)


def test_the_numbers_are_those_of_an_analysis(
    recorded: RecordedSession, simulated_walk: Path
) -> None:
    batch = analyze(simulated_walk)
    assert [repr(s) for s in recorded.result.strides] == [repr(s) for s in batch.strides]
    assert recorded.result.links == batch.links
    assert recorded.result.notices == batch.notices
    assert len(batch.strides) > 20


def test_everything_becomes_known_in_order(recorded: RecordedSession) -> None:
    assert (np.diff(recorded.facts_s) >= 0.0).all()
    strides = [fact for fact in recorded.facts if isinstance(fact, Stride)]
    assert tuple(strides) == recorded.result.strides
    for i, fact in enumerate(recorded.facts):
        if isinstance(fact, StrideCurve):
            before = recorded.facts[i - 1]
            assert isinstance(before, Stride)
            assert before.stride == fact.stride


def test_the_pose_of_any_moment_is_the_newest_before_it(recorded: RecordedSession) -> None:
    assert recorded.pose_at(-1.0) is None
    for t_s in (0.0, 3.3, 12.34, 20.0, 1e9):
        pose = recorded.pose_at(t_s)
        assert pose is not None
        assert len(pose.t_s) == 1
        assert pose.t_s[0] <= t_s
        if t_s < 20.0:
            assert t_s - pose.t_s[0] < 0.04


class Window:
    """Plays, and gathers what it is told."""

    def __init__(self, recorded: RecordedSession) -> None:
        self.buffer = LiveBuffer()
        self.player = Player(recorded, self.buffer, speed=1.0)
        self.facts: list[Fact] = []

    def play_until(self, t_s: float, step_s: float = 0.05) -> None:
        self.player.play()
        while self.player.playing and self.player.position_s < t_s:
            self.player.advance(step_s)
            self.read()

    def read(self) -> None:
        self.facts += self.buffer.take_facts()

    def strides(self) -> list[Stride]:
        return [fact for fact in self.facts if isinstance(fact, Stride)]


@pytest.mark.parametrize("speed", [0.25, 1.0, 16.0])
def test_played_through_every_stride_comes_once_and_in_order(
    recorded: RecordedSession, speed: float
) -> None:
    window = Window(recorded)
    window.player.set_speed(speed)
    window.player.seek(0.0)
    window.play_until(1e9, step_s=0.3)
    assert tuple(window.strides()) == recorded.result.strides
    replay = window.buffer.status.replay
    assert replay is not None
    assert not replay.playing
    assert replay.position_s == replay.duration_s


def test_nothing_is_shown_before_it_was_known(recorded: RecordedSession) -> None:
    window = Window(recorded)
    window.player.seek(0.0)
    window.player.play()
    while window.player.playing:
        window.player.advance(0.11)
        window.read()
        assert all(s.known_at_s <= window.player.position_s for s in window.strides())


def test_a_jump_shows_at_once_what_playing_there_shows(recorded: RecordedSession) -> None:
    played, jumped = Window(recorded), Window(recorded)
    played.player.seek(0.0)
    played.play_until(17.0)
    jumped.player.seek(played.player.position_s)
    jumped.read()
    assert jumped.strides() == played.strides()
    assert any(isinstance(fact, CalibrationNews) for fact in jumped.facts)
    assert isinstance(jumped.facts[0], Begun)
    for sensor in Placement:
        traces = []
        for window in (played, jumped):
            t_s, acc, gyr = np.empty(500), np.empty((500, 3)), np.empty((500, 3))
            assert window.buffer.read_signals(sensor, t_s, acc, gyr) == 500
            traces.append(acc)
        np.testing.assert_array_equal(*traces)
    poses = [window.buffer.pose for window in (played, jumped)]
    assert poses[0] is not None
    assert poses[1] is not None
    assert poses[0].t_s == poses[1].t_s


def test_a_jump_stays_within_the_session(recorded: RecordedSession) -> None:
    window = Window(recorded)
    window.player.seek(-5.0)
    assert window.player.position_s == 0.0
    window.player.seek(1e9)
    assert window.player.position_s == window.player.duration_s
    window.player.play()  # at the end: from the beginning
    assert window.player.position_s == 0.0


def test_pause_stands_still(recorded: RecordedSession) -> None:
    window = Window(recorded)
    window.player.play()
    window.player.advance(3.0)
    window.player.pause()
    window.player.advance(3.0)
    assert window.player.position_s == 3.0


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60.0):
        while not true():
            await asyncio.sleep(0.005)


def test_the_worker_analyses_then_plays_and_ends_when_closed(simulated_walk: Path) -> None:
    worker = ReplayWorker(simulated_walk, PipelineConfig(), speed=100.0)

    def replay():  # type: ignore[no-untyped-def]
        fact = worker.buffer.status.replay
        assert fact is not None
        return fact

    assert replay().speed == 16.0  # the fastest there is

    async def scenario() -> None:
        running = asyncio.create_task(worker.run())
        await until(lambda: replay().analysed == 1.0)
        facts: list[Fact] = []

        def told(kind: type) -> bool:
            facts.extend(worker.buffer.take_facts())
            return any(isinstance(fact, kind) for fact in facts)

        assert told(Analysed)
        await until(lambda: told(Finished))
        await until(lambda: replay().position_s > 1.0)
        worker.pause()
        worker.seek(12.0)
        await until(lambda: not replay().playing and replay().position_s == 12.0)
        worker.set_speed(4.0)
        worker.play()
        await until(lambda: replay().position_s > 12.2)
        assert replay().speed == 4.0
        worker.close()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(scenario())


def test_closing_during_the_analysis_gives_it_up(simulated_walk: Path) -> None:
    worker = ReplayWorker(simulated_walk, PipelineConfig())
    worker.start_thread()
    worker.close()
    assert worker.wait_closed(30.0)


def test_what_cannot_be_read_is_said_in_the_window(tmp_path: Path) -> None:
    worker = ReplayWorker(tmp_path / "nothing", PipelineConfig())
    worker.start_thread()
    assert worker.wait_closed(30.0)
    assert "expected a session folder" in worker.buffer.status.error


def test_a_session_without_samples_is_refused(walk: Path) -> None:
    (walk / "samples.csv").unlink()
    with pytest.raises(RecordingError, match=r"samples\.csv"):
        analyse_for_replay(open_session(walk), PipelineConfig(), no_progress)


def test_what_is_played_is_sent_once_and_stamped_when_it_was_due(
    recorded: RecordedSession,
) -> None:
    lsl = FakeStreams()
    player = Player(recorded, LiveBuffer(), 2.0, lsl)  # type: ignore[arg-type]

    def play(seconds: float) -> None:
        for _ in range(round(seconds / 0.02)):
            lsl.clock_s += 0.02
            player.advance(0.02)

    player.play()
    play(5.0)
    whole = np.concatenate([poses.t_s for poses in recorded.poses])
    assert lsl.rows_s == whole[(whole > 0.0) & (whole < 10.0 + 1e-9)].tolist()
    np.testing.assert_allclose(lsl.stamps_s, 5000.0 + np.array(lsl.rows_s) / 2.0, atol=1e-9)

    played = len(lsl.rows_s)
    player.seek(20.0)  # what is jumped over is not sent
    lsl.clock_s = 6000.0
    player.set_speed(0.5)
    play(4.0)
    rows = np.array(lsl.rows_s[played:])
    assert rows[0] > 20.0
    np.testing.assert_allclose(lsl.stamps_s[played:], 6000.0 + (rows - 20.0) / 0.5, atol=1e-9)
    known = [s.known_at_s for s in recorded.result.strides]
    assert len(lsl.strides) == sum(k <= 10.0 or 20.0 < k <= 22.0 for k in known) > 0
