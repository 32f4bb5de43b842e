"""``pelvicsense scan`` on the simulated radio, in virtual time."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from pelvicsense.cli.app import run
from pelvicsense.virtual.virtual_time import run_fast


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(asyncio, "run", run_fast)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")


def test_sensors_are_shown_with_model_signal_and_battery(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["scan", "--virtual", "walk", "--duration", "3"]) == 0
    out = capsys.readouterr().out
    for number in range(1, 4):
        assert re.search(rf"IMU6-000{number} +C0:.* imu6-open +near \(-50 dBm\) +80 % +yes", out)


def test_batteries_are_left_alone_where_asked_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "--virtual", "walk", "--duration", "3", "--no-battery"]) == 0
    out = capsys.readouterr().out
    assert "IMU6-0001" in out
    assert "80 %" not in out


def test_a_sensor_that_cannot_serve_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--virtual", "walk", "--virtual-model", "sensortag-cc2650", "--duration", "3"]
    assert run(["scan", *arguments]) == 0
    assert "no: its firmware sends at most 10 samples" in " ".join(capsys.readouterr().out.split())


def test_all_that_one_device_offers_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "--virtual", "walk", "--services", "IMU6-0002"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"service 7f2a0001-5c1e-4d0a-9b3f-6d1e8c24a790", out)
    assert re.search(r"7f2a0002-\S+ +notify\b", out)
    assert re.search(r"00002a19-\S+ +.*read.* +50\b", out)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--services", "nobody", "--duration", "2"], "nobody: not seen within 2 s"),
        (["--virtual", "swim"], "expected one of walk, run, stairs"),
        (["--virtual-model", "wristwatch"], "no simulated sensor 'wristwatch'"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    base = [] if "--virtual" in arguments else ["--virtual", "walk"]
    assert run(["scan", *base, *arguments]) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
