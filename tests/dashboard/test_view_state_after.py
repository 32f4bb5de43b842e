"""The summary, what changed beyond measurement error, and the time line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from facts import stride

from pelvicsense.dashboard.replay_model import ReplayModel
from pelvicsense.dashboard.summary_model import summary_view
from pelvicsense.dashboard.view_model import ViewModel
from pelvicsense.dashboard.view_state import Page
from pelvicsense.datatypes.gait import StrideAngles
from pelvicsense.datatypes.placement import Activity, Placement, Side
from pelvicsense.datatypes.samples import Mark, MarkKind
from pelvicsense.metrics.change import DETECTABLE
from pelvicsense.metrics.summary import SessionSummary, summarise
from pelvicsense.sinks.live_buffer import LiveBuffer
from pelvicsense.sinks.live_facts import (
    Analysed,
    Finished,
    GapFact,
    MarkFact,
    Phase,
    ReplayFact,
    StrideFact,
)


def session(drop_deg: float, strides: int = 20, error_deg: float = 0.3) -> SessionSummary:
    scatter = np.random.default_rng(1).normal(0.0, 0.5, strides)
    return summarise(
        [
            replace(
                stride(i, side),
                angles=StrideAngles(pelvic_drop_peak_deg=drop_deg + float(scatter[i])),
                standard_errors=StrideAngles(pelvic_drop_peak_deg=error_deg),
            )
            for i in range(strides)
            for side in Side
        ]
    )


def finished(now: SessionSummary, before: SessionSummary | None) -> Finished:
    return Finished(
        folder="/sessions/now",
        duration_s=60.0,
        summary=now,
        notices=("few strides",),
        before_name="then" if before is not None else "",
        before=before,
        no_comparison="" if before is not None else "this is the first session of this subject",
    )


def test_the_figures_of_a_session() -> None:
    view = summary_view(finished(session(5.0), None))
    drop = next(row for row in view.rows if row.metric == "pelvic_drop_peak_deg")
    assert drop.activity is Activity.WALK
    left = drop.mean[Side.LEFT]
    assert left == pytest.approx(5.0, abs=0.3)
    assert drop.low[Side.LEFT] < left < drop.high[Side.LEFT]
    assert (view.valid, view.invalid, view.duration_s) == (40, 0, 60.0)
    assert not any(row.metric == "thigh_rotation_excursion_deg" for row in view.rows)  # unknown
    assert view.no_comparison == "this is the first session of this subject"
    assert view.changes == ()


def test_a_change_within_measurement_error_is_not_called_one() -> None:
    view = summary_view(finished(session(5.0), session(7.0)))
    assert [(row.side, row.real) for row in view.changes] == [
        (Side.LEFT, False),
        (Side.RIGHT, False),
    ]
    assert view.changes[0].detectable == DETECTABLE["pelvic_drop_peak_deg"].least_deg
    assert "within measurement error" in view.changes[0].words
    assert view.compared_with == "then"


def test_a_change_beyond_it_is_said_in_words() -> None:
    change = summary_view(finished(session(4.0), session(7.5))).changes[0]
    assert change.real
    assert change.words == "Walk, left: pelvic drop, peak 3.5° less than last time."
    assert "Dingenen" in change.source


def test_a_poor_measurement_must_change_more() -> None:
    change = summary_view(
        finished(session(4.0, error_deg=2.0), session(7.5, error_deg=2.0))
    ).changes[0]
    assert not change.real
    assert change.detectable > 5.0
    assert "standard errors" in change.source


def test_few_strides_are_not_compared() -> None:
    view = summary_view(finished(session(4.0), session(8.0, strides=5)))
    assert view.changes == ()
    assert "7 valid strides" in view.no_comparison


def test_nothing_recorded_is_said() -> None:
    view = summary_view(Finished(folder="", no_comparison="nothing was recorded"))
    assert (view.folder, view.rows, view.no_comparison) == ("", (), "nothing was recorded")


def test_the_summary_page_says_what_is_being_computed() -> None:
    buffer = LiveBuffer()
    model = ViewModel(buffer)
    buffer.update(phase=Phase.SUMMING_UP, progress="computing")
    assert (model.view().page, model.view().summary.working) == (Page.SUMMARY, "computing")
    buffer.add_facts([finished(session(5.0), None)])
    buffer.update(phase=Phase.ENDED)
    assert model.view().summary.folder == "/sessions/now"


def test_the_time_line_stays_the_same_objects() -> None:
    model = ReplayModel()
    model.take(
        Analysed(
            strides=(StrideFact(side=Side.LEFT, t_contact_s=1.0, t_end_s=2.0, valid=True),),
            marks=(MarkFact(t_s=3.0, mark=Mark(host_ns=1, kind=MarkKind.NOTE, text="hm")),),
            gaps=(GapFact(sensor=Placement.PELVIS, start_s=4.0, end_s=5.0),),
        )
    )
    fact = ReplayFact(
        name="walk", analysed=1.0, duration_s=9.0, position_s=2.0, playing=True, speed=4.0
    )
    view, again = model.view(fact), model.view(replace(fact, position_s=3.0))
    assert view.strides is again.strides
    assert (view.strides[0].t_contact_s, view.marks[0].text, view.gaps[0].end_s) == (1.0, "hm", 5.0)
    assert (again.position_s, again.speed, again.playing) == (3.0, 4.0, True)
