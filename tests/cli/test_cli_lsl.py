"""``--lsl``: a second process reads angles and strides; they are the session's, at their times."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from live_sessions import Window, live

import pelvicsense
from pelvicsense.cli.app import run
from pelvicsense.datatypes.gait import Stride
from pelvicsense.datatypes.placement import Side
from pelvicsense.datatypes.samples import SampleBlock
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.now import Poses
from pelvicsense.pipeline.pipeline import Pipeline
from pelvicsense.recording.manifest import MANIFEST_FILE
from pelvicsense.recording.session import open_session
from pelvicsense.recording.stride_table import stride_frame
from pelvicsense.runtime.log import LogOptions
from pelvicsense.sinks.lsl import CHANNELS, LslStreams
from pelvicsense.sources.replay import ReplaySource
from pelvicsense.virtual.virtual_time import run_fast

READER = Path(__file__).parents[1] / "lsl_reader.py"
MAIN = "from pelvicsense.cli import main; main()"
SENDER = """
import numpy as np
from pelvicsense.pipeline.now import Poses
from pelvicsense.sinks.lsl import LslStreams, LslTime

with LslStreams(100.0, "P08") as streams:
    input()
    angle = np.zeros(6000)
    for minute in range(30):  # far more than LSL and both ends of a connection keep
        t_s = 60.0 * minute + np.arange(6000) / 100.0
        poses = Poses(
            t_s=t_s,
            earth_from_sensor={},
            obliquity_deg=angle,
            tilt_deg=angle,
            thigh_adduction_deg={},
            thigh_flexion_deg={},
            hip_adduction_deg={},
            hip_rotation_deg={},
        )
        streams.send([poses], [], LslTime(1.0))
    print("sent", flush=True)
"""
LOOPBACK = """\
[ports]
IPv6 = disable
[multicast]
ResolveScope = machine
MachineAddresses = {{127.0.0.1}}
ListenAddress = 127.0.0.1
[lab]
KnownPeers = {{127.0.0.1}}
SessionID = test-{pid}
[log]
level = -2
"""


def unloadable() -> str:
    """Return why LSL cannot be used here, empty if it can."""
    try:
        import pylsl  # noqa: F401
    except (ImportError, RuntimeError, OSError) as error:
        return f"liblsl cannot be loaded: {error}"
    return ""


needs_lsl = pytest.mark.skipif(bool(unloadable()), reason=unloadable() or "LSL is there")


@pytest.fixture(scope="module", autouse=True)
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep LSL on this machine, and this run's streams apart from others'."""
    config = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    config.write_text(LOOPBACK.format(pid=os.getpid()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSLAPICFG", str(config))
        yield


class Reader:
    """The second process."""

    def __init__(self, subject: str, origin: str, file: Path) -> None:
        self.file = file
        self.process = subprocess.Popen(
            [sys.executable, str(READER), subject, origin, str(file)],
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_open(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "open\n"

    def read(self) -> list[dict[str, Any]]:
        assert self.process.wait(60) == 0
        seen: list[dict[str, Any]] = json.loads(self.file.read_text())
        return seen

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: Any) -> Iterator[Reader]:
    """A reader that has both streams open before anything is sent."""
    begun = Reader("P09", request.param, tmp_path / "read.json")

    def enter(streams: LslStreams) -> LslStreams:
        begun.wait_open()
        return streams

    monkeypatch.setattr(LslStreams, "__enter__", enter)
    yield begun
    begun.end()


def own_poses(folder: Path) -> Poses:
    """Return the session's angles, computed from the recording packet by packet."""
    source = ReplaySource(open_session(folder))
    pipeline = Pipeline(PipelineConfig(), source.specs)
    parts: list[Poses] = []
    for group in source.packets():
        pipeline.feed(group)
        parts += pipeline.poses(1)
    pipeline.finish()
    parts += pipeline.poses(1)
    unknown = {id(part): np.full(len(part.t_s), np.nan) for part in parts}

    def sides(name: str) -> dict[Side, Any]:
        return {
            side: np.concatenate([getattr(p, name).get(side, unknown[id(p)]) for p in parts])
            for side in Side
        }

    def joined(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    return Poses(
        t_s=joined("t_s"),
        earth_from_sensor={},
        obliquity_deg=joined("obliquity_deg"),
        tilt_deg=joined("tilt_deg"),
        thigh_adduction_deg=sides("thigh_adduction_deg"),
        thigh_flexion_deg=sides("thigh_flexion_deg"),
        hip_adduction_deg=sides("hip_adduction_deg"),
        hip_rotation_deg=sides("hip_rotation_deg"),
    )


def first_host_s(folder: Path) -> float:
    blocks = [
        item
        for group in ReplaySource(open_session(folder))
        for item in group
        if isinstance(item, SampleBlock)
    ]
    return min(int(block.host_ns[0]) for block in blocks) * 1e-9


def the_session(out: Path) -> Path:
    (manifest,) = out.glob(f"*/{MANIFEST_FILE}")
    return manifest.parent


def channel(angles: dict[str, Any], name: str) -> Any:
    return np.array(angles["values"])[:, list(CHANNELS).index(name)]


def rows_of(strides: tuple[Stride, ...]) -> list[dict[str, Any]]:
    return list(stride_frame(strides).iter_rows(named=True))


def check_angles(angles: dict[str, Any], own: Poses) -> None:
    """Compare with the session's own: equal, but where calibration or heading had just changed."""
    assert len(angles["values"]) == len(own.t_s)
    assert (np.diff(own.t_s) > 0.0).all()
    obliquity = channel(angles, "pelvic_obliquity")
    known = ~np.isnan(obliquity)
    assert (known != ~np.isnan(own.obliquity_deg)).sum() < 20
    both = known & ~np.isnan(own.obliquity_deg)
    assert both.sum() > 500
    pairs = {"pelvic_obliquity": own.obliquity_deg, "pelvic_tilt": own.tilt_deg}
    for side in Side:
        pairs[f"thigh_adduction_{side}"] = own.thigh_adduction_deg[side]
        pairs[f"thigh_inclination_{side}"] = own.thigh_flexion_deg[side]
    for name, values in pairs.items():
        np.testing.assert_array_equal(channel(angles, name)[both], values[both], name)
    for side in Side:  # these take the heading as it was known at the end of each feed
        for name, hip in (
            ("hip_adduction", own.hip_adduction_deg[side]),
            ("thigh_rotation", own.hip_rotation_deg[side]),
        ):
            error = np.abs(channel(angles, f"{name}_{side}")[both] - hip[both])
            assert np.nanmax(error) < 0.5, name
            assert np.isfinite(error).sum() > 500, name


def check_strides(
    angles: dict[str, Any], markers: dict[str, Any], folder: Path, speed: float
) -> None:
    result = pelvicsense.analyze(folder)
    rows = [json.loads(text) for (text,) in markers["values"]]
    assert rows == rows_of(result.strides)
    assert len(rows) > 15
    contacts_s = np.array([row["t_contact_s"] for row in rows])
    zero_s = angles["stamps"][0]  # of grid row 0
    np.testing.assert_allclose(markers["stamps"], zero_s + contacts_s / speed, rtol=0, atol=1e-6)


def described(stream: dict[str, Any]) -> list[dict[str, str | None]]:
    channels = ET.fromstring(stream["xml"]).iterfind("desc/channels/channel")
    return [{fact.tag: fact.text for fact in channel} for channel in channels]


@needs_lsl
@pytest.mark.parametrize("reader", ["live"], indirect=True)
def test_what_a_log_sends_is_what_it_records(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(asyncio, "run", run_fast)
    options = ["--duration", "26", "--subject", "P09", "--out", str(tmp_path / "out")]
    assert run(["log", "--virtual", "walk", "--lsl", "--quiet", *options]) == 0
    angles, markers = reader.read()
    folder = the_session(tmp_path / "out")
    own = own_poses(folder)
    check_angles(angles, own)
    check_strides(angles, markers, folder, speed=1.0)
    stamps = np.array(angles["stamps"])
    np.testing.assert_allclose(stamps - stamps[0], own.t_s, rtol=0, atol=1e-6)

    assert angles["rate_hz"] == 100.0
    assert markers["rate_hz"] == 0.0
    assert [fact["label"] for fact in described(angles)] == list(CHANNELS)
    assert {fact["unit"] for fact in described(angles)} == {"degrees"}
    assert all(fact["positive"] for fact in described(angles))
    assert described(markers) == [{"label": "stride", "type": "Marker", "format": "JSON"}]
    for stream in (angles, markers):
        root = ET.fromstring(stream["xml"])
        assert root.findtext("desc/subject/id") == "P09"
        for spec in open_session(folder).manifest.sensors.values():
            assert spec.device
            assert spec.device not in stream["xml"]


@needs_lsl
@pytest.mark.parametrize("reader", ["live"], indirect=True)
def test_what_the_window_sends_is_what_it_records(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    async def story(window: Window) -> None:
        await window.to_session()
        await window.until(lambda view: view.session.sides[Side.LEFT].strides >= 10)
        await window.to_summary()

    out = tmp_path / "out"
    with LslStreams(100.0, "P09") as streams:
        live(story, out, log=LogOptions(out=out, subject="P09", lsl=streams))
    angles, markers = reader.read()
    check_angles(angles, own_poses(the_session(out)))
    check_strides(angles, markers, the_session(out), speed=1.0)


@needs_lsl
@pytest.mark.parametrize("reader", ["live"], indirect=True)
def test_stamps_are_the_time_of_measurement_on_the_clock_of_lsl(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pylsl

    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    options = ["--duration", "4", "--subject", "P09", "--out", str(tmp_path / "out")]
    before_s = pylsl.local_clock()
    assert run(["log", "--virtual", "walk", "--lsl", "--quiet", *options]) == 0
    after_s = pylsl.local_clock()
    angles, markers = reader.read()
    stamps = np.array(angles["stamps"])
    assert before_s < stamps[0] < stamps[-1] < after_s
    if sys.platform == "linux":  # one clock
        assert stamps[0] == pytest.approx(first_host_s(the_session(tmp_path / "out")), abs=1e-4)
    assert np.isnan(angles["values"]).all()  # not calibrated yet
    assert markers["values"] == []


@needs_lsl
@pytest.mark.parametrize("reader", ["replay"], indirect=True)
def test_what_a_replay_sends_is_stamped_as_it_is_due(reader: Reader, walk: Path) -> None:
    manifest = walk / MANIFEST_FILE
    manifest.write_text(manifest.read_text().replace('subject = "simulated-5"', 'subject = "P09"'))
    assert run(["replay", str(walk), "--headless", "--speed", "8", "--lsl"]) == 0
    angles, markers = reader.read()
    own = own_poses(walk)
    check_angles(angles, own)
    check_strides(angles, markers, walk, speed=8.0)
    stamps = np.array(angles["stamps"])
    np.testing.assert_allclose(stamps - stamps[0], own.t_s / 8.0, rtol=0, atol=1e-6)
    assert angles["rate_hz"] == 800.0


@needs_lsl
def test_live_hip_angles_are_those_of_the_curves(walk: Path) -> None:
    """What is sent as hip adduction is the angle that strides report, not a look-alike."""
    own, result = own_poses(walk), pelvicsense.analyze(walk)
    last = {stride.stride: stride for stride in result.strides[-8:]}
    curves = [curve for curve in result.curves if curve.stride in last]
    assert len(curves) == 8
    for curve in curves:
        stride = last[curve.stride]
        t_s = np.linspace(stride.t_contact_s, stride.t_end_s, 101)
        for angle, drawn in (
            (own.hip_adduction_deg, curve.hip_adduction_deg),
            (own.hip_rotation_deg, curve.thigh_rotation_deg),
        ):
            seen = np.interp(t_s, own.t_s, angle[stride.side])
            assert np.sqrt(np.mean((seen - drawn) ** 2)) < 0.3


@needs_lsl
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be held still here")
def test_a_reader_that_does_not_read_holds_up_nothing(tmp_path: Path) -> None:
    sender = subprocess.Popen(
        [sys.executable, "-c", SENDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    reader = Reader("P08", "live", tmp_path / "read.json")
    try:
        reader.wait_open()
        reader.process.send_signal(signal.SIGSTOP)
        told, _ = sender.communicate("go\n", timeout=60)
        assert told == "sent\n"  # how it ends is liblsl's: see `LslStreams.close`
        assert reader.process.poll() is None  # it was there all the time
    finally:
        sender.kill()
        reader.end()


@needs_lsl
def test_a_library_that_was_not_configured_does_not_chatter(tmp_path: Path) -> None:
    """Where there is no network it may warn."""
    code = "from pelvicsense.sinks.lsl import LslStreams; LslStreams(100.0, 'P07').close()"
    unset = {name: value for name, value in os.environ.items() if name != "LSLAPICFG"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=unset | {"HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    assert not re.search(r"\bINFO\b|\b[0-9]\| ", done.stderr)


# -- what cannot be had ----------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["log", "replay"])
def test_without_the_extra_a_sentence_says_how_to_get_it(
    command: str,
    simulated_walk: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "pylsl", None)
    arguments = {
        "log": ["log", "--virtual", "walk", "--out", str(tmp_path / "out")],
        "replay": ["replay", str(simulated_walk), "--headless"],
    }
    assert run([*arguments[command], "--lsl"]) != 0
    told = capsys.readouterr().err
    assert "--lsl needs pylsl, not installed here; run: pip install 'pelvicsense[lsl]'" in told
    assert "Traceback" not in told
    assert not (tmp_path / "out").exists()


@needs_lsl
def test_a_library_that_cannot_be_loaded_is_told_in_one_sentence(
    simulated_walk: Path, tmp_path: Path
) -> None:
    no_library = tmp_path / "liblsl.so"
    no_library.write_text("no library")
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "replay", str(simulated_walk), "--headless", "--lsl"],
        env=os.environ | {"PYLSL_LIB": str(no_library)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: --lsl: the library liblsl cannot be loaded")
    assert len(done.stderr.splitlines()) == 1


def test_a_replay_without_waiting_is_not_sent(
    simulated_walk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["replay", str(simulated_walk), "--headless", "--speed", "max", "--lsl"]) != 0
    assert "--lsl cannot send without waiting" in capsys.readouterr().err
