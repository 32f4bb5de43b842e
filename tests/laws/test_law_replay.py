"""Replay: a live run, its replay and its batch analysis say the same, bit for bit."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from law_sessions import NAMES, as_in_life, packets, session
from streams import assert_same, grouped, run

from pelvicsense.recording.manifest import Manifest, SessionActivity
from pelvicsense.recording.write import write_session
from pelvicsense.sources.replay import ReplaySource


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def replay(name: str, tmp_path: Path) -> ReplaySource:
    """The session recorded as it came, packet by packet."""
    manifest = Manifest(
        started_at=datetime(2026, 11, 22, tzinfo=UTC),
        subject="P01",
        activity=SessionActivity.UNKNOWN,
        sensors={spec.placement: spec for spec in session(name).specs},
    )
    return ReplaySource(write_session(tmp_path / name, manifest, [packets(name)]))


def test_the_analysis_of_the_recording_says_what_the_live_run_said(
    name: str, replay: ReplaySource
) -> None:
    assert_same(run(replay, replay.specs), as_in_life(name))


def test_its_packets_say_so_too(name: str, replay: ReplaySource) -> None:
    in_groups = [
        [item for group in groups for item in group]
        for groups in np.array_split(np.array(list(replay.packets()), dtype=object), 150)
    ]
    assert_same(run(in_groups, replay.specs), as_in_life(name))


def test_and_so_does_everything_at_once(name: str) -> None:
    assert_same(run(grouped(packets(name), (), merge=True), session(name).specs), as_in_life(name))
