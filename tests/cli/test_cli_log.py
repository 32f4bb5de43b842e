"""``pelvicsense log`` on the simulated radio: its output in virtual time, its ends in real time."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from pelvicsense.cli.app import run
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock
from pelvicsense.recording.manifest import MANIFEST_FILE
from pelvicsense.recording.session import open_session
from pelvicsense.sinks.sensor_lock import SensorLocks
from pelvicsense.sources.replay import ReplaySource
from pelvicsense.virtual.models import make_model
from pelvicsense.virtual.radio import virtual_person
from pelvicsense.virtual.virtual_time import run_fast

SOON_S = 10.0
"""Three seconds are promised, and held exactly in virtual time; here the machine may be busy."""

PLAN = """\
subject = "P09"
sessions = [{ minutes = 0.2, feedback_percent = 100 }, { minutes = 0.2, feedback_percent = 0 }]
[target]
metric = "pelvic_drop_peak_deg"
activity = "walk"
low = 1.0
high = 3.0
"""


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "run", run_fast)


def log(out: Path, *arguments: str) -> int:
    return run(["log", "--virtual", "walk", "--out", str(out), *arguments])


def sessions(out: Path) -> list[Path]:
    return sorted(path.parent for path in out.glob(f"*/{MANIFEST_FILE}"))


def the_session(out: Path) -> Path:
    (folder,) = sessions(out)
    return folder


def inputs(folder: Path) -> list[SampleBlock | Mark]:
    return [item for group in ReplaySource(open_session(folder)) for item in group]


def marks(folder: Path) -> list[Mark]:
    return [item for item in inputs(folder) if isinstance(item, Mark)]


# -- in virtual time -------------------------------------------------------------------------------


@pytest.mark.usefixtures("fast")
class TestOutput:
    def test_a_plan_is_followed_and_what_was_cued_is_what_is_summed_up(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "P09.plan.toml").write_text(PLAN)
        assert log(tmp_path, "--duration", "36", "--subject", "P09", "--status-json") == 0
        shown = capsys.readouterr()
        assert "plan session 1 of 2: 0.2 min, feedback in 100 % of them" in shown.err
        assert "the planned minutes are done" in shown.err
        told = [json.loads(line)["plan"] for line in shown.out.splitlines()]
        assert (told[0]["session"], told[0]["of"], told[0]["minutes"]) == (1, 2, 0.0)
        assert [(plan["feedback_now"], plan["done"]) for plan in (told[0], told[-1])] == [
            (True, False),
            (False, True),
        ]
        folder = the_session(tmp_path)
        summary = json.loads((folder / "summary.json").read_text())
        cues = [mark.text for mark in marks(folder) if mark.kind is MarkKind.CUE]
        assert summary["plan"]["session"] == 1
        assert summary["plan"]["cues"] == len(cues) > 0
        assert summary["plan"]["without_feedback"]["judged"] > 0
        assert summary["plan"]["minutes"] > 0.2
        assert run(["plan", "P09", "--in", str(tmp_path)]) == 0
        assert "1 of 2 sessions done" in capsys.readouterr().out

    def test_a_silent_session_of_a_plan_tells_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "P09.plan.toml").write_text(PLAN)
        assert log(tmp_path, "--duration", "26", "--subject", "P09", "--plan", "2") == 0
        folder = the_session(tmp_path)
        summary = json.loads((folder / "summary.json").read_text())
        assert summary["plan"]["session"] == 2
        assert summary["plan"]["with_feedback"]["judged"] == 0
        assert summary["plan"]["without_feedback"]["judged"] > 0
        assert all(mark.kind is not MarkKind.CUE for mark in marks(folder))

    @pytest.mark.parametrize(
        ("plan", "wish", "problem"),
        [
            (None, "3", "there is no plan"),
            (PLAN, "soon", "expected next, off, or the number of a session"),
            (PLAN, "4", "expected a session from 1 to 2, or 3 for a check"),
            (PLAN.replace("0.2", "none"), "next", "P09.plan.toml:2: not TOML"),
        ],
    )
    def test_a_plan_that_cannot_be_followed_is_refused_before_anything_starts(
        self,
        tmp_path: Path,
        plan: str | None,
        wish: str,
        problem: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        if plan is not None:
            (tmp_path / "P09.plan.toml").write_text(plan)
        assert log(tmp_path, "--duration", "26", "--subject", "P09", "--plan", wish) == 1
        assert problem in capsys.readouterr().err
        assert sessions(tmp_path) == []

    def test_a_walk_is_recorded_analysed_and_summed_up(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert log(tmp_path, "--duration", "26", "--subject", "P09") == 0
        shown = capsys.readouterr()
        assert "connecting thigh left (IMU6-0002)" in shown.err
        assert f"recorded: {the_session(tmp_path)}" in shown.err
        assert "pelvic drop" in shown.out.lower()
        folder = the_session(tmp_path)
        assert {"strides.csv", "summary.json"} <= {path.name for path in folder.iterdir()}
        assert not (folder / ".recording").exists()
        manifest = open_session(folder).manifest
        assert manifest.subject == "P09"
        assert all(spec.profile == "imu6-open" for spec in manifest.sensors.values())
        assert "C0:" not in (folder / "session.toml").read_text()

    def test_the_status_comes_as_json_a_second(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert log(tmp_path, "--duration", "26", "--quiet", "--status-json") == 0
        shown = capsys.readouterr()
        assert shown.err == ""
        lines = [json.loads(line) for line in shown.out.splitlines()]
        assert 26 <= len(lines) <= 29
        last = lines[-1]
        assert last["sensors"]["pelvis"]["state"] == "streaming"
        assert last["sensors"]["thigh_left"]["rate_hz"] == pytest.approx(100.0, abs=2.0)
        assert last["sensors"]["thigh_right"]["battery_percent"] == 80.0
        assert last["calibration"] == "accepted"
        assert last["strides"]["left"] >= 5
        assert last["pelvic_drop_deg"]["right"] is not None
        assert last["plan"] is None

    def test_sensors_show_themselves_one_after_another(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert log(tmp_path, "--duration", "2", "--identify") == 0
        told = capsys.readouterr().err
        assert told.count("blinks now") == 3

    def test_who_wears_what_is_read_from_a_file(self, tmp_path: Path) -> None:
        wear = tmp_path / "wear.toml"
        wear.write_text(
            '[pelvis]\nname = "IMU6-0003"\n[thigh_left]\nname = "imu6-0001"\nrate_hz = 50\n'
        )
        assert log(tmp_path / "out", "--duration", "2", "--wear", str(wear)) == 0
        sensors = open_session(the_session(tmp_path / "out")).manifest.sensors
        assert {place.value: spec.rate_hz for place, spec in sensors.items()} == {
            "pelvis": 100.0,
            "thigh_left": 50.0,
        }

    def test_raw_packets_are_kept_where_asked_for(self, tmp_path: Path) -> None:
        assert log(tmp_path, "--duration", "2", "--keep-packets") == 0
        lines = (the_session(tmp_path) / "packets.csv").read_text().splitlines()
        assert len(lines) > 100

    def test_sensors_that_another_log_uses_are_refused(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        models = {place: make_model("imu6-open", "0001") for place in Placement}
        same = virtual_person("walk", 25.0, models, os.getpid())
        with SensorLocks({same.address(Placement.THIGH_LEFT): "left"}):
            assert log(tmp_path, "--duration", "2") == 1
        words = "thigh left (IMU6-0002): another pelvicsense on this computer is using this sensor"
        assert words in capsys.readouterr().err
        assert sessions(tmp_path) == []
        assert log(tmp_path, "--duration", "2") == 0

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--pelvis", "A", "--wear", "w.toml"], "not by both"),
            (["--thigh-left", "A"], "say which sensor is worn where"),
            (["--pelvis", "A"], "say which sensor is worn where"),
            (["--wear", "nowhere.toml"], "nowhere.toml: cannot be read"),
            (["--virtual", "swim"], "expected one of walk, run, stairs"),
            (["--virtual-model", "wristwatch"], "no simulated sensor 'wristwatch'"),
            (["--virtual-model", "sensortag-cc2650"], "at most 10 samples a second"),
            (["--filter", "tea"], "no filter 'tea'"),
            (["--pelvis", "IMU6-0001", "--thigh-left", "IMU6-0001"], "are the same sensor"),
        ],
    )
    def test_what_cannot_be_is_told_in_a_line(
        self,
        arguments: list[str],
        words: str,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert log(tmp_path, "--quiet", *arguments) == 1
        error = capsys.readouterr().err
        assert words in error
        assert error.count("\n") == 1
        assert sessions(tmp_path) == []


# -- in real time, as a process --------------------------------------------------------------------


class Log:
    """A running ``pelvicsense log``; what it says is read line by line."""

    def __init__(
        self,
        out: Path,
        *arguments: str,
        limit_bytes: int | None = None,
        in_background: bool = False,
    ) -> None:
        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes or -1, limit_bytes or -1))

        self.master, slave = os.openpty()
        command = [sys.executable, "-c", "import pelvicsense.cli; pelvicsense.cli.main()", "log"]
        if in_background:  # as a shell without job control starts it: Ctrl-C is ignored
            command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command]
        self.process = subprocess.Popen(
            [*command, "--virtual", "walk", "--out", str(out), *arguments],
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=limit if limit_bytes else None,  # noqa: PLW1509  # no threads here
        )
        os.close(slave)
        self.said = ""

    def hear(self, words: str) -> None:
        """Wait until it says something."""
        assert self.process.stdout is not None
        while words not in self.said:
            line = self.process.stdout.readline()
            assert line, f"it ended, and said only: {self.said}"
            self.said += line

    def keys(self, typed: str) -> None:
        os.write(self.master, typed.encode())

    def end(self) -> int:
        """Wait for its end; return its status."""
        assert self.process.stdout is not None
        self.said += self.process.stdout.read()
        return self.process.wait()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()
        os.close(self.master)


Start = Callable[..., Log]


@pytest.fixture
def start() -> Iterator[Start]:
    logs: list[Log] = []

    def begin(
        out: Path,
        *arguments: str,
        limit_bytes: int | None = None,
        in_background: bool = False,
    ) -> Log:
        logs.append(Log(out, *arguments, limit_bytes=limit_bytes, in_background=in_background))
        return logs[-1]

    yield begin
    for each in logs:
        each.kill()


def is_told(folder: Path, *kinds: MarkKind) -> bool:
    """Whether marks.csv of a running log holds marks of these kinds, in this order."""
    text = (folder / "marks.csv").read_text()
    return [line.split(",")[2] for line in text.splitlines()[1:]] == list(kinds)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def recording(out: Path) -> Path:
    wait_for(lambda: len(sessions(out)) == 1)
    return the_session(out)


def test_keys_signals_and_a_pipe_set_marks_and_ctrl_c_ends_it(tmp_path: Path, start: Start) -> None:
    pipe = tmp_path / "control"
    running = start(tmp_path, "--control", str(pipe))
    running.hear("recording; keys")
    folder = recording(tmp_path)
    expected: list[MarkKind] = []

    def then(*kinds: MarkKind) -> None:
        expected.extend(kinds)
        wait_for(lambda: is_told(folder, *expected))

    running.process.send_signal(signal.SIGUSR1)
    then(MarkKind.STILL_START)
    running.keys("nfirst lax\x7fp\n")
    then(MarkKind.NOTE)
    pipe.write_text("sync\nNote from the pipe\n")
    then(MarkKind.SYNC, MarkKind.NOTE)
    running.process.send_signal(signal.SIGUSR2)
    then(MarkKind.SYNC)
    then(MarkKind.STILL_END)  # comes by itself, 4 s after its beginning
    running.keys("p")
    then(MarkKind.PAUSE)
    running.process.send_signal(signal.SIGINT)
    stopped_s = time.monotonic()
    running.hear("recorded: ")
    assert time.monotonic() - stopped_s < SOON_S
    assert running.end() == 0
    assert not pipe.exists()
    found = marks(folder)
    assert [mark.kind for mark in found] == expected
    assert [mark.text for mark in found if mark.kind is MarkKind.NOTE] == [
        "first lap",
        "from the pipe",
    ]
    assert among_their_samples(inputs(folder))


def among_their_samples(items: Sequence[SampleBlock | Mark]) -> bool:
    """Whether every mark lies between the samples before and after it in time."""
    for index, item in enumerate(items):
        if isinstance(item, Mark):
            before = [b.host_ns[-1] for b in items[:index] if isinstance(b, SampleBlock)]
            after = [b.host_ns[0] for b in items[index:] if isinstance(b, SampleBlock)]
            if max(before) > item.host_ns or (after and min(after) < item.host_ns):
                return False
    return True


def test_sigterm_ends_it_soon(tmp_path: Path, start: Start) -> None:
    running = start(tmp_path)
    running.hear("recording; keys")
    folder = recording(tmp_path)
    running.process.send_signal(signal.SIGTERM)
    stopped_s = time.monotonic()
    assert running.end() == 143
    assert time.monotonic() - stopped_s < SOON_S
    assert not (folder / ".recording").exists()
    assert inputs(folder)


@pytest.mark.parametrize("in_background", [False, True], ids=["foreground", "background"])
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["term", "int"]
)
def test_a_signal_while_it_connects_leaves_nothing_behind(
    number: signal.Signals, status: int, in_background: bool, tmp_path: Path, start: Start
) -> None:
    # With a duration, a signal that is not heeded ends in another status instead of never.
    running = start(tmp_path, "--duration", "2", in_background=in_background)
    running.hear("looking for")
    time.sleep(0.2)
    running.process.send_signal(number)
    stopped_s = time.monotonic()
    assert running.end() == status
    assert time.monotonic() - stopped_s < SOON_S
    assert "Traceback" not in running.said
    assert sessions(tmp_path) == []


def test_after_a_crash_the_next_log_carries_on_and_ends_where_the_disk_is_full(
    tmp_path: Path, start: Start
) -> None:
    crashed = start(tmp_path)
    crashed.hear("recording; keys")
    folder = recording(tmp_path)
    time.sleep(2.0)
    killed_ns = time.monotonic_ns()
    crashed.process.kill()
    crashed.end()
    blocks = [item for item in inputs(folder) if isinstance(item, SampleBlock)]
    assert killed_ns - max(int(block.host_ns[-1]) for block in blocks) < 1_000_000_000

    full = start(tmp_path, limit_bytes=100_000)
    status = full.end()
    assert f"{folder} was cut short; this session carries it on" in full.said
    assert status == 1
    assert "the file may not grow any further here; what was recorded is kept" in full.said
    assert "Traceback" not in full.said
    (second,) = [path for path in sessions(tmp_path) if path != folder]
    assert open_session(second).manifest.continues == folder.name
    assert sum(len(item) for item in inputs(second) if isinstance(item, SampleBlock)) > 500
