"""How late the screen and the sound are, and what the live window costs; run by ``make latency``.

The real window on the real worker, on the simulated radio, in real time. A packet is stamped on its
arrival from the radio, and again when the window has flushed a picture that holds it: its trace in
the signals, and the body, which waits for the analysis. A verdict is stamped when the analysis
returns, and again in the audio callback that begins to sound it.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import miniaudio
import numpy as np
from cost import radio_alone
from live_sessions import Air
from PySide6.QtCore import QEvent, QTimer
from shipped import PROFILES

from pelvicsense.dashboard.app import make_application
from pelvicsense.dashboard.backend import live_backend
from pelvicsense.dashboard.view_state import Page, View
from pelvicsense.dashboard.window import MainWindow
from pelvicsense.datatypes.gait import StanceReport
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import SampleBlock, StreamInput
from pelvicsense.feedback.programme import FeedbackConfig, FeedbackMode
from pelvicsense.feedback.zone import Metric, Zone
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Output, Pipeline
from pelvicsense.recording.choices import WindowChoices
from pelvicsense.runtime.live import LiveOptions, LiveWorker
from pelvicsense.runtime.log import LogOptions
from pelvicsense.sinks.live_buffer import LiveBuffer
from pelvicsense.sinks.sound import SAMPLE_RATE_HZ, Player, Sound
from pelvicsense.sources.ble.radio import Radio
from pelvicsense.sources.ble.worn import WornSensor
from pelvicsense.virtual.models import make_model
from pelvicsense.virtual.radio import virtual_person
from pelvicsense.virtual.virtual_time import loop_clock_ns

PACKETS = int(os.environ.get("LATENCY_PACKETS", "10000"))
MODEL = os.environ.get("LATENCY_MODEL", "imu6-open")
RADIO_S = 30.0
BINS_MS = (0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 80, 100, 200, 500, 10_000)

TOLD = FeedbackConfig(
    mode=FeedbackMode.EACH_STRIDE, zones={Metric.PELVIC_DROP_PEAK: Zone(low_deg=-2, high_deg=-1)}
)
"""Nobody's pelvis is within this zone, so that every stance is heard."""


@dataclass(slots=True)
class Stamps:
    """Host times, ns; each list is written by one thread."""

    buffer: LiveBuffer
    first_ns: int = 0
    arrived: dict[Placement, list[int]] = field(default_factory=dict)
    buffered_ns: list[int] = field(default_factory=list)
    trace_ns: list[int] = field(default_factory=list)
    body_ns: list[int] = field(default_factory=list)
    frames_ns: list[int] = field(default_factory=list)
    verdicts: list[int] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)
    _seen: dict[Placement, int] = field(default_factory=dict)
    _pose_s: float = 0.0

    def begin(self) -> None:
        """Count from here on."""
        for stamps in (self.buffered_ns, self.trace_ns, self.body_ns, self.frames_ns):
            stamps.clear()
        self.verdicts.clear()
        self.heard.clear()

    def take_picture(self, begun_ns: int, held: dict[Placement, int], pose_s: float) -> None:
        """Take a picture that was flushed just now, with all up to ``held`` and ``pose_s``."""
        now_ns = time.monotonic_ns()
        self.frames_ns.append(now_ns - begun_ns)
        for sensor, newest_ns in held.items():
            arrived, begun = self.arrived.get(sensor, []), self._seen.get(sensor, 0)
            end = bisect_right(arrived, newest_ns, begun)
            self.trace_ns += [now_ns - ns for ns in arrived[begun:end]]
            self._seen[sensor] = end
        if pose_s != self._pose_s:
            self._pose_s = pose_s
            self.body_ns.append(now_ns - self.first_ns - round(1e9 * pose_s))

    def heard_ns(self) -> list[int]:
        """Return for each begin of sound how long ago the newest verdict was."""
        before = [bisect_right(self.verdicts, ns) for ns in self.heard]
        return [
            ns - self.verdicts[i - 1] for ns, i in zip(self.heard, before, strict=True) if i > 0
        ]


class NullDevice:
    """miniaudio's own null output: its thread asks for sound every 10 ms, as a real one does."""

    def __init__(self, stamps: Stamps) -> None:
        self._stamps = stamps
        self._device = miniaudio.PlaybackDevice(
            output_format=miniaudio.SampleFormat.FLOAT32,
            nchannels=2,
            sample_rate=SAMPLE_RATE_HZ,
            buffersize_msec=10,
            backends=[miniaudio.Backend.NULL],
        )

    def start(self, callback_generator: Player) -> None:
        player = self._watched(callback_generator)
        next(player)
        self._device.start(player)

    def _watched(self, player: Player) -> Player:
        frames, sounded = (yield b""), False
        while True:
            mixed = player.send(frames)
            sounds = bool(np.any(mixed))
            if sounds and not sounded:
                self._stamps.heard.append(time.monotonic_ns())
            sounded = sounds
            frames = yield mixed

    def close(self) -> None:
        self._device.close()


class WatchedWindow(MainWindow):
    """Stamps pictures that have been flushed to the screen."""

    stamps: Stamps
    _drawn: tuple[int, dict[Placement, int], float] | None = None

    def draw(self) -> None:
        """Draw as ever, and keep what the picture holds at least."""
        begun_ns, buffer = time.monotonic_ns(), self.stamps.buffer
        held = {sensor: buffer.newest_ns(sensor) or 0 for sensor in buffer.sensors}
        pose = buffer.pose
        super().draw()
        self._drawn = begun_ns, held, float(pose.t_s[-1]) if pose is not None else 0.0

    def event(self, event: QEvent) -> bool:
        """Qt paints all that is due, and flushes it, in this event."""
        handled = super().event(event)
        if event.type() is QEvent.Type.UpdateRequest and self._drawn is not None:
            self.stamps.take_picture(*self._drawn)
            self._drawn = None
        return handled


class Run:
    """Goes through a session as a user does, counts, and ends it."""

    def __init__(self, worker: LiveWorker, window: WatchedWindow, stamps: Stamps) -> None:
        self._worker, self._window, self._stamps = worker, window, stamps
        self._steps = self._story()
        self._timer = QTimer(window)
        self._timer.timeout.connect(self._go_on)
        self._timer.start(100)

    def _go_on(self) -> None:
        step = next(self._steps, None)
        if step is None:
            self._timer.stop()
            self._window.close()

    def _story(self) -> Iterator[str]:
        def view() -> View:
            return self._window._view

        while not view().ready.can_connect:
            yield "scanning"
        self._worker.set_feedback(TOLD)
        self._worker.connect()
        while not view().ready.can_start:
            yield "connecting"
        self._worker.start()
        while view().page is not Page.SESSION:
            yield "calibrating"
        page = self._window.session_page
        page.tabs.setCurrentWidget(page.signals)
        yield from self._count(PACKETS, "signals shown")
        page.tabs.setCurrentWidget(page.small_print)
        yield from self._count(PACKETS // 4, "links shown")

    def _count(self, packets: int, words: str) -> Iterator[str]:
        stamps = self._stamps
        for _ in range(10):  # a new page takes a while to settle
            yield words
        stamps.begin()
        begun = time.monotonic(), time.process_time(), time.thread_time()
        while len(stamps.trace_ns) < packets:
            yield words
        wall_s, all_s, window_s = (
            now - then
            for now, then in zip(
                (time.monotonic(), time.process_time(), time.thread_time()), begun, strict=True
            )
        )
        show(words, stamps, wall_s, all_s, window_s)


def show(words: str, stamps: Stamps, wall_s: float, all_s: float, window_s: float) -> None:
    """Print what a stretch of the session took."""
    print(f"\n{words}, {wall_s:.0f} s; load {os.getloadavg()[0]:.1f}")
    print(
        f"CPU of one core: {100 * all_s / wall_s:.1f} %, of which the window's thread "
        f"{100 * window_s / wall_s:.1f} %; {len(stamps.frames_ns) / wall_s:.0f} pictures a second"
    )
    show_times("begin of drawing → picture flushed", stamps.frames_ns)
    show_times("packet arrival → decoded, recorded and in the buffer", stamps.buffered_ns)
    if words == "signals shown":
        show_times("packet arrival → its trace flushed", stamps.trace_ns, bars=True)
    show_times("sample taken → body in that pose flushed", stamps.body_ns, bars=True)
    if stamps.heard:
        show_times("verdict → audio callback", stamps.heard_ns(), bars=True)


def show_times(what: str, times_ns: list[int], bars: bool = False) -> None:
    """Print a distribution."""
    times_ms = 1e-6 * np.array(times_ns, dtype=float)
    middle, high, highest = np.quantile(times_ms, [0.5, 0.95, 0.99])
    print(
        f"{what}: {len(times_ms)}, p50 {middle:.1f}, p95 {high:.1f}, p99 {highest:.1f}, "
        f"most {times_ms.max():.1f} ms"
    )
    if bars:
        counts, _ = np.histogram(times_ms, bins=BINS_MS)
        for low, high, count in zip(BINS_MS, BINS_MS[1:], counts, strict=False):
            if count:
                bar = "▇" * math.ceil(60 * count / counts.max())
                print(f"  {low:4d}–{high:<5d} ms {count:6d} {bar}")


def watch_arrivals(stamps: Stamps) -> None:
    """Stamp verdicts; keep which packets arrived."""
    add_block, feed = stamps.buffer.add_block, Pipeline.feed

    def added(block: SampleBlock) -> None:
        add_block(block)
        if len(block):
            packets = np.unique(block.host_ns)
            now_ns = time.monotonic_ns()
            stamps.buffered_ns += (now_ns - packets).tolist()
            stamps.arrived.setdefault(block.sensor, []).extend(packets.tolist())
            stamps.first_ns = stamps.first_ns or int(packets[0])

    def fed(pipeline: Pipeline, inputs: Sequence[StreamInput]) -> list[Output]:
        outputs = feed(pipeline, inputs)
        now_ns = time.monotonic_ns()
        stamps.verdicts += [now_ns for output in outputs if isinstance(output, StanceReport)]
        return outputs

    stamps.buffer.add_block = added  # type: ignore[method-assign]
    Pipeline.feed = fed  # type: ignore[method-assign]


@asynccontextmanager
async def open_air() -> AsyncIterator[Air]:
    """A walk on the simulated radio, worn as its places say."""
    models = {place: make_model(MODEL, place.value[-4:]) for place in Placement}
    async with virtual_person("walk", 300.0, models, 41, repeat=True) as virtual:
        radio = Radio(
            client_backend=virtual.client_backend,
            scanner_backend=virtual.scanner_backend,
            clock_ns=loop_clock_ns,
        )
        worn = [WornSensor(placement=place, name=virtual.address(place)) for place in Placement]
        yield Air(radio, tuple(PROFILES.values()), tuple(worn))


def main(out: Path) -> None:
    """Run the session."""
    application = make_application()
    devices: list[NullDevice] = []

    def open_device() -> NullDevice:
        devices.append(NullDevice(stamps))
        return devices[-1]

    worker = LiveWorker(
        LiveOptions(
            open_air=open_air,
            log=LogOptions(out=out, subject="P01"),
            open_sound=lambda: Sound(open_device),
            choices=out / "choices.toml",
        )
    )
    stamps = Stamps(worker.buffer)
    watch_arrivals(stamps)
    worker.start_thread()
    WatchedWindow.stamps = stamps
    window = WatchedWindow(
        live_backend(worker, PipelineConfig()), WindowChoices(theme="light", width=1280, height=800)
    )
    window.show()
    run = Run(worker, window, stamps)
    application.exec()
    del run  # Qt holds it weakly


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with tempfile.TemporaryDirectory(prefix="pelvicsense-") as folder:
        main(Path(folder))
    alone_s = asyncio.run(radio_alone(RADIO_S))
    print(f"\nThe simulated radio alone: {100 * alone_s / RADIO_S:.1f} % of one core")
