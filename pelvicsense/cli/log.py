"""``pelvicsense log``: worn sensors recorded as they send, analysed meanwhile."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pelvicsense.cli.lsl import lsl_option, lsl_streams
from pelvicsense.cli.options import config_with, plan_lookup, radio_options, session_options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pelvicsense.cli.log_screen import LogScreen
    from pelvicsense.cli.radio import Air
    from pelvicsense.feedback.programme import FeedbackConfig
    from pelvicsense.pipeline.config import PipelineConfig
    from pelvicsense.pipeline.pipeline import Output
    from pelvicsense.runtime.live_feedback import LiveFeedback
    from pelvicsense.runtime.log import LogOptions
    from pelvicsense.sinks.status_tracker import StatusTracker
    from pelvicsense.sources.ble.source import BleSource
    from pelvicsense.sources.ble.worn import WornSensor

STOPPED_BY_USER = 130
TERMINATED = 143
"""Exit status after Ctrl-C and SIGTERM, as shells have it (128 + 2, 128 + 15)."""


@click.command(name="log")
@click.option("--pelvis", metavar="NAME", help="Sensor over the sacrum: its name or address.")
@click.option("--thigh-left", metavar="NAME", help="Sensor on the left thigh.")
@click.option("--thigh-right", metavar="NAME", help="Sensor on the right thigh.")
@click.option("--wear", type=click.Path(path_type=Path), help="wear.toml: which sensor is where.")
@click.option("--duration", type=click.FloatRange(min=0, min_open=True), help="Stop after s.")
@click.option("--identify", is_flag=True, help="First let each sensor blink, one after another.")
@click.option("--cues", is_flag=True, help="Sound the subject's cues, as chosen in `live`.")
@click.option("--control", type=click.Path(path_type=Path), help="Named pipe that takes commands.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--status-json", is_flag=True, help="Print a line of JSON every second.")
@lsl_option
@radio_options
@session_options
def command(
    *,
    pelvis: str | None,
    thigh_left: str | None,
    thigh_right: str | None,
    wear: Path | None,
    virtual: str | None,
    virtual_model: str,
    out: Path,
    subject: str,
    activity: str,
    speed: float | None,
    duration: float | None,
    identify: bool,
    adapter: str | None,
    filter_name: str,
    cues: bool,
    plan: str,
    keep_packets: bool,
    control: Path | None,
    quiet: bool,
    status_json: bool,
    lsl: bool,
) -> int:
    """Record worn sensors until Ctrl-C, SIGTERM or the duration; then analyse the session.

    Samples are in the file before anything is computed from them. Keys set marks meanwhile: s stand
    still now, n note, y sync, p pause, r recalibrate, q stop. The same words may be written, a
    line each, into the pipe of --control. SIGUSR1 stands for "still now", SIGUSR2 for "sync".
    """
    import asyncio

    # A shell script starts what it puts into the background with Ctrl-C's signal ignored; a log
    # heeds it from its beginning, not only once it records.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    from pelvicsense.cli.log_screen import LogScreen
    from pelvicsense.cli.radio import air
    from pelvicsense.recording.manifest import SessionActivity
    from pelvicsense.runtime.log import LogOptions

    names = {"pelvis": pelvis, "thigh_left": thigh_left, "thigh_right": thigh_right}
    named = _worn(names, wear, virtual)
    config = config_with(filter_name)
    screen = LogScreen(quiet=quiet, as_json=status_json)
    with lsl_streams(lsl, config.clock.rate_hz, subject) as streams:
        options = LogOptions(
            out=out,
            subject=subject,
            activity=SessionActivity(activity),
            speed_mps=speed,
            duration_s=duration,
            config=config,
            keep_packets=keep_packets,
            next_step=plan_lookup(out, subject, plan),
            lsl=streams,
        )
        recording = _Recording(
            options=options,
            screen=screen,
            identify=identify,
            control=control,
            targets=_targets(subject) if cues else None,
        )

        async def session() -> None:
            async with air(adapter, virtual, virtual_model, duration) as radio:
                await recording.run(radio, named or radio.worn)

        asyncio.run(session())
        if recording.terminated:  # the system goes down: no time for more
            return TERMINATED
        if recording.folder is None:
            screen.say("Nothing was recorded: no sample came.")
            return STOPPED_BY_USER if recording.interrupted else 1
        # Before the streams are closed: see `LslStreams.close`.
        return _analysed(recording.folder, config, quiet=quiet or status_json)


def _worn(
    names: dict[str, str | None], wear: Path | None, virtual: str | None
) -> tuple[WornSensor, ...]:
    """Return which sensor is where; nothing where the simulated ones say it themselves."""
    from pelvicsense.datatypes.errors import ConfigurationError
    from pelvicsense.datatypes.placement import Placement
    from pelvicsense.runtime.wear import read_wear
    from pelvicsense.sources.ble.worn import WornSensor

    given = {Placement(key): name for key, name in names.items() if name is not None}
    if wear is not None and given:
        msg = "log: name the sensors either by --wear or by --pelvis and --thigh-…, not by both"
        raise ConfigurationError(msg)
    worn = (
        read_wear(wear)
        if wear is not None
        else tuple(WornSensor(placement=place, name=name) for place, name in given.items())
    )
    places = {sensor.placement for sensor in worn}
    if not worn and virtual is not None:
        return ()
    if Placement.PELVIS not in places or len(places) < 2:
        msg = (
            "log: say which sensor is worn where: --pelvis NAME and --thigh-left NAME or "
            "--thigh-right NAME, or --wear FILE; `pelvicsense scan` shows the names"
        )
        raise ConfigurationError(msg)
    return worn


def _targets(subject: str) -> FeedbackConfig:
    """Return what the subject is told, as remembered."""
    from pelvicsense.datatypes.errors import ConfigurationError
    from pelvicsense.recording.choices import read_choices
    from pelvicsense.runtime.feedback_choice import config_of

    chosen = read_choices().feedback.get(subject)
    if chosen is None:
        msg = f"--cues: no targets are chosen for {subject}; choose them once in `pelvicsense live`"
        raise ConfigurationError(msg)
    return config_of(chosen)


@dataclass(slots=True)
class _Recording:
    """One run of the command, as far as the radio is needed."""

    options: LogOptions
    screen: LogScreen
    identify: bool
    control: Path | None
    targets: FeedbackConfig | None
    folder: Path | None = None
    interrupted: bool = False
    terminated: bool = False

    async def run(self, radio: Air, worn: tuple[WornSensor, ...]) -> None:
        """Find, connect and record; sets ``folder``."""
        import asyncio

        from pelvicsense.cli.log_controls import on_signals
        from pelvicsense.runtime.cancellation import heed_cancellation
        from pelvicsense.sinks.sensor_lock import SensorLocks
        from pelvicsense.sources.ble.source import BleSource

        source = BleSource(radio.radio, radio.profiles, worn)
        task = asyncio.current_task()
        assert task is not None

        def abort() -> None:
            self.terminated = True
            task.cancel()

        try:
            with on_signals({signal.SIGTERM: abort}):
                await source.find(self.screen.say)
                identities = {link.sighting.address: link.name for link in source.links.values()}
                with SensorLocks(identities):
                    await source.connect(self.screen.say)
                    if self.identify:
                        await self._identify(source)
                    heed_cancellation()
                    await self._record(radio, source)
        except asyncio.CancelledError:
            if not self.terminated:
                raise
        finally:
            await source.stop()

    async def _identify(self, source: BleSource) -> None:
        import asyncio

        for placement, link in source.links.items():
            blinks = await source.identify(placement)
            word = "blinks now" if blinks else "cannot show itself"
            self.screen.say(f"{link.name} {word}")
            await asyncio.sleep(3.0 if blinks else 0.0)

    async def _record(self, radio: Air, source: BleSource) -> None:
        import asyncio

        from pelvicsense.cli.log_controls import controls, on_signals
        from pelvicsense.datatypes.samples import MarkKind
        from pelvicsense.feedback.programme import FeedbackConfig
        from pelvicsense.runtime.live_feedback import LiveFeedback
        from pelvicsense.runtime.log import Listeners, SessionLog
        from pelvicsense.runtime.log_commands import KEYS_HELP
        from pelvicsense.runtime.log_status import watch
        from pelvicsense.sinks.recorder import wall_time
        from pelvicsense.sinks.status_tracker import StatusTracker

        tracker = StatusTracker(list(source.links))
        feedback = LiveFeedback(
            self.targets or FeedbackConfig(), lambda words: source.mark(MarkKind.CUE, words)
        )
        listeners = Listeners(
            inputs=tracker.take_inputs, outputs=_taking(feedback, tracker, self.screen)
        )
        log = SessionLog(source, self.options, wall_time(radio.radio.clock_ns), listeners)
        if log.plan_step is not None:
            feedback.follow(log.plan_step)
            tracker.take_plan(feedback.plan)
            self.screen.say(log.plan_step.words)
        feedback.open_sound()
        if feedback.sound_trouble:
            self.screen.say(feedback.sound_trouble)
        if log.continues is not None:
            self.screen.say(
                f"{log.continues} was cut short; this session carries it on (what it holds is safe)"
            )

        def terminate() -> None:
            self.terminated = True
            log.stop()

        def interrupt() -> None:
            self.interrupted = True
            log.stop()

        actions = {signal.SIGINT: interrupt, signal.SIGTERM: terminate}
        if hasattr(signal, "SIGUSR1"):  # not on Windows
            actions |= {signal.SIGUSR1: log.stand_still, signal.SIGUSR2: log.sync_mark}
        self.screen.say(f"recording; keys: {KEYS_HELP}")
        with on_signals(actions), controls(log, self.control, self.screen.say):
            watching = asyncio.create_task(
                watch(source, log, tracker, radio.radio.clock_ns, self.screen.show)
            )
            try:
                self.folder = await log.run()
            finally:
                watching.cancel()
                feedback.close()
                self.screen.end()
                self.folder = log.recorder.folder
            if watching.done():  # by itself: let out why
                watching.result()
        if self.folder is not None:
            self.screen.say(f"recorded: {self.folder}")


def _taking(
    feedback: LiveFeedback, tracker: StatusTracker, screen: LogScreen
) -> Callable[[Sequence[Output]], None]:
    """Return who takes what the live analysis says: a cue must not wait for anything."""
    over = False

    def take(outputs: Sequence[Output]) -> None:
        nonlocal over
        feedback.take(outputs)
        tracker.take_outputs(outputs)
        plan = feedback.plan
        tracker.take_plan(plan)
        if plan is not None and plan.done and not over:
            over = True
            screen.say(plan.words)

    return take


def _analysed(folder: Path, config: PipelineConfig, *, quiet: bool) -> int:
    """Analyse the session, write its results, print the summary."""
    from rich.console import Console

    from pelvicsense.cli.batch_table import print_one
    from pelvicsense.runtime.batch import Analysed, analyze_all

    for item in analyze_all([folder], config, out=None, force=False):
        if not isinstance(item, Analysed):
            click.echo(f"Error: {item.reason}", err=True)
            return 1
        if not quiet:
            print_one(Console(), item)
    return 0
