"""A live session from the first scan to the summary, and what can go wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from live_sessions import Window, live

from pelvicsense.dashboard.view_state import Page
from pelvicsense.dashboard.view_state_session import Mend
from pelvicsense.dashboard.view_state_setup import SensorState
from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.datatypes.samples import MarkKind
from pelvicsense.feedback.programme import FeedbackConfig, FeedbackMode
from pelvicsense.feedback.zone import Metric, Zone
from pelvicsense.recording.choices import read_choices
from pelvicsense.recording.marks import read_marks
from pelvicsense.recording.results import has_results
from pelvicsense.recording.session import find_sessions
from pelvicsense.runtime.analyze import analyze
from pelvicsense.sinks.recorder import SessionRecorder
from pelvicsense.sinks.unfinished import RECORDING_FILE

DROP = Metric.PELVIC_DROP_PEAK
TELLING = FeedbackConfig(
    mode=FeedbackMode.EACH_STRIDE, zones={DROP: Zone(low_deg=-1.0, high_deg=1.0)}
)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield


def marks(folder: Path, kind: MarkKind) -> list[str]:
    return [placed.mark.text for placed in read_marks(folder) if placed.mark.kind is kind]


def test_a_whole_session_and_another_one(tmp_path: Path) -> None:
    async def story(window: Window) -> None:
        worker = window.worker
        worker.set_feedback(TELLING)
        await window.to_session()
        view = await window.until(lambda view: view.session.sides[Side.LEFT].strides >= 12)
        session = view.session
        reading = session.sides[Side.LEFT].readings[DROP]
        assert reading.value_deg is not None
        assert reading.words.endswith("above")
        assert session.recording
        assert session.body.obliquity_deg is not None
        assert session.cadence_spm == pytest.approx(110.0, abs=15.0)
        assert session.sides[Side.LEFT].curves[DROP].strides >= 7
        assert {row.state for row in session.links} == {SensorState.STREAMING}
        assert session.cue.endswith("above")
        worker.note("half way")
        worker.sync_mark()
        worker.pause_or_resume()
        await window.until(lambda view: view.session.paused)
        worker.pause_or_resume()
        await window.until(lambda view: not view.session.paused)
        side = window.look().session.sides[Side.LEFT]
        shown, trend = side.strides, side.trends[DROP].values_deg
        after = await window.to_summary()
        folder = Path(after.summary.folder)
        assert marks(folder, MarkKind.NOTE) == ["half way"]
        assert len(marks(folder, MarkKind.CUE)) >= 8
        assert len(marks(folder, MarkKind.PAUSE)) == len(marks(folder, MarkKind.RESUME)) == 1
        assert after.summary.valid + after.summary.invalid >= shown + 10
        assert after.summary.no_comparison == "this is the first session of this subject"
        assert after.error == ""
        assert has_results(folder)
        # what was shown live is what the analysis says, bit for bit
        left = [s.angles for s in analyze(folder).strides if s.side is Side.LEFT]
        assert repr(trend[:shown].tolist()) == repr([a.pelvic_drop_peak_deg for a in left[:shown]])
        worker.look_again()
        await window.until(lambda view: view.ready.can_connect)
        worker.connect()
        await window.until(lambda view: view.ready.can_start)
        assert window.pages == [Page.READY, Page.CALIBRATE, Page.SESSION, Page.SUMMARY, Page.READY]

    live(story, tmp_path)
    (folder,) = find_sessions(tmp_path)
    assert not (folder / RECORDING_FILE).exists()  # it ended in order
    choices = read_choices(tmp_path / "choices.toml")
    assert set(choices.sensors) == set(Placement)
    assert choices.feedback["P01"].mode == "each stride"


def test_the_choice_of_sensors_is_remembered(tmp_path: Path) -> None:
    async def first(window: Window) -> None:
        await window.to_recording()

    async def second(window: Window) -> None:
        view = await window.until(lambda view: view.ready.can_connect)
        places = {row.address: row.placement for row in view.ready.sensors}
        assert places == {window.virtual.address(place): place for place in Placement}

    live(first, tmp_path)
    live(second, tmp_path)


def test_sensors_whose_place_is_known_are_placed(tmp_path: Path) -> None:
    async def story(window: Window) -> None:
        await window.until(lambda view: view.ready.can_connect)

    live(story, tmp_path, worn=True)


def test_swapped_thighs_are_mended_by_one_click(tmp_path: Path) -> None:
    async def story(window: Window) -> None:
        await window.to_recording(swapped=True)
        view = await window.until(lambda view: view.calibrate.swapped)
        assert [alert.mend for alert in view.session.alerts] == [Mend.SWAP_THIGHS]
        window.worker.swap_thighs()
        await window.until(lambda view: view.page is Page.READY)
        view = await window.until(
            lambda view: view.page is Page.CALIBRATE and view.session.elapsed_s > 1.0
        )
        assert not view.calibrate.swapped

    live(story, tmp_path)
    first, second = find_sessions(tmp_path)
    assert "thighs swapped" in marks(first, MarkKind.NOTE)[0]
    assert second.is_dir()
    chosen = read_choices(tmp_path / "choices.toml").sensors
    assert chosen[Placement.THIGH_LEFT] < chosen[Placement.THIGH_RIGHT]  # as their addresses are


def test_a_sensor_lost_and_back(tmp_path: Path) -> None:
    async def story(window: Window) -> None:
        await window.to_session()
        thigh = window.virtual.address(Placement.THIGH_LEFT)
        await window.virtual.faults.die(thigh)
        lost = await window.until(
            lambda view: any("Left thigh" in alert.text for alert in view.session.alerts)
        )
        assert not lost.session.links[1].good
        await window.virtual.faults.revive(thigh)
        await window.until(
            lambda view: (
                not view.session.alerts and view.session.links[1].state is SensorState.STREAMING
            )
        )

    live(story, tmp_path)


def test_bluetooth_off_is_said_and_on_again_goes_on(tmp_path: Path) -> None:
    async def story(window: Window) -> None:
        await window.until(lambda view: view.ready.sensors)
        await window.virtual.faults.adapter_off()
        window.worker.place(window.virtual.address(Placement.PELVIS), Placement.PELVIS)
        window.worker.place(window.virtual.address(Placement.THIGH_LEFT), Placement.THIGH_LEFT)
        await window.until(lambda view: view.ready.can_connect)
        window.worker.connect()
        view = await window.until(lambda view: view.ready.trouble)
        assert "Bluetooth" in view.ready.trouble
        assert view.page is Page.READY
        await window.virtual.faults.adapter_on()
        await window.until(lambda view: view.ready.can_connect)
        window.worker.connect()
        view = await window.until(lambda view: view.ready.can_start)
        assert view.ready.trouble == ""

    live(story, tmp_path)


def test_bluetooth_off_while_looking_is_said_until_it_is_back(tmp_path: Path) -> None:
    async def story(window: Window) -> None:
        await window.until(lambda view: view.ready.sensors)
        await window.virtual.faults.adapter_off()
        window.worker.blink(window.virtual.address(Placement.PELVIS))  # ends this scan
        view = await window.until(lambda view: view.ready.trouble)
        assert "Bluetooth" in view.ready.trouble
        await window.virtual.faults.adapter_on()
        await window.until(lambda view: not view.ready.trouble)

    live(story, tmp_path)


def test_a_sensor_that_does_not_answer_is_said(tmp_path: Path) -> None:
    async def story(window: Window) -> None:
        await window.until(lambda view: len(view.ready.sensors) == 3)
        for place in Placement:
            window.worker.place(window.virtual.address(place), place)
        await window.virtual.faults.die(window.virtual.address(Placement.THIGH_RIGHT))
        window.worker.connect()
        view = await window.until(lambda view: view.ready.trouble)
        assert "not seen within" in view.ready.trouble

    live(story, tmp_path)


def test_blinking_before_and_after_connecting(tmp_path: Path) -> None:
    async def story(window: Window) -> None:
        view = await window.until(lambda view: len(view.ready.sensors) == 3)
        assert all(row.can_blink for row in view.ready.sensors)
        window.worker.blink(window.virtual.address(Placement.PELVIS))
        await window.until(lambda view: "blink" in view.ready.progress)
        await window.until(lambda view: view.ready.scanning)
        await window.to_recording()

    live(story, tmp_path)


def test_a_full_disk_ends_the_session_with_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = SessionRecorder.write

    def full_later(recorder: SessionRecorder, group: list[object]) -> None:
        if recorder.row_count > 6000:
            raise RecordingError(tmp_path, "the disk is full; make room and start again")
        write(recorder, group)  # type: ignore[arg-type]

    monkeypatch.setattr(SessionRecorder, "write", full_later)

    async def story(window: Window) -> None:
        await window.to_session()
        view = await window.until(
            lambda view: view.page is Page.SUMMARY and not view.summary.working, timeout_s=600.0
        )
        assert "the disk is full" in view.error
        assert view.summary.valid > 0

    live(story, tmp_path)


def test_too_few_strides_make_no_zone_and_enough_make_one(tmp_path: Path) -> None:
    async def story(window: Window) -> None:
        await window.to_recording()
        window.worker.zone_from_own_strides()
        view = await window.until(lambda view: view.ready.trouble)
        assert "baseline" in view.ready.trouble
        await window.until(lambda view: view.session.sides[Side.LEFT].valid >= 5)
        window.worker.set_feedback(replace(TELLING, zones={}))
        window.worker.zone_from_own_strides()
        view = await window.until(lambda view: DROP in view.session.feedback.zones)
        assert view.ready.trouble == ""

    live(story, tmp_path)


def test_recalibrating_goes_back_to_the_guide(tmp_path: Path) -> None:
    async def story(window: Window) -> None:
        await window.to_session()
        window.worker.recalibrate()
        view = await window.until(lambda view: view.page is Page.CALIBRATE)
        assert view.calibrate.accepted == ""
        window.worker.stand_still()

    live(story, tmp_path)


@pytest.mark.parametrize("moment", ["scanning", "connecting", "connected", "recording", "summing"])
def test_the_window_may_be_closed_at_any_moment(tmp_path: Path, moment: str) -> None:
    async def story(window: Window) -> None:
        if moment == "scanning":
            await window.until(lambda view: view.ready.sensors)
            return
        if moment in ("recording", "summing"):
            await window.to_session()
            if moment == "summing":
                window.worker.stop()
                await window.until(lambda view: view.page is Page.SUMMARY)
            return
        await window.until(lambda view: len(view.ready.sensors) == 3)
        for place in Placement:
            window.worker.place(window.virtual.address(place), place)
        window.worker.connect()
        if moment == "connecting":
            await window.until(lambda view: "connecting" in view.ready.progress)
        else:
            await window.until(lambda view: view.ready.can_start)

    live(story, tmp_path)
    recordings = list(tmp_path.glob("*/session.toml"))
    assert len(recordings) == (moment in ("recording", "summing"))
    assert not list(tmp_path.glob(f"*/{RECORDING_FILE}"))
