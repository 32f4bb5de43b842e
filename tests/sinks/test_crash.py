"""Killed at any moment, a recording holds every group that was written; the next one says so.

A power cut cannot be tested here: what it leaves depends on the disk. That every file is flushed
once per sync is tested in test_recorder.
"""

from __future__ import annotations

import signal
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from live_groups import Spawn, flat_groups, group, make_manifest, recorded, recorder, wall_at

from pelvicsense.recording.manifest import Manifest
from pelvicsense.recording.session import find_sessions, open_session
from pelvicsense.runtime.analyze import analyze
from pelvicsense.sinks.recorder import SessionRecorder
from pelvicsense.sinks.unfinished import find_unfinished, forget_unfinished

RECORDING = """
import asyncio, sys
from pathlib import Path
from live_groups import group, recorder

async def main():
    sink = recorder(Path(sys.argv[1]))
    syncing = None
    for index in range(100_000):
        sink.write(group(index))
        print(index, flush=True)
        if syncing is None or syncing.done():
            syncing = asyncio.create_task(asyncio.to_thread(sink.sync))
        await asyncio.sleep(0)

asyncio.run(main())
"""


def crash(spawn: Spawn, out: Path, after: int) -> int:
    """Record until ``after`` groups are written, then kill; how many were written for sure."""
    process = spawn(RECORDING, out)
    assert process.stdout is not None
    for _ in range(after):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.wait()
    return after + rest.count("\n")


@pytest.mark.parametrize("seed", range(5))
def test_killed_at_any_moment_it_has_lost_nothing(tmp_path: Path, spawn: Spawn, seed: int) -> None:
    written = crash(spawn, tmp_path, after=int(np.random.default_rng(seed).integers(1, 400)))
    (folder,) = find_sessions(tmp_path)
    lines = recorded(folder)
    more = flat_groups(map(group, range(written + 1)))  # one may have been on its way
    assert lines == more[: len(lines)]
    assert len(lines) >= len(flat_groups(map(group, range(written))))
    assert analyze(folder).duration_s > 0.0
    assert find_unfinished(tmp_path, "P07") == folder


def continuing(out: Path, unfinished: Path | None) -> SessionRecorder:
    def manifest(at: datetime) -> Manifest:
        return make_manifest(at, unfinished.name if unfinished is not None else None)

    return SessionRecorder(out, manifest, wall_at)


def test_the_session_after_a_crash_carries_it_on_and_tells_once(
    tmp_path: Path, spawn: Spawn
) -> None:
    crash(spawn, tmp_path, after=3)
    unfinished = find_unfinished(tmp_path, "P07")
    assert unfinished is not None
    with continuing(tmp_path, unfinished):
        pass  # no sample came, so nothing carries it on yet
    assert find_unfinished(tmp_path, "P07") == unfinished
    assert find_unfinished(tmp_path, "P08") is None
    with continuing(tmp_path, unfinished) as sink:
        sink.write(group(0))
        assert find_unfinished(tmp_path, "P07") is None
    assert sink.folder is not None
    assert open_session(sink.folder).manifest.continues == unfinished.name
    assert find_unfinished(tmp_path, "P07") is None
    assert recorded(unfinished)


def test_the_newest_of_several_is_found(tmp_path: Path) -> None:
    for index in (40, 0, 20):
        with recorder(tmp_path) as sink:
            sink.write(group(index))
    for folder in find_sessions(tmp_path):
        (folder / ".recording").touch()  # as after a crash
    found = find_unfinished(tmp_path, "P07")
    assert found is not None
    assert found.name == "2026-11-22_101532_P07"
    forget_unfinished(tmp_path, "P07")
    assert find_unfinished(tmp_path, "P07") is None
    assert len(find_sessions(tmp_path)) == 3


def test_a_recording_that_runs_is_not_unfinished(tmp_path: Path, spawn: Spawn) -> None:
    process = spawn(RECORDING, tmp_path)
    assert process.stdout is not None
    process.stdout.readline()
    assert find_unfinished(tmp_path, "P07") is None
    forget_unfinished(tmp_path, "P07")
    assert list(tmp_path.glob("*/.recording"))


def test_nothing_is_unfinished_where_nothing_is(tmp_path: Path) -> None:
    assert find_unfinished(tmp_path / "none", "P07") is None
    (tmp_path / "no-session").mkdir()
    (tmp_path / "no-session" / ".recording").touch()
    assert find_unfinished(tmp_path, "P07") is None
