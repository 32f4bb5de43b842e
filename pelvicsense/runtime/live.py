"""A live session for a window: find, connect, record, sum up, in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pelvicsense.datatypes.errors import PelvicsenseError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.feedback.programme import FeedbackConfig
from pelvicsense.recording.choices import choices_path
from pelvicsense.runtime.finish import finish
from pelvicsense.runtime.live_choices import LiveChoices
from pelvicsense.runtime.live_feedback import LiveFeedback
from pelvicsense.runtime.live_ready import (
    ConnectedSensors,
    GettingReady,
    OpenAir,
    Wish,
    WishKind,
)
from pelvicsense.runtime.live_recording import LiveRecording
from pelvicsense.runtime.log import LogOptions, SessionLog
from pelvicsense.runtime.loop_thread import LoopThread
from pelvicsense.sinks.live_buffer import LiveBuffer
from pelvicsense.sinks.live_facts import Phase
from pelvicsense.sinks.sound import Sound

_SWALLOWED_S = 1.0
"""A Bluetooth library may swallow a cancellation; after so long the end is wished for instead."""

_KEPT_BY_PLAN = "targets are those of the plan: change its file, or start with --plan off"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOptions:
    """How a live session is run.

    Attributes
    ----------
    open_air
        Opens the radio; entered in the worker's thread.
    log
        How sessions are recorded.
    open_sound
        Opens the audio output.
    choices
        Where the user's choices lie.
    """

    open_air: Callable[[], AbstractAsyncContextManager[OpenAir]]
    log: LogOptions
    open_sound: Callable[[], Sound] = Sound
    choices: Path = field(default_factory=choices_path)


class _ClosedError(Exception):
    """The window was closed during a computation, which is given up."""


class LiveWorker:
    """The live session. Every public method returns at once and may be called from any thread.

    Parameters
    ----------
    options
        How it is run.

    Attributes
    ----------
    buffer
        What it tells the window.
    """

    def __init__(self, options: LiveOptions) -> None:
        self.buffer = LiveBuffer()
        self._options = options
        self._thread = LoopThread(self._main, self._failed, "pelvicsense-live")
        self._closing = False
        # used in the worker's thread alone
        self._wishes: asyncio.Queue[Wish] = asyncio.Queue()
        self._places: dict[Placement, str] = {}
        self._recording: LiveRecording | None = None
        self._swap = False
        self._choices = LiveChoices(options.choices, options.log.subject, self._tell_trouble)
        self._feedback = LiveFeedback(FeedbackConfig(), self._record_cue, options.open_sound)

    def start_thread(self) -> None:
        """Begin: open the radio and scan."""
        self._thread.start()

    async def run(self) -> None:
        """Do the same in the caller's event loop, until closed; errors come out as they are."""
        await self._thread.run()

    # -- what a user may do --------------------------------------------------------------------

    def place(self, address: str, placement: Placement | None) -> None:
        """Say where a sensor is worn; who was there before is worn nowhere."""
        self._wish(Wish(kind=WishKind.PLACE, address=address, placement=placement))

    def blink(self, address: str) -> None:
        """Make a sensor show itself."""
        self._wish(Wish(kind=WishKind.BLINK, address=address))

    def connect(self) -> None:
        """Connect the sensors that have a placement."""
        self._wish(Wish(kind=WishKind.CONNECT))

    def look_again(self) -> None:
        """Let go of connected sensors, or of a summary, and scan anew."""
        self._wish(Wish(kind=WishKind.AGAIN))

    def start(self) -> None:
        """Begin to record."""
        self._wish(Wish(kind=WishKind.START))

    def stand_still(self) -> None:
        """Take the next seconds as standing still."""
        self._tell_log(SessionLog.stand_still)

    def sync_mark(self) -> None:
        """Mark a visible or audible event."""
        self._tell_log(SessionLog.sync_mark)

    def note(self, text: str) -> None:
        """Write a note."""
        self._tell_log(lambda log: log.note(text))

    def pause_or_resume(self) -> None:
        """Leave the following strides out of the figures, or no longer."""
        self._tell_log(lambda log: self.buffer.update(paused=log.pause_or_resume()))

    def recalibrate(self) -> None:
        """Forget the calibration."""
        self._tell_log(SessionLog.recalibrate)

    def swap_thighs(self) -> None:
        """Exchange the two thigh sensors: end this recording and go on with a new one."""
        self._thread.post(self._stop_to_swap)

    def set_feedback(self, config: FeedbackConfig) -> None:
        """Change zones, mode and sound; they are remembered for the subject."""
        self._thread.post(partial(self._set_feedback, config))

    def zone_from_own_strides(self) -> None:
        """Set the zone of the cued metric from the strides so far."""
        self._thread.post(self._set_own_zone)

    def stop(self) -> None:
        """End the recording in order; the summary follows."""
        self._tell_log(SessionLog.stop)

    def close(self) -> None:
        """End everything in order."""
        self._closing = True
        self._thread.post(self._end)

    def wait_closed(self, timeout_s: float = 0.0) -> bool:
        """Return whether everything has ended, after waiting so long at most."""
        return self._thread.ended(timeout_s)

    # -- in the worker's thread ----------------------------------------------------------------

    def _wish(self, wish: Wish) -> None:
        self._thread.post(lambda: self._wishes.put_nowait(wish))

    def _tell_log(self, say: Callable[[SessionLog], object]) -> None:
        def in_thread() -> None:
            if self._recording is not None:
                say(self._recording.log)

        self._thread.post(in_thread)

    def _end(self) -> None:
        """Stop a recording in order; give up anything else."""
        if self._recording is not None:
            self._recording.log.stop()
        else:
            self._thread.cancel()
            loop = asyncio.get_running_loop()
            loop.call_later(_SWALLOWED_S, self._wish, Wish(kind=WishKind.CLOSE))

    def _tell_trouble(self, sentence: str) -> None:
        self.buffer.update(trouble=sentence)

    def _failed(self, sentence: str) -> None:
        self.buffer.update(error=sentence, phase=Phase.ENDED, progress="")

    async def _main(self) -> None:
        self._recall()
        try:
            async with self._options.open_air() as air:
                ready = GettingReady(air, self.buffer, self._places, self._wishes)
                while not self._closing:
                    await self._sessions(air, ready, await ready.run())
                    if not self._closing:
                        await self._await_another()
        finally:
            self._feedback.close()

    def _recall(self) -> None:
        """Begin as the user chose the last time."""
        self._places.update(self._choices.sensors())
        chosen = self._choices.feedback()
        if chosen is not None:
            self._feedback.configure(chosen)
        self.buffer.update(feedback=self._feedback.config)

    async def _sessions(
        self, air: OpenAir, ready: GettingReady, sensors: ConnectedSensors | None
    ) -> None:
        """Record a session, and another one each time that the thighs are to be swapped."""
        self._choices.remember_sensors(self._places)
        folder = None
        while sensors is not None:
            if self._closing:
                await sensors.release()
                return
            self._swap = False
            folder = await self._record(air, sensors)
            if self._closing:
                return
            if not self._swap:
                break
            self._exchange_thighs()
            sensors = await ready.connect()
        await self._sum_up(folder)

    async def _record(self, air: OpenAir, sensors: ConnectedSensors) -> Path | None:
        """Record until stopped; return the session's folder, none if no sample came."""
        folder = None
        try:
            recording = LiveRecording(
                sensors.source, self._options.log, air.radio.clock_ns, self.buffer, self._feedback
            )
            await asyncio.to_thread(self._feedback.open_sound)
            self._recording = recording
            self._show_recording()
            try:
                await recording.run()
            finally:
                folder = recording.log.recorder.folder
        except PelvicsenseError as error:  # what was written stays valid, and is summed up
            self.buffer.update(error=str(error))
        finally:
            self._recording = None
            self._feedback.follow(None)
            await sensors.release()
        return folder

    def _show_recording(self) -> None:
        self.buffer.update(
            phase=Phase.RECORDING,
            progress="",
            paused=False,
            error="",
            trouble="",
            log=None,
            links={},
            calibrating=None,
            signal_time_s=0.0,
            feedback=self._feedback.config,
            sound_trouble=self._feedback.sound_trouble,
        )

    async def _sum_up(self, folder: Path | None) -> None:
        self.buffer.update(phase=Phase.SUMMING_UP, progress="computing the summary")
        loop = asyncio.get_running_loop()

        def progress(share: float) -> None:
            if self._closing:
                raise _ClosedError
            words = f"computing the summary: {100 * share:.0f} %"
            loop.call_soon_threadsafe(partial(self.buffer.update, progress=words))

        try:
            finished = await asyncio.to_thread(finish, folder, self._options.log.config, progress)
        except _ClosedError:
            return
        self.buffer.add_facts([finished])
        self.buffer.update(phase=Phase.ENDED, progress="")

    async def _await_another(self) -> None:
        """Wait until another session is wanted; what was wanted before the end is past."""
        while not self._wishes.empty():
            self._wishes.get_nowait()
        while (await self._wishes.get()).kind not in (WishKind.AGAIN, WishKind.CLOSE):
            pass
        self.buffer.update(error="", log=None)

    # -- feedback ------------------------------------------------------------------------------

    def _record_cue(self, words: str) -> None:
        if self._recording is not None:
            self._recording.cue(words)

    def _set_feedback(self, config: FeedbackConfig) -> None:
        trouble = "" if self._feedback.configure(config) else _KEPT_BY_PLAN
        self.buffer.update(feedback=self._feedback.config, trouble=trouble)
        self._choices.remember_feedback(self._feedback.chosen)
        opening = asyncio.get_running_loop().run_in_executor(None, self._feedback.open_sound)
        opening.add_done_callback(self._sound_opened)

    def _sound_opened(self, opening: asyncio.Future[None]) -> None:
        opening.result()
        self.buffer.update(sound_trouble=self._feedback.sound_trouble)

    def _set_own_zone(self) -> None:
        try:
            config = self._feedback.with_own_zone()
        except PelvicsenseError as error:
            self.buffer.update(trouble=str(error))
            return
        self.buffer.update(trouble="")
        self._set_feedback(config)

    # -- the thighs ----------------------------------------------------------------------------

    def _stop_to_swap(self) -> None:
        if self._recording is not None:
            self._swap = True
            self._recording.log.note("thighs swapped; pelvicsense edit --swap-thighs mends this")
            self._recording.log.stop()

    def _exchange_thighs(self) -> None:
        exchanged = {
            Placement.THIGH_LEFT: Placement.THIGH_RIGHT,
            Placement.THIGH_RIGHT: Placement.THIGH_LEFT,
        }
        places = {exchanged.get(place, place): address for place, address in self._places.items()}
        self._places.clear()
        self._places.update(places)
        self._choices.remember_sensors(self._places)
