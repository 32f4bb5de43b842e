from __future__ import annotations

from pathlib import Path

import pytest
from shipped import PROFILES
from small_profiles import TEXT

from pelvicsense.cli.app import run
from pelvicsense.sources import profile_library

VECTOR = """
[[vectors]]
kind = "synthetic"
source = "made up"
bytes = "AA 05 00 E8 03 00 00 00 00 10 00 00 00 00 00"
acc_g = [[1.0, 0.0, 0.0]]
gyr_dps = [[1.0, 0.0, 0.0]]
ticks = [5]
"""


@pytest.fixture(autouse=True)
def _no_profiles_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile_library, "user_folder", lambda: tmp_path / "own")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT + VECTOR)
    return path


def test_list_names_every_profile(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["profiles", "list"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in PROFILES)
    assert "refused" in told


@pytest.mark.parametrize("name", PROFILES)
def test_show_says_what_a_profile_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["profiles", "show", name]) == 0
    told = capsys.readouterr().out.replace("\n", " ")
    assert PROFILES[name].device in told
    assert "Packet" in told


def test_a_given_file_is_known(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["profiles", "show", "small", "--profile-file", str(mine)]) == 0
    assert "A small device" in capsys.readouterr().out


def test_check_passes_all_that_is_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["profiles", "check"]) == 0
    assert capsys.readouterr().out.count("is right") == len(PROFILES)


def test_check_passes_a_right_file(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["profiles", "check", str(mine)]) == 0
    assert capsys.readouterr().out == f"{mine}: small is right, 1 vectors pass\n"


def test_check_tells_every_fault_with_its_line(
    mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine.write_text(TEXT.replace('"u16"', '"u17"').replace('unit = "g"', 'unit = "kg"'))
    assert run(["profiles", "check", str(mine)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{mine}:15: packets[0].fields[0].type: expected one of i8")
    assert lines[1].startswith(f"{mine}:18: packets[0].samples.fields[0].unit: expected one of m/s")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[[1.0, 0.0, 0.0]]\ngyr", "[[1.5, 0.0, 0.0]]\ngyr", "acc, m/s²: expected 14.7"),
        ("ticks = [5]", "ticks = [6]", "ticks: expected [6], got [5]"),
        ("AA 05", "AB 05", "expected 0 bad packets, got 1 (1 unknown)"),
        ("ticks = [5]", "rate_hz = 7", "expected a rate of 50, 100 Hz"),
        ("ticks = [5]", "battery_percent = 7", "expected 7 %, got None %"),
    ],
)
def test_check_runs_the_vectors(
    mine: Path, old: str, new: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mine.write_text((TEXT + VECTOR).replace(old, new))
    assert run(["profiles", "check", str(mine)]) == 1
    assert words in capsys.readouterr().out


def test_check_tells_of_names_that_a_shipped_profile_has(
    mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine.write_text(TEXT.replace("Small-*", "Movesense *"))
    assert run(["profiles", "check", str(mine)]) == 1
    assert "movesense" in capsys.readouterr().out


def test_decode_shows_the_fields(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packet = "AA 05 00 E8 03 00 00 00 00 10 00 00 00 00 00"
    arguments = ["profiles", "decode", "small", "--profile-file", str(mine)]
    assert run([*arguments, packet]) == 0
    told = capsys.readouterr().out
    assert "15 bytes" in told
    assert "9.80665" in told
    assert "0.0174533" in told
    for same in (packet.split(), [packet.replace(" ", ":")]):
        assert run([*arguments, *same, "--characteristic", "data"]) == 0
        assert capsys.readouterr().out == told


def test_decode_takes_what_the_device_told(capsys: pytest.CaptureFixture[str]) -> None:
    vector = PROFILES["imu6-open"].vectors[0]
    arguments = ["profiles", "decode", "imu6-open", vector.notifications[0][1].hex()]
    assert run(arguments) == 1
    assert "info: expected at least 4 bytes from the device" in capsys.readouterr().err
    assert run([*arguments, "--value", f"info={vector.values['info'].hex()}"]) == 0
    assert "200000" in capsys.readouterr().out


def test_decode_puts_a_straddling_packet_together(capsys: pytest.CaptureFixture[str]) -> None:
    sent = [data.hex() for _, data in PROFILES["witmotion-ble5"].vectors[1].notifications]
    assert run(["profiles", "decode", "witmotion-ble5", *sent]) == 0
    assert "-15.5" not in capsys.readouterr().out  # the rate is shown in rad/s
    assert run(["profiles", "decode", "witmotion-ble5", sent[0]]) == 0
    assert "No whole packet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "movesence"], "did you mean 'movesense'"),
        (["decode", "movesense", "XY"], "expected bytes as hex digits"),
        (
            ["decode", "movesense", "02", "--characteristic", "date"],
            "expected one of command, data",
        ),
        (["decode", "movesense", "02", "--value", "info"], "expected NAME=HEX"),
        (["decode", "metamotion", "0304"], "expected a device of one of the variants"),
        (["check", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_a_users_error_is_one_clear_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["profiles", *arguments]) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
