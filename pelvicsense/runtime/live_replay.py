"""A recorded session for a window: analysed first, then played, paused, scrubbed at any speed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.calibration import CalibrationNews, SlipNews
from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.session import open_session
from pelvicsense.runtime.finish import finished
from pelvicsense.runtime.loop_thread import LoopThread
from pelvicsense.runtime.lsl_out import strides_of
from pelvicsense.runtime.recorded import DRAWN_HZ, RecordedSession, analyse_for_replay
from pelvicsense.runtime.result import SessionResult
from pelvicsense.sinks.live_buffer import LiveBuffer
from pelvicsense.sinks.live_facts import Fact, Phase, ReplayFact
from pelvicsense.sinks.lsl import LslStreams, LslTime

SLOWEST, FASTEST = 0.25, 16.0
"""Speeds that a player offers; 1 as recorded."""

_TICK_S = 0.02
"""How often a playing replay hands on what has come due."""

_TRACE_S = 40.0
"""Samples that are put back after a jump, s."""

_STRIDES_BACK = 200
"""Strides that are put back after a jump: both sides' bands."""


class _ClosedError(Exception):
    """The window was closed during the analysis, which is given up."""


class ReplayWorker:
    """A replay. Every public method returns at once and may be called from any thread.

    Parameters
    ----------
    session
        The session folder.
    config
        Parameters of the analysis.
    speed
        To begin with.
    lsl
        Where what is played is sent besides.
    clock
        Monotonic seconds.

    Attributes
    ----------
    buffer
        What it tells the window.
    """

    def __init__(
        self,
        session: Path,
        config: PipelineConfig,
        speed: float = 1.0,
        lsl: LslStreams | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.buffer = LiveBuffer()
        self._path = session
        self._config = config
        self._lsl = lsl
        self._clock = clock
        self._thread = LoopThread(self._main, self._failed, "pelvicsense-replay")
        self._closing = False
        self._fact = ReplayFact(
            name=session.resolve().name,
            analysed=0.0,
            duration_s=0.0,
            position_s=0.0,
            playing=False,
            speed=min(max(speed, SLOWEST), FASTEST),
        )
        self.buffer.update(phase=Phase.REPLAY, replay=self._fact)
        # used in the worker's thread alone
        self._player: Player | None = None
        self._changed = asyncio.Event()

    def start_thread(self) -> None:
        """Begin to analyse."""
        self._thread.start()

    async def run(self) -> None:
        """Do the same in the caller's event loop, until closed; errors come out as they are."""
        await self._thread.run()

    # -- what a user may do --------------------------------------------------------------------

    def play(self) -> None:
        """Play on from where it stands; from the beginning where it stands at the end."""
        self._tell_player(Player.play)

    def pause(self) -> None:
        """Stand still."""
        self._tell_player(Player.pause)

    def set_speed(self, speed: float) -> None:
        """Set the speed; beyond 0.25…16 the nearest of the two."""
        self._tell_player(lambda player: player.set_speed(min(max(speed, SLOWEST), FASTEST)))

    def seek(self, t_s: float) -> None:
        """Go to a time, seconds since the first sample."""
        self._tell_player(lambda player: player.seek(t_s))

    def close(self) -> None:
        """End everything."""
        self._closing = True
        self._thread.cancel()

    def wait_closed(self, timeout_s: float = 0.0) -> bool:
        """Return whether everything has ended, after waiting so long at most."""
        return self._thread.ended(timeout_s)

    # -- in the worker's thread ----------------------------------------------------------------

    def _tell_player(self, say: Callable[[Player], None]) -> None:
        def in_thread() -> None:
            if self._player is not None:
                say(self._player)
                self._changed.set()

        self._thread.post(in_thread)

    def _failed(self, sentence: str) -> None:
        self.buffer.update(error=sentence)

    async def _main(self) -> None:
        loop = asyncio.get_running_loop()

        def progress(share: float) -> None:
            if self._closing:
                raise _ClosedError
            loop.call_soon_threadsafe(partial(self._show_analysed, share))

        poses_hz = DRAWN_HZ if self._lsl is None else self._config.clock.rate_hz
        try:
            recorded = await asyncio.to_thread(
                lambda: analyse_for_replay(
                    open_session(self._path), self._config, progress, poses_hz
                )
            )
        except _ClosedError:
            return
        self._player = Player(recorded, self.buffer, self._fact.speed, self._lsl)
        self.buffer.add_facts([recorded.time_line()])
        self._player.play()
        comparing = asyncio.create_task(self._compare(recorded.result))
        try:
            await self._play(self._player)
        finally:
            comparing.cancel()

    async def _compare(self, result: SessionResult) -> None:
        """Tell the figures of the session, and what changed against the one before."""

        def progress(share: float) -> None:
            if self._closing:
                raise _ClosedError

        with suppress(_ClosedError):
            told = await asyncio.to_thread(finished, result, self._config, progress)
            self.buffer.add_facts([told])

    def _show_analysed(self, share: float) -> None:
        if self._player is None:
            self._fact = ReplayFact(
                name=self._fact.name,
                analysed=min(share, 0.999),
                duration_s=0.0,
                position_s=0.0,
                playing=False,
                speed=self._fact.speed,
            )
            self.buffer.update(replay=self._fact)

    async def _play(self, player: Player) -> None:
        """Hand on what comes due, until cancelled."""
        before_s = self._clock()
        while True:
            if player.playing:
                await asyncio.sleep(_TICK_S)
            else:
                await self._changed.wait()
                before_s = self._clock()
            self._changed.clear()
            now_s = self._clock()
            player.advance(now_s - before_s)
            before_s = now_s


class Player:
    """Puts a recorded session into a buffer as time goes by; no clock of its own.

    Parameters
    ----------
    recorded
        What is played.
    buffer
        Where it is shown.
    speed
        To begin with.
    lsl
        Where what is played is sent besides.
    """

    def __init__(
        self,
        recorded: RecordedSession,
        buffer: LiveBuffer,
        speed: float,
        lsl: LslStreams | None = None,
    ) -> None:
        self.playing = False
        self.speed = speed
        self.position_s = 0.0
        self._recorded = recorded
        self._buffer = buffer
        self._lsl = lsl
        self._arrivals_s: dict[Placement, FloatArray] = {
            sensor: np.asarray((kept.host_ns - recorded.origin_ns) * 1e-9, dtype=np.float64)
            for sensor, kept in recorded.samples.items()
        }
        # Newest arrival or verdict; what becomes known at the very end comes after the last row.
        ends = [float(t_s[-1]) for t_s in self._arrivals_s.values()]
        self.duration_s = max([recorded.result.duration_s, *ends, *recorded.facts_s[-1:].tolist()])
        self._buffer.update(links=recorded.result.links)
        self.seek(0.0)

    def play(self) -> None:
        """Play on; from the beginning where it stands at the end."""
        if self.position_s >= self.duration_s:
            self.seek(0.0)
        self.playing = True
        self._show()

    def pause(self) -> None:
        """Stand still."""
        self.playing = False
        self._show()

    def set_speed(self, speed: float) -> None:
        """Set the speed."""
        self.speed = speed
        self._show()

    def advance(self, elapsed_s: float) -> None:
        """Let time go by and hand on what came due."""
        if not self.playing:
            return
        before_s = self.position_s
        self.position_s = min(before_s + elapsed_s * self.speed, self.duration_s)
        first, end = np.searchsorted(
            self._recorded.facts_s, [before_s, self.position_s], side="right"
        )
        self._add_samples(before_s, self.position_s)
        self._buffer.add_facts(self._recorded.facts[first:end])
        if self._lsl is not None:
            self._send(self._lsl, before_s, strides_of(self._recorded.facts[first:end]))
        if self.position_s >= self.duration_s:
            self.playing = False
        self._show()

    def seek(self, t_s: float) -> None:
        """Go to a time: show at once what was on the screen then."""
        self.position_s = min(max(t_s, 0.0), self.duration_s)
        self._buffer.begin(self._recorded.samples, self._recorded.origin_ns)
        end = int(np.searchsorted(self._recorded.facts_s, self.position_s, side="right"))
        self._buffer.add_facts(self._shown_before(end))
        self._add_samples(self.position_s - _TRACE_S, self.position_s)
        self._show()

    def _shown_before(self, end: int) -> list[Fact]:
        """Return facts before ``end``: the last strides, and of what came earlier no strides."""
        facts = self._recorded.facts[:end]
        strides = [i for i, fact in enumerate(facts) if isinstance(fact, Stride)]
        first = strides[-_STRIDES_BACK] if len(strides) > _STRIDES_BACK else 0
        earlier = [
            fact for fact in facts[:first] if isinstance(fact, CalibrationNews | SlipNews | Mark)
        ]
        return [*earlier, *facts[first:]]

    def _add_samples(self, after_s: float, until_s: float) -> None:
        """Hand on the samples that arrived in (after, until]; at the very beginning the first."""
        for sensor, t_s in self._arrivals_s.items():
            start, end = np.searchsorted(t_s, [after_s, until_s], side="right")
            block = self._recorded.samples[sensor].block(sensor, int(start), int(end))
            self._buffer.add_block(block)

    def _send(self, lsl: LslStreams, before_s: float, strides: list[Stride]) -> None:
        """Send what came due; its stamps are as if it had been played so all the time."""
        at = LslTime(lsl.now_s() - self.position_s / self.speed, self.speed)
        lsl.send(list(self._recorded.poses_between(before_s, self.position_s)), strides, at)

    def _show(self) -> None:
        pose = self._recorded.pose_at(self.position_s)
        if pose is not None:
            self._buffer.set_pose(pose)
        self._buffer.update(
            signal_time_s=self.position_s,
            replay=ReplayFact(
                name=self._recorded.result.name,
                analysed=1.0,
                duration_s=self.duration_s,
                position_s=self.position_s,
                playing=self.playing,
                speed=self.speed,
            ),
        )
