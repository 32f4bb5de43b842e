from __future__ import annotations

from pathlib import Path

import pytest

import pelvicsense
from pelvicsense.cli.app import run
from pelvicsense.datatypes.gait import Flag
from pelvicsense.datatypes.placement import Side
from pelvicsense.runtime.notices import FLAG_WORDS, why_empty


def test_every_flag_has_its_words() -> None:
    assert set(FLAG_WORDS) == set(Flag)


def test_a_good_session_of_enough_strides_needs_no_word(simulated_walk: Path) -> None:
    assert pelvicsense.analyze(simulated_walk).notices == ()


def test_a_torn_tail_is_told(walk: Path) -> None:
    with (walk / "samples.csv").open("a") as stream:
        stream.write("12")
    assert any("as after a crash" in notice for notice in pelvicsense.analyze(walk).notices)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--swap-thighs"], "look swapped"),
        (["--trim", "0", "6"], "No calibration"),
        (["--trim", "0", "11"], "Few valid strides"),
    ],
)
def test_what_is_wrong_is_told(
    simulated_walk: Path, tmp_path: Path, options: list[str], words: str
) -> None:
    target = tmp_path / "edited"
    assert run(["edit", str(simulated_walk), *options, "--out", str(target)]) == 0
    assert any(words in notice for notice in pelvicsense.analyze(target).notices)


def test_a_slip_is_told_with_its_sensor(tmp_path: Path) -> None:
    folder = tmp_path / "slip"
    slip = ["--slip", "thigh_left", "25", "12", "0", "0"]
    assert run(["simulate", "--duration", "45", *slip, "--out", str(folder)]) == 0
    result = pelvicsense.analyze(folder)
    (notice,) = result.notices
    assert notice.startswith("The left thigh sensor seems to have moved on the body at 2")
    assert "noticed at" in notice
    (walk,) = result.summary.activities
    # Where strides of before and after the slip counted alike, it would be several degrees.
    assert walk.sides[Side.LEFT].figures["hip_adduction_peak_deg"].sd < 1.5


@pytest.mark.parametrize(
    ("key", "flags", "words"),
    [
        ("pelvic_drop_peak_deg", (Flag.NOT_WORN, Flag.HEADING, Flag.CURVE), "in a bend"),
        ("pelvic_drop_excursion_deg", (Flag.CURVE, Flag.LOW_CONFIDENCE), "contacts are"),
        ("hip_adduction_peak_deg", (Flag.CURVE, Flag.HEADING), "the heading"),
        ("thigh_rotation_peak_deg", (Flag.SLIP, Flag.HEADING), "a sensor seems to have moved"),
        ("thigh_rotation_peak_deg", (Flag.PAUSED, Flag.HEADING), "the heading"),
    ],
)
def test_an_empty_angle_names_what_can_have_emptied_it(
    key: str, flags: tuple[Flag, ...], words: str
) -> None:
    assert (why_empty(key, flags) or "").startswith(words)


def test_a_gap_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "gap"
    gap = ["--gap", "thigh_left", "15", "2"]
    assert run(["simulate", "--duration", "26", *gap, "--out", str(folder)]) == 0
    notices = pelvicsense.analyze(folder).notices
    assert any(notice.startswith("Left thigh: 2.") for notice in notices)
