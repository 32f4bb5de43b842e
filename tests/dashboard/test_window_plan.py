"""A session of a retraining plan in the window: what is told, when, and for how much longer."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import Mock

import pytest
from hands import Hand
from live_sessions import Window, live
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from views import FEEDBACK, session_view
from windows import Scene

from pelvicsense.dashboard.target_dialog import TargetDialog
from pelvicsense.dashboard.view_state import Page
from pelvicsense.datatypes.placement import Activity
from pelvicsense.datatypes.samples import MarkKind
from pelvicsense.feedback.plan import Plan, PlannedSession, Target
from pelvicsense.feedback.plan_progress import PlanProgress
from pelvicsense.feedback.zone import Zone
from pelvicsense.recording.marks import read_marks
from pelvicsense.runtime.log import LogOptions

PLAN = Plan(
    subject="P01",
    target=Target(metric="pelvic_drop_peak_deg", activity=Activity.RUN, low=-2.0, high=-1.0),
    sessions=(PlannedSession(minutes=1.3, feedback_percent=50.0),),
)
"""Nobody's pelvis lies in this zone: in the first minute every stride is told, then none."""

pytestmark = pytest.mark.usefixtures("home", "qapp")


def test_a_session_of_a_plan_from_the_first_cue_to_its_end(tmp_path: Path) -> None:
    async def story(told: Window) -> None:
        hand = Hand(told)
        window, strip = hand.window, hand.window.session_page.plan
        await hand.to_session()
        await hand.until(lambda: strip.feedback.text().startswith("◉ Feedback on for"))
        assert "plan session 1 of 1" in window.strip.words.text()
        assert strip.minutes.text().endswith("of 1:18 min")
        await hand.until(lambda: window.session_page.cue.text() != "")
        hand.picture("plan-on")
        told.worker.set_feedback(FEEDBACK)  # but the plan goes on
        await hand.until(lambda: "the plan" in window.session_page.small_print.words.text())
        await hand.until(lambda: strip.feedback.text().startswith("○ Silent until the end"), 120.0)
        hand.picture("plan-silent")
        await hand.until(lambda: "minutes are done" in strip.feedback.text())
        hand.picture("plan-done")
        await told.to_summary()
        hand.leave()

    options = LogOptions(out=tmp_path, subject="P01", next_step=lambda: PLAN.step(1))
    live(story, tmp_path, activity="run", seconds=140.0, log=options)
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    plan = json.loads((folder / "summary.json").read_text())["plan"]
    cues = [placed for placed in read_marks(folder) if placed.mark.kind is MarkKind.CUE]
    assert plan["cues"] == len(cues) > 100
    assert plan["with_feedback"]["judged"] == len(cues)
    assert plan["without_feedback"]["judged"] > 20


def test_without_a_plan_nothing_is_said_of_one(qtbot: QtBot, live: Mock) -> None:
    scene = Scene(live)
    qtbot.addWidget(scene.window)
    scene.window.show()
    assert scene.window.session_page.plan.isHidden()
    assert "plan" not in scene.window.strip.words.text()


def test_the_plan_s_target_cannot_be_changed_its_sound_can(qtbot: QtBot, live: Mock) -> None:
    config = PLAN.step(1).configure(FEEDBACK)
    plan = PlanProgress(step=PLAN.step(1), minutes=0.2, feedback_now=True, change_min=0.8)
    scene = Scene(live, session=session_view(plan=plan, feedback=config))
    qtbot.addWidget(scene.window)
    with qtbot.waitExposed(scene.window):
        scene.window.show()
    qtbot.keyClick(scene.window, Qt.Key.Key_T)
    dialog = scene.window.findChild(TargetDialog)
    assert dialog is not None
    line = dialog.zones[config.metric]
    assert line.zone() == Zone(low_deg=-2.0, high_deg=-1.0)
    assert not any(box.isEnabled() for box in (line.wanted, line.low, dialog.mode, dialog.own))
    dialog.sound.setChecked(False)
    dialog.buttons.accepted.emit()
    (told,) = live.set_feedback.call_args.args
    assert told.sound is False
    assert (told.zones, told.share, told.minutes) == (config.zones, config.share, config.minutes)
    assert scene.window.page is Page.SESSION
