from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

import pelvicsense
from pelvicsense.cli import app
from pelvicsense.cli.app import COMMANDS, run

HEAVY = ("numpy", "scipy", "polars", "rich", "vqf", "ahrs", "tomlkit")


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=str)
def test_help_loads_nothing_heavy(command: list[str]) -> None:
    code = (
        "import sys; from pelvicsense.cli.app import run; "
        f"status = run({[*command, '--help']!r}); "
        f"sys.exit(status or ', '.join(m for m in {HEAVY!r} if m in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: pelvicsense" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_called_as_the_table_says(name: str) -> None:
    command = import_module(f"pelvicsense.cli.{COMMANDS[name]}").command
    assert isinstance(command, click.Command)
    assert command.name == name


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert pelvicsense.__version__ in capsys.readouterr().out


def test_an_unknown_command_is_a_wrong_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dance"]) == 2
    assert "dance" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["analyze", "nowhere"], "nowhere: expected a session folder"),
        (["analyze", "nowhere", "--filter", "ukf"], "'ukf' is refused"),
        (["analyze", "nowhere", "--filter", "tea"], "no filter 'tea'"),
        (["info", "nowhere"], "nowhere: expected a session folder"),
        (["replay", "nowhere"], "nowhere: expected a session folder"),
        (["replay", "nowhere", "--headless"], "nowhere: expected a session folder"),
        (["compare-filters", "nowhere"], "nowhere: expected a session folder"),
        (["edit", "nowhere"], "nothing to edit"),
        (["edit", "nowhere", "--set", "subject"], "expected KEY=VALUE"),
        (["bench", "--hours", "-1"], "hours in 0 to 24"),
        (["simulate", "--out", "x", "--duration", "3"], "at least 20 s"),
        (["simulate", "--out", "x", "--activity", "mixed", "--speed", "2"], "walk or run only"),
        (["simulate", "--out", "x", "--stand", "2", "5"], "while the person moves"),
        (["simulate", "--out", "x", "--noise", "-1"], "factor from 0 to 100"),
        (["simulate", "--out", "x", "--pelvic-drop", "90"], "pelvic_drop_deg"),
    ],
)
def test_a_users_error_is_one_clear_line(
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("Error: ")
    assert words in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_stops_with_a_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(app.cli, "main", interrupt)
    assert run(["info", "x"]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(app.cli, "main", fail)
    with pytest.raises(ZeroDivisionError):
        run(["info", "x"])
