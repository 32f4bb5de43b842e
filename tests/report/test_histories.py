from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_up import manifest, put_session, walk

from pelvicsense.datatypes.errors import ConfigurationError, RecordingError
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.fusion.stage import FusionConfig
from pelvicsense.report.history import comparisons, past_sessions, series
from pelvicsense.report.shown import BY_KEY
from pelvicsense.runtime.result import SessionResult

DROP = BY_KEY["pelvic_drop_peak_deg"]


@pytest.fixture
def folder(tmp_path: Path, walk_result: SessionResult) -> Path:
    """Three sessions of P07, put down in no order, and one of P08."""
    for name, subject, days, drop_deg in (
        ("b", "P07", 7.0, 6.0),
        ("c", "P07", 14.0, 3.0),
        ("a", "P07", 0.0, 6.5),
        ("other", "P08", 3.0, 9.0),
    ):
        put_session(tmp_path, name, walk_result, manifest(subject, days), walk(drop_deg))
    return tmp_path


def test_sessions_come_in_order_of_time(folder: Path) -> None:
    past = past_sessions(folder, "P07")
    assert [session.folder.name for session in past.sessions] == ["a", "b", "c"]
    assert past.activities == (Activity.WALK,)
    assert past.notices == ()
    own = series(past, Activity.WALK, Side.LEFT, DROP)
    assert [round(figure.mean, 1) for _, figure in own.points] == [6.5, 6.0, 3.0]


def test_changes_since_the_first_and_since_the_previous_session(folder: Path) -> None:
    past = past_sessions(folder, "P07")
    since_first, since_previous = comparisons(past, Activity.WALK)
    assert since_first.days == ("2026-01-05", "2026-01-19")
    assert since_previous.days == ("2026-01-12", "2026-01-19")
    drop = next(row for row in since_first.rows if row.metric is DROP)
    assert (drop.verdict, drop.note) == ("less", "")
    assert comparisons(past, Activity.RUN) == ()


def test_a_row_of_other_days_says_so(folder: Path, walk_result: SessionResult) -> None:
    unknown = [
        replace(s, angles=replace(s.angles, pelvic_drop_peak_deg=float("nan"))) for s in walk(3.0)
    ]
    put_session(folder, "d", walk_result, manifest("P07", 21.0), unknown)
    found, _ = comparisons(past_sessions(folder, "P07"), Activity.WALK)
    assert found.days[1] == "2026-01-26"
    assert {row.note for row in found.rows if row.metric is DROP} == {"2026-01-05 to 2026-01-19"}
    assert {row.note for row in found.rows if row.metric is not DROP} == {""}


def test_one_session_is_no_change(folder: Path) -> None:
    assert comparisons(past_sessions(folder, "P08"), Activity.WALK) == ()


def test_two_sessions_of_an_activity_are_compared_once(
    folder: Path, walk_result: SessionResult
) -> None:
    """However many sessions there are of other activities."""
    for days in (1.0, 2.0):
        run = [replace(stride, activity=Activity.RUN) for stride in walk(5.0)]
        put_session(folder, f"run{days:g}", walk_result, manifest("P07", days), run)
    (found,) = comparisons(past_sessions(folder, "P07"), Activity.RUN)
    assert found.days == ("2026-01-06", "2026-01-07")


def test_sessions_without_results_are_named(folder: Path, walk_result: SessionResult) -> None:
    for number in range(7):
        put_session(folder, f"new{number}", walk_result, manifest("P07", 30.0 + number))
    past = past_sessions(folder, "P07")
    assert len(past.sessions) == 3
    (notice,) = past.notices
    assert notice.startswith("Without results, so left out: new0, new1")
    assert "and 2 more" in notice
    assert "pelvicsense analyze" in notice


def test_a_corrected_copy_takes_the_place_of_its_original(
    folder: Path, walk_result: SessionResult
) -> None:
    edited = manifest("P07", 7.0, edited_from="b", edits=("swap-thighs",))
    put_session(folder, "b-edited", walk_result, edited, walk(5.0))
    past = past_sessions(folder, "P07")
    assert [session.folder.name for session in past.sessions] == ["a", "b-edited", "c"]
    assert past.notices == ("Left out for corrected copies of them: b.",)


def test_figures_that_were_made_otherwise_are_told(
    folder: Path, walk_result: SessionResult
) -> None:
    config = replace(walk_result.config, fusion=FusionConfig(filter="madgwick"))
    like = replace(walk_result, config=config)
    put_session(folder, "d", like, manifest("P07", 21.0, speed_mps=1.2), walk(5.0))
    put_session(folder, "e", walk_result, manifest("P07", 22.0, speed_mps=1.6), walk(5.0))
    notices = past_sessions(folder, "P07").notices
    assert "different versions, filters or parameters" in notices[0]
    assert notices[1].startswith("Speeds differ (1.2 to 1.6 m/s)")


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(folder: Path) -> None:
    (folder / "b" / "summary.json").write_text("{")
    (folder / "other" / "session.toml").write_text("nonsense")
    past = past_sessions(folder, "P07")
    assert [session.folder.name for session in past.sessions] == ["a", "c"]
    assert any("Whose session it is cannot be read" in notice for notice in past.notices)
    assert any("no valid JSON" in notice for notice in past.notices)


def test_an_unknown_subject_is_refused_with_those_that_are_there(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="subjects: P07, P08"):
        past_sessions(folder, "P70")
    with pytest.raises(RecordingError, match="found none"):
        past_sessions(folder / "nowhere", "P07")


def test_few_strides_are_no_point(tmp_path: Path, walk_result: SessionResult) -> None:
    put_session(tmp_path, "a", walk_result, manifest("P07", 0.0), walk(5.0, 12))
    past = past_sessions(tmp_path, "P07")
    assert series(past, Activity.WALK, Side.LEFT, DROP).points == ()
