"""What the user chose last, on disk."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from pelvicsense.datatypes.errors import ConfigurationError, RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.feedback.programme import FeedbackConfig, FeedbackMode
from pelvicsense.feedback.tones import Coding, ToneConfig
from pelvicsense.feedback.zone import Metric, Zone
from pelvicsense.recording.choices import (
    Choices,
    FeedbackChoice,
    WindowChoices,
    read_choices,
    update_choices,
    with_feedback,
    with_sensors,
)
from pelvicsense.runtime.feedback_choice import choice_of, config_of

CONFIG = FeedbackConfig(
    mode=FeedbackMode.FADED,
    metric=Metric.THIGH_ROTATION_EXCURSION,
    zones={Metric.PELVIC_DROP_PEAK: Zone(low_deg=-1.5, high_deg=3.25)},
    share=0.75,
    sound=False,
    tones=ToneConfig(coding=Coding.REPETITION),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "choices.toml"


def test_a_new_user_has_chosen_nothing(path: Path) -> None:
    assert read_choices(path) == Choices()


def test_everything_comes_back(path: Path) -> None:
    choices = Choices(
        sensors={Placement.PELVIS: "AA:BB", Placement.THIGH_LEFT: "CC:DD"},
        window=WindowChoices(
            x=-5,
            y=7,
            width=800,
            height=600,
            maximised=True,
            theme="dark",
            font_scale=1.25,
            splitters={"session": (300, 500)},
        ),
        feedback={"P 01.ü": choice_of(CONFIG)},
    )
    update_choices(lambda _: choices, path)
    assert read_choices(path) == choices
    assert config_of(read_choices(path).feedback["P 01.ü"]) == CONFIG


def test_a_change_keeps_the_rest(path: Path) -> None:
    update_choices(lambda c: with_sensors(c, {Placement.PELVIS: "AA"}), path)
    update_choices(lambda c: with_feedback(c, "P01", choice_of(CONFIG)), path)
    update_choices(lambda c: replace(c, window=replace(c.window, theme="light")), path)
    choices = read_choices(path)
    assert choices.sensors == {Placement.PELVIS: "AA"}
    assert list(choices.feedback) == ["P01"]
    assert choices.window.theme == "light"


def test_nobody_elses_change_is_lost(path: Path) -> None:
    def change(subject: str) -> None:
        update_choices(lambda c: with_feedback(c, subject, choice_of(CONFIG)), path)

    threads = [threading.Thread(target=change, args=(f"P{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_choices(path).feedback) == 8


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode bits")
def test_only_the_owner_may_read_them(path: Path) -> None:
    update_choices(lambda c: c, path)
    assert path.stat().st_mode & 0o077 == 0


def test_a_killed_writer_is_no_hindrance(path: Path) -> None:
    path.parent.mkdir()
    path.with_name(".choices.toml.partial").write_text("half")
    update_choices(lambda c: with_sensors(c, {Placement.PELVIS: "AA"}), path)
    assert read_choices(path).sensors == {Placement.PELVIS: "AA"}


@pytest.mark.parametrize("text", ["[sensors", "[sensors]\npelvis = 3", "[window]\nfont_scale = -1"])
def test_a_spoilt_file_is_named(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(RecordingError, match=r"choices\.toml"):
        read_choices(path)


def test_words_that_mean_nothing_are_refused() -> None:
    choice = FeedbackChoice(
        mode="loud", metric="pelvic_drop_peak_deg", coding="pitch", share=1.0, sound=True
    )
    with pytest.raises(ConfigurationError, match="loud"):
        config_of(choice)
